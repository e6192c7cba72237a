import type { BalanceEvent } from '../../src/contexts/balances/events.js';
import type { ReceiptEvent } from '../../src/contexts/billing/events.js';
import type { DebtCancelled } from '../../src/contexts/debts/events.js';
import type { SubscriptionEvent } from '../../src/contexts/subscriptions/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY, YEAR_BEGIN, type Named } from '../report.js';
import { CURRENCY, ENTITY, EVENT, money, PARTY, SECTOR, SEQUENCE } from '../columns.js';
import { minorOf } from '../postings.js';
import { decimal } from '../sums.js';

const KINDS = {
  payment: { en: 'Payment', ar: 'سداد' },
  'payment-reversed': { en: 'Payment taken back by the bank', ar: 'سداد عكسه المصرف' },
  'debt-cancelled': { en: 'Debt cancelled', ar: 'إلغاء مديونية' },
  'subscription-cancelled': { en: 'Subscription cancelled', ar: 'إلغاء اشتراك' },
  'order-cancelled': { en: 'Order cancelled', ar: 'إلغاء طلب' },
  'order-lapsed': { en: 'Order lapsed, never paid', ar: 'سقوط طلب لعدم السداد' },
  credited: { en: 'Refundable from now on', ar: 'إضافة إلى القابل للاسترداد' },
  'credit-reversed': { en: 'No longer refundable', ar: 'خصم من القابل للاسترداد' },
} as const satisfies Record<string, Named>;

const SERVICES = {
  debts: { en: 'Debts', ar: 'المديونيات' },
  subscriptions: { en: 'Subscriptions', ar: 'الاشتراكات' },
} as const satisfies Record<string, Named>;

const TYPES = [
  'billing.ReceiptRecorded',
  'billing.ReceiptMatched',
  'billing.ReceiptReversed',
  'balances.BalanceCredited',
  'balances.CreditReversed',
  'debts.DebtCancelled',
  'subscriptions.SubscriptionPurchased',
  'subscriptions.RenewalOrdered',
  'subscriptions.SubscriptionActivated',
  'subscriptions.SubscriptionRenewed',
  'subscriptions.SubscriptionCancelled',
  'subscriptions.OrderCancelled',
  'subscriptions.OrderLapsed',
] as const;
type Event = Extract<
  Recorded<ReceiptEvent | BalanceEvent | DebtCancelled | SubscriptionEvent>,
  { type: (typeof TYPES)[number] }
>;

/** Amounts in minor units. */
interface Movement {
  readonly kind: keyof typeof KINDS;
  readonly entity: string | undefined;
  readonly party: string | undefined;
  readonly sector: string | null | undefined;
  readonly currency: string;
  service?: keyof typeof SERVICES | null;
  about?: string | null;
  readonly receipt?: string | undefined;
  readonly reference?: string;
  readonly channel?: string;
  readonly paid?: bigint;
  readonly cancelled?: bigint;
  readonly refundable?: bigint;
}

interface State {
  readonly movements: {
    readonly sequence: number;
    readonly event: string;
    readonly on: string;
    readonly moved: Movement;
  }[];
  /** Payments that nothing is known to be paid by yet. */
  readonly unmatched: Map<string, Movement>;
  /** Of each receipt, for its reversal does not say it again. */
  readonly sectors: Map<string, string>;
  /** What the open order of a subscription asks for. */
  readonly orders: Map<string, bigint>;
}

export const payments = replayed({
  name: 'payments-and-cancellations',
  number: 21,
  title: { en: 'Payments and cancelled operations', ar: 'المدفوعات والعمليات الملغاة' },
  about: {
    en: 'Each payment to an entity, each debt, order or subscription that was cancelled, and what became refundable by it or stopped to be, from the first to the last day (E3, E4). Of a cancelled debt: what was still unpaid; of a subscription: what was not used and is not given back (Q6); of an order: its bill. In the order of recording.',
    ar: 'كل سداد لجهة، وكل مديونية أو طلب أو اشتراك أُلغي، وما صار به قابلًا للاسترداد أو لم يعد، من اليوم الأول إلى الأخير. والملغى من المديونية ما لم يسدد، ومن الاشتراك ما لم يُستخدم ولا يُرد، ومن الطلب فاتورته. بترتيب التدوين.',
  },
  takes: { entity: 'optional', party: 'optional', sector: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    SEQUENCE,
    { name: 'on', kind: 'date', en: 'On', ar: 'التاريخ' },
    { name: 'kind', kind: 'code', en: 'Movement', ar: 'الحركة', labels: KINDS },
    ENTITY,
    PARTY,
    SECTOR,
    { name: 'service', kind: 'code', en: 'Service', ar: 'الخدمة', labels: SERVICES },
    { name: 'about', kind: 'id', en: 'Debt or subscription', ar: 'المديونية أو الاشتراك' },
    { name: 'receipt', kind: 'id', en: 'Receipt', ar: 'سند القبض' },
    { name: 'reference', kind: 'code', en: 'Bank reference', ar: 'مرجع المصرف' },
    { name: 'channel', kind: 'code', en: 'Channel', ar: 'القناة' },
    CURRENCY,
    money('paid', 'Paid', 'المدفوع'),
    money('cancelled', 'Cancelled', 'الملغى'),
    money('refundable', 'Refundable', 'القابل للاسترداد'),
    EVENT,
  ],
  key: ['sequence'],
  boundBy: { entity: 'entity', own: 'party' },
  types: TYPES,
  initial: (): State => ({ movements: [], unmatched: new Map(), sectors: new Map(), orders: new Map() }),
  fold(state, { event, sequence }, asked) {
    const { id, effectiveOn: on } = event;
    // What is known only after the last day, such as what a payment is for, is not said as of that day.
    if (on > asked.to) return;
    const moved = movementOf(state, event as Event);
    if (moved === null || on < asked.from) return;
    const { entity, party, sector } = moved;
    const isAsked = (asked.entity ?? entity) === entity && (asked.party ?? party) === party;
    if (!isAsked || (asked.sector ?? sector) !== sector) return;
    state.movements.push({ sequence, event: id, on, moved });
    if (moved.kind === 'payment') state.unmatched.set(moved.receipt ?? '', moved);
  },
  *rows({ movements }) {
    for (const { moved, ...where } of movements) {
      const { kind, entity = null, party = null, sector = null, currency } = moved;
      const { service = null, about = null, receipt = null, reference = null, channel = null } = moved;
      const { paid = 0n, cancelled = 0n, refundable = 0n } = moved;
      const text = (minor: bigint): string => decimal(minor, currency);
      const amounts = { paid: text(paid), cancelled: text(cancelled), refundable: text(refundable) };
      const what = { kind, entity, party, sector, service, about, receipt, reference, channel, currency };
      yield { ...where, ...what, ...amounts };
    }
  },
});

/** What the event moves; null: nothing, but it may say what a later one is about. */
function movementOf(state: State, event: Event): Movement | null {
  const { type, data, refs } = event;
  switch (type) {
    case 'billing.ReceiptRecorded': {
      const { payer, payee, sector, currency, reference, channel, amount } = data;
      const { receipt = '' } = refs;
      state.sectors.set(receipt, sector);
      const facts = { receipt, reference, channel, paid: minorOf(amount, currency) };
      return { kind: 'payment', entity: payee, party: payer, sector, currency, ...facts };
    }
    case 'billing.ReceiptMatched': {
      const { receipt = '' } = refs;
      const payment = state.unmatched.get(receipt);
      if (payment !== undefined) Object.assign(payment, paidFor(data));
      state.unmatched.delete(receipt);
      return null;
    }
    case 'billing.ReceiptReversed': {
      const { receipt = '', payee: entity, payer: party } = refs;
      const { currency, reference, amount, debt, subscription } = data;
      const about = paidFor({ ...(debt !== null && { debt }), ...(subscription !== null && { subscription }) });
      const sector = state.sectors.get(receipt) ?? null;
      const facts = { receipt, reference, ...about, paid: -minorOf(amount, currency) };
      return { kind: 'payment-reversed', entity, party, sector, currency, ...facts };
    }
    case 'balances.BalanceCredited':
    case 'balances.CreditReversed': {
      const isCredit = type === 'balances.BalanceCredited';
      const { entity, party, receipt } = refs;
      const { currency, sector } = data;
      const minor = minorOf(data.amount, currency);
      const facts = { receipt, ...paidFor(data), refundable: isCredit ? minor : -minor };
      return { kind: isCredit ? 'credited' : 'credit-reversed', entity, party, sector, currency, ...facts };
    }
    case 'debts.DebtCancelled': {
      const { creditor: entity, debtor: party, sector, debt } = refs;
      const { currency, unpaid } = data;
      const facts = { ...paidFor({ debt }), cancelled: minorOf(unpaid, currency) };
      return { kind: 'debt-cancelled', entity, party, sector, currency, ...facts };
    }
    default:
      return ofSubscription(state, event as Exclude<typeof event, Recorded<ReceiptEvent | BalanceEvent>>);
  }
}

type OfSubscription = Extract<Recorded<SubscriptionEvent>, { type: (typeof TYPES)[number] }>;

function ofSubscription({ orders }: State, { type, data, refs }: OfSubscription): Movement | null {
  const { subscription = '', entity, establishment: party, sector } = refs;
  const { currency } = data;
  const whose = { entity, party, sector, currency, ...paidFor({ subscription }) };
  switch (type) {
    case 'subscriptions.SubscriptionPurchased':
    case 'subscriptions.RenewalOrdered':
      orders.set(subscription, minorOf(data.gross, currency));
      return null;
    case 'subscriptions.SubscriptionActivated':
    case 'subscriptions.SubscriptionRenewed':
      orders.delete(subscription);
      return null;
    case 'subscriptions.SubscriptionCancelled':
      return { kind: 'subscription-cancelled', ...whose, cancelled: minorOf(data.earned, currency) };
    case 'subscriptions.OrderCancelled':
    case 'subscriptions.OrderLapsed': {
      const cancelled = orders.get(subscription) ?? 0n;
      orders.delete(subscription);
      return { kind: type === 'subscriptions.OrderLapsed' ? 'order-lapsed' : 'order-cancelled', ...whose, cancelled };
    }
  }
}

function paidFor(data: { readonly debt?: string | undefined; readonly subscription?: string | undefined }) {
  if (data.debt !== undefined) return { service: 'debts', about: data.debt } as const;
  return data.subscription === undefined ? {} : ({ service: 'subscriptions', about: data.subscription } as const);
}
