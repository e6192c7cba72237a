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
import { debtCommands } from './commands.js';
import { reliefEvents } from './relief-events.js';

export * from './relief-events.js';

const terms = {
  debtor: PartyText,
  creditor: PartyText,
  amount: AmountText,
  currency: CurrencyText,
  ground: CodeText,
  sector: CodeText,
  dueOn: Type.Optional(DateText),
};

export const DebtDrafted = defineEvent({
  type: 'debts.DebtDrafted',
  schema: closed(terms),
  en: 'Debt drafted',
  ar: 'أُنشئت مسودة المديونية',
  rule: 'E5 E6',
});
export type DebtDrafted = EventOf<typeof DebtDrafted>;

/** Only what the edit changed. */
export const DraftEdited = defineEvent({
  type: 'debts.DraftEdited',
  schema: closed({
    amount: Type.Optional(AmountText),
    ground: Type.Optional(CodeText),
    dueOn: Type.Optional(DateText),
  }),
  en: 'Draft edited',
  ar: 'عُدّلت المسودة',
  rule: 'E6',
});
export type DraftEdited = EventOf<typeof DraftEdited>;

export const DraftDiscarded = defineEvent({
  type: 'debts.DraftDiscarded',
  schema: closed({}),
  en: 'Draft discarded',
  ar: 'أُهملت المسودة',
  rule: 'E6',
});
export type DraftDiscarded = EventOf<typeof DraftDiscarded>;

export const DebtRegistered = defineEvent({
  type: 'debts.DebtRegistered',
  schema: closed(terms),
  en: 'Debt registered',
  ar: 'سُجّلت المديونية',
  rule: 'E5 E6 E7',
});
export type DebtRegistered = EventOf<typeof DebtRegistered>;

/** `ground` is the reason of the update; the debt keeps its own. */
export const UpdateRequested = defineEvent({
  type: 'debts.UpdateRequested',
  schema: closed({
    request: UuidText,
    ground: CodeText,
    amount: Type.Optional(AmountText),
    dueOn: Type.Optional(DateText),
  }),
  en: 'Update requested',
  ar: 'طُلب تحديث البيانات',
  rule: 'E7',
});
export type UpdateRequested = EventOf<typeof UpdateRequested>;

/** The debtor asks that so much of what was received be recognised as settlement. */
export const PaymentRequested = defineEvent({
  type: 'debts.PaymentRequested',
  schema: closed({ request: UuidText, amount: AmountText }),
  en: 'Recognition of a payment requested',
  ar: 'طُلب اعتماد السداد',
  rule: 'E7',
});
export type PaymentRequested = EventOf<typeof PaymentRequested>;

export const CancellationRequested = defineEvent({
  type: 'debts.CancellationRequested',
  schema: closed({ request: UuidText, ground: CodeText }),
  en: 'Cancellation requested',
  ar: 'طُلب الإلغاء',
  rule: 'E7',
});
export type CancellationRequested = EventOf<typeof CancellationRequested>;

export const RequestWithdrawn = defineEvent({
  type: 'debts.RequestWithdrawn',
  schema: closed({ request: UuidText }),
  en: 'Request withdrawn',
  ar: 'سُحب الطلب',
  rule: 'E7',
});
export type RequestWithdrawn = EventOf<typeof RequestWithdrawn>;

export const RequestDeclined = defineEvent({
  type: 'debts.RequestDeclined',
  schema: closed({ request: UuidText, reason: CodeText }),
  en: 'Request declined',
  ar: 'رُفض الطلب',
  rule: 'E7',
});
export type RequestDeclined = EventOf<typeof RequestDeclined>;

/**
 * `received`, `approved` and `balance` are those after the update; `dueOn` is there where the update changed it.
 * `givenBack` had been received and is no longer due: ReceiptsGivenBack says whose it is.
 */
export const DebtUpdated = defineEvent({
  type: 'debts.DebtUpdated',
  schema: closed({
    request: UuidText,
    ground: CodeText,
    previousAmount: AmountText,
    amount: AmountText,
    currency: CurrencyText,
    dueOn: Type.Optional(DateText),
    received: AmountText,
    approved: AmountText,
    balance: AmountText,
    givenBack: AmountText,
  }),
  en: 'Debt updated',
  ar: 'حُدّثت المديونية',
  rule: 'E7',
});
export type DebtUpdated = EventOf<typeof DebtUpdated>;

/** `amount` is what this approval recognised, `approved` all that is recognised by now. */
export const PartialPaymentApproved = defineEvent({
  type: 'debts.PartialPaymentApproved',
  schema: closed({ request: UuidText, amount: AmountText, approved: AmountText, currency: CurrencyText }),
  en: 'Partial payment approved',
  ar: 'اعتُمد سداد جزئي',
  rule: 'E6 E7',
});
export type PartialPaymentApproved = EventOf<typeof PartialPaymentApproved>;

/** `amount` is what this approval recognised: zero where a reduction of the debt settled it. */
export const DebtSettled = defineEvent({
  type: 'debts.DebtSettled',
  schema: closed({ request: UuidText, amount: AmountText, approved: AmountText, currency: CurrencyText }),
  en: 'Debt settled',
  ar: 'سُدّدت المديونية',
  rule: 'E6 E7',
});
export type DebtSettled = EventOf<typeof DebtSettled>;

/** `unpaid` and `received` were the debt's until now. All that was received is given back: see ReceiptsGivenBack. */
export const DebtCancelled = defineEvent({
  type: 'debts.DebtCancelled',
  schema: closed({
    request: UuidText,
    ground: CodeText,
    unpaid: AmountText,
    received: AmountText,
    waived: AmountText,
    currency: CurrencyText,
  }),
  en: 'Debt cancelled',
  ar: 'أُلغيت المديونية',
  rule: 'E6 E7',
});
export type DebtCancelled = EventOf<typeof DebtCancelled>;

/**
 * What an update or a cancellation gives back is of these receipts, the latest of the debt first, and goes to the
 * refundable balance of whoever paid them. `transit` is the update or the cancellation; `rest` is what the debt has
 * still to give back after this event: others follow until it is zero.
 */
export const ReceiptsGivenBack = defineEvent({
  type: 'debts.ReceiptsGivenBack',
  schema: closed({
    parts: Type.Array(
      closed({
        transit: UuidText,
        reason: Type.Union([Type.Literal('reduction'), Type.Literal('cancellation')]),
        receipt: UuidText,
        payer: PartyText,
        amount: AmountText,
      }),
      { minItems: 1 },
    ),
    rest: AmountText,
    currency: CurrencyText,
  }),
  en: 'Receipts given back',
  ar: 'أُعيدت سندات قبض إلى دافعيها',
  rule: 'E4 E7',
});
export type ReceiptsGivenBack = EventOf<typeof ReceiptsGivenBack>;

/** amount = applied + excess; `received` and `balance` are the debt's after it. */
export const ReceiptApplied = defineEvent({
  type: 'debts.ReceiptApplied',
  schema: closed({
    receipt: UuidText,
    payer: PartyText,
    amount: AmountText,
    applied: AmountText,
    excess: AmountText,
    received: AmountText,
    balance: AmountText,
    currency: CurrencyText,
  }),
  en: 'Receipt applied',
  ar: 'قُيّد سند القبض على المديونية',
  rule: 'E6 E8',
});
export type ReceiptApplied = EventOf<typeof ReceiptApplied>;

/**
 * `applied` is taken off this debt again; `credited` had gone to the payer's refundable balance, as an excess or given
 * back, and is taken from there. `received`, `approved` and `balance` are the debt's after it.
 */
export const ReceiptReversed = defineEvent({
  type: 'debts.ReceiptReversed',
  schema: closed({
    receipt: UuidText,
    payer: PartyText,
    reference: CodeText,
    on: DateText,
    applied: AmountText,
    credited: AmountText,
    received: AmountText,
    approved: AmountText,
    balance: AmountText,
    currency: CurrencyText,
  }),
  en: 'Receipt reversed',
  ar: 'عُكس سند القبض',
  rule: 'E8',
});
export type ReceiptReversed = EventOf<typeof ReceiptReversed>;

export const DebtReopened = defineEvent({
  type: 'debts.DebtReopened',
  schema: closed({ receipt: UuidText, approved: AmountText, currency: CurrencyText }),
  en: 'Debt reopened',
  ar: 'أُعيد فتح المديونية',
  rule: 'E6 E8',
});
export type DebtReopened = EventOf<typeof DebtReopened>;

/** A dated fact without money: notice served, appeal lodged, sent for collection … */
export const ProceedingRecorded = defineEvent({
  type: 'debts.ProceedingRecorded',
  schema: closed({ kind: CodeText, on: DateText }),
  en: 'Proceeding recorded',
  ar: 'دُوّن إجراء',
  rule: 'E5',
});
export type ProceedingRecorded = EventOf<typeof ProceedingRecorded>;

const definitions = [
  DebtDrafted,
  DraftEdited,
  DraftDiscarded,
  DebtRegistered,
  UpdateRequested,
  PaymentRequested,
  CancellationRequested,
  RequestWithdrawn,
  RequestDeclined,
  DebtUpdated,
  PartialPaymentApproved,
  DebtSettled,
  DebtCancelled,
  ReceiptsGivenBack,
  ReceiptApplied,
  ReceiptReversed,
  DebtReopened,
  ProceedingRecorded,
  ...reliefEvents,
] as const;

/** What happened to a debt, as its decider makes it. */
export type DebtEvent = EventOf<(typeof definitions)[number]>;

/** Every type that this context stores, refusals and refused views included. */
export const debtEvents: readonly EventDefinition[] = [
  ...definitions,
  ...rejections('debts', [...debtCommands, 'ViewDebt']),
];
