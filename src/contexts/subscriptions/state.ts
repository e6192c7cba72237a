import type { BusinessDate } from '../../kernel/calendar.js';
import type { Recorded } from '../../kernel/decider.js';
import type { EventId } from '../../kernel/ids.js';
import { parseMoney, type Currency } from '../../kernel/money.js';
import type {
  CalendarEvent,
  RenewalOrdered,
  SubscriptionActivated,
  SubscriptionEvent,
  SubscriptionPurchased,
  SUBSCRIPTION_STATES,
} from './events.js';
import { MONTHS } from './schedule.js';

export type SubscriptionStatus = keyof typeof SUBSCRIPTION_STATES;

/** Null: nobody has ordered it yet. */
export type SubscriptionState = Subscription | null;

/** Amounts are minor units of the subscription's currency. */
export interface Subscription {
  readonly status: SubscriptionStatus;
  /** What every event of the subscription is routed by. */
  readonly refs: SubscriptionRefs;
  readonly plan: string;
  readonly relation: string;
  readonly currency: Currency;
  /** The number of the latest term; 0: there was none. */
  readonly term: number;
  /** The first day that the latest term no longer covers: its end, or the day on which it was cancelled. */
  readonly endsOn: BusinessDate | null;
  /** Days of the reminders that were given for that end. */
  readonly reminded: readonly number[];
  /** Terms of which months are still to be earned, the earliest first. */
  readonly earning: readonly Term[];
  /** Orders so far. */
  readonly orders: number;
  readonly order: Order | null;
  /** What a reversed payment left unpaid of a term. */
  readonly owed: bigint;
  /** In the order in which they came. */
  readonly receipts: readonly ReceiptPart[];
}

export interface SubscriptionRefs {
  readonly subscription: string;
  readonly establishment: string;
  readonly user: string;
  /** Whose revenue it is. */
  readonly entity: string;
  readonly sector: string;
}

export interface Term {
  readonly number: number;
  readonly startsOn: BusinessDate;
  readonly net: bigint;
  /** Months. */
  readonly earned: number;
}

/** A bill that waits for its money. */
export interface Order {
  readonly number: number;
  readonly renews: boolean;
  readonly net: bigint;
  readonly vat: bigint;
  readonly orderedOn: BusinessDate;
  /** The last day on which it is paid in time. */
  readonly dueOn: BusinessDate;
}

export interface ReceiptPart {
  readonly receipt: string;
  readonly payer: string;
  readonly paidOn: BusinessDate;
  /** Counts towards the open order, and waits in 2310. */
  readonly waiting: bigint;
  /** Paid a term. */
  readonly paid: bigint;
  /** Went to the payer's refundable balance, or is on its way there. */
  readonly credited: bigint;
  /** The PaymentReceived. */
  readonly event: EventId;
  readonly reversed: boolean;
}

/** A twelfth of the term, the remainder in the last month (domain.md §4). */
export const monthOf = ({ net, earned }: Term): bigint => {
  const twelfth = net / BigInt(MONTHS);
  return earned + 1 < MONTHS ? twelfth : net - twelfth * BigInt(MONTHS - 1);
};

/** What of all terms is still to be earned. */
export const deferredOf = ({ earning }: Subscription): bigint =>
  earning.reduce((sum, { net, earned }) => sum + net - (net / BigInt(MONTHS)) * BigInt(earned), 0n);

/** What of the open order has come. */
export const waitingOf = ({ receipts }: Subscription): bigint =>
  receipts.reduce((sum, { waiting }) => sum + waiting, 0n);

/** The state on a day: a term that is over has expired, though the clock may be late. */
export const statusOn = ({ status, endsOn }: Subscription, day: BusinessDate): SubscriptionStatus =>
  status === 'active' && endsOn !== null && endsOn <= day ? 'expired' : status;

export function evolve(state: SubscriptionState, event: Recorded<SubscriptionEvent>): Subscription {
  if (event.type === 'subscriptions.SubscriptionPurchased') return purchased(state, event);
  if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
  const minor = (amount: string): bigint => parseMoney({ amount, currency: state.currency }).minor;

  switch (event.type) {
    case 'subscriptions.RenewalOrdered':
      return { ...state, orders: event.data.order, order: orderOf(event, true) };
    case 'subscriptions.PaymentReceived': {
      const { receipt, payer, paidOn, arrears, kept, excess } = event.data;
      const part: ReceiptPart = {
        receipt,
        payer,
        paidOn: paidOn as BusinessDate,
        waiting: minor(kept),
        paid: minor(arrears),
        credited: minor(excess),
        event: event.id,
        reversed: false,
      };
      return { ...state, owed: state.owed - part.paid, receipts: [...state.receipts, part] };
    }
    case 'subscriptions.SubscriptionActivated':
    case 'subscriptions.SubscriptionRenewed':
      return begun(state, event.data, minor);
    case 'subscriptions.MonthEarned':
    case 'subscriptions.ExpiryAnnounced':
    case 'subscriptions.OrderLapsed':
    case 'subscriptions.SubscriptionExpired':
      return afterCalendar(state, event);
    case 'subscriptions.SubscriptionCancelled':
      return { ...state, status: 'cancelled', endsOn: event.effectiveOn, earning: [] };
    case 'subscriptions.OrderCancelled':
      return { ...withoutOrder(state), status: 'cancelled' };
    case 'subscriptions.ServiceUsed':
      return state;
    case 'subscriptions.PaymentReversed': {
      const receipts = state.receipts.map((each) =>
        each.receipt === event.data.receipt ? { ...each, waiting: 0n, paid: 0n, credited: 0n, reversed: true } : each,
      );
      return { ...state, owed: state.owed + minor(event.data.owed), receipts };
    }
  }
}

/** What a day brings about is decided before any of it is recorded. */
export function afterCalendar(state: Subscription, event: CalendarEvent): Subscription {
  switch (event.type) {
    case 'subscriptions.MonthEarned':
      return { ...state, earning: earned(state.earning) };
    case 'subscriptions.ExpiryAnnounced':
      return { ...state, reminded: [...state.reminded, event.data.days] };
    case 'subscriptions.OrderLapsed': {
      const { status } = state;
      return { ...withoutOrder(state), status: status === 'pendingPayment' ? 'lapsed' : status };
    }
    case 'subscriptions.SubscriptionExpired':
      return { ...state, status: 'expired' };
  }
}

/** An earlier life of the subscription stays: its terms, what of them is still to be earned, its receipts. */
function purchased(state: SubscriptionState, event: Recorded<SubscriptionPurchased>): Subscription {
  const { establishment, user, entity, sector, relation, plan, currency, order } = event.data;
  return {
    term: 0,
    endsOn: null,
    reminded: [],
    earning: [],
    owed: 0n,
    receipts: [],
    ...state,
    status: 'pendingPayment',
    refs: { subscription: event.refs.subscription as string, establishment, user, entity, sector },
    plan,
    relation,
    currency: currency as Currency,
    orders: order,
    order: orderOf(event, false),
  };
}

function orderOf(
  { data, effectiveOn }: Recorded<SubscriptionPurchased> | Recorded<RenewalOrdered>,
  renews: boolean,
): Order {
  const minor = (amount: string): bigint => parseMoney({ amount, currency: data.currency }).minor;
  const { order: number, net, vat, dueOn } = data;
  return {
    number,
    renews,
    net: minor(net),
    vat: minor(vat),
    orderedOn: effectiveOn,
    dueOn: dueOn as BusinessDate,
  };
}

function begun(
  state: Subscription,
  { number, startsOn, endsOn, net }: SubscriptionActivated['data'],
  minor: (amount: string) => bigint,
): Subscription {
  return {
    ...state,
    status: 'active',
    term: number,
    endsOn: endsOn as BusinessDate,
    reminded: [],
    earning: [...state.earning, { number, startsOn: startsOn as BusinessDate, net: minor(net), earned: 0 }],
    order: null,
    receipts: state.receipts.map((each) => ({ ...each, waiting: 0n, paid: each.paid + each.waiting })),
  };
}

function earned([first, ...rest]: readonly Term[]): readonly Term[] {
  if (first === undefined) throw new Error('no term is left to earn a month of');
  return first.earned + 1 === MONTHS ? rest : [{ ...first, earned: first.earned + 1 }, ...rest];
}

/** What waited for the order goes to the payers' balances. */
const withoutOrder = (state: Subscription): Subscription => ({
  ...state,
  order: null,
  receipts: state.receipts.map((each) => ({ ...each, waiting: 0n, credited: each.credited + each.waiting })),
});
