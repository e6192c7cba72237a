import type { DelegationEvent } from '../../src/contexts/delegations/events.js';
import type { ClosingEvent, CorrectionEvent } from '../../src/contexts/periods/events.js';
import type { BalancesSigned } from '../../src/contexts/proofs/events.js';
import type { AttemptsSuppressed, LedgerOpened } from '../../src/ledger/events.js';
import type { Tellings } from './telling.js';
import { AR, EN } from './words.js';

export const delegations: Tellings<DelegationEvent> = {
  'delegations.DelegationRegistered': {
    kind: 'request',
    tell: ({ data: { kind, upTo, currency, from, to } }) => ({
      en: `a delegation for ${EN.code(kind)} up to ${EN.money(upTo, currency)} was registered, from ${EN.day(from)} to ${EN.day(to)}`,
      ar: `سُجّل تفويض في ${AR.code(kind)} حتى ${AR.money(upTo, currency)} من ${AR.day(from)} إلى ${AR.day(to)}`,
    }),
  },
  'delegations.DelegationApproved': {
    kind: 'decision',
    tell: () => ({ en: 'the delegation was approved', ar: 'اعتُمد التفويض' }),
  },
  'delegations.DelegationRevoked': {
    kind: 'decision',
    tell: ({ data: { reason } }) => ({
      en: `the delegation was revoked because of ${EN.code(reason)}`,
      ar: `أُلغي التفويض بسبب ${AR.code(reason)}`,
    }),
  },
};

const of = ({ period, through }: { readonly period: string; readonly through: string }) => ({
  en: `the period ${period}, which ends on ${EN.day(through)}`,
  ar: `الفترة ${period} التي تنتهي في ${AR.day(through)}`,
});

export const closings: Tellings<ClosingEvent> = {
  'periods.ClosingRequested': {
    kind: 'request',
    tell: ({ data }) => ({ en: `closing of ${of(data).en}, was requested`, ar: `طُلب إقفال ${of(data).ar}` }),
  },
  'periods.ClosingApproved': {
    kind: 'decision',
    tell: ({ data }) => ({ en: `closing of ${of(data).en}, was approved`, ar: `اعتُمد إقفال ${of(data).ar}` }),
  },
  'periods.ClosingDeclined': {
    kind: 'decision',
    tell: ({ data: { reason } }) => ({
      en: `closing was declined because of ${EN.code(reason)}`,
      ar: `رُفض طلب الإقفال بسبب ${AR.code(reason)}`,
    }),
  },
  'periods.ClosingWithdrawn': {
    kind: 'decision',
    tell: () => ({ en: 'the request to close was withdrawn', ar: 'سُحب طلب الإقفال' }),
  },
  'periods.PeriodClosed': {
    kind: 'consequence',
    tell: ({ data }) => ({ en: `the books were closed for ${of(data).en}`, ar: `أُقفلت الدفاتر عن ${of(data).ar}` }),
  },
  'periods.YearClosed': {
    kind: 'consequence',
    tell: ({ data: { period } }) => ({
      en: `revenue and expense of the year ${period} were carried to the accumulated result`,
      ar: `رُحّلت إيرادات السنة ${period} ومصروفاتها إلى النتيجة المتراكمة`,
    }),
  },
};

export const corrections: Tellings<CorrectionEvent> = {
  'periods.CorrectionRequested': {
    kind: 'request',
    tell: ({ data: { period, reason, command } }) => ({
      en: `a correction in the closed period ${period} by the command ${command} was requested because of ${EN.code(reason)}`,
      ar: `طُلب تصحيح في الفترة المقفلة ${period} بالأمر ${command} بسبب ${AR.code(reason)}`,
    }),
  },
  'periods.CorrectionApproved': {
    kind: 'decision',
    tell: () => ({ en: 'the correction was approved', ar: 'اعتُمد التصحيح' }),
  },
  'periods.CorrectionDeclined': {
    kind: 'decision',
    tell: ({ data: { reason } }) => ({
      en: `the correction was declined because of ${EN.code(reason)}`,
      ar: `رُفض طلب التصحيح بسبب ${AR.code(reason)}`,
    }),
  },
  'periods.CorrectionWithdrawn': {
    kind: 'decision',
    tell: () => ({ en: 'the request for a correction was withdrawn', ar: 'سُحب طلب التصحيح' }),
  },
  'periods.CorrectionTaken': {
    kind: 'consequence',
    tell: ({ data: { on } }) => ({
      en: `the correction was taken up by a command that counts on ${EN.day(on)}`,
      ar: `استُعمل التصحيح في أمر يُحتسب في ${AR.day(on)}`,
    }),
  },
};

export const ledger: Tellings<LedgerOpened | AttemptsSuppressed> = {
  'ledger.LedgerOpened': {
    kind: 'record',
    tell: ({ data: { environment } }) => ({
      en: `the ledger was opened for the environment ${EN.code(environment)}`,
      ar: `فُتح السجل للبيئة ${AR.code(environment)}`,
    }),
  },
  'ledger.AttemptsSuppressed': {
    kind: 'record',
    tell: ({ data: { count } }) => ({
      en: `refused attempts of one person within an hour were counted and not recorded one by one: ${count}`,
      ar: `أُحصيت دون تسجيلها فرادى محاولات شخص واحد المرفوضة في ساعة، وعددها ${count}`,
    }),
  },
};

export const proofs: Tellings<BalancesSigned> = {
  'proofs.BalancesSigned': {
    kind: 'record',
    tell: ({ data: { events, lines } }) => ({
      en: `the root over all balances was signed as of ${events} events: accounts that hold something: ${lines}`,
      ar: `وُقّع جذر الأرصدة كلها حتى ${events} حدث، وعدد الحسابات التي لها رصيد ${lines}`,
    }),
  },
};
