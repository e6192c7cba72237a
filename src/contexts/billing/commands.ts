import type { BusinessDate } from '../../kernel/calendar.js';
import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';

/** What a receipt can pay. */
export type Target = { readonly debt: Uuid } | { readonly subscription: Uuid };

/** What a bank tells of one payment; the same reference of the same bank is the same payment. */
export interface ReceiptFacts {
  readonly bank: PartyId;
  /** The bank's own, unique within the bank. */
  readonly reference: string;
  readonly payer: PartyId;
  /** The entity that is paid. */
  readonly payee: PartyId;
  /** What the payer says it pays. */
  readonly target?: Target;
  /** Decimal text, more than zero. */
  readonly amount: string;
  readonly currency: string;
  readonly paidOn: BusinessDate;
  readonly valueDate?: BusinessDate;
  /** An open list of codes; `sadad` and `card` have clearing accounts of their own. */
  readonly channel: string;
  readonly sector: string;
  /** The commitment to the payer's account number, which the vault holds. */
  readonly sourceAccount?: string;
}

/** The target is `receiptId(bank, reference)`. */
export class RecordReceipt extends Issued<
  'RecordReceipt',
  ReceiptFacts & {
    /** The facts' own target, where the caller found that it can be paid, is of this payee and in this currency. */
    readonly match: null | Target;
    /** How the account was committed to before commitments had RFC 9901's form: an old receipt says it so. */
    readonly accountBefore?: string;
  }
> {
  readonly type = 'RecordReceipt';
}

export class MatchReceipt extends Issued<
  'MatchReceipt',
  Target & {
    /** What the caller read of the target: none of it can change once it can be paid. */
    readonly found: null | { readonly state: string; readonly creditor: PartyId; readonly currency: string };
  }
> {
  readonly type = 'MatchReceipt';
}

/** The bank takes the money back. */
export class ReverseRecordedReceipt extends Issued<
  'ReverseRecordedReceipt',
  {
    /** Of the reversal, not of the receipt. */
    readonly reference: string;
    readonly on: BusinessDate;
  }
> {
  readonly type = 'ReverseRecordedReceipt';
}

export type ReceiptCommand = CommandOf<RecordReceipt> | CommandOf<MatchReceipt> | CommandOf<ReverseRecordedReceipt>;
