import fc from 'fast-check';
import { balancePolicies } from '../../src/contexts/balances/balances.policy.js';
import { BILLING_RULES } from '../../src/contexts/billing/rules.js';
import { debtCommands } from '../../src/contexts/debts/commands.js';
import { debtGivingBack } from '../../src/contexts/debts/debt.js';
import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { CALENDAR, debtRules, RESERVED_GROUND, TOO_MANY_GROUNDS } from '../../src/contexts/debts/rules.js';
import type { Rule } from '../../src/kernel/refusal.js';
import { Books } from './books.js';
import { lawsOfEveryWorld, MONEY_DECIDERS, MONEY_EVENTS, textOf } from './laws.js';
import { People, steps, type Step } from './people.js';
import { anyDecider, World } from './world.js';

/** What is given back is named receipt by receipt, so that much waits. */
const debt = debtGivingBack(1);
const DECIDERS = {
  ...Object.fromEntries(debtCommands.map((type) => [type, anyDecider(debt)])),
  ...MONEY_DECIDERS,
};
const DEFINITIONS = [...debtEvents, ...MONEY_EVENTS];
const POLICIES = [...debtPolicies, ...balancePolicies];

/** Lives in each property; more than these many look for what is rarer. */
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 400);

/** The steps, done; then everything that waits is delivered, in an order of its own. */
function live(done: readonly Step[], order: readonly number[]): { world: World; books: Books } {
  const books = new Books();
  const world = new World(DECIDERS, POLICIES, DEFINITIONS, (event) => books.take(event));
  const people = new People(world, books);
  for (const step of done) people.do(step);
  world.drain((delivered) => order[delivered % order.length] ?? 0);
  return { world, books };
}

const lives = fc.tuple(steps(110), fc.array(fc.nat(99), { minLength: 1, maxLength: 12 }));

describe('whatever anybody does, in whatever order what follows arrives', () => {
  test('the books are right after every event and when all is done (domain.md §3, §4; DESIGN.md, Entries)', () => {
    fc.assert(
      fc.property(lives, ([done, order]) => {
        const { books } = live(done, order);
        expect(books.close()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  lawsOfEveryWorld(lives, ([done, order]) => live(done, order).world, RUNS);

  test('a refused or repeated command changes nothing, and every other one is in the log', () => {
    fc.assert(
      fc.property(lives, ([done, order]) => {
        const { world } = live(done, order);
        const accepted = new Set(world.outcomes.filter(({ outcome }) => outcome.kind === 'accepted').map(idOf));
        const withEvents = new Set(world.log.map(({ commandId }) => commandId));
        expect([...withEvents].filter((commandId) => !accepted.has(commandId))).toEqual([]);
        expect(new Set(world.log.map(({ id }) => id)).size).toBe(world.log.length);
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  test('the same steps give the same log, byte by byte', () => {
    fc.assert(
      fc.property(lives, ([done, order]) => {
        expect(textOf(live(done, order).world)).toBe(textOf(live(done, order).world));
      }),
      { numRuns: Math.ceil(RUNS / 8) },
    );
  });
});

test('the steps reach every event and every rule: nothing above holds for want of trying', () => {
  const types = new Set<string>();
  const rules = new Set<Rule>();
  const situations = new Set<string>();
  for (const [done, order] of fc.sample(lives, { numRuns: 400, seed: 20_260_301 })) {
    const { world, books } = live(done, order);
    for (const situation of books.found.situations) situations.add(situation);
    for (const { type } of world.log) types.add(type);
    for (const { outcome } of world.outcomes) if (outcome.kind === 'refused') rules.add(outcome.by);
  }
  const happens = DEFINITIONS.map(({ type }) => type).filter((type) => !type.endsWith('Rejected'));
  expect(happens.filter((type) => !types.has(type))).toEqual([]);
  expect([...situations].sort()).toEqual([
    'a debt is waived whole',
    'a reduction lowers what was approved',
    'a reversal does not wait for what is given back',
    'a reversal lowers what was approved',
    'a reversal reopens a completed plan',
    'several receipts are given back',
    'something is given back to another payer than the debtor',
  ]);
  // A balance is moved by policies only, and no rule stops those. No life here is long enough for too many grounds, or
  // for a day that the Hijri calendar does not reach; nobody here names a ground that is reserved.
  const elsewhere = [TOO_MANY_GROUNDS, CALENDAR, RESERVED_GROUND];
  const reachable = [...debtRules, ...Object.values(BILLING_RULES)].filter((rule) => !elsewhere.includes(rule));
  expect(reachable.filter((rule) => !rules.has(rule))).toEqual([]);
});

const idOf = ({ sent }: { readonly sent: { readonly id: string } }): string => sent.id;
