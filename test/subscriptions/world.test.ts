import fc from 'fast-check';
import { subscriptions } from '../../projections/subscriptions/projection.js';
import { balancePolicies } from '../../src/contexts/balances/balances.policy.js';
import { subscriptionCommands } from '../../src/contexts/subscriptions/commands.js';
import { employment } from '../../src/contexts/subscriptions/employment.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { SUBSCRIPTION_RULES } from '../../src/contexts/subscriptions/rules.js';
import { dueOf } from '../../src/contexts/subscriptions/schedule.js';
import { deferredOf, waitingOf, type Subscription } from '../../src/contexts/subscriptions/state.js';
import { subscriptionPolicies } from '../../src/contexts/subscriptions/subscriptions.policy.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { formatMinor } from '../../src/kernel/money.js';
import type { Rule } from '../../src/kernel/refusal.js';
import { foldAll } from '../projections/life.js';
import { lawsOfEveryWorld, MONEY_DECIDERS, MONEY_EVENTS } from '../world/laws.js';
import { anyDecider, World } from '../world/world.js';
import { SubscriptionBooks } from './books.js';
import { subscription } from './cast.js';
import { People, SLOTS, steps, type Step } from './people.js';

const DECIDERS = {
  ...Object.fromEntries(subscriptionCommands.map((type) => [type, anyDecider(subscription)])),
  RecordResignation: anyDecider(employment),
  ...MONEY_DECIDERS,
};
const DEFINITIONS = [...subscriptionEvents, ...MONEY_EVENTS];
const POLICIES = [...subscriptionPolicies, ...balancePolicies];

/** Lives in each property; more than these many look for what is rarer. */
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 200);

/** The steps, done; then everything that waits is delivered, and the clock runs until nothing is due any more. */
function live(done: readonly Step[], order: readonly number[]): { world: World; books: SubscriptionBooks } {
  const books = new SubscriptionBooks();
  const world = new World(DECIDERS, POLICIES, DEFINITIONS, (event) => books.take(event));
  const people = new People(world, books);
  for (const step of done) people.do(step);
  const drain = (): void => world.drain((delivered) => order[delivered % order.length] ?? 0);
  drain();
  world.today = '2199-01-01' as BusinessDate;
  for (const slot of SLOTS) people.keep(slot.id, Infinity);
  drain();
  return { world, books };
}

const lives = fc.tuple(steps(110), fc.array(fc.nat(99), { minLength: 1, maxLength: 12 }));

describe('whatever anybody does with subscriptions, in whatever order what follows arrives, however late the clock', () => {
  test('money is conserved, 2310 and 2330 are as the laws say, 2100 is fully earned, and nothing is refunded (Q6, §4)', () => {
    fc.assert(
      fc.property(lives, ([done, order]) => {
        expect(live(done, order).books.close()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  lawsOfEveryWorld(lives, ([done, order]) => live(done, order).world, RUNS);

  test('the read model says what the decider knows', () => {
    fc.assert(
      fc.property(lives, ([done, order]) => {
        const { world } = live(done, order);
        const views = foldAll(subscriptions, world.log);
        const streams = [...world.refolded()].filter(({ stream }) => stream.startsWith('subscription-'));
        expect(views.size).toBe(streams.length);
        for (const { stream, state } of streams) {
          const known = state as Subscription;
          const text = (minor: bigint): string => formatMinor(minor, known.currency);
          const bill = known.order && text(known.order.net + known.order.vat - waitingOf(known));
          const view = views.get(stream.slice('subscription-'.length));
          expect(view).toMatchObject({
            establishment: known.refs.establishment,
            user: known.refs.user,
            entity: known.refs.entity,
            relation: known.relation,
            state: known.status,
            endsOn: known.endsOn,
            termCount: known.term,
            deferred: text(deferredOf(known)),
            owed: text(known.owed),
            due: dueOf(known),
          });
          expect(view?.order?.missing ?? null).toBe(bill);
          expect(view?.dueOn ?? null).toBe(view?.due?.slice(0, 10) ?? null);
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

test('the steps reach every event and every rule: nothing above holds for want of trying', () => {
  const types = new Set<string>();
  const rules = new Set<Rule>();
  const situations = new Set<string>();
  for (const [done, order] of fc.sample(lives, { numRuns: 300, seed: 20_260_301 })) {
    const { world, books } = live(done, order);
    for (const { type } of world.log) types.add(type);
    for (const { outcome } of world.outcomes) if (outcome.kind === 'refused') rules.add(outcome.by);
    for (const situation of books.found.situations) situations.add(situation);
  }
  const happens = DEFINITIONS.map(({ type }) => type).filter((type) => !type.endsWith('Rejected'));
  expect(happens.filter((type) => !types.has(type))).toEqual([]);
  expect([...situations].sort()).toEqual([
    'less than the bill waits',
    'what is over expires before it is bought anew',
    'what paid a term is owed again',
    'what waited for an order is released',
    'what was owed again is paid',
  ]);
  // A receipt of another currency is never matched.
  const reachable = Object.values(SUBSCRIPTION_RULES).filter((rule) => rule !== SUBSCRIPTION_RULES.CURRENCY);
  expect(reachable.filter((rule) => !rules.has(rule)).map(({ code }) => code)).toEqual([]);
});
