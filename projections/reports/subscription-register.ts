import {
  SUBSCRIPTION_STATES,
  subscriptionFacts,
  type SubscriptionEvent,
  type SubscriptionPurchased,
} from '../../src/contexts/subscriptions/events.js';
import { rejectionType, type RejectionData } from '../../src/event-store/catalogue.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY } from '../report.js';
import { count, CURRENCY, ENTITY, money } from '../columns.js';
import { postedTo } from '../postings.js';
import { decimal } from '../sums.js';

const REFUND = rejectionType('subscriptions', 'RefundAttempt');
const TRANSFER = rejectionType('subscriptions', 'TransferSubscription');
const REINSTATEMENT = rejectionType('subscriptions', 'ReinstateSubscription');

/** As of the day of the question, but for who has it; minor units. */
interface Subscription {
  readonly subscription: string;
  readonly entity: string;
  readonly party: string;
  readonly user: string;
  readonly plan: string;
  relation: string;
  readonly currency: string;
  orderedOn: string | null;
  state: keyof typeof SUBSCRIPTION_STATES;
  terms: number;
  startsOn: string | null;
  endsOn: string | null;
  reason: string | null;
  refundAttempts: number;
  otherAttempts: number;
  sold: bigint;
  vat: bigint;
  deferred: bigint;
  owed: bigint;
}

export const subscriptionRegister = replayed({
  name: 'subscription-register',
  number: 20,
  title: { en: 'Subscription register', ar: 'سجل الاشتراكات' },
  about: {
    en: 'Each subscription as of a day: who has it, its state, its latest term, what was sold (without VAT), what of it is still to be earned (account 2100), the VAT (2200), what a reversed payment left owed (1210); and how often a refund was asked for, or a transfer or a recovery, all of which are always refused (Q4–Q6). In the order of the first purchase.',
    ar: 'كل اشتراك كما في يوم معين: صاحبه، وحالته، ومدته الأخيرة، والمبيع دون الضريبة، وما لم يتحقق منه (الحساب 2100)، والضريبة (2200)، وما بقي مستحقًا بعد عكس سداد (1210)؛ وعدد طلبات استرداد المبلغ، وطلبات النقل أو الاستعادة، وكلها مرفوضة دائمًا. بترتيب الشراء الأول.',
  },
  takes: { entity: 'optional', party: 'optional', effectiveOn: TODAY },
  columns: [
    ENTITY,
    { name: 'party', kind: 'id', en: 'Establishment', ar: 'المنشأة' },
    { name: 'user', kind: 'id', en: 'User', ar: 'المستخدم' },
    { name: 'subscription', kind: 'id', en: 'Subscription', ar: 'الاشتراك' },
    { name: 'plan', kind: 'code', en: 'Plan', ar: 'الباقة' },
    { name: 'relation', kind: 'code', en: 'Relation', ar: 'العلاقة' },
    { name: 'orderedOn', kind: 'date', en: 'Ordered on', ar: 'تاريخ الطلب' },
    { name: 'state', kind: 'code', en: 'State', ar: 'الحالة', labels: SUBSCRIPTION_STATES },
    { name: 'terms', kind: 'count', en: 'Terms', ar: 'عدد المدد' },
    { name: 'startsOn', kind: 'date', en: 'Latest term from', ar: 'بداية المدة الأخيرة' },
    { name: 'endsOn', kind: 'date', en: 'No longer covered from', ar: 'غير مشمول من' },
    { name: 'reason', kind: 'code', en: 'Reason of the cancellation', ar: 'سبب الإلغاء' },
    CURRENCY,
    money('sold', 'Sold', 'المبيع'),
    money('vat', 'VAT', 'ضريبة القيمة المضافة'),
    money('deferred', 'Still to be earned', 'المؤجل'),
    money('owed', 'Owed after a reversal', 'المستحق بعد العكس'),
    count('refundAttempts', 'Refunds asked for', 'طلبات الاسترداد'),
    count('otherAttempts', 'Transfers and recoveries asked for', 'طلبات النقل والاستعادة'),
  ],
  key: ['subscription'],
  boundBy: { entity: 'entity', own: 'party' },
  types: [...subscriptionFacts.map(({ type }) => type), REFUND, TRANSFER, REINSTATEMENT],
  initial: () => new Map<string, Subscription>(),
  fold(register, { event }, asked) {
    const { type, refs, effectiveOn } = event;
    const counts = effectiveOn <= asked.effectiveOn;
    if (type === REFUND || type === TRANSFER || type === REINSTATEMENT) {
      const known = register.get((event.data as RejectionData).target);
      if (known !== undefined && counts) known[type === REFUND ? 'refundAttempts' : 'otherAttempts']++;
      return;
    }
    const { subscription = '', entity, establishment } = refs;
    if ((asked.entity ?? entity) !== entity || (asked.party ?? establishment) !== establishment) return;
    const known = register.get(subscription) ?? ordered(event as Recorded<SubscriptionPurchased>);
    register.set(subscription, known);
    if (!counts) return;
    change(known, event as Recorded<SubscriptionEvent>);
    for (const { account, minor } of postedTo(['1210', '2100', '2200'], event)) {
      if (account === '1210') known.owed += minor;
      else if (account === '2200') known.vat -= minor;
      else {
        known.deferred -= minor;
        if (minor < 0n) known.sold -= minor;
      }
    }
  },
  *rows(register, { effectiveOn }) {
    for (const each of register.values()) {
      const { sold, vat, deferred, owed, ...rest } = each;
      if (rest.orderedOn === null && sold === 0n && deferred === 0n && owed === 0n) continue; // not by then
      const text = (minor: bigint): string => decimal(minor, rest.currency);
      const isOver = rest.state === 'active' && rest.endsOn !== null && rest.endsOn <= effectiveOn; // the clock may be late
      const figures = { sold: text(sold), vat: text(vat), deferred: text(deferred), owed: text(owed) };
      yield { ...rest, state: isOver ? 'expired' : rest.state, ...figures };
    }
  },
});

function ordered({ refs, data }: Recorded<SubscriptionPurchased>): Subscription {
  const { subscription = '', entity = '', establishment = '', user = '' } = refs;
  const { plan, relation, currency } = data;
  return {
    subscription,
    entity,
    party: establishment,
    user,
    plan,
    relation,
    currency,
    orderedOn: null,
    state: 'pendingPayment',
    terms: 0,
    startsOn: null,
    endsOn: null,
    reason: null,
    refundAttempts: 0,
    otherAttempts: 0,
    sold: 0n,
    vat: 0n,
    deferred: 0n,
    owed: 0n,
  };
}

function change(known: Subscription, { type, data, effectiveOn }: Recorded<SubscriptionEvent>): void {
  switch (type) {
    case 'subscriptions.SubscriptionPurchased':
      known.orderedOn = effectiveOn;
      known.relation = data.relation;
      known.state = 'pendingPayment';
      known.reason = null;
      return;
    case 'subscriptions.SubscriptionActivated':
    case 'subscriptions.SubscriptionRenewed':
      known.state = 'active';
      known.terms++;
      known.startsOn = data.startsOn;
      known.endsOn = data.endsOn;
      return;
    case 'subscriptions.SubscriptionExpired':
      known.state = 'expired';
      return;
    case 'subscriptions.SubscriptionCancelled':
      known.state = 'cancelled';
      known.endsOn = effectiveOn;
      known.reason = data.reason;
      return;
    case 'subscriptions.OrderCancelled':
      if (known.state !== 'pendingPayment') return; // of a renewal
      known.state = 'cancelled';
      known.reason = data.reason;
      return;
    case 'subscriptions.OrderLapsed':
      if (known.state === 'pendingPayment') known.state = 'lapsed';
      return;
    case 'subscriptions.RenewalOrdered':
    case 'subscriptions.PaymentReceived':
    case 'subscriptions.PaymentReversed':
    case 'subscriptions.MonthEarned':
    case 'subscriptions.ExpiryAnnounced':
    case 'subscriptions.ServiceUsed':
  }
}
