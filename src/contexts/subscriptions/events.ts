/** What can happen to a subscription (اشتراك): what an establishment buys for one of its authorised users. */
import Type from 'typebox';
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import {
  AmountText,
  closed,
  CodeText,
  CurrencyText,
  DateText,
  PartyText,
  UuidText,
} from '../../event-store/schemas.js';
import { retiredSubscriptionCommands, subscriptionCommands } from './commands.js';

/** The states by their codes. `lapsed` is one of ours: the order was never paid, so nothing ran out or was cancelled. */
export const SUBSCRIPTION_STATES = {
  pendingPayment: { en: 'Awaiting payment', ar: 'بانتظار السداد' },
  active: { en: 'Active', ar: 'سارٍ' },
  expired: { en: 'Expired', ar: 'منتهٍ' },
  cancelled: { en: 'Cancelled', ar: 'ملغى' },
  lapsed: { en: 'Lapsed, never paid', ar: 'ساقط لعدم السداد' },
} as const;

const Count = Type.Integer({ minimum: 1 });
/** What the subscription owes to the calendar next, the day first: `2027-03-14.expire.1.0`; null: nothing. */
const due = Type.Union([CodeText, Type.Null()]);

/** A bill, with what was accepted: payable until `dueOn`, that day included. No entry: it can still be cancelled. */
const order = {
  order: Count,
  term: CodeText,
  terms: CodeText,
  paymentMethod: CodeText,
  net: AmountText,
  vat: AmountText,
  vatCode: CodeText,
  /** Hundredths of a per cent. */
  vatRate: Type.Integer({ minimum: 0 }),
  gross: AmountText,
  currency: CurrencyText,
  dueOn: DateText,
  due,
};

export const SubscriptionPurchased = defineEvent({
  type: 'subscriptions.SubscriptionPurchased',
  schema: closed({
    establishment: PartyText,
    user: PartyText,
    relation: CodeText,
    plan: CodeText,
    entity: PartyText,
    sector: CodeText,
    ...order,
  }),
  en: 'Subscription purchased',
  ar: 'طُلب الاشتراك',
  rule: 'Q3 Q7',
});
export type SubscriptionPurchased = EventOf<typeof SubscriptionPurchased>;

export const RenewalOrdered = defineEvent({
  type: 'subscriptions.RenewalOrdered',
  schema: closed(order),
  en: 'Renewal ordered',
  ar: 'طُلب تجديد الاشتراك',
  rule: 'Q3 Q7',
});
export type RenewalOrdered = EventOf<typeof RenewalOrdered>;

/**
 * Money came for the subscription. `arrears` pays what a reversed payment left owed, `kept` counts towards the open
 * order, `excess` goes to the payer's refundable balance; `missing` is what the order then still lacks.
 */
export const PaymentReceived = defineEvent({
  type: 'subscriptions.PaymentReceived',
  schema: closed({
    receipt: UuidText,
    payer: PartyText,
    paidOn: DateText,
    amount: AmountText,
    arrears: AmountText,
    kept: AmountText,
    excess: AmountText,
    missing: AmountText,
    currency: CurrencyText,
  }),
  en: 'Payment received',
  ar: 'ورد مبلغ للاشتراك',
  rule: 'Q3 Q6',
});
export type PaymentReceived = EventOf<typeof PaymentReceived>;

/** The order is paid: a term of a year begins, `endsOn` the first day that it no longer covers; `invoice` is issued. */
const term = {
  order: Count,
  number: Count,
  startsOn: DateText,
  endsOn: DateText,
  invoice: CodeText,
  net: AmountText,
  vat: AmountText,
  gross: AmountText,
  currency: CurrencyText,
  due,
};

export const SubscriptionActivated = defineEvent({
  type: 'subscriptions.SubscriptionActivated',
  schema: closed(term),
  en: 'Subscription activated',
  ar: 'فُعّل الاشتراك',
  rule: 'Q7',
});
export type SubscriptionActivated = EventOf<typeof SubscriptionActivated>;

export const SubscriptionRenewed = defineEvent({
  type: 'subscriptions.SubscriptionRenewed',
  schema: closed(term),
  en: 'Subscription renewed',
  ar: 'جُدّد الاشتراك',
  rule: 'Q3 Q7',
});
export type SubscriptionRenewed = EventOf<typeof SubscriptionRenewed>;

/** `deferred` is what of all terms is still to be earned. */
export const MonthEarned = defineEvent({
  type: 'subscriptions.MonthEarned',
  schema: closed({
    number: Count,
    month: Count,
    amount: AmountText,
    deferred: AmountText,
    currency: CurrencyText,
    due,
  }),
  en: 'Month of a subscription earned',
  ar: 'تحقق إيراد شهر من الاشتراك',
  rule: 'Q7',
});
export type MonthEarned = EventOf<typeof MonthEarned>;

/** So many days before the end: what is to be told to the subscriber. */
export const ExpiryAnnounced = defineEvent({
  type: 'subscriptions.ExpiryAnnounced',
  schema: closed({ number: Count, endsOn: DateText, days: Count, due }),
  en: 'Expiry announced',
  ar: 'أُعلن قرب انتهاء الاشتراك',
  rule: 'Q3',
});
export type ExpiryAnnounced = EventOf<typeof ExpiryAnnounced>;

export const SubscriptionExpired = defineEvent({
  type: 'subscriptions.SubscriptionExpired',
  schema: closed({ number: Count, endsOn: DateText, due }),
  en: 'Subscription expired',
  ar: 'انتهى الاشتراك',
  rule: 'Q3 Q7',
});
export type SubscriptionExpired = EventOf<typeof SubscriptionExpired>;

/** Nothing is refunded: `earned` is what of all terms, prepaid ones included, was still to be earned. */
export const SubscriptionCancelled = defineEvent({
  type: 'subscriptions.SubscriptionCancelled',
  schema: closed({ reason: CodeText, on: DateText, earned: AmountText, currency: CurrencyText, due }),
  en: 'Subscription cancelled',
  ar: 'أُلغي الاشتراك',
  rule: 'Q5 Q6 Q8',
});
export type SubscriptionCancelled = EventOf<typeof SubscriptionCancelled>;

/** An order that ended unpaid never became a subscription amount: what came for it goes back to the payers' balances. */
const ended = {
  order: Count,
  released: Type.Array(closed({ receipt: UuidText, payer: PartyText, amount: AmountText })),
  currency: CurrencyText,
  due,
};

export const OrderCancelled = defineEvent({
  type: 'subscriptions.OrderCancelled',
  schema: closed({ ...ended, reason: CodeText }),
  en: 'Order cancelled',
  ar: 'أُلغي الطلب',
  rule: 'Q5 Q6 Q8',
});
export type OrderCancelled = EventOf<typeof OrderCancelled>;

export const OrderLapsed = defineEvent({
  type: 'subscriptions.OrderLapsed',
  schema: closed({ ...ended, dueOn: DateText }),
  en: 'Order lapsed',
  ar: 'سقط الطلب لعدم السداد',
  rule: 'Q3 Q6',
});
export type OrderLapsed = EventOf<typeof OrderLapsed>;

export const ServiceUsed = defineEvent({
  type: 'subscriptions.ServiceUsed',
  schema: closed({ service: CodeText }),
  en: 'Service used',
  ar: 'استُخدمت خدمة',
  rule: 'Q5',
});
export type ServiceUsed = EventOf<typeof ServiceUsed>;

/**
 * The bank took back a receipt. `waiting` had counted towards the open order; `owed` had paid a term, which stays as it
 * is and is now owed for; `credited` had gone to the payer's refundable balance.
 */
export const PaymentReversed = defineEvent({
  type: 'subscriptions.PaymentReversed',
  schema: closed({
    receipt: UuidText,
    payer: PartyText,
    reference: CodeText,
    on: DateText,
    waiting: AmountText,
    owed: AmountText,
    credited: AmountText,
    currency: CurrencyText,
  }),
  en: 'Payment reversed by the bank',
  ar: 'عكس المصرف مبلغًا ورد للاشتراك',
  rule: 'Q6',
});
export type PaymentReversed = EventOf<typeof PaymentReversed>;

/** The user, an employee, resigned on that day: these subscriptions of the establishment are then cancelled. */
export const ResignationRecorded = defineEvent({
  type: 'subscriptions.ResignationRecorded',
  schema: closed({ establishment: PartyText, user: PartyText, on: DateText, subscriptions: Type.Array(UuidText) }),
  en: 'Resignation recorded',
  ar: 'سُجّلت الاستقالة',
  rule: 'Q8',
});
export type ResignationRecorded = EventOf<typeof ResignationRecorded>;

/** What the calendar brings about. */
export type CalendarEvent = MonthEarned | ExpiryAnnounced | OrderLapsed | SubscriptionExpired;

export type SubscriptionEvent =
  | SubscriptionPurchased
  | RenewalOrdered
  | PaymentReceived
  | SubscriptionActivated
  | SubscriptionRenewed
  | MonthEarned
  | ExpiryAnnounced
  | SubscriptionExpired
  | SubscriptionCancelled
  | OrderCancelled
  | OrderLapsed
  | ServiceUsed
  | PaymentReversed;

/** What a subscription's own stream holds. */
export const subscriptionFacts: readonly EventDefinition[] = [
  SubscriptionPurchased,
  RenewalOrdered,
  PaymentReceived,
  SubscriptionActivated,
  SubscriptionRenewed,
  MonthEarned,
  ExpiryAnnounced,
  SubscriptionExpired,
  SubscriptionCancelled,
  OrderCancelled,
  OrderLapsed,
  ServiceUsed,
  PaymentReversed,
];

/** Everything that this context may store. */
export const subscriptionEvents: readonly EventDefinition[] = [
  ...subscriptionFacts,
  ResignationRecorded,
  ...rejections('subscriptions', [
    ...subscriptionCommands,
    ...retiredSubscriptionCommands,
    'ViewSubscription',
    'ViewSubscriptionEvents',
  ]),
];
