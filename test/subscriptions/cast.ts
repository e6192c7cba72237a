/* Who and what the tests of subscriptions are about: the plan `basic`, 100.00 SAR and 15 % VAT, for one user. */
import type { DataOf, SubscriptionCommand } from '../../src/contexts/subscriptions/commands.js';
import { subscriptionEvents, type SubscriptionEvent } from '../../src/contexts/subscriptions/events.js';
import { EXAMPLE_TARIFF } from '../../src/contexts/subscriptions/example-tariff.js';
import { nextDue, readDue, dueCode, type Occurrence } from '../../src/contexts/subscriptions/schedule.js';
import type { SubscriptionState } from '../../src/contexts/subscriptions/state.js';
import { subscriptionUnder } from '../../src/contexts/subscriptions/subscription.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Leg } from '../../src/kernel/accounts.js';
import { subscriptionId, type PartyId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party, SYSTEM, type Given } from '../given.js';

export const subscription = subscriptionUnder(EXAMPLE_TARIFF);
export const given = givenFor(subscription, subscriptionEvents);
export type GivenSubscription = Given<SubscriptionState, SubscriptionCommand, SubscriptionEvent>;

export const ESTABLISHMENT = party('establishment');
export const USER = party('user');
export const ENTITY = EXAMPLE_TARIFF.plans[0]!.entity as PartyId;
export const SUBSCRIPTION = subscriptionId(ESTABLISHMENT, USER, 'basic');
export const REFS = {
  subscription: SUBSCRIPTION,
  establishment: ESTABLISHMENT,
  user: USER,
  entity: ENTITY,
  sector: 'labour',
};

export const owner = actor('owner', 'establishment', ESTABLISHMENT);
export const user = actor('user', 'debtor', USER);
export const stranger = actor('stranger', 'establishment', party('another establishment'));

export const day = (text: string): BusinessDate => text as BusinessDate;
/** Ordered on that day, unless a test says otherwise. */
export const ORDERED = '2026-03-01';

const ACCEPTED = { term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' };
export const purchase = (changes: Partial<DataOf<'PurchaseSubscription'>> = {}): SubscriptionCommand => {
  const data = {
    establishment: ESTABLISHMENT,
    user: USER,
    relation: 'employee',
    plan: 'basic',
    ...ACCEPTED,
    ...changes,
  };
  return { type: 'PurchaseSubscription', target: subscriptionId(data.establishment, data.user, data.plan), data };
};
const target = SUBSCRIPTION;
export const renew = (changes: Partial<DataOf<'RenewSubscription'>> = {}): SubscriptionCommand => ({
  type: 'RenewSubscription',
  target,
  data: { ...ACCEPTED, ...changes },
});
export const cancel = (): SubscriptionCommand => ({ type: 'CancelSubscription', target, data: {} });
export const resign = (on = ORDERED): SubscriptionCommand => ({
  type: 'CancelForResignation',
  target,
  data: { on: day(on) },
});
export const askBack = (): SubscriptionCommand => ({ type: 'RefundAttempt', target, data: {} });
export const transfer = (): SubscriptionCommand => ({
  type: 'TransferSubscription',
  target,
  data: { to: party('another user') },
});
export const reinstate = (): SubscriptionCommand => ({ type: 'ReinstateSubscription', target, data: {} });
export const use = (service = 'contract-authentication'): SubscriptionCommand => ({
  type: 'UseService',
  target,
  data: { service },
});
export const pay = (
  receipt: string,
  amount: string,
  { paidOn = ORDERED, payer = ESTABLISHMENT, currency = 'SAR' } = {},
): SubscriptionCommand => ({
  type: 'ConfirmPayment',
  target,
  data: { receipt: id(receipt), payer, amount, currency, paidOn: day(paidOn) },
});
export const takeBack = (receipt: string): SubscriptionCommand => ({
  type: 'ReversePayment',
  target,
  data: { receipt: id(receipt), reference: `back-${receipt}`, on: day(ORDERED) },
});

/** What the clock sends for a day on which something is due, as of that day; `due` is the first of it. */
export const clock = (due: Occurrence) =>
  [
    { type: 'BringUpToDate', target, data: { due: dueCode(due) } } as SubscriptionCommand,
    SYSTEM,
    { today: due.on, effectiveOn: due.on },
  ] as const;

/** Everything that is due until a day, day by day. */
export function passTo(on: string, now: GivenSubscription): GivenSubscription {
  for (let after = now; ;) {
    const due = after.state && nextDue(after.state);
    if (due === null || due.on > on) return after;
    after = after.and(clock(due));
  }
}

/** The clock's command for what an event said to be due. */
export const dueNow = ({ state }: GivenSubscription) => {
  const code = subscription.summary(state)['due'];
  if (typeof code !== 'string') throw new Error('nothing is due');
  return clock(readDue(code));
};

export const sar = (debit: Leg, credit: Leg, amount: string) => ({ debit, credit, amount, currency: 'SAR' });
const own = { entity: ENTITY, party: ESTABLISHMENT, subscription: SUBSCRIPTION };
export const DEFERRED: Leg = { account: '2100', dims: own };
export const REVENUE: Leg = { account: '4100', dims: own };
export const VAT: Leg = { account: '2200', dims: { entity: ENTITY, subscription: SUBSCRIPTION } };
export const RECEIVABLE: Leg = { account: '1210', dims: { ...own, sector: 'labour' } };
export const UNMATCHED = (receipt: string, payer: string = ESTABLISHMENT): Leg => ({
  account: '2310',
  dims: { entity: ENTITY, party: payer, receipt: id(receipt) },
});
