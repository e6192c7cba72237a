import type { BusinessDate } from '../../kernel/calendar.js';
import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { EventId, PartyId, Uuid } from '../../kernel/ids.js';

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

export class ApproveRequest extends Issued<'ApproveRequest', { readonly request: EventId }> {
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
  | ApproveRequest
  | DeclineRequest
  | WithdrawRequest
  | ApplyReceipt
  | ReverseReceipt
  | GiveBack
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
  'ApproveRequest',
  'DeclineRequest',
  'WithdrawRequest',
  'ApplyReceipt',
  'ReverseReceipt',
  'GiveBack',
  'RecordProceeding',
];
