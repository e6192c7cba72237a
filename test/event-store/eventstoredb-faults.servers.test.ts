/** The adapter, the ledger's way of using it, and a server that fails: whatever happens, nothing is lost or doubled. */
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import type { EventStore, Place, StoredEvent } from '../../src/event-store/event-store.js';
import { OutcomeUnknown, StoreUnavailable, WrongRevision } from '../../src/event-store/event-store.js';
import {
  EventsMayVanish,
  ForeignEvent,
  openEventStoreDb,
  openEventStoreDbReader,
} from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { sequenceOf } from '../../src/event-store/sequence-of.js';
import { wholeHead } from '../../src/event-store/whole-head.js';
import { assertWhole, EVERYTHING } from '../contract/event-store/killing.js';
import { answered, wholeLog } from '../contract/event-store/opened.js';
import type { Fault } from '../servers/eventstoredb/faults.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { envelopes, newStream } from './envelopes.js';

const APPEND_MS = 400;

let server: StandIn;
let store: EventStore;
beforeAll(async () => {
  server = await StandIn.start();
});
afterAll(() => server.dispose());
beforeEach(async () => {
  await server.empty();
  store = await openEventStoreDb(server.url, { appendMs: APPEND_MS });
});
afterEach(async () => {
  await store.close();
  await server.heal();
});

/** Sixteen streams, five appends in each, one after the other, as the ledger appends. */
async function write(): Promise<string[]> {
  const ids = await Promise.all(
    Array.from({ length: 16 }, async (_, i) => {
      const stream = newStream(i % 4 === 3 ? '_own' : 'debt');
      const written: string[] = [];
      for (let revision = 0; revision < 10; revision += 2) {
        const events = envelopes(stream, revision, 2);
        const expected = revision === 0 ? 'none' : BigInt(revision - 1);
        const answer = await answered(() => store.append(stream, expected, events));
        expect(answer.revision).toBe(BigInt(revision + 1));
        written.push(...events.map(({ id }) => id));
      }
      return written;
    }),
  );
  return ids.flat();
}

const idsOf = (log: readonly StoredEvent[]): string[] => log.map(({ event }) => event.id);

/** Follows from the start until so many events have come. */
async function follow(count: number, reader = store): Promise<StoredEvent[]> {
  const stop = new AbortController();
  const taken: StoredEvent[] = [];
  for await (const page of reader.follow(EVERYTHING, stop.signal)) {
    taken.push(...page.events);
    if (taken.length >= count) stop.abort();
  }
  return taken;
}

describe('an append', () => {
  test.each<[string, Fault]>([
    ['whose connection breaks before the commit', { on: 'append', kind: 'reset-before', skip: 20, times: 3 }],
    ['whose connection breaks after the commit', { on: 'append', kind: 'reset-after', skip: 20, times: 3 }],
    ['that is never answered, and not written', { on: 'append', kind: 'hang-before', skip: 20, times: 3 }],
    ['that is never answered, and written', { on: 'append', kind: 'hang-after', skip: 20, times: 3 }],
    ['that is answered after its time', { on: 'append', kind: 'late', skip: 20, times: 3, ms: APPEND_MS + 100 }],
    ['that is written and called a wrong revision', { on: 'append', kind: 'wrong-after', skip: 20, times: 3 }],
    ['to a server that is starting', { on: 'append', kind: 'not-ready', skip: 20, times: 3 }],
    ['to a server that is stopping', { on: 'append', kind: 'internal', skip: 20, times: 3 }],
    ['to a node that leads no more', { on: 'append', kind: 'not-leader', skip: 20, times: 1 }],
    ['that is on its way for longer than its time', { on: 'append', kind: 'stall', skip: 20, ms: APPEND_MS + 100 }],
  ])('%s is found out by a repeat: each event is there once, in order', async (_, fault) => {
    await server.fault(fault);
    const written = await write();
    await server.suffering('append', fault.kind);
    const log = await wholeLog(store, EVERYTHING);
    assertWhole(log);
    expect(idsOf(log).toSorted()).toEqual(written.toSorted());
    expect(await follow(log.length)).toEqual(log);
  });

  test('says that its outcome is unknown, and never more than it knows', async () => {
    for (const kind of [
      'reset-before',
      'reset-after',
      'hang-before',
      'hang-after',
      'internal',
      'not-ready',
      'not-leader',
    ]) {
      const stream = newStream();
      const events = envelopes(stream, 0, 1);
      await server.fault({ on: 'append', kind });
      await expect(store.append(stream, 'none', events)).rejects.toBeInstanceOf(OutcomeUnknown);
      await expect(store.append(stream, 'none', events)).resolves.toMatchObject({ revision: 0n });
    }
  });

  test('whose success is called a wrong revision gets the first answer, and another writer the truth', async () => {
    const stream = newStream();
    const events = envelopes(stream, 0, 2);
    await server.fault({ on: 'append', kind: 'wrong-after' });
    const answer = await store.append(stream, 'none', events);
    expect(answer).toEqual(await store.append(stream, 'none', events));
    const refused = await store.append(stream, 'none', envelopes(stream, 0, 2)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WrongRevision);
    expect(refused).toMatchObject({ expected: 'none', actual: 1n });
  });

  test('that meets another one on its way is unknown until that one can be read', async () => {
    const stream = newStream();
    await server.fault({ on: 'append', kind: 'stall', ms: APPEND_MS / 2 });
    const first = store.append(stream, 'none', envelopes(stream, 0, 1));
    await server.suffering('append', 'stall');
    const second = envelopes(stream, 0, 1);
    await expect(store.append(stream, 'none', second)).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(first).resolves.toMatchObject({ revision: 0n });
    await expect(store.append(stream, 'none', second)).rejects.toBeInstanceOf(WrongRevision);
  });

  test('waits no longer than it may for a server that is frozen, and goes through when it is back', async () => {
    const stream = newStream();
    const events = envelopes(stream, 0, 1);
    server.freeze();
    await expect(store.append(stream, 'none', events)).rejects.toBeInstanceOf(OutcomeUnknown);
    server.thaw();
    await expect(answered(() => store.append(stream, 'none', events))).resolves.toMatchObject({ revision: 0n });
    expect(await wholeLog(store)).toHaveLength(1);
  });
});

describe('a subscription', () => {
  test.each<[string, Fault]>([
    ['whose connection breaks', { on: 'subscribe', kind: 'reset', after: 37, times: 4 }],
    ['that fails', { on: 'subscribe', kind: 'internal', after: 37, times: 4 }],
    ['that is refused for a while', { on: 'subscribe', kind: 'unavailable', times: 4 }],
    ['that ends by itself', { on: 'subscribe', kind: 'end', after: 37, times: 4 }],
    ['that names the checkpoint 2^64-1', { on: 'subscribe', kind: 'checkpoint', after: 37, times: 4 }],
  ])('%s in the middle goes on without gap or double', async (_, fault) => {
    await server.fault(fault);
    const [followed, written] = await Promise.all([follow(160), write()]);
    await server.suffering('subscribe', fault.kind);
    const log = await wholeLog(store, EVERYTHING);
    expect(followed).toEqual(log);
    expect(idsOf(followed).toSorted()).toEqual(written.toSorted());
  });

  test('that names a checkpoint behind the last event, however long the log is, leaves its head where it is', async () => {
    const stream = newStream('debt');
    for (let count = 1; count <= 40; count++) {
      await store.append(stream, count === 1 ? 'none' : BigInt(count - 2), envelopes(stream, count - 1, 1));
      const reader = openEventStoreDbReader(server.url);
      const places: (Place | undefined)[] = [];
      const stop = new AbortController();
      for await (const page of reader.follow(EVERYTHING, stop.signal)) {
        places.push(page.next);
        if (page.atEnd && page.next?.count === count) stop.abort();
      }
      expect((await reader.head()).count).toBe(count);
      for (const place of places) expect((await reader.head(place)).count).toBe(count);
      await reader.close();
    }
  });

  test('to an empty log forgets that the checkpoint was 2^64-1 when its connection breaks', async () => {
    await server.fault({ on: 'subscribe', kind: 'reset' });
    const following = follow(160);
    const written = await write();
    await server.suffering('subscribe', 'reset');
    expect(idsOf(await following).toSorted()).toEqual(written.toSorted());
  });

  test('outlives kill -9 and restarts of the server, again and again', async () => {
    const reader = openEventStoreDbReader(server.url) as EventStore;
    const rounds = 3;
    const following = follow(160 * rounds, reader);
    for (let round = 0; round < rounds; round++) {
      await write();
      await server.restart();
    }
    const log = await wholeLog(store, EVERYTHING);
    expect(log).toHaveLength(160 * rounds);
    expect(await following).toEqual(log);
    await reader.close();
  });

  test('whose consumer is slow gets everything, and holds back what the server sends', async () => {
    const stop = new AbortController();
    const taken: StoredEvent[] = [];
    const following = (async () => {
      for await (const page of store.follow({ ...EVERYTHING, limit: 50 }, stop.signal)) {
        expect(page.events.length).toBeLessThanOrEqual(50);
        taken.push(...page.events);
        if (taken.length >= 2_400) stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    for (let round = 0; round < 15; round++) await write();
    await following;
    expect(taken).toEqual(await wholeLog(store, EVERYTHING));
  });
});

describe('a read', () => {
  test.each(['reset', 'internal', 'unavailable'])(
    'that dies in the middle (%s) says so, and gives no half',
    async (kind) => {
      const stream = newStream();
      await store.append(stream, 'none', envelopes(stream, 0, 100));
      await server.fault({ on: 'read', kind, after: 40 });
      await expect(store.readStream(stream)).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await store.readStream(stream)).toHaveLength(100);
      await server.fault({ on: 'read', kind, after: 40 });
      await expect(store.readAll()).rejects.toBeInstanceOf(StoreUnavailable);
      expect((await store.readAll()).events).toHaveLength(100);
      await server.fault({ on: 'read', kind, after: 40 });
      await expect(openEventStoreDbReader(server.url).head()).rejects.toBeInstanceOf(StoreUnavailable);
      expect((await store.head()).count).toBe(100);
    },
  );

  test('of a server that is down is unavailable', async () => {
    await server.kill();
    await expect(store.readStream(newStream())).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(openEventStoreDb(server.url)).rejects.toBeInstanceOf(StoreUnavailable);
    await server.start();
    expect((await store.head()).count).toBe(0);
  });
});

describe('the end of the log', () => {
  test('is counted in parts, each from where the one before ended', async () => {
    for (let i = 0; i < 3; i++) {
      const stream = newStream();
      await store.append(stream, 'none', envelopes(stream, 0, 100));
    }
    const open = () => openEventStoreDbReader(server.url, { mostCounted: 200 });
    const readers = [open(), open()] as const;
    const first = await readers[0].head();
    expect(first).toMatchObject({ partial: true });
    expect(first.count).toBeLessThanOrEqual(200);
    expect(await readers[0].head(first as Place)).toEqual({ position: expect.any(String), count: 300 });
    expect(await wholeHead(readers[1])).toEqual(await readers[0].head());
    await Promise.all(readers.map((reader) => reader.close()));
  });

  test('is counted from its beginning, whatever a reader counts from', async () => {
    const stream = newStream();
    const { position } = await store.append(stream, 'none', envelopes(stream, 0, 5));
    const second = newStream();
    await store.append(second, 'none', envelopes(second, 0, 5));
    const end = await wholeHead(store);
    const reader = openEventStoreDbReader(server.url);
    // Counts from the position on, to the end: what it passes has other counts than the log's.
    expect(await sequenceOf(reader, position, end as Place)).toBe(end.count - 6);
    expect(await reader.head()).toEqual(end);
    await reader.close();
  });

  test('is not looked for from a place behind it: that is of another log', async () => {
    const stream = newStream();
    await store.append(stream, 'none', envelopes(stream, 0, 5));
    const end = (await store.head()) as Place;
    await server.empty();
    const reader = openEventStoreDbReader(server.url);
    await expect(reader.head(end)).rejects.toThrow(RangeError);
    await reader.close();
  });
});

describe('a server that may drop events', () => {
  const client = (): EventStoreDBClient => EventStoreDBClient.connectionString(server.url);

  test.each([{ maxCount: 10 }, { maxAge: 3_600 }, { truncateBefore: 3 }])(
    '(%j) keeps the store from opening',
    async (metadata) => {
      const raw = client();
      await raw.setStreamMetadata('debt-1', metadata);
      await expect(openEventStoreDb(server.url)).rejects.toBeInstanceOf(EventsMayVanish);
      await raw.setStreamMetadata('debt-1', { owner: 'somebody' });
      await (await openEventStoreDb(server.url)).close();
      await raw.dispose();
    },
  );

  test('stops whoever follows or reads, after what came before', async () => {
    const raw = client();
    const stream = newStream();
    await store.append(stream, 'none', envelopes(stream, 0, 3));
    await raw.setStreamMetadata(stream, { maxCount: 1 });
    await store.append(stream, 2n, envelopes(stream, 3, 1));
    const taken: StoredEvent[] = [];
    const following = (async () => {
      for await (const page of store.follow({}, new AbortController().signal)) taken.push(...page.events);
    })();
    await expect(following).rejects.toBeInstanceOf(EventsMayVanish);
    expect(taken).toHaveLength(3);
    await expect(store.readAll()).rejects.toBeInstanceOf(EventsMayVanish);
    await raw.dispose();
  });
});

test('an event that no ledger wrote stops whoever meets it, after what came before', async () => {
  const raw = EventStoreDBClient.connectionString(server.url);
  const [stream, foreign] = [newStream(), newStream()];
  await store.append(stream, 'none', envelopes(stream, 0, 3));
  const event = jsonEvent({ id: randomUUID(), type: 'debts.DebtDrafted', data: { v: 1, stream, revision: 0 } });
  await raw.appendToStream(foreign, event, { expectedRevision: NO_STREAM });
  const taken: StoredEvent[] = [];
  const following = (async () => {
    for await (const page of store.follow({}, new AbortController().signal)) taken.push(...page.events);
  })();
  await expect(following).rejects.toBeInstanceOf(ForeignEvent);
  expect(taken).toHaveLength(3);
  await expect(store.readStream(foreign)).rejects.toBeInstanceOf(ForeignEvent);
  await raw.dispose();
});
