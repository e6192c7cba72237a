import type { BalanceEvent } from '../../src/contexts/balances/events.js';
import type { ReceiptEvent } from '../../src/contexts/billing/events.js';
import { arabicList, list, type Tellings } from './telling.js';
import { AR, EN } from './words.js';

export const receipts: Tellings<ReceiptEvent> = {
  'billing.ReceiptRecorded': {
    kind: 'receipt',
    tell: ({ data: { amount, currency, paidOn, channel, reference } }) => ({
      en: `a receipt of ${EN.money(amount, currency)} was recorded, paid on ${EN.day(paidOn)} by ${EN.code(channel)} under the bank’s reference ${reference}`,
      ar: `سُجّل سند قبض بمبلغ ${AR.money(amount, currency)} دُفع في ${AR.day(paidOn)} عن طريق ${AR.code(channel)} بمرجع المصرف ${reference}`,
    }),
  },
  'billing.ReceiptMatched': {
    kind: 'consequence',
    tell: ({ data }) => ({
      en: `a receipt of ${EN.money(data.amount, data.currency)} was matched with the ${'debt' in data ? 'debt' : 'subscription'} that it pays`,
      ar: `طوبق سند قبض بمبلغ ${AR.money(data.amount, data.currency)} ${'debt' in data ? 'بالمديونية التي يسددها' : 'بالاشتراك الذي يسدده'}`,
    }),
  },
  'billing.ReceiptConflictRecorded': {
    kind: 'record',
    tell: ({ data: { reference } }) => ({
      en: `the bank told other facts under the reference ${reference}, and nothing was posted`,
      ar: `ورد من المصرف بالمرجع ${reference} ما يخالف المسجّل، ولم يُقيّد شيء`,
    }),
  },
  'billing.ReceiptReversed': {
    kind: 'receipt',
    tell: ({ data: { amount, currency, on, reference } }) => ({
      en: `the bank took a receipt of ${EN.money(amount, currency)} back on ${EN.day(on)} under the reference ${reference}`,
      ar: `عكس المصرف في ${AR.day(on)} سند قبض بمبلغ ${AR.money(amount, currency)} بالمرجع ${reference}`,
    }),
  },
};

export const balances: Tellings<BalanceEvent> = {
  'balances.BalanceCredited': {
    kind: 'consequence',
    tell: ({ data: { amount, currency, reason, available } }) => ({
      en: list(
        `${EN.money(amount, currency)} was added to the refundable balance because ${EN.code(reason)}`,
        `and ${EN.money(available, currency)} is available`,
      ),
      ar: arabicList(
        `أُضيف إلى الرصيد القابل للاسترداد مبلغ ${AR.money(amount, currency)} بسبب ${AR.code(reason)}`,
        `والمتاح ${AR.money(available, currency)}`,
      ),
    }),
  },
  'balances.CreditReversed': {
    kind: 'consequence',
    tell: ({ data: { amount, currency, reference, available } }) => ({
      en: list(
        `${EN.money(amount, currency)} was taken from the refundable balance because the bank took the receipt back under the reference ${reference}`,
        `and ${EN.money(available, currency)} is available`,
      ),
      ar: arabicList(
        `خُصم من الرصيد القابل للاسترداد مبلغ ${AR.money(amount, currency)} لعكس المصرف سند القبض بالمرجع ${reference}`,
        `والمتاح ${AR.money(available, currency)}`,
      ),
    }),
  },
};
