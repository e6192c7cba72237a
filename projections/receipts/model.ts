import { Schema } from 'mongoose';
import type { Document, Model } from '../../src/read-models/read-models.js';

export const RECEIPT_STATES = ['unmatched', 'matched', 'reversed'] as const;

/** One receipt as its bank told of it, and what became of it (domain.md E2e, E8). Amounts are decimal texts. */
export type ReceiptView = Document & {
  readonly bank: string;
  readonly reference: string;
  readonly payer: string;
  readonly payee: string;
  /** The debt that the payer named; nobody has checked it. */
  readonly target: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly paidOn: string;
  readonly valueDate: string | null;
  readonly channel: string;
  readonly sector: string;
  readonly state: (typeof RECEIPT_STATES)[number];
  /** It has found its debt; stays true when the bank takes the money back. */
  readonly matched: boolean;
  readonly debt: string | null;
  /** What paid the debt when the receipt was applied; null until then. */
  readonly applied: string | null;
  /** What was more than the debt and went to the payer's refundable balance then. */
  readonly credited: string | null;
  readonly reversal: { readonly reference: string; readonly on: string } | null;
  /** How often the bank told other facts under the same reference. */
  readonly conflicts: number;
  readonly recordedAt: string;
  /** Of the receipt's own stream. */
  readonly revision: number;
};

const schema = new Schema(
  {
    _id: String,
    bank: String,
    payer: String,
    payee: String,
    state: String,
    matched: Boolean,
    recordedAt: String,
  },
  { versionKey: false, strict: false },
);
// The most selective leading field first. What follows `_id` only filters, without opening the document.
schema.index({ payer: 1, recordedAt: 1, _id: 1, payee: 1, bank: 1, matched: 1, state: 1 });
schema.index({ payee: 1, recordedAt: 1, _id: 1, bank: 1, matched: 1, state: 1 });
schema.index({ bank: 1, recordedAt: 1, _id: 1, matched: 1, state: 1 });
schema.index({ matched: 1, recordedAt: 1, _id: 1, state: 1 });
schema.index({ recordedAt: 1, _id: 1, state: 1 });

export const receiptsModel: Model<ReceiptView> = { name: 'receipts', version: 1, schema };
