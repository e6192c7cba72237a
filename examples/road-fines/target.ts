import type { PartyId, Uuid } from '../../src/kernel/ids.js';
import type { Sender } from './actors.js';

/** A debt at the revision that the sender has reason to expect. */
export interface DebtSeen {
  readonly id: Uuid;
  readonly revision: number;
}

/** One command, in the words of the HTTP API. Amounts are decimal texts in euros. */
export type Command =
  | { readonly kind: 'draft'; readonly debtor: PartyId; readonly amount: string; readonly ground: string }
  | { readonly kind: 'edit'; readonly debt: DebtSeen; readonly amount: string }
  | { readonly kind: 'register'; readonly debt: DebtSeen }
  | { readonly kind: 'request-update'; readonly debt: DebtSeen; readonly amount: string; readonly ground: string }
  | { readonly kind: 'request-payment'; readonly debt: DebtSeen; readonly amount: string }
  | { readonly kind: 'request-cancellation'; readonly debt: DebtSeen; readonly ground: string }
  | { readonly kind: 'approve'; readonly debt: DebtSeen; readonly request: string }
  | { readonly kind: 'proceeding'; readonly debt: DebtSeen; readonly proceeding: string }
  | {
      readonly kind: 'receipt';
      readonly reference: string;
      readonly payer: PartyId;
      readonly debt: DebtSeen;
      readonly amount: string;
      readonly channel: string;
    };

export interface Step {
  /** Idempotency-Key: `case/index/step`, the same in every import of the file. */
  readonly key: string;
  readonly sender: Sender;
  /** Business date, `YYYY-MM-DD`. */
  readonly on: string;
  readonly command: Command;
}

export type Answer =
  | {
      readonly kind: 'accepted';
      readonly id: Uuid;
      readonly revision: number;
      /** Of the command's last event. */
      readonly event: string;
      /** `draft`, `outstanding` …; of a receipt `matched` or `unmatched`. */
      readonly state: string;
    }
  | {
      readonly kind: 'refused';
      readonly code: string;
      /** That records the refusal. */
      readonly event: string;
    };

export const STATES = ['draft', 'outstanding', 'settled', 'cancelled'] as const;

/** What the ledger's read models say. Sums are decimal texts of euros. */
export interface Figures {
  readonly refused: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<(typeof STATES)[number], number>>;
  readonly sums: { readonly EUR: Readonly<Record<SumName, string>> };
}

export const SUM_NAMES = [
  /** All registrations and raises. */
  'registered',
  /** All receipts. */
  'received',
  /** What receipts paid off, also of debts that were cancelled later: registered = applied + cancelledUnpaid + outstanding. */
  'applied',
  /** received = applied - cancelledPaid + refundable + unmatched. */
  'refundable',
  'unmatched',
  'cancelledUnpaid',
  /** The received part of cancelled debts, now refundable. */
  'cancelledPaid',
  'outstanding',
] as const;
export type SumName = (typeof SUM_NAMES)[number];

/** A ledger to import into. */
export interface Target {
  /**
   * Sends a command as often as it takes to get an outcome, under one key. A command on a debt waits until the debt
   * has reached the revision named: a policy may still be carrying a receipt to it.
   * @throws Error where there is no outcome: malformed, unauthorised, or the ledger does not answer
   */
  send(step: Step): Promise<Answer>;
  /** Resolves when policies and projections have handled everything that was sent. */
  drain(): Promise<void>;
  figures(): Promise<Figures>;
  close(): Promise<void>;
}
