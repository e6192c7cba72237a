import { addDays, type BusinessDate } from '../../kernel/calendar.js';
import type { CommandContext } from '../../kernel/decider.js';
import { subscriptionId, type Uuid } from '../../kernel/ids.js';
import { formatMinor } from '../../kernel/money.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/refusal.js';
import type { DataOf } from './commands.js';
import type {
  OrderCancelled,
  OrderLapsed,
  RenewalOrdered,
  SubscriptionCancelled,
  SubscriptionEvent,
  SubscriptionExpired,
} from './events.js';
import { earned } from './postings.js';
import { SUBSCRIPTION_RULES as RULES } from './rules.js';
import { dueOf, type Schedule } from './schedule.js';
import { deferredOf, statusOn, type Order, type Subscription, type SubscriptionState } from './state.js';
import { offerOn, termsOn, type Offer, type Tariff } from './tariff.js';

/** A first order, or a new one after the end (domain.md §3, Purchase). */
export function purchase(
  tariff: Tariff,
  target: Uuid,
  data: DataOf<'PurchaseSubscription'>,
  state: SubscriptionState,
  { effectiveOn }: CommandContext,
): readonly SubscriptionEvent[] | Refusal {
  const { establishment, user, relation, plan } = data;
  if (target !== subscriptionId(establishment, user, plan)) throw new Error(`${target} is not the subscription's id`);
  const offer = sold(tariff, plan, data, effectiveOn);
  if (isRefusal(offer)) return offer;
  const { entity, sector } = offer;
  const bill = billOf(offer, data, (state?.orders ?? 0) + 1, effectiveOn);
  const refs = { subscription: target, establishment, user, entity, sector };
  const schedule = { ...(state ?? NEW), status: 'pendingPayment', order: { number: bill.order, dueOn: bill.dueOn } };
  return [
    // The clock is late: what is over has expired before it is bought anew.
    ...(state?.status === 'active' ? [expired(state, dueOf({ ...state, status: 'expired' }))] : []),
    {
      type: 'subscriptions.SubscriptionPurchased',
      data: { establishment, user, relation, plan, entity, sector, ...bill, due: dueOf(schedule) },
      refs,
    },
  ];
}

const NEW: Schedule = { status: 'none', term: 0, endsOn: null, reminded: [], earning: [], order: null };

export function renew(
  tariff: Tariff,
  state: Subscription,
  data: DataOf<'RenewSubscription'>,
  { effectiveOn }: CommandContext,
): readonly RenewalOrdered[] | Refusal {
  const offer = sold(tariff, state.plan, data, effectiveOn);
  if (isRefusal(offer)) return offer;
  const bill = billOf(offer, data, state.orders + 1, effectiveOn);
  const due = dueOf({ ...state, order: { number: bill.order, dueOn: bill.dueOn } });
  return [{ type: 'subscriptions.RenewalOrdered', data: { ...bill, due }, refs: state.refs }];
}

type Accepted = Pick<DataOf<'RenewSubscription'>, 'term' | 'terms' | 'paymentMethod'>;

/** The price of the day, where a whole year is asked for under the terms in force (domain.md Q3, Q7). */
function sold(tariff: Tariff, plan: string, { term, terms }: Accepted, on: BusinessDate): Offer | Refusal {
  if (term !== 'P1Y') return refuse(RULES.TERM_NOT_ONE_YEAR, { term });
  const current = termsOn(tariff, on);
  const offer = current === undefined ? null : offerOn(tariff, plan, on);
  if (current === undefined || offer === null) {
    const offered = tariff.plans.flatMap(({ code }) => (offerOn(tariff, code, on) === null ? [] : [code]));
    return refuse(RULES.PLAN_NOT_OFFERED, { plan, on, offered: offered.join(', ') || '-' });
  }
  return terms === current ? offer : refuse(RULES.TERMS_NOT_CURRENT, { given: terms, current });
}

function billOf(offer: Offer, { term, terms, paymentMethod }: Accepted, order: number, on: BusinessDate) {
  const { net, vat, vatCode, vatRate, currency, billDays } = offer;
  const text = (minor: bigint): string => formatMinor(minor, currency);
  const amounts = { net: text(net), vat: text(vat), vatCode, vatRate, gross: text(net + vat), currency };
  return { order, term, terms, paymentMethod, ...amounts, dueOn: addDays(on, billDays) };
}

/** Nothing is given back but what never became a subscription amount (domain.md Q5, Q6). */
export function cancel(
  state: Subscription,
  reason: 'request' | 'resignation',
  on: BusinessDate,
): readonly (SubscriptionCancelled | OrderCancelled)[] {
  const { order, currency, refs, status } = state;
  const rest = deferredOf(state);
  const cancelled: SubscriptionCancelled = {
    type: 'subscriptions.SubscriptionCancelled',
    data: { reason, on, earned: formatMinor(rest, currency), currency, due: null },
    refs,
    entries: earned(state, rest),
  };
  const isPending = status === 'pendingPayment';
  if (order === null) return [cancelled];
  // Of a life before, months may still be owed to the calendar; of the one that is cancelled, none.
  const due = isPending ? dueOf({ ...state, status: 'cancelled', order: null }) : null;
  const withdrawn: OrderCancelled = {
    type: 'subscriptions.OrderCancelled',
    data: { ...endedOrder(state, order), reason, due },
    refs,
  };
  return isPending ? [withdrawn] : [cancelled, withdrawn];
}

/** An order that nobody paid in time, with what came for it. */
export const lapsed = (state: Subscription, order: Order): OrderLapsed => {
  const status = state.status === 'pendingPayment' ? 'lapsed' : state.status;
  const due = dueOf({ ...state, status, order: null });
  const data = { ...endedOrder(state, order), dueOn: order.dueOn, due };
  return { type: 'subscriptions.OrderLapsed', data, refs: state.refs };
};

const endedOrder = ({ receipts, currency }: Subscription, { number }: Order) => ({
  order: number,
  released: receipts.flatMap(({ receipt, payer, waiting }) =>
    waiting > 0n ? [{ receipt, payer, amount: formatMinor(waiting, currency) }] : [],
  ),
  currency,
});

/** @param due what follows in the calendar */
export const expired = ({ term, endsOn, refs }: Subscription, due: string | null): SubscriptionExpired => ({
  type: 'subscriptions.SubscriptionExpired',
  data: { number: term, endsOn: endsOn as BusinessDate, due },
  refs,
});

/** Whether there is anything that a cancellation would end. */
export const isOpenOn = (state: Subscription, day: BusinessDate): boolean => {
  const status = statusOn(state, day);
  return status === 'active' || status === 'pendingPayment';
};
