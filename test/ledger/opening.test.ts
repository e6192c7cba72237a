import { CHART } from '../../src/kernel/accounts.js';
import { streamName, type LedgerId, type StreamName } from '../../src/kernel/ids.js';
import { LedgerUnavailable } from '../../src/ledger/outcome.js';
import { NotThisLedger, openLedger, ownRequest } from '../../src/ledger/open-ledger.js';
import { FaultyStore, inOrder } from './faulty-store.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { id } from '../given.js';
import { accepted, add, log, NOON, request, setup, typesOf } from './setup.js';
import { catalogue } from './tally.js';

const open = (store: EventStore, environment = 'test', vaultOf?: LedgerId) =>
  openLedger({
    vaultOf,
    store,
    catalogue,
    clock: { now: () => NOON },
    ruleSet: 'test',
    backdatingDays: 30,
    cacheBytes: 1_000_000,
    environment,
    logOrigin: 'log.example.sa/ledger',
  });

describe('opening a ledger (DESIGN.md, Envelope)', () => {
  test('begins an empty store with event 0: who it is, where, on which chart', async () => {
    const store = new InMemoryEventStore();
    const ledger = await open(store);
    const [opened, ...more] = await log(store);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({
      sequence: 0,
      event: {
        ledger: ledger.id,
        type: 'ledger.LedgerOpened',
        actor: { role: 'system' },
        data: {
          ledger: ledger.id,
          environment: 'test',
          timeZone: 'Asia/Riyadh',
          logOrigin: 'log.example.sa/ledger',
        },
      },
    });
    const { chart } = opened!.event.data as { chart: { account: string }[] };
    expect(chart.map(({ account }) => account)).toEqual(Object.keys(CHART));
  });

  test('finds the ledger that is there, and its events carry its id', async () => {
    const store = new InMemoryEventStore();
    const first = await open(store);
    const again = await open(store);
    expect(again.id).toBe(first.id);
    await accepted(add(again, 1));
    expect((await log(store)).map(({ event }) => event.ledger)).toEqual([first.id, first.id]);
  });

  test('of many processes that begin one ledger at the same time one does, and all have that one', async () => {
    const store = new FaultyStore(new InMemoryEventStore());
    const ledgers = await Promise.all(Array.from({ length: 5 }, () => open(store)));
    const [opened, ...more] = await log(store);
    expect(more).toEqual([]);
    expect(ledgers.map(({ id: each }) => each)).toEqual(Array(5).fill(opened!.event.ledger));
    await expect(Promise.all([open(store), open(store, 'another')])).rejects.toThrow(NotThisLedger);
  });

  test('finds out whether it did, where the store did not say', async () => {
    const store = new FaultyStore(new InMemoryEventStore());
    store.onAppend = inOrder('written');
    const ledger = await open(store);
    expect((await log(store)).map(({ event }) => event.ledger)).toEqual([ledger.id]);
  });

  test('two empty stores begin two ledgers', async () => {
    expect((await open(new InMemoryEventStore())).id).not.toBe((await open(new InMemoryEventStore())).id);
  });

  test('refuses the ledger of another environment, and leaves it as it was', async () => {
    const store = new InMemoryEventStore();
    await open(store, 'production');
    const before = await log(store);
    await expect(open(store, 'development')).rejects.toThrow(NotThisLedger);
    await expect(open(store, 'development')).rejects.toThrow('SIJILL_ENVIRONMENT');
    expect(await log(store)).toEqual(before);
  });

  test('refuses a ledger that the vault does not belong to, and an empty store, and leaves them as they were', async () => {
    const [store, empty] = [new InMemoryEventStore(), new InMemoryEventStore()];
    const { id: ours } = await open(store);
    expect((await open(store, 'test', ours)).id).toBe(ours);
    const other = id('another ledger') as LedgerId;
    await expect(open(store, 'test', other)).rejects.toThrow(NotThisLedger);
    await expect(open(empty, 'test', ours)).rejects.toThrow(`belongs to the ledger ${ours}, the store holds none`);
    expect(await log(store)).toHaveLength(1);
    expect(await log(empty)).toEqual([]);
  });

  test('refuses a store that holds something else', async () => {
    const store = new InMemoryEventStore();
    const { process } = setup();
    await add(process({ store }), 1);
    await expect(open(store)).rejects.toThrow("the store's first event is tallies.TallyAdded: it holds no ledger");
    expect(await log(store)).toHaveLength(1);
  });
});

describe('what the ledger records of its own accord', () => {
  const own = streamName('suppression', id('hour')) as StreamName;
  const event = (count: number) => ({
    type: 'ledger.AttemptsSuppressed',
    data: { actor: 'actor_x', count, from: '2026-03-01T08:00:00Z', to: '2026-03-01T09:00:00Z' },
    refs: {},
  });
  const asked = (count: number) => ownRequest('suppress', own, event(count).data);

  test('is recorded once, however often and by whichever process', async () => {
    const { store, clock, ledger, process } = setup();
    await ledger.recordOwn(own, event(3), asked(3));
    await ledger.recordOwn(own, event(3), asked(3));
    clock.time += 1;
    await process().recordOwn(own, event(3), asked(3));
    expect(await typesOf(store)).toEqual(['ledger.AttemptsSuppressed']);
    expect((await log(store))[0]?.event).toMatchObject({ actor: { role: 'system' }, source: 'clock' });
  });

  test('is never taken for another command on that stream', async () => {
    const { store, ledger } = setup();
    await ledger.recordOwn(own, event(3), asked(3));
    await expect(ledger.recordOwn(own, event(3), request())).rejects.toThrow('revision');
    expect(await log(store)).toHaveLength(1);
  });

  test('says that it could not be recorded', async () => {
    const { store, ledger } = setup();
    store.onAppend = () => 'unavailable';
    await expect(ledger.recordOwn(own, event(3), asked(3))).rejects.toBeInstanceOf(LedgerUnavailable);
  });
});
