import type { BusinessDate } from '../../src/kernel/calendar.js';
import { parseMoney } from '../../src/kernel/money.js';
import type { Envelope } from '../../src/kernel/envelope.js';

/** What a debt's events say of it; amounts in minor units. */
export interface DebtFigures {
  readonly creditor: string;
  readonly debtor: string;
  readonly currency: string;
  readonly sector: string;
  state: 'draft' | 'outstanding' | 'settled' | 'cancelled' | 'discarded';
  amount: bigint;
  received: bigint;
  approved: bigint;
  waived: bigint;
  plan?: PlanFigures;
  request?: string | undefined;
  requester?: string;
  /** Who drafted or edited it. */
  readonly authors: Set<string>;
  /** Between the two events of one append: the receipt is reversed, and the debt is to be opened again. */
  reopening: boolean;
  /** What each receipt still pays of it. */
  readonly paid: Map<string, bigint>;
  /** What an update or a cancellation took from each receipt and nobody was told yet, by `<event> <receipt>`. */
  readonly returning: Map<string, bigint>;
  /** The command that named receipts given back last. */
  gaveBack?: string;
}

/** What the events of an instalment plan say of it. */
export interface PlanFigures {
  readonly id: string;
  status: 'running' | 'completed' | 'defaulted' | 'ended';
  readonly instalments: { readonly dueOn: string; open: bigint; missed: number }[];
  notices: number;
  /** The last day of the latest notice. */
  until?: BusinessDate;
}

/** What a receipt's events say of it. */
export interface ReceiptFigures {
  readonly payer: string;
  readonly payee: string;
  readonly bank: string;
  readonly currency: string;
  readonly amount: bigint;
  /** The cash account of its channel (domain.md §4). */
  readonly cash: string;
  /** The facts as they were told. */
  readonly told: unknown;
  debt: string | null;
  reversed: boolean;
  /** How often a debt took it and gave it up, and what its credits hold. */
  applied: number;
  unapplied: number;
  credited: bigint;
}

/** What an auditor found wrong, with the event at which it showed. */
export class Findings {
  readonly faults: string[] = [];
  /** What is rare enough for a test to ask whether it happened at all. */
  readonly situations = new Set<string>();
  /** The event that is being read; undefined at the end of the log. */
  event: Envelope | undefined;

  same(what: string, actual: bigint, expected: bigint): void {
    if (actual !== expected) this.fault(`${what}: ${actual}, not ${expected}`);
  }

  happened(situation: string): void {
    this.situations.add(situation);
  }

  fault(text: string): void {
    this.faults.push(this.event === undefined ? text : `${this.event.type} ${this.event.id}: ${text}`);
  }
}

export const minorOf = (amount: string, currency: string): bigint => parseMoney({ amount, currency }).minor;
