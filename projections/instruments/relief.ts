import type {
  ExemptionGranted,
  ExemptionRequested,
  InstalmentMissed,
  InstalmentPlanApproved,
  InstalmentRequested,
  InstalmentsLowered,
  InstalmentsPaid,
  InstalmentsReopened,
  NoticeServed,
  PlanCompleted,
  PlanDefaulted,
} from '../../src/contexts/debts/events.js';
import { parseMoney } from '../../src/kernel/money.js';
import { plus } from '../sums.js';
import { type Tellings } from './telling.js';
import { AR, EN, NOUNS } from './words.js';

/** What eases a debt (domain.md E2i, E2j). */
export type ReliefEvent =
  | ExemptionRequested
  | ExemptionGranted
  | InstalmentRequested
  | InstalmentPlanApproved
  | InstalmentsPaid
  | InstalmentsReopened
  | InstalmentsLowered
  | InstalmentMissed
  | NoticeServed
  | PlanDefaulted
  | PlanCompleted;

export const relief: Tellings<ReliefEvent> = {
  'debts.ExemptionRequested': {
    kind: 'request',
    tell: ({ data: { ground, amount } }, currency) => ({
      en: `an exemption from ${amount === undefined ? 'all that is owed' : EN.money(amount, currency)} was requested because of ${EN.code(ground)}`,
      ar: `طُلب الإعفاء من ${amount === undefined ? 'كامل المتبقي' : AR.money(amount, currency)} بسبب ${AR.code(ground)}`,
    }),
  },
  'debts.ExemptionGranted': {
    kind: 'decision',
    tell: ({ data: { ground, amount, balance, currency } }) => ({
      en: `an exemption from ${EN.money(amount, currency)} was granted because of ${EN.code(ground)}; ${EN.money(balance, currency)} is still owed`,
      ar: `مُنح الإعفاء من ${AR.money(amount, currency)} بسبب ${AR.code(ground)}، وبقي مستحقًا ${AR.money(balance, currency)}`,
    }),
  },
  'debts.InstalmentRequested': {
    kind: 'request',
    tell({ data: { instalments, firstDueOn, schedule = [] } }) {
      const n = instalments ?? schedule.length;
      const from = firstDueOn ?? schedule[0]?.dueOn;
      return {
        en: `payment in ${EN.count(n, NOUNS.instalments.en)} was requested${from === undefined ? '' : `, the first on ${EN.day(from)}`}`,
        ar: `طُلب التقسيط على ${AR.count(n, NOUNS.instalments.ar)}${from === undefined ? '' : ` ابتداءً من ${AR.day(from)}`}`,
      };
    },
  },
  'debts.InstalmentPlanApproved': {
    kind: 'decision',
    tell({ data: { amount, currency, instalments } }) {
      const [first, last] = [instalments[0], instalments.at(-1)].map((each) => each?.dueOn ?? '') as [string, string];
      return {
        en: `payment of ${EN.money(amount, currency)} in ${EN.count(instalments.length, NOUNS.instalments.en)} was approved, from ${EN.day(first)} to ${EN.day(last)}`,
        ar: `اعتُمد تقسيط مبلغ ${AR.money(amount, currency)} على ${AR.count(instalments.length, NOUNS.instalments.ar)} من ${AR.day(first)} إلى ${AR.day(last)}`,
      };
    },
  },
  'debts.InstalmentsPaid': {
    kind: 'consequence',
    tell: ({ data: { parts, open, currency } }) => ({
      en: `${EN.money(sumOf(parts, currency), currency)} of the instalment plan was paid; ${EN.money(open, currency)} of it is open`,
      ar: `سُدّد من خطة التقسيط ${AR.money(sumOf(parts, currency), currency)}، والمتبقي منها ${AR.money(open, currency)}`,
    }),
  },
  'debts.InstalmentsReopened': {
    kind: 'consequence',
    tell: ({ data: { parts, open, currency } }) => ({
      en: `${EN.money(sumOf(parts, currency), currency)} of the instalment plan is open again; ${EN.money(open, currency)} of it in all`,
      ar: `عاد مستحقًا من خطة التقسيط ${AR.money(sumOf(parts, currency), currency)}، والمتبقي منها ${AR.money(open, currency)}`,
    }),
  },
  'debts.InstalmentsLowered': {
    kind: 'consequence',
    tell: ({ data: { parts, open, currency } }) => ({
      en: `${EN.money(sumOf(parts, currency), currency)} was taken off the instalment plan; ${EN.money(open, currency)} of it is open`,
      ar: `خُفّضت خطة التقسيط بمبلغ ${AR.money(sumOf(parts, currency), currency)}، والمتبقي منها ${AR.money(open, currency)}`,
    }),
  },
  'debts.InstalmentMissed': {
    kind: 'consequence',
    tell: ({ data: { instalment, dueOn, open, currency } }) => ({
      en: `instalment ${instalment}, due on ${EN.day(dueOn)}, was missed; ${EN.money(open, currency)} of it is open`,
      ar: `تأخّر سداد القسط رقم ${instalment} المستحق في ${AR.day(dueOn)}، والمتبقي منه ${AR.money(open, currency)}`,
    }),
  },
  'debts.NoticeServed': {
    kind: 'consequence',
    tell: ({ data: { notice, overdue, currency, until } }) => ({
      en: `notice ${notice} was served for ${EN.money(overdue, currency)} overdue, payable until ${EN.day(until)}`,
      ar: `وُجّه الإنذار رقم ${notice} بمتأخرات قدرها ${AR.money(overdue, currency)} تُسدَّد حتى ${AR.day(until)}`,
    }),
  },
  'debts.PlanDefaulted': {
    kind: 'consequence',
    tell: ({ data: { amount, currency } }) => ({
      en: `the instalment plan fell due as a whole with ${EN.money(amount, currency)}`,
      ar: `حلّت خطة التقسيط كاملة بمبلغ ${AR.money(amount, currency)}`,
    }),
  },
  'debts.PlanCompleted': {
    kind: 'consequence',
    tell: () => ({ en: 'the instalment plan was completed', ar: 'اكتملت خطة التقسيط' }),
  },
};

/** Of an event's parts, as its amounts are written. */
export const sumOf = (parts: readonly { readonly amount: string }[], currency: string): string =>
  parts.reduce(
    (sum, { amount }) => plus(sum, parseMoney({ amount, currency }).minor, currency),
    plus(undefined, 0n, currency),
  );
