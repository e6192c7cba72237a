import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

export const DEBT_STATES = ['draft', 'outstanding', 'settled', 'cancelled'] as const;

/** One line of the list of debts (domain.md E2a, E5). `balanceKey` orders balances of any currency. */
export const debtLine = Type.Object({
  id: answer.id,
  debtor: answer.party,
  creditor: answer.party,
  ground: answer.code,
  sector: answer.code,
  state: Type.Enum(DEBT_STATES),
  underReview: Type.Boolean(),
  currency: answer.currency,
  amount: answer.money,
  balance: answer.money,
  /** See `balanceKey()`. */
  balanceKey: Type.Integer(),
  dueOn: orNull(answer.day),
  registeredOn: orNull(answer.day),
  /** The day of registration; of a draft, the day it was begun. */
  listedOn: answer.day,
  revision: answer.revision,
});
export type DebtLine = Document & Static<typeof debtLine>;

const schema = new Schema(
  {
    _id: String,
    debtor: String,
    creditor: String,
    ground: String,
    sector: String,
    state: String,
    underReview: Boolean,
    currency: String,
    amount: { amount: String, currency: String },
    balance: { amount: String, currency: String },
    balanceKey: Number,
    dueOn: String,
    registeredOn: String,
    listedOn: String,
    revision: Number,
  },
  { versionKey: false },
);
// What follows `_id` only filters: a page is cut from the index alone, without reading the documents left out. Each of those
// fields moves a debt in the index when it changes, so that only what many walked entries would be opened for stands there:
// of most debtors the debts in one state are few; one that is listed by its day of registration is opened anyway, unless it is
// a draft.
const FILTERS = { balanceKey: 1, currency: 1, underReview: 1 } as const;
// Where several leading fields are given, the index declared first is taken: the most selective one leads.
schema.index({ debtor: 1, listedOn: 1, _id: 1, creditor: 1, state: 1 });
schema.index({ creditor: 1, state: 1, listedOn: 1, _id: 1, ...FILTERS, registeredOn: 1 });
schema.index({ creditor: 1, listedOn: 1, _id: 1, ...FILTERS });
schema.index({ creditor: 1, balanceKey: 1, _id: 1, state: 1 });
schema.index({ listedOn: 1, _id: 1, state: 1, ...FILTERS });

export const debtListModel: Model<DebtLine> = { name: 'debtList', version: 1, schema };

/** Decimals that `balanceKey` is scaled to: no ISO 4217 currency has more. */
const KEY_DECIMALS = 4;
/** Bounds of a balance filter: an amount at or above it is ordered as if it were this much. */
const KEY_LIMIT = Number.MAX_SAFE_INTEGER;

/** A decimal text as a whole number of ten-thousandths, so that amounts of any currency compare. */
export function balanceKey(amount: string): number {
  const [whole = '0', fraction = ''] = amount.split('.');
  // What is more than the limit is not exact as a number, and still more.
  return Math.min(Number(whole + fraction.padEnd(KEY_DECIMALS, '0')), KEY_LIMIT);
}
