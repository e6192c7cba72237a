import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { EventId, PartyId, Uuid } from '../../kernel/ids.js';

/**
 * Why money is owed back: more came than was owed, the debt was reduced or cancelled, or the subscription's order ended
 * unpaid.
 */
export type CreditReason = 'excess' | 'reduction' | 'cancellation' | 'orderEnded';

/** What the receipt was to pay. */
export type PaidFor = { readonly debt: Uuid } | { readonly subscription: Uuid };

/** Sent by policies only. The target is `balanceId(party, entity, currency)`. */
export class CreditBalance extends Issued<
  'CreditBalance',
  PaidFor & {
    readonly party: PartyId;
    readonly entity: PartyId;
    readonly currency: string;
    readonly sector: string;
    /** Decimal text, more than zero. */
    readonly amount: string;
    readonly receipt: Uuid;
    readonly reason: CreditReason;
    /** The event whose money waits in 2330; null: it waits in 2310 under the receipt. */
    readonly transit: null | EventId;
  }
> {
  readonly type = 'CreditBalance';
}

/** Sent by policies only: the bank took the receipt back. */
export class ReverseCredit extends Issued<
  'ReverseCredit',
  PaidFor & {
    readonly receipt: Uuid;
    readonly sector: string;
    /** Decimal text, at most what the receipt's credits hold in the sector. */
    readonly amount: string;
    /** The bank's, of the reversal. */
    readonly reference: string;
  }
> {
  readonly type = 'ReverseCredit';
}

export type BalanceCommand = CommandOf<CreditBalance> | CommandOf<ReverseCredit>;
