/** What eases a debt: exemption (إعفاء) and instalments (تقسيط); domain.md E2i, E2j. */
import Type from 'typebox';
import { defineEvent, type EventOf } from '../../event-store/catalogue.js';
import { AmountText, closed, CodeText, CurrencyText, DateText, UuidText } from '../../event-store/schemas.js';

/** Without an amount: all that is still owed when it is approved. The proof is in the event's evidence. */
export const ExemptionRequested = defineEvent({
  type: 'debts.ExemptionRequested',
  schema: closed({ request: UuidText, ground: CodeText, amount: Type.Optional(AmountText) }),
  en: 'Exemption requested',
  ar: 'طُلب الإعفاء',
  rule: 'E2i E7',
});
export type ExemptionRequested = EventOf<typeof ExemptionRequested>;

/**
 * `amount` is waived by this grant, `waived` by all of them; `balance` is what is still owed. The actor's authority is
 * the delegation, as it stood at `delegationRevision` of its stream.
 */
export const ExemptionGranted = defineEvent({
  type: 'debts.ExemptionGranted',
  schema: closed({
    request: UuidText,
    ground: CodeText,
    amount: AmountText,
    waived: AmountText,
    balance: AmountText,
    currency: CurrencyText,
    delegation: UuidText,
    delegationRevision: Type.Integer({ minimum: 0 }),
  }),
  en: 'Exemption granted',
  ar: 'مُنح الإعفاء',
  rule: 'E2i E7',
});
export type ExemptionGranted = EventOf<typeof ExemptionGranted>;

/** So many equal instalments from a day on, or a schedule. The proof of inability is in the event's evidence. */
export const InstalmentRequested = defineEvent({
  type: 'debts.InstalmentRequested',
  schema: closed({
    request: UuidText,
    instalments: Type.Optional(Type.Integer({ minimum: 1 })),
    firstDueOn: Type.Optional(DateText),
    every: Type.Optional(CodeText),
    schedule: Type.Optional(Type.Array(closed({ dueOn: DateText, amount: AmountText }), { minItems: 1 })),
  }),
  en: 'Instalments requested',
  ar: 'طُلب التقسيط',
  rule: 'E2j E7',
});
export type InstalmentRequested = EventOf<typeof InstalmentRequested>;

/** `dueOnHijri` is the same day in the calendar of Umm al-Qura, as it is printed beside the other one. */
export const InstalmentPlanApproved = defineEvent({
  type: 'debts.InstalmentPlanApproved',
  schema: closed({
    request: UuidText,
    plan: UuidText,
    amount: AmountText,
    currency: CurrencyText,
    instalments: Type.Array(
      closed({
        instalment: Type.Integer({ minimum: 1 }),
        dueOn: DateText,
        dueOnHijri: DateText,
        amount: AmountText,
      }),
      { minItems: 1 },
    ),
  }),
  en: 'Instalment plan approved',
  ar: 'اعتُمدت خطة التقسيط',
  rule: 'E2j E7',
});
export type InstalmentPlanApproved = EventOf<typeof InstalmentPlanApproved>;

/** `amount` of each instalment by this event; `open` is what the whole plan still asks for after it. */
const changed = {
  plan: UuidText,
  parts: Type.Array(closed({ instalment: Type.Integer({ minimum: 1 }), amount: AmountText }), { minItems: 1 }),
  open: AmountText,
  currency: CurrencyText,
};

/** What a receipt paid of the plan, the oldest instalment first. It follows the ReceiptApplied that posts it. */
export const InstalmentsPaid = defineEvent({
  type: 'debts.InstalmentsPaid',
  schema: closed({ ...changed, receipt: UuidText }),
  en: 'Instalments paid',
  ar: 'سُدّدت أقساط',
  rule: 'E2j E8',
});
export type InstalmentsPaid = EventOf<typeof InstalmentsPaid>;

/** What a reversed receipt had paid of the plan is open again. It follows the ReceiptReversed that posts it. */
export const InstalmentsReopened = defineEvent({
  type: 'debts.InstalmentsReopened',
  schema: closed({ ...changed, receipt: UuidText }),
  en: 'Instalments reopened',
  ar: 'أُعيد فتح أقساط',
  rule: 'E2j E8',
});
export type InstalmentsReopened = EventOf<typeof InstalmentsReopened>;

/** What an exemption or a reduction took off the plan, the latest instalment first: it follows the one that posts it. */
export const InstalmentsLowered = defineEvent({
  type: 'debts.InstalmentsLowered',
  schema: closed(changed),
  en: 'Instalments lowered',
  ar: 'خُفّضت أقساط',
  rule: 'E2i E2j E7',
});
export type InstalmentsLowered = EventOf<typeof InstalmentsLowered>;

/** Its day is over and `open` of it is not paid; `occurrence` counts from 1, for a reversed receipt reopens it. */
export const InstalmentMissed = defineEvent({
  type: 'debts.InstalmentMissed',
  schema: closed({
    plan: UuidText,
    instalment: Type.Integer({ minimum: 1 }),
    occurrence: Type.Integer({ minimum: 1 }),
    dueOn: DateText,
    open: AmountText,
    currency: CurrencyText,
  }),
  en: 'Instalment missed',
  ar: 'تأخّر سداد قسط',
  rule: 'E2j',
});
export type InstalmentMissed = EventOf<typeof InstalmentMissed>;

/** Until the end of the day `until` the late instalments can be paid; then the plan falls due as a whole. */
export const NoticeServed = defineEvent({
  type: 'debts.NoticeServed',
  schema: closed({
    plan: UuidText,
    notice: Type.Integer({ minimum: 1 }),
    instalments: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1 }),
    overdue: AmountText,
    currency: CurrencyText,
    on: DateText,
    until: DateText,
  }),
  en: 'Notice served',
  ar: 'وُجّه الإنذار',
  rule: 'E2j',
});
export type NoticeServed = EventOf<typeof NoticeServed>;

/** What the plan still asked for falls due as a whole. */
export const PlanDefaulted = defineEvent({
  type: 'debts.PlanDefaulted',
  schema: closed({ plan: UuidText, notice: Type.Integer({ minimum: 1 }), amount: AmountText, currency: CurrencyText }),
  en: 'Plan fallen due as a whole',
  ar: 'حلّت خطة التقسيط كاملة',
  rule: 'E2j',
});
export type PlanDefaulted = EventOf<typeof PlanDefaulted>;

/** Nothing of the plan is open any more, until a receipt that paid it is reversed. */
export const PlanCompleted = defineEvent({
  type: 'debts.PlanCompleted',
  schema: closed({ plan: UuidText }),
  en: 'Plan completed',
  ar: 'اكتملت خطة التقسيط',
  rule: 'E2j',
});
export type PlanCompleted = EventOf<typeof PlanCompleted>;

/** What eases a debt, in the order in which it happens. */
export const reliefEvents = [
  ExemptionRequested,
  ExemptionGranted,
  InstalmentRequested,
  InstalmentPlanApproved,
  InstalmentsPaid,
  InstalmentsReopened,
  InstalmentsLowered,
  InstalmentMissed,
  NoticeServed,
  PlanDefaulted,
  PlanCompleted,
] as const;
