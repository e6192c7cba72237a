import fc from 'fast-check';
import { debtDetail } from '../../projections/debt-detail/projection.js';
import { DEBT_FIGURES, owedBy, take, textOf, type DebtFigure } from '../../projections/explain/debt.js';
import { beginningOf, explainedDebt, type DebtExplained } from '../../projections/explain/debts.js';
import type { Log } from '../../projections/instruments/opening.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Uuid } from '../../src/kernel/ids.js';
import { cutAt, logOf } from '../instruments/log.js';
import { foldAll, live } from '../projections/life.js';
import { steps } from '../world/people.js';

const LATEST = '2199-12-31' as BusinessDate;

async function explained(log: Log, id: string, figure: DebtFigure, at: number, effectiveOn = LATEST, paging = {}) {
  const beginning = await beginningOf(log, id as Uuid);
  if (beginning === undefined) throw new Error(`no debt ${id}`);
  const asked = { id: id as Uuid, figure, effectiveOn, cut: cutAt(at), limit: 1000, ...paging };
  return explainedDebt(log, beginning, asked);
}

/** Each begins where the one before ended, and the last ends with the figure. */
function expectAddsUp({ page, value, count, standing }: DebtExplained): void {
  expect(page).toHaveLength(count);
  const zero = typeof value === 'bigint' ? 0n : 'none';
  expect([zero, ...page.map(({ after }) => after)]).toEqual([...page.map(({ before }) => before), value]);
  expect(standing.running).toBe(value);
}

const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 60);
const histories = fc.tuple(steps(90), fc.nat(), fc.nat(400));
/** The same in every run, so that what is asserted is known to have happened. */
const examples = fc.sample(fc.tuple(histories), { numRuns: 20, seed: 1 });

test('whatever happened, a debt’s figures at any sequence are those of its view, and their instruments add up to them', async () => {
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(histories, async ([done, upTo]) => {
      const { world } = live(done);
      if (world.log.length === 0) return;
      const at = upTo % world.log.length;
      const log = logOf(world.log);
      const views = foldAll(debtDetail, world.log.slice(0, at + 1));
      for (const [id, view] of views) {
        for (const figure of DEBT_FIGURES) {
          const found = await explained(log, id, figure, at);
          expectAddsUp(found);
          const { standing, value } = found;
          const shown = figure === 'state' ? (view.underReview ? 'underReview' : view.state) : view[figure].amount;
          expect([figure, textOf(value, standing.currency)]).toEqual([figure, shown]);
          seen += found.count;
        }
      }
    }),
    { numRuns: Math.max(RUNS, examples.length), examples },
  );
  expect(seen).toBeGreaterThan(200);
});

test('as of any day, what is owed is what the entries up to it come to, once the debt is registered', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ([done, upTo, day]) => {
      const { world } = live(done);
      if (world.log.length === 0) return;
      const at = upTo % world.log.length;
      const on = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10) as BusinessDate;
      const known = world.log.slice(0, at + 1);
      for (const id of foldAll(debtDetail, known).keys()) {
        const counted = known.filter(({ stream, effectiveOn }) => stream === `debt-${id}` && effectiveOn <= on);
        const found = await explained(logOf(world.log), id, 'balance', at, on);
        expectAddsUp(found);
        if (!counted.some(({ type }) => type === 'debts.DebtRegistered')) continue;
        expect(found.value).toBe(
          counted.flatMap(({ entries }) => entries).reduce((sum, each) => sum + owedBy(each), 0n),
        );
      }
    }),
    { numRuns: RUNS },
  );
});

test('pages of any size are the same instruments, and each says the whole figure', async () => {
  const { world } = live(fc.sample(steps(90), { numRuns: 1, seed: 7 })[0]!);
  const log = logOf(world.log);
  const at = world.log.length - 1;
  for (const id of foldAll(debtDetail, world.log).keys()) {
    const whole = await explained(log, id, 'state', at);
    const seen: DebtExplained['page'][number][] = [];
    for (let after = -1, isLast = false; !isLast;) {
      const page = await explained(log, id, 'state', at, LATEST, { limit: 1, after });
      expect([page.value, page.count]).toEqual([whole.value, whole.count]);
      seen.push(...page.page);
      after = page.page.at(-1)?.stored.event.revision ?? after;
      isLast = page.isLast;
    }
    expect(seen).toEqual(whole.page);
  }
});

test('a decision names the request that it answers, a registration the draft', async () => {
  const { world } = live(fc.sample(steps(300), { numRuns: 1, seed: 11 })[0]!);
  const log = logOf(world.log);
  const byId = new Map(world.log.map((event) => [event.id as string, event]));
  const answered = new Set<string>();
  for (const id of foldAll(debtDetail, world.log).keys()) {
    for (const { stored, request } of (await explained(log, id, 'state', world.log.length - 1)).page) {
      if (request == null) continue;
      const asked = byId.get(request.event)!;
      expect(asked).toMatchObject({ type: request.type, effectiveOn: request.on, actor: request.by });
      expect(asked.actor.id).not.toBe(stored.event.actor.id);
      answered.add(stored.event.type);
    }
  }
  expect(answered).toContain('debts.DebtRegistered');
  expect(answered.size).toBeGreaterThan(2);
});

test('what does not add up is a fault, never an explanation', async () => {
  const { world } = live(fc.sample(steps(90), { numRuns: 1, seed: 7 })[0]!);
  const paid = world.log.find(({ type }) => type === 'debts.ReceiptApplied')!;
  const lowered = paid.entries.map((each): Entry => ({ ...each, amount: '0.01' }));
  const altered = world.log.map((event): Envelope => (event === paid ? { ...event, entries: lowered } : event));
  const id = paid.refs.debt!;
  await expect(explained(logOf(altered), id, 'balance', altered.length - 1)).rejects.toThrow(
    /posts .* to what is owed/,
  );
  const orphan = { ...paid, revision: 0 };
  const question = { figure: 'balance', effectiveOn: LATEST, isRegistered: true } as const;
  expect(() => take(null, orphan as never, question)).toThrow(/begins with/);
});
