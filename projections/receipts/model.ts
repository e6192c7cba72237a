import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { AmountText } from '../../src/event-store/schemas.js';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

export const RECEIPT_STATES = ['unmatched', 'matched', 'reversed'] as const;

/** One receipt as its bank told of it, and what became of it (domain.md E2e, E8). */
export const receiptView = Type.Object({
  id: answer.id,
  bank: answer.party,
  reference: answer.code,
  payer: answer.party,
  payee: answer.party,
  /** The debt or subscription that the payer named; nobody has checked it. */
  target: orNull(answer.id),
  amount: AmountText,
  currency: answer.currency,
  paidOn: answer.day,
  valueDate: orNull(answer.day),
  channel: answer.code,
  sector: answer.code,
  state: Type.Enum(RECEIPT_STATES),
  /** It has found what it pays; stays true when the bank takes the money back. */
  matched: Type.Boolean(),
  /** The one of the two that it has found. */
  debt: orNull(answer.id),
  subscription: orNull(answer.id),
  /** What paid the debt, or counts towards the subscription's bill, when the receipt came to it; null until then. */
  applied: orNull(AmountText),
  /** What was more than that and went to the payer's refundable balance then. */
  credited: orNull(AmountText),
  reversal: orNull(Type.Object({ reference: answer.code, on: answer.day })),
  /** How often the bank told other facts under the same reference. */
  conflicts: answer.count,
  recordedAt: answer.moment,
  /** Of the receipt's own stream. */
  revision: answer.revision,
});
export type ReceiptView = Document & Static<typeof receiptView>;

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

export const receiptsModel: Model<ReceiptView> = { name: 'receipts', version: 2, schema };
