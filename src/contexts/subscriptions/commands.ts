import type { BusinessDate } from '../../kernel/calendar.js';
import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';

/** What is accepted with an order (domain.md Q3). */
interface Accepted {
  /** ISO 8601; only `P1Y` is sold (domain.md Q7). */
  readonly term: string;
  /** The version of the terms. */
  readonly terms: string;
  readonly paymentMethod: string;
}

/** The target is `subscriptionId(establishment, user, plan)`. */
export class PurchaseSubscription extends Issued<
  'PurchaseSubscription',
  Accepted & {
    readonly establishment: PartyId;
    readonly user: PartyId;
    /** `employee`, `owner` or `delegate`. */
    readonly relation: string;
    readonly plan: string;
  }
> {
  readonly type = 'PurchaseSubscription';
}

export class RenewSubscription extends Issued<'RenewSubscription', Accepted> {
  readonly type = 'RenewSubscription';
}

type Nothing = Readonly<Record<string, never>>;

export class CancelSubscription extends Issued<'CancelSubscription', Nothing> {
  readonly type = 'CancelSubscription';
}

/** Never granted; so named because its refusal is stored as `RefundAttemptRejected` (DESIGN.md, Refusals). */
export class RefundAttempt extends Issued<'RefundAttempt', Nothing> {
  readonly type = 'RefundAttempt';
}

export class TransferSubscription extends Issued<'TransferSubscription', { readonly to: PartyId }> {
  readonly type = 'TransferSubscription';
}

export class ReinstateSubscription extends Issued<'ReinstateSubscription', Nothing> {
  readonly type = 'ReinstateSubscription';
}

export class UseService extends Issued<'UseService', { readonly service: string }> {
  readonly type = 'UseService';
}

/** Sent by a policy when a receipt has found its subscription. */
export class ConfirmPayment extends Issued<
  'ConfirmPayment',
  {
    readonly receipt: Uuid;
    readonly payer: PartyId;
    readonly amount: string;
    readonly currency: string;
    readonly paidOn: BusinessDate;
  }
> {
  readonly type = 'ConfirmPayment';
}

/** Sent by a policy when the bank takes a receipt back, under the bank's `reference` of the day `on`. */
export class ReversePayment extends Issued<
  'ReversePayment',
  { readonly receipt: Uuid; readonly reference: string; readonly on: BusinessDate }
> {
  readonly type = 'ReversePayment';
}

/** Sent by a policy when the user, an employee, has resigned on that day (domain.md Q8). */
export class CancelForResignation extends Issued<'CancelForResignation', { readonly on: BusinessDate }> {
  readonly type = 'CancelForResignation';
}

/**
 * Sent by the clock, once for each day on which a subscription owes it something, as of that day. `due` names the first
 * thing of the day, so that sending it twice, late, or after it no longer applies changes nothing.
 */
export class BringUpToDate extends Issued<'BringUpToDate', { readonly due: string }> {
  readonly type = 'BringUpToDate';
}

/** Every command that a subscription knows, as plain data. */
export type SubscriptionCommand = CommandOf<
  | PurchaseSubscription
  | RenewSubscription
  | CancelSubscription
  | RefundAttempt
  | TransferSubscription
  | ReinstateSubscription
  | UseService
  | ConfirmPayment
  | ReversePayment
  | CancelForResignation
  | BringUpToDate
>;

/** The target is `employmentId(establishment, user)`. */
export class RecordResignation extends Issued<
  'RecordResignation',
  {
    readonly establishment: PartyId;
    readonly user: PartyId;
    readonly on: BusinessDate;
    /** What the caller read of the user's subscriptions with the establishment. */
    readonly found: readonly FoundSubscription[];
  }
> {
  readonly type = 'RecordResignation';
}

export interface FoundSubscription {
  readonly subscription: Uuid;
  readonly relation: string;
  /** `pendingPayment`, `active`, `expired`, `cancelled` or `lapsed`. */
  readonly state: string;
}

export type EmploymentCommand = CommandOf<RecordResignation>;

/** Their names: a refusal of each has a stored type of its own. */
export const subscriptionCommands: readonly (SubscriptionCommand | EmploymentCommand)['type'][] = [
  'PurchaseSubscription',
  'RenewSubscription',
  'CancelSubscription',
  'RefundAttempt',
  'TransferSubscription',
  'ReinstateSubscription',
  'UseService',
  'ConfirmPayment',
  'ReversePayment',
  'CancelForResignation',
  'BringUpToDate',
  'RecordResignation',
];

/** What the clock sent before it had one command for each day: their refusals stay readable. */
export const retiredSubscriptionCommands = ['EarnMonth', 'RemindOfExpiry', 'Expire'] as const;

export type DataOf<T extends SubscriptionCommand['type']> = Extract<SubscriptionCommand, { type: T }>['data'];
