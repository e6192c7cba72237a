import type { BusinessDate } from '../../kernel/calendar.js';
import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { EventId, PartyId, Uuid } from '../../kernel/ids.js';
import type { Authority } from './authorities.js';
import type { Every } from './schedule.js';

/**
 * Amounts are decimal texts. Where a command may name a `currency`, an absent one is the debt's, and another one than
 * the debt's is refused (`CURRENCY`).
 */
interface OptionalCurrency {
  readonly currency?: string;
}

export class DraftDebt extends Issued<
  'DraftDebt',
  {
    readonly debtor: PartyId;
    readonly creditor: PartyId;
    /** May be zero until the debt is registered. */
    readonly amount: string;
    readonly currency: string;
    readonly ground: string;
    readonly sector: string;
    readonly dueOn?: BusinessDate;
  }
> {
  readonly type = 'DraftDebt';
}

export class EditDraft extends Issued<
  'EditDraft',
  OptionalCurrency & { readonly amount?: string; readonly ground?: string; readonly dueOn?: BusinessDate }
> {
  readonly type = 'EditDraft';
}

export class DiscardDraft extends Issued<'DiscardDraft', Readonly<Record<string, never>>> {
  readonly type = 'DiscardDraft';
}

export class RegisterDebt extends Issued<'RegisterDebt', Readonly<Record<string, never>>> {
  readonly type = 'RegisterDebt';
}

/** `ground` is the reason of the update; the debt's own stays. */
export class RequestUpdate extends Issued<
  'RequestUpdate',
  OptionalCurrency & { readonly amount?: string; readonly ground: string; readonly dueOn?: BusinessDate }
> {
  readonly type = 'RequestUpdate';
}

export class RequestPayment extends Issued<'RequestPayment', OptionalCurrency & { readonly amount: string }> {
  readonly type = 'RequestPayment';
}

export class RequestCancellation extends Issued<'RequestCancellation', { readonly ground: string }> {
  readonly type = 'RequestCancellation';
}

/** `evidence`: the commitment to a proof that the vault holds. */
export class RequestExemption extends Issued<
  'RequestExemption',
  OptionalCurrency & {
    /** Absent: all that is still owed when it is approved. */
    readonly amount?: string;
    readonly ground: string;
    readonly evidence?: string;
  }
> {
  readonly type = 'RequestExemption';
}

/** `evidence`: the commitment to the proof of inability that the vault holds. */
export class RequestInstalments extends Issued<
  'RequestInstalments',
  {
    readonly wish:
      | { readonly instalments: number; readonly firstDueOn: BusinessDate; readonly every: Every }
      | {
          readonly schedule: readonly (OptionalCurrency & { readonly dueOn: BusinessDate; readonly amount: string })[];
        };
    readonly evidence: string;
  }
> {
  readonly type = 'RequestInstalments';
}

export class ApproveRequest extends Issued<
  'ApproveRequest',
  {
    readonly request: EventId;
    /** What the approval rests on, as it was read just before: an exemption needs it. Null: there is no such one. */
    readonly authority?: Authority | null;
  }
> {
  readonly type = 'ApproveRequest';
}

export class DeclineRequest extends Issued<'DeclineRequest', { readonly request: EventId; readonly reason: string }> {
  readonly type = 'DeclineRequest';
}

export class WithdrawRequest extends Issued<'WithdrawRequest', { readonly request: EventId }> {
  readonly type = 'WithdrawRequest';
}

/** Sent by a policy when a receipt has found its debt. */
export class ApplyReceipt extends Issued<
  'ApplyReceipt',
  { readonly receipt: Uuid; readonly payer: PartyId; readonly amount: string; readonly currency: string }
> {
  readonly type = 'ApplyReceipt';
}

/** Sent by a policy when the bank takes a receipt back, under the bank's `reference` of the day `on`. */
export class ReverseReceipt extends Issued<
  'ReverseReceipt',
  { readonly receipt: Uuid; readonly reference: string; readonly on: BusinessDate }
> {
  readonly type = 'ReverseReceipt';
}

/** Sent by a policy as long as something waits to be given back: the debt names the next receipts that it is of. */
export class GiveBack extends Issued<'GiveBack', Readonly<Record<string, never>>> {
  readonly type = 'GiveBack';
}

/** Sent by the clock: the day of the instalment is over, and it is not paid. `occurrence` counts from 1. */
export class MissInstalment extends Issued<
  'MissInstalment',
  { readonly plan: EventId; readonly instalment: number; readonly occurrence: number }
> {
  readonly type = 'MissInstalment';
}

/** Sent by the clock, for a notice `on` today whose days end with `until`. `notice` counts from 1. */
export class ServeNotice extends Issued<
  'ServeNotice',
  { readonly plan: EventId; readonly notice: number; readonly on: BusinessDate; readonly until: BusinessDate }
> {
  readonly type = 'ServeNotice';
}

/** Sent by the clock: the days of the notice are over. */
export class DefaultPlan extends Issued<'DefaultPlan', { readonly plan: EventId; readonly notice: number }> {
  readonly type = 'DefaultPlan';
}

export class RecordProceeding extends Issued<'RecordProceeding', { readonly kind: string; readonly on: BusinessDate }> {
  readonly type = 'RecordProceeding';
}

/** Every command that a debt knows, as plain data. */
export type DebtCommand = CommandOf<
  | DraftDebt
  | EditDraft
  | DiscardDraft
  | RegisterDebt
  | RequestUpdate
  | RequestPayment
  | RequestCancellation
  | RequestExemption
  | RequestInstalments
  | ApproveRequest
  | DeclineRequest
  | WithdrawRequest
  | ApplyReceipt
  | ReverseReceipt
  | GiveBack
  | MissInstalment
  | ServeNotice
  | DefaultPlan
  | RecordProceeding
>;

/** Their names: a refusal of each has a stored type of its own. */
export const debtCommands: readonly DebtCommand['type'][] = [
  'DraftDebt',
  'EditDraft',
  'DiscardDraft',
  'RegisterDebt',
  'RequestUpdate',
  'RequestPayment',
  'RequestCancellation',
  'RequestExemption',
  'RequestInstalments',
  'ApproveRequest',
  'DeclineRequest',
  'WithdrawRequest',
  'ApplyReceipt',
  'ReverseReceipt',
  'GiveBack',
  'MissInstalment',
  'ServeNotice',
  'DefaultPlan',
  'RecordProceeding',
];
