import type { ResignationRecorded, SubscriptionEvent } from '../../src/contexts/subscriptions/events.js';
import { sumOf } from './relief.js';
import { arabicList, isSome, list, type Tellings } from './telling.js';
import { AR, EN, NOUNS } from './words.js';

interface Term {
  readonly number: number;
  readonly startsOn: string;
  readonly endsOn: string;
  readonly invoice: string;
  readonly net: string;
  readonly vat: string;
  readonly currency: string;
}
const invoiced = ({ startsOn, endsOn, invoice, net, vat, currency }: Term) => ({
  en: `for the term from ${EN.day(startsOn)} until ${EN.day(endsOn)}, by the invoice ${invoice} over ${EN.money(net, currency)} and ${EN.money(vat, currency)} of VAT`,
  ar: `للمدة من ${AR.day(startsOn)} حتى ${AR.day(endsOn)} بالفاتورة ${invoice} بمبلغ ${AR.money(net, currency)} وضريبة قيمة مضافة قدرها ${AR.money(vat, currency)}`,
});

interface Ended {
  readonly released: readonly { readonly amount: string }[];
  readonly currency: string;
}
const released = ({ released: parts, currency }: Ended) => {
  const sum = sumOf(parts, currency);
  return {
    en: isSome(sum) && `and ${EN.money(sum, currency)} that had come for it goes back to the payers`,
    ar: isSome(sum) && `ويُعاد ما ورد له وقدره ${AR.money(sum, currency)} إلى الدافعين`,
  };
};

interface Bill {
  readonly gross: string;
  readonly currency: string;
  readonly dueOn: string;
}
const payable = ({ gross, currency, dueOn }: Bill) => ({
  en: `for ${EN.money(gross, currency)}, payable until ${EN.day(dueOn)}`,
  ar: `بمبلغ ${AR.money(gross, currency)} يُسدَّد حتى ${AR.day(dueOn)}`,
});

export const subscriptions: Tellings<SubscriptionEvent | ResignationRecorded> = {
  'subscriptions.SubscriptionPurchased': {
    kind: 'request',
    tell: ({ data }) => ({
      en: `a subscription of the plan ${EN.code(data.plan)} was ordered ${payable(data).en}`,
      ar: `طُلب اشتراك في الباقة ${AR.code(data.plan)} ${payable(data).ar}`,
    }),
  },
  'subscriptions.RenewalOrdered': {
    kind: 'request',
    tell: ({ data }) => ({
      en: `a renewal was ordered ${payable(data).en}`,
      ar: `طُلب تجديد الاشتراك ${payable(data).ar}`,
    }),
  },
  'subscriptions.PaymentReceived': {
    kind: 'receipt',
    tell: ({ data: { amount, arrears, kept, excess, currency } }) => ({
      en: list(
        `${EN.money(amount, currency)} came for the subscription`,
        isSome(arrears) && `${EN.money(arrears, currency)} of it paid what was owed`,
        isSome(kept) && `${EN.money(kept, currency)} counts towards the order`,
        isSome(excess) && `and ${EN.money(excess, currency)} was more than was ordered`,
      ),
      ar: arabicList(
        `ورد للاشتراك مبلغ ${AR.money(amount, currency)}`,
        isSome(arrears) && `سُدّد به ما كان مستحقًا وقدره ${AR.money(arrears, currency)}`,
        isSome(kept) && `واحتُسب للطلب ${AR.money(kept, currency)}`,
        isSome(excess) && `وزاد عن المطلوب ${AR.money(excess, currency)}`,
      ),
    }),
  },
  'subscriptions.SubscriptionActivated': {
    kind: 'consequence',
    tell: ({ data }) => ({
      en: `the subscription was activated ${invoiced(data).en}`,
      ar: `فُعّل الاشتراك ${invoiced(data).ar}`,
    }),
  },
  'subscriptions.SubscriptionRenewed': {
    kind: 'consequence',
    tell: ({ data }) => ({
      en: `the subscription was renewed ${invoiced(data).en}`,
      ar: `جُدّد الاشتراك ${invoiced(data).ar}`,
    }),
  },
  'subscriptions.MonthEarned': {
    kind: 'consequence',
    tell: ({ data: { number, month, amount, deferred, currency } }) => ({
      en: `${EN.money(amount, currency)} was earned in month ${month} of term ${number}; ${EN.money(deferred, currency)} is still deferred`,
      ar: `تحقق إيراد الشهر رقم ${month} من المدة رقم ${number} وقدره ${AR.money(amount, currency)}، وبقي مؤجلًا ${AR.money(deferred, currency)}`,
    }),
  },
  'subscriptions.ExpiryAnnounced': {
    kind: 'consequence',
    tell: ({ data: { endsOn, days } }) => ({
      en: `the end of the subscription on ${EN.day(endsOn)} was announced ${EN.count(days, NOUNS.days.en)} before`,
      ar: `أُعلن انتهاء الاشتراك في ${AR.day(endsOn)} قبله بمدة ${AR.count(days, NOUNS.days.ar)}`,
    }),
  },
  'subscriptions.SubscriptionExpired': {
    kind: 'consequence',
    tell: ({ data: { number, endsOn } }) => ({
      en: `term ${number} of the subscription ended on ${EN.day(endsOn)}`,
      ar: `انتهت المدة رقم ${number} من الاشتراك في ${AR.day(endsOn)}`,
    }),
  },
  'subscriptions.SubscriptionCancelled': {
    kind: 'decision',
    tell: ({ data: { reason, on, earned, currency } }) => ({
      en: `the subscription was cancelled from ${EN.day(on)} because of ${EN.code(reason)}, without a refund, and ${EN.money(earned, currency)} was earned`,
      ar: `أُلغي الاشتراك من ${AR.day(on)} بسبب ${AR.code(reason)} دون استرداد، وتحقق إيراد قدره ${AR.money(earned, currency)}`,
    }),
  },
  'subscriptions.OrderCancelled': {
    kind: 'decision',
    tell: ({ data }) => ({
      en: list(`the order was cancelled because of ${EN.code(data.reason)}`, released(data).en),
      ar: arabicList(`أُلغي الطلب بسبب ${AR.code(data.reason)}`, released(data).ar),
    }),
  },
  'subscriptions.OrderLapsed': {
    kind: 'consequence',
    tell: ({ data }) => ({
      en: list(`the order lapsed, for it was not paid until ${EN.day(data.dueOn)}`, released(data).en),
      ar: arabicList(`سقط الطلب لعدم سداده حتى ${AR.day(data.dueOn)}`, released(data).ar),
    }),
  },
  'subscriptions.ServiceUsed': {
    kind: 'record',
    tell: ({ data: { service } }) => ({
      en: `the service ${EN.code(service)} was used`,
      ar: `استُخدمت الخدمة ${AR.code(service)}`,
    }),
  },
  'subscriptions.PaymentReversed': {
    kind: 'receipt',
    tell: ({ data: { reference, on, waiting, owed, credited, currency } }) => ({
      en: list(
        `the bank took a payment back on ${EN.day(on)} under the reference ${reference}`,
        isSome(waiting) && `${EN.money(waiting, currency)} no longer counts towards the order`,
        isSome(owed) && `${EN.money(owed, currency)} is owed for a term`,
        isSome(credited) && `and ${EN.money(credited, currency)} is taken from the payer’s refundable balance`,
      ),
      ar: arabicList(
        `عكس المصرف مبلغًا ورد للاشتراك في ${AR.day(on)} بالمرجع ${reference}`,
        isSome(waiting) && `ولم يعد يُحتسب للطلب ${AR.money(waiting, currency)}`,
        isSome(owed) && `وصار مستحقًا عن مدة ${AR.money(owed, currency)}`,
        isSome(credited) && `ويُخصم من رصيد الدافع القابل للاسترداد ${AR.money(credited, currency)}`,
      ),
    }),
  },
  'subscriptions.ResignationRecorded': {
    kind: 'record',
    tell: ({ data: { on, subscriptions: ended } }) => ({
      en: `a user’s resignation on ${EN.day(on)} was recorded, which cancels ${EN.count(ended.length, NOUNS.subscriptions.en)} of the establishment`,
      ar: `سُجّلت استقالة مستخدم في ${AR.day(on)}، ويُلغى ما له لدى المنشأة وعدده ${AR.count(ended.length, NOUNS.subscriptions.ar)}`,
    }),
  },
};
