import { factTypes } from '../../src/event-store/catalogue.js';
import type * as subscription from '../../src/contexts/subscriptions/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { add, parseMoney, subtract, toJson } from '../../src/kernel/money.js';
import { LATEST, subscriptionsModel, type SubscriptionView } from './model.js';

type SubscriptionEnvelope = Recorded<subscription.SubscriptionEvent>;
type Purchased = Recorded<subscription.SubscriptionPurchased>;

/** GET /v1/subscriptions: whose they are, what is ordered and paid, and until when they last (domain.md Q3–Q8). */
export const subscriptions: Projection<SubscriptionView> = {
  name: 'subscriptions',
  model: subscriptionsModel,
  types: factTypes(subscriptionFacts),
  identify: ({ refs }) => (refs.subscription === undefined ? [] : [refs.subscription]),
  evolve(view, { event }, id) {
    const envelope = event as SubscriptionEnvelope;
    const next = fold(view, envelope, id);
    const due = 'due' in envelope.data ? envelope.data.due : next.due;
    return { ...next, due, dueOn: due === null ? null : due.slice(0, 10), revision: event.revision };
  },
};

function fold(view: SubscriptionView | null, event: SubscriptionEnvelope, id: string): SubscriptionView {
  if (event.type === 'subscriptions.SubscriptionPurchased') return purchased(view, event, id);
  if (view === null) throw new Error(`${event.type} before subscription ${id} was purchased`);
  switch (event.type) {
    case 'subscriptions.RenewalOrdered':
      return { ...view, order: orderOf(event, true) };
    case 'subscriptions.PaymentReceived': {
      const { missing, arrears } = event.data;
      const order = view.order && { ...view.order, missing };
      return { ...view, order, owed: less(view.owed, arrears, view.currency) };
    }
    case 'subscriptions.SubscriptionActivated':
    case 'subscriptions.SubscriptionRenewed': {
      const { number, startsOn, endsOn, invoice, net, vat, gross } = event.data;
      const term = { number, startsOn, endsOn, invoice, net, vat, gross, monthsEarned: 0 };
      const terms = [...view.terms.slice(1 - LATEST), term];
      const begun = { state: 'active', startsOn, endsOn, order: null, terms, termCount: number } as const;
      return { ...view, ...begun, deferred: more(view.deferred, net, view.currency) };
    }
    case 'subscriptions.MonthEarned': {
      const { number, month, deferred } = event.data;
      const terms = view.terms.map((each) => (each.number === number ? { ...each, monthsEarned: month } : each));
      return { ...view, terms, deferred };
    }
    case 'subscriptions.ExpiryAnnounced':
      return view;
    case 'subscriptions.SubscriptionExpired':
      return { ...view, state: 'expired' };
    case 'subscriptions.SubscriptionCancelled': {
      const { reason, on, earned } = event.data;
      const deferred = less(view.deferred, earned, view.currency);
      return { ...view, state: 'cancelled', endsOn: event.effectiveOn, cancelled: { reason, on }, deferred };
    }
    case 'subscriptions.OrderCancelled': {
      const cancelled = view.cancelled ?? { reason: event.data.reason, on: event.effectiveOn };
      return { ...view, state: 'cancelled', cancelled, order: null };
    }
    case 'subscriptions.OrderLapsed':
      return { ...view, state: view.state === 'pendingPayment' ? 'lapsed' : view.state, order: null };
    case 'subscriptions.ServiceUsed':
      return { ...view, servicesUsed: view.servicesUsed + 1 };
    case 'subscriptions.PaymentReversed': {
      const { waiting, owed } = event.data;
      const order = view.order && { ...view.order, missing: more(view.order.missing, waiting, view.currency) };
      return { ...view, order, owed: more(view.owed, owed, view.currency) };
    }
  }
}

/** An earlier life of the subscription stays in it. */
function purchased(view: SubscriptionView | null, event: Purchased, id: string): SubscriptionView {
  const { establishment, user, relation, plan, entity, currency } = event.data;
  const nothing = toJson({ minor: 0n, currency: parseMoney({ amount: '0', currency }).currency }).amount;
  return {
    startsOn: null,
    endsOn: null,
    terms: [],
    termCount: 0,
    deferred: nothing,
    owed: nothing,
    servicesUsed: 0,
    ...view,
    id,
    establishment,
    user,
    relation,
    plan,
    entity,
    state: 'pendingPayment',
    currency,
    order: orderOf(event, false),
    cancelled: null,
    due: null,
    dueOn: null,
    revision: event.revision,
  };
}

function orderOf(
  { data, effectiveOn }: Purchased | Recorded<subscription.RenewalOrdered>,
  renews: boolean,
): SubscriptionView['order'] {
  const { order: number, dueOn, terms, paymentMethod, net, vat, vatCode, gross } = data;
  return {
    number,
    renews,
    orderedOn: effectiveOn,
    dueOn,
    terms,
    paymentMethod,
    net,
    vat,
    vatCode,
    gross,
    missing: gross,
  };
}

const more = (amount: string, by: string, currency: string): string =>
  toJson(add(parseMoney({ amount, currency }), parseMoney({ amount: by, currency }))).amount;
const less = (amount: string, by: string, currency: string): string =>
  toJson(subtract(parseMoney({ amount, currency }), parseMoney({ amount: by, currency }))).amount;
