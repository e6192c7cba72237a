import { Schema } from 'mongoose';
import type { MoneyJson } from '../../src/kernel/money.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** A request that keeps the debt under review (domain.md E7). */
export type OpenRequest = {
  readonly id: string;
  readonly kind: 'update' | 'payment' | 'cancellation';
  readonly by: string;
  readonly on: string;
  readonly amount: MoneyJson | null;
  readonly ground: string | null;
  readonly dueOn: string | null;
};

export type AppliedReceipt = {
  readonly receipt: string;
  readonly applied: string;
  readonly excess: string;
  readonly on: string;
};
export type Proceeding = { readonly kind: string; readonly on: string };

/** One debt, with its data, value and state (domain.md E5). */
export type DebtDetail = Document & {
  readonly debtor: string;
  readonly creditor: string;
  readonly ground: string;
  readonly sector: string;
  readonly state: 'draft' | 'outstanding' | 'settled' | 'cancelled';
  readonly underReview: boolean;
  readonly amount: MoneyJson;
  /** What receipts paid off; `approved` of it is recognised as settlement. */
  readonly received: MoneyJson;
  readonly approved: MoneyJson;
  readonly waived: MoneyJson;
  /** amount − received − waived; zero once the debt is cancelled. */
  readonly balance: MoneyJson;
  readonly dueOn: string | null;
  readonly draftedOn: string;
  readonly registeredOn: string | null;
  readonly closedOn: string | null;
  readonly request: OpenRequest | null;
  /** The latest, newest last, with how many there are; GET …/events has them all. */
  readonly receipts: readonly AppliedReceipt[];
  readonly receiptCount: number;
  readonly proceedings: readonly Proceeding[];
  readonly proceedingCount: number;
  readonly revision: number;
};

/** The documents stay small however long a debt's life is. */
export const LATEST = 20;

const schema = new Schema({ _id: String }, { versionKey: false, strict: false });

export const debtDetailModel: Model<DebtDetail> = { name: 'debtDetail', version: 1, schema };
