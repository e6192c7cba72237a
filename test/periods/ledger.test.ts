import fc from 'fast-check';
import { Catalogue } from '../../src/event-store/catalogue.js';
import { periods } from '../../src/composition.js';
import { books } from '../../src/contexts/periods/books.js';
import {
  ApproveClosing,
  ApproveCorrection,
  ClosePeriod,
  RequestClosing,
  RequestCorrection,
} from '../../src/contexts/periods/commands.js';
import { correction } from '../../src/contexts/periods/correction.js';
import { periodEvents } from '../../src/contexts/periods/events.js';
import { SETTLING_MS } from '../../src/contexts/periods/periods.jobs.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { CommandRequest } from '../../src/kernel/decider.js';
import type { PostedEntry } from '../../src/kernel/entries.js';
import { periodsId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import { actor, id, SYSTEM } from '../given.js';
import { A, accepted, log, NOON, refused, request, setup } from '../ledger/setup.js';
import { catalogue as tallies, ENTITY, Post, tally } from '../ledger/tally.js';

/* The tests' today is 1 March 2026; 30 days may be dated back. */
const catalogue = new Catalogue([...tallies.definitions, ...periodEvents]);
const world = () => setup({ catalogue, periods });
const clerk = actor('clerk', 'clerk', ENTITY);
const approver = actor('approver', 'approver', ENTITY);
const target = periodsId(ENTITY);

const dims = { entity: ENTITY, party: 'p', sector: 's', debt: 'd' };
const fine = { account: '4300', dims: { ...dims, ground: 'fine' } } as const;
const ENTRY: PostedEntry = { debit: { account: '1200', dims }, credit: fine, amount: '1.00', currency: 'SAR' };

const post = (
  ledger: Ledger,
  on: string,
  more: Partial<CommandRequest> = {},
  entries = [ENTRY],
  about = A,
): Promise<Outcome> =>
  ledger.execute(
    tally,
    new Post(
      about,
      { amount: '1.00', entries: entries as never },
      request(undefined, { actor: clerk, effectiveOn: on as BusinessDate, ...more }),
    ),
  );

async function close(ledger: Ledger, period: string): Promise<EventId> {
  const asked = await accepted(
    ledger.execute(books, new RequestClosing(target, { entity: ENTITY, period }, request(undefined, { actor: clerk }))),
  );
  const named = asked.event?.id as EventId;
  await accepted(
    ledger.execute(books, new ApproveClosing(target, { request: named }, request(undefined, { actor: approver }))),
  );
  return named;
}

async function approvedCorrection(ledger: Ledger, period: string, about: Uuid = A): Promise<Uuid> {
  const made = crypto.randomUUID() as Uuid;
  const data = { entity: ENTITY, period, reason: 'error', about, command: 'Post' };
  await accepted(ledger.execute(correction, new RequestCorrection(made, data, request(undefined, { actor: clerk }))));
  await accepted(ledger.execute(correction, new ApproveCorrection(made, {}, request(undefined, { actor: approver }))));
  return made;
}

const lastOf = async (store: Parameters<typeof log>[0]) => (await log(store)).at(-1)!.event;

test('what counts in a closed period is refused from the approval on, and told the first open day', async () => {
  const { ledger } = world();
  await accepted(post(ledger, '2026-02-28'));
  await close(ledger, '2026-02');
  const stopped = await refused(post(ledger, '2026-02-28'));
  expect(stopped).toMatchObject({
    code: 'PERIOD_CLOSED',
    facts: { effectiveOn: '2026-02-28', closedThrough: '2026-02-28', firstOpen: '2026-03-01' },
  });
  await accepted(post(ledger, '2026-03-01'));
});

test('all days before a closed period are closed with it', async () => {
  const { ledger } = world();
  await close(ledger, '2026-02');
  expect((await refused(post(ledger, '2026-02-05'))).code).toBe('PERIOD_CLOSED');
});

test('a policy, the clock and a bank are never refused: what they post counts on the first open day', async () => {
  const { ledger, store, clock } = world();
  await close(ledger, '2026-01');
  for (const source of ['policy', 'clock'] as const) {
    await accepted(post(ledger, '2026-01-15', { source, mayBackdate: true }));
    expect(await lastOf(store)).toMatchObject({ effectiveOn: '2026-02-01', type: 'tallies.TallyPosted' });
  }
  expect(clock.time).toBe(NOON);
});

test('an approved correction lets its command count, however far back, and its events name it; a second command is refused', async () => {
  const { ledger, store } = world();
  await close(ledger, '2025-11');
  const named = await approvedCorrection(ledger, '2025-11');
  await accepted(post(ledger, '2025-11-30', { correction: named }));
  expect(await lastOf(store)).toMatchObject({ effectiveOn: '2025-11-30', refs: { correction: named } });
  const again = await refused(post(ledger, '2025-11-30', { correction: named }));
  expect(again).toMatchObject({ code: 'CORRECTION', facts: { because: 'NOT_APPROVED' } });
});

test('a repeat of the corrected command gets its first answer', async () => {
  const { ledger, store } = world();
  await close(ledger, '2025-11');
  const asked = request('k', {
    actor: clerk,
    effectiveOn: '2025-11-30' as BusinessDate,
    correction: await approvedCorrection(ledger, '2025-11'),
  });
  const send = () => ledger.execute(tally, new Post(A, { amount: '1.00', entries: [ENTRY] as never }, asked));
  const first = await accepted(send());
  const length = (await log(store)).length;
  expect(await send()).toMatchObject({ ...first, repeated: true });
  expect(await log(store)).toHaveLength(length);
});

test('a correction for something else, or that nobody approved, opens nothing', async () => {
  const { ledger } = world();
  await close(ledger, '2026-02');
  const other = await approvedCorrection(ledger, '2026-02', id('another thing'));
  expect(await refused(post(ledger, '2026-02-28', { correction: other }))).toMatchObject({
    facts: { because: 'OTHER' },
  });
  const unknown = id('no such correction');
  expect(await refused(post(ledger, '2026-02-28', { correction: unknown }))).toMatchObject({
    facts: { because: 'NOT_FOUND' },
  });
});

test('a correction that is named without need lets nothing count further back than anybody may', async () => {
  const { ledger } = world();
  const named = await approvedCorrection(ledger, '2025-11');
  expect((await refused(post(ledger, '2025-11-30', { correction: named }))).code).toBe('BACKDATING');
});

test('what follows from a correction belongs to it', async () => {
  const { ledger, store } = world();
  await close(ledger, '2025-11');
  const named = await approvedCorrection(ledger, '2025-11');
  await accepted(post(ledger, '2025-11-30', { source: 'policy', mayBackdate: true, correction: named, actor: SYSTEM }));
  expect(await lastOf(store)).toMatchObject({ effectiveOn: '2025-11-30', refs: { correction: named } });
});

test('§4 what belongs to the result of a closed year is posted to 3000, with the same dims', async () => {
  const { ledger, store } = world();
  await close(ledger, '2025');
  const takenBack: PostedEntry = {
    debit: { ...fine, of: '2025' },
    credit: ENTRY.debit,
    amount: '1.00',
    currency: 'SAR',
  };
  await accepted(post(ledger, '2026-03-01', {}, [takenBack]));
  expect((await lastOf(store)).entries).toEqual([
    { debit: { account: '3000', dims: fine.dims }, credit: ENTRY.debit, amount: '1.00', currency: 'SAR' },
  ]);
  await accepted(post(ledger, '2026-03-01', {}, [{ ...takenBack, debit: { ...fine, of: '2026' } }]));
  expect((await lastOf(store)).entries[0]?.debit).toEqual(fine);
  await accepted(post(ledger, '2025-12-31', { correction: await approvedCorrection(ledger, '2025-12') }));
  expect((await lastOf(store)).entries[0]?.credit).toEqual({ account: '3000', dims: fine.dims });
});

test('while no year is closed what is taken back stays in its own account, and no hint is stored', async () => {
  for (const options of [{}, { periods }]) {
    const { ledger, store } = setup({ catalogue, ...options });
    await accepted(post(ledger, '2026-03-01', {}, [{ ...ENTRY, credit: { ...fine, of: '2025' } }]));
    expect((await lastOf(store)).entries).toEqual([ENTRY]);
  }
});

test('several processes: another one knows within a second, and nothing is read for what counts today', async () => {
  const { ledger, process, clock, store } = world();
  const other = process();
  await accepted(post(other, '2026-02-28'));
  await close(ledger, '2026-02');
  await accepted(post(other, '2026-02-28')); // it looked less than a second ago
  clock.time += 1_001;
  expect((await refused(post(other, '2026-02-28'))).code).toBe('PERIOD_CLOSED');
  await accepted(post(other, '2026-03-01'));
  const named = (await log(store)).find(({ event }) => event.type === 'periods.ClosingRequested')!.event.id;
  await accepted(
    ledger.execute(
      books,
      new ClosePeriod(target, { request: named }, request(undefined, { actor: SYSTEM, source: 'clock' })),
    ),
  );
  const events = (await log(store)).map(({ event }) => event);
  const closedAt = events.findIndex(({ type }) => type === 'periods.PeriodClosed');
  const late = events
    .slice(closedAt)
    .filter(({ effectiveOn, entries }) => entries.length > 0 && effectiveOn <= '2026-02-28');
  expect(late).toEqual([]);
});

test('after PeriodClosed nothing counts in the period but by an approved correction, whatever two processes do', async () => {
  const DAYS = ['2026-01-20', '2026-01-31', '2026-02-01', '2026-02-15', '2026-02-28', '2026-03-01'];
  const step = fc.oneof(
    fc.record({
      do: fc.constant('post' as const),
      by: fc.nat(1),
      on: fc.nat(DAYS.length - 1),
      corrected: fc.boolean(),
    }),
    fc.record({ do: fc.constant('ask' as const), by: fc.nat(1), on: fc.nat(1), corrected: fc.boolean() }),
    fc.record({ do: fc.constant('clock' as const), by: fc.nat(1), on: fc.nat(1), corrected: fc.boolean() }),
    fc.record({ do: fc.constant('wait' as const), by: fc.nat(1), on: fc.nat(20), corrected: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const { ledger, process, clock, store } = world();
      const both = [ledger, process()] as const;
      let approvedAt = Infinity;
      let named: EventId | undefined;
      for (const { do: what, by, on, corrected } of steps) {
        const one = both[by as 0 | 1];
        if (what === 'wait') clock.time += on * 1_000;
        else if (what === 'post') {
          const day = DAYS[on] as string;
          const correction = corrected ? await approvedCorrection(one, day.slice(0, 7)) : undefined;
          await post(one, day, { mayBackdate: true, ...(correction !== undefined && { correction }) });
        } else if (what === 'ask' && named === undefined) {
          const period = ['2026-01', '2026-02'][on] as string;
          const { closing, through } = (await one.load(books, target)).state;
          if (closing !== null || (through !== null && through >= `${period}-28`)) continue;
          named = await close(one, period);
          approvedAt = clock.time;
        } else if (what === 'clock' && named !== undefined && clock.time >= approvedAt + SETTLING_MS) {
          const asked = request(undefined, { actor: SYSTEM, source: 'clock' });
          await accepted(one.execute(books, new ClosePeriod(target, { request: named }, asked)));
          named = undefined;
        }
      }
      let through = '';
      for (const { event } of await log(store)) {
        if (event.type === 'periods.PeriodClosed') ({ through } = event.data as { through: string });
        const isLate = event.entries.length > 0 && event.effectiveOn <= through;
        expect(isLate && event.refs.correction === undefined).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});
