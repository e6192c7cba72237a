import fc from 'fast-check';
import { balancePolicies } from '../../src/contexts/balances/balances.policy.js';
import { debtCommands } from '../../src/contexts/debts/commands.js';
import { debtGivingBack } from '../../src/contexts/debts/debt.js';
import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionCommands } from '../../src/contexts/subscriptions/commands.js';
import { employment } from '../../src/contexts/subscriptions/employment.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { subscriptionPolicies } from '../../src/contexts/subscriptions/subscriptions.policy.js';
import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';
import { SubscriptionBooks } from '../subscriptions/books.js';
import { subscription } from '../subscriptions/cast.js';
import * as buyers from '../subscriptions/people.js';
import { Books } from '../world/books.js';
import { MONEY_DECIDERS, MONEY_EVENTS } from '../world/laws.js';
import * as debtors from '../world/people.js';
import { anyDecider, World } from '../world/world.js';

/** What happened, and a question about it: as of which day, from which day on, and how much of it is known. */
export interface History {
  readonly log: readonly Envelope[];
  /** The same, each command on the day that it was given. */
  readonly unshifted: readonly Envelope[];
  readonly from: string;
  readonly on: string;
  readonly sequence: number;
}

const debt = debtGivingBack(1);

function debtLog(steps: readonly debtors.Step[]): Envelope[] {
  const deciders = { ...Object.fromEntries(debtCommands.map((type) => [type, anyDecider(debt)])), ...MONEY_DECIDERS };
  const books = new Books();
  const policies = [...debtPolicies, ...balancePolicies];
  const world = new World(deciders, policies, [...debtEvents, ...MONEY_EVENTS], (event) => books.take(event));
  const people = new debtors.People(world, books);
  for (const step of steps) people.do(step);
  return world.log;
}

function subscriptionLog(steps: readonly buyers.Step[]): Envelope[] {
  const deciders = {
    ...Object.fromEntries(subscriptionCommands.map((type) => [type, anyDecider(subscription)])),
    RecordResignation: anyDecider(employment),
    ...MONEY_DECIDERS,
  };
  const books = new SubscriptionBooks();
  const policies = [...subscriptionPolicies, ...balancePolicies];
  const world = new World(deciders, policies, [...subscriptionEvents, ...MONEY_EVENTS], (event) => books.take(event));
  const people = new buyers.People(world, books);
  for (const step of steps) people.do(step);
  return world.log;
}

/** Some commands count on another day than they were given: what a command made moves together. */
function shifted(log: readonly Envelope[], days: readonly number[]): Envelope[] {
  const order = new Map<string, number>();
  return log.map((event) => {
    const number = order.get(event.commandId) ?? order.size;
    order.set(event.commandId, number);
    return { ...event, effectiveOn: addDays(event.effectiveOn, days[number % days.length] ?? 0) };
  });
}

/** What one command made is known together: an instalment is paid by the event after the one that posts it. */
function wholeCommand(log: readonly Envelope[], sequence: number): number {
  let last = sequence;
  while (last >= 0 && log[last + 1]?.commandId === log[last]?.commandId) last++;
  return last;
}

const history = (logs: fc.Arbitrary<Envelope[]>): fc.Arbitrary<History> =>
  fc
    .record({
      log: logs,
      days: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -60, max: 5 })), { minLength: 1, maxLength: 9 }),
      picks: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
    })
    .map(({ log, days, picks: [a, b, known] }) => {
      const events = shifted(log, days);
      const day = (pick: number): string => events[pick % Math.max(1, events.length)]?.effectiveOn ?? '2026-03-01';
      const [from, on] = [day(a), day(b)].sort() as [string, string];
      const isNow = known % 4 > 0;
      const sequence = wholeCommand(events, events.length - 1 - (isNow ? 0 : known % (events.length + 1)));
      return { log: events, unshifted: log, from, on, sequence };
    });

/** Random lives of debts and of subscriptions, with back-dated commands, and a question about them. */
export const histories: fc.Arbitrary<History> = fc.oneof(
  history(debtors.steps(90).map(debtLog)),
  history(buyers.steps(90).map(subscriptionLog)),
);

/** What the known entries add up to on an account until the day: debits less credits, by entity and currency. */
export function balances({ log, on, sequence }: History, ...accounts: string[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { effectiveOn, entries } of log.slice(0, sequence + 1)) {
    if ((effectiveOn as BusinessDate) > on) continue;
    for (const { debit, credit, amount, currency } of entries) {
      const { minor } = parseMoney({ amount, currency });
      for (const [{ account, dims }, by] of [
        [debit, minor],
        [credit, -minor],
      ] as const) {
        if (!accounts.includes(account)) continue;
        const key = `${dims.entity} ${currency}`;
        sums.set(key, (sums.get(key) ?? 0n) + by);
      }
    }
  }
  return sums;
}
