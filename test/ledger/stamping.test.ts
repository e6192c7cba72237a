import type { Entry } from '../../src/kernel/entries.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { systemClock } from '../../src/kernel/clock.js';
import { eventId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import { id } from '../given.js';
import { A, accepted, add, CLERK, log, NOON, refused, request, setup, stream, TODAY, typesOf } from './setup.js';
import { ENTITY, Post, tally } from './tally.js';

const DAY = 86_400_000;
const on = (effectiveOn: string, mayBackdate = false) =>
  request(undefined, { effectiveOn: effectiveOn as BusinessDate, mayBackdate });

describe('the envelope (DESIGN.md, Envelope)', () => {
  test('says who did what, when, under which rules, and what it follows from', async () => {
    const { store, ledger } = setup();
    const causation = id('cause') as Uuid as EventId;
    const asked = request('k', { causation, source: 'policy', correlation: id('flow') });
    await add(ledger, 5, asked, 2);
    expect((await log(store)).map(({ event }) => event)).toEqual(
      [0, 1].map((index) => ({
        v: 1,
        ledger: id('ledger'),
        id: eventId(asked.id, index),
        stream,
        revision: index,
        type: 'tallies.TallyAdded',
        schemaVersion: 1,
        effectiveOn: TODAY,
        recordedAt: new Date(NOON).toISOString(),
        actor: CLERK,
        commandId: asked.id,
        requestDigest: asked.digest,
        causation,
        correlation: id('flow'),
        ruleSet: 'test',
        source: 'policy',
        evidence: [],
        refs: {},
        entries: [],
        data: { by: 5, total: 5 * (index + 1) },
      })),
    );
  });

  test('of a refusal says the same, with an id that no event of the target has', async () => {
    const { store, ledger } = setup();
    await refused(add(ledger, -1, request('k')));
    const [stored] = await log(store);
    expect(stored?.event).toMatchObject({
      revision: 0,
      actor: CLERK,
      commandId: id('k'),
      effectiveOn: TODAY,
      entries: [],
      data: { command: 'Add', targetRevision: -1, rule: 'test', ruleVersion: 3, requestDigest: '1'.repeat(64) },
    });
    for (let index = 0; index < 10; index++) expect(stored?.event.id).not.toBe(eventId(request('k').id, index));
  });
});

describe('entries are asserted to balance, in production too (DESIGN.md, Entries)', () => {
  const cash = { account: '1100', dims: { entity: ENTITY } } as const;
  const fees = { account: '2310', dims: { entity: ENTITY, party: 'p', receipt: 'r' } } as const;
  const entry = (more: object): Entry => ({ debit: cash, credit: fees, amount: '1.00', currency: 'SAR', ...more });

  test('and are stored as they were decided', async () => {
    const { store, ledger } = setup();
    await ledger.execute(tally, new Post(A, { amount: '1.00', entries: [entry({})] }, request()));
    expect((await log(store))[0]?.event.entries).toEqual([entry({})]);
  });

  test.each<[string, object]>([
    ['nothing moves', { amount: '0.00' }],
    ['less than nothing moves', { amount: '-1.00' }],
    ['more decimals than the currency has', { amount: '1.001' }],
    ['an unknown currency', { currency: 'XXX' }],
    ['an account that is not in the chart', { debit: { account: '9999', dims: { entity: ENTITY } } }],
    ['no entity', { debit: { account: '1100', dims: {} } }],
    ['two entities', { debit: { account: '1100', dims: { entity: 'another' } } }],
    ['a dimension that the account needs is missing', { credit: { account: '2310', dims: { entity: ENTITY } } }],
  ])('or nothing is written: %s', async (_, fault) => {
    const { store, ledger } = setup();
    const posted = ledger.execute(
      tally,
      new Post(A, { amount: '1.00', entries: [entry({}), entry(fault)] }, request()),
    );
    await expect(posted).rejects.toThrow();
    expect(await log(store)).toEqual([]);
  });
});

describe('recordedAt: one clock that never goes back (DESIGN.md, Two times)', () => {
  test('also where the machine goes back', async () => {
    let machine = NOON;
    const { store, ledger } = setup({ clock: systemClock(() => machine) });
    for (const step of [0, 5, -10_000, 2, 10_006]) {
      machine += step;
      await add(ledger, 1);
    }
    const at = (await log(store)).map(({ event }) => Date.parse(event.recordedAt) - NOON);
    expect(at).toEqual([0, 5, 5, 5, 13]);
  });

  test('the business day is that of Riyadh', async () => {
    const { store, clock, ledger } = setup();
    clock.time = Date.parse('2026-03-01T20:59:59.999Z');
    await add(ledger, 1);
    clock.time += 1;
    await add(ledger, 1);
    expect((await log(store)).map(({ event }) => event.effectiveOn)).toEqual(['2026-03-01', '2026-03-02']);
  });

  test('a command that is decided again after midnight counts from the new day', async () => {
    const { store, clock, ledger, process } = setup();
    await add(ledger, 1);
    await add(process(), 1);
    store.onAppend = () => {
      clock.time = NOON + DAY;
      return undefined;
    };
    await add(ledger, 1); // conflicts with what the other process wrote
    expect((await log(store)).at(-1)?.event.effectiveOn).toBe('2026-03-02');
  });
});

describe('effectiveOn: when it counts (DESIGN.md, Two times)', () => {
  test.each(['2026-03-01', '2026-02-28', '2026-01-30'])('%s, within 30 days, is taken', async (day) => {
    const { store, ledger } = setup();
    await accepted(add(ledger, 1, on(day)));
    expect((await log(store))[0]?.event).toMatchObject({ effectiveOn: day, recordedAt: expect.stringMatching(TODAY) });
  });

  test('a day further back is refused with BACKDATING, and the refusal is recorded', async () => {
    const { store, ledger } = setup();
    expect(await add(ledger, 1, on('2026-01-29'))).toMatchObject({
      code: 'BACKDATING',
      of: 'value',
      facts: { effectiveOn: '2026-01-29', earliest: '2026-01-30' },
    });
    expect(await typesOf(store)).toEqual(['AddRejected']);
    expect((await log(store))[0]?.event.effectiveOn).toBe(TODAY);
  });

  test('an importer may go back as far as it likes, but not into the future', async () => {
    const { store, ledger } = setup();
    await accepted(add(ledger, 1, on('2000-01-01', true)));
    expect((await log(store))[0]?.event.effectiveOn).toBe('2000-01-01');
    expect(await add(ledger, 1, on('2026-03-02', true))).toMatchObject({
      code: 'FUTURE_DATE',
      facts: { effectiveOn: '2026-03-02', today: TODAY },
    });
  });

  test('what a policy sends for a fact counts on its day, although the clock was set back since', async () => {
    const { store, ledger } = setup();
    const followed = request('k', { source: 'policy', effectiveOn: '2026-03-02' as BusinessDate });
    await accepted(add(ledger, 1, followed));
    expect((await log(store))[0]?.event).toMatchObject({
      effectiveOn: '2026-03-02',
      recordedAt: expect.stringMatching(TODAY),
    });
  });

  test('with no days back at all only today is taken', async () => {
    const { ledger } = setup({ backdatingDays: 0 });
    await accepted(add(ledger, 1, on(TODAY)));
    expect(await add(ledger, 1, on('2026-02-28'))).toMatchObject({ code: 'BACKDATING' });
  });
});
