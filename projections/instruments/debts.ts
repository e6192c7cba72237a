import type { DebtEvent } from '../../src/contexts/debts/events.js';
import { parseMoney } from '../../src/kernel/money.js';
import { relief, sumOf, type ReliefEvent } from './relief.js';
import { arabicList, isSome, list, type Tellings } from './telling.js';
import { AR, EN, NOUNS } from './words.js';

const ofDebts: Tellings<Exclude<DebtEvent, ReliefEvent>> = {
  'debts.DebtDrafted': {
    kind: 'request',
    tell: ({ data: { amount, currency, ground, dueOn } }) => ({
      en: list(
        `a debt of ${EN.money(amount, currency)} was drafted on the ground of ${EN.code(ground)}`,
        dueOn && `due on ${EN.day(dueOn)}`,
      ),
      ar: arabicList(
        `أُعدّت مسودة مديونية بمبلغ ${AR.money(amount, currency)}`,
        `سندها ${AR.code(ground)}`,
        dueOn && `وتستحق في ${AR.day(dueOn)}`,
      ),
    }),
  },
  'debts.DraftEdited': {
    kind: 'request',
    tell: ({ data: { amount, ground, dueOn } }, currency) => ({
      en: `the draft was edited: ${list(amount && `amount ${EN.money(amount, currency)}`, ground && `ground ${EN.code(ground)}`, dueOn && `due on ${EN.day(dueOn)}`)}`,
      ar: `عُدّلت المسودة: ${arabicList(amount && `المبلغ ${AR.money(amount, currency)}`, ground && `السند ${AR.code(ground)}`, dueOn && `الاستحقاق في ${AR.day(dueOn)}`)}`,
    }),
  },
  'debts.DraftDiscarded': {
    kind: 'decision',
    tell: () => ({ en: 'the draft was discarded', ar: 'أُهملت المسودة' }),
  },
  'debts.DebtRegistered': {
    kind: 'decision',
    tell: ({ data: { amount, currency, ground, dueOn } }) => ({
      en: list(
        `a debt of ${EN.money(amount, currency)} was registered on the ground of ${EN.code(ground)}`,
        dueOn && `due on ${EN.day(dueOn)}`,
      ),
      ar: arabicList(
        `سُجّلت مديونية بمبلغ ${AR.money(amount, currency)}`,
        `سندها ${AR.code(ground)}`,
        dueOn && `وتستحق في ${AR.day(dueOn)}`,
      ),
    }),
  },
  'debts.UpdateRequested': {
    kind: 'request',
    tell: ({ data: { ground, amount, dueOn } }, currency) => ({
      en: `an update was requested because of ${EN.code(ground)}: ${list(amount && `amount ${EN.money(amount, currency)}`, dueOn && `due on ${EN.day(dueOn)}`)}`,
      ar: `طُلب تحديث المديونية بسبب ${AR.code(ground)}: ${arabicList(amount && `المبلغ ${AR.money(amount, currency)}`, dueOn && `الاستحقاق في ${AR.day(dueOn)}`)}`,
    }),
  },
  'debts.PaymentRequested': {
    kind: 'request',
    tell: ({ data: { amount } }, currency) => ({
      en: `recognition of a payment of ${EN.money(amount, currency)} was requested`,
      ar: `طُلب اعتماد سداد مبلغ ${AR.money(amount, currency)}`,
    }),
  },
  'debts.CancellationRequested': {
    kind: 'request',
    tell: ({ data: { ground } }) => ({
      en: `cancellation was requested because of ${EN.code(ground)}`,
      ar: `طُلب إلغاء المديونية بسبب ${AR.code(ground)}`,
    }),
  },
  'debts.RequestWithdrawn': {
    kind: 'decision',
    tell: () => ({ en: 'the request was withdrawn', ar: 'سُحب الطلب' }),
  },
  'debts.RequestDeclined': {
    kind: 'decision',
    tell: ({ data: { reason } }) => ({
      en: `the request was declined because of ${EN.code(reason)}`,
      ar: `رُفض الطلب بسبب ${AR.code(reason)}`,
    }),
  },
  'debts.DebtUpdated': {
    kind: 'decision',
    tell({ data: { ground, previousAmount, amount, currency, dueOn, givenBack } }) {
      const change = parseMoney({ amount, currency }).minor - parseMoney({ amount: previousAmount, currency }).minor;
      const [en, ar] = change > 0n ? ['raised', 'رُفع'] : change < 0n ? ['reduced', 'خُفّض'] : [undefined, undefined];
      return {
        en: list(
          en === undefined
            ? `the debt was updated because of ${EN.code(ground)}`
            : `the debt was ${en} from ${EN.money(previousAmount, currency)} to ${EN.money(amount, currency)} because of ${EN.code(ground)}`,
          dueOn && `now due on ${EN.day(dueOn)}`,
          isSome(givenBack) && `and ${EN.money(givenBack, currency)} that had been received goes back to the payers`,
        ),
        ar: arabicList(
          ar === undefined
            ? `حُدّثت المديونية بسبب ${AR.code(ground)}`
            : `${ar} مبلغ المديونية من ${AR.money(previousAmount, currency)} إلى ${AR.money(amount, currency)} بسبب ${AR.code(ground)}`,
          dueOn && `وتستحق الآن في ${AR.day(dueOn)}`,
          isSome(givenBack) && `ويُعاد مما قُبض مبلغ ${AR.money(givenBack, currency)} إلى الدافعين`,
        ),
      };
    },
  },
  'debts.PartialPaymentApproved': {
    kind: 'decision',
    tell: ({ data: { amount, approved, currency } }) => ({
      en: `a payment of ${EN.money(amount, currency)} was recognised, ${EN.money(approved, currency)} in all`,
      ar: `اعتُمد سداد جزئي بمبلغ ${AR.money(amount, currency)}، وبلغ مجموع المعتمد ${AR.money(approved, currency)}`,
    }),
  },
  'debts.DebtSettled': {
    kind: 'decision',
    tell: ({ data: { amount, approved, currency } }) => ({
      en: list(
        isSome(amount) && `a payment of ${EN.money(amount, currency)} was recognised`,
        `${isSome(amount) ? 'and ' : ''}the debt is settled with ${EN.money(approved, currency)} recognised in all`,
      ),
      ar: arabicList(
        isSome(amount) && `اعتُمد سداد مبلغ ${AR.money(amount, currency)}`,
        `${isSome(amount) ? 'وسُدّدت به' : 'سُدّدت'} المديونية ومجموع المعتمد ${AR.money(approved, currency)}`,
      ),
    }),
  },
  'debts.DebtCancelled': {
    kind: 'decision',
    tell: ({ data: { ground, unpaid, received, currency } }) => ({
      en: list(
        `the debt was cancelled because of ${EN.code(ground)}`,
        isSome(unpaid) && `with ${EN.money(unpaid, currency)} unpaid`,
        isSome(received) && `and ${EN.money(received, currency)} that had been received goes back to the payers`,
      ),
      ar: arabicList(
        `أُلغيت المديونية بسبب ${AR.code(ground)}`,
        isSome(unpaid) && `وكان غير المسدد منها ${AR.money(unpaid, currency)}`,
        isSome(received) && `ويُعاد ما قُبض وقدره ${AR.money(received, currency)} إلى الدافعين`,
      ),
    }),
  },
  'debts.ReceiptsGivenBack': {
    kind: 'consequence',
    tell({ data: { parts, currency } }) {
      const sum = sumOf(parts, currency);
      return {
        en: `${EN.money(sum, currency)} of ${EN.count(parts.length, NOUNS.receipts.en)} was given back to the payers`,
        ar: `أُعيد مبلغ ${AR.money(sum, currency)} من ${AR.count(parts.length, NOUNS.receipts.ar)} إلى الدافعين`,
      };
    },
  },
  'debts.ReceiptApplied': {
    kind: 'receipt',
    tell: ({ data: { amount, applied, excess, currency } }) => ({
      en: list(
        `a receipt of ${EN.money(amount, currency)} was applied`,
        `${EN.money(applied, currency)} of it paid the debt`,
        isSome(excess) && `and ${EN.money(excess, currency)} was more than was owed`,
      ),
      ar: arabicList(
        `قُيّد على المديونية سند قبض بمبلغ ${AR.money(amount, currency)}`,
        `سُدّد به منها ${AR.money(applied, currency)}`,
        isSome(excess) && `وزاد عن المستحق ${AR.money(excess, currency)}`,
      ),
    }),
  },
  'debts.ReceiptReversed': {
    kind: 'receipt',
    tell: ({ data: { reference, on, applied, credited, currency } }) => ({
      en: list(
        `the bank took a receipt back on ${EN.day(on)} under the reference ${reference}`,
        `${EN.money(applied, currency)} is owed again`,
        isSome(credited) && `and ${EN.money(credited, currency)} is taken from the payer’s refundable balance`,
      ),
      ar: arabicList(
        `عكس المصرف سند قبض في ${AR.day(on)} بالمرجع ${reference}`,
        `فعاد مستحقًا مبلغ ${AR.money(applied, currency)}`,
        isSome(credited) && `ويُخصم من رصيد الدافع القابل للاسترداد ${AR.money(credited, currency)}`,
      ),
    }),
  },
  'debts.DebtReopened': {
    kind: 'consequence',
    tell: ({ data: { approved, currency } }) => ({
      en: `the debt was reopened, for a receipt that it was settled by was reversed; ${EN.money(approved, currency)} stays recognised`,
      ar: `أُعيد فتح المديونية لعكس سند قبض سُدّدت به، وبقي معتمدًا ${AR.money(approved, currency)}`,
    }),
  },
  'debts.ProceedingRecorded': {
    kind: 'record',
    tell: ({ data: { kind, on } }) => ({
      en: `a proceeding was recorded: ${EN.code(kind)} on ${EN.day(on)}`,
      ar: `دُوّن إجراء: ${AR.code(kind)} في ${AR.day(on)}`,
    }),
  },
};

export const debts: Tellings<DebtEvent> = { ...ofDebts, ...relief };
