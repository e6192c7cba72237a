import { Schema } from 'mongoose';
import type { MoneyJson } from '../../src/kernel/money.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** One line of the list of debts (domain.md E2a, E5). Amounts as text; `balanceKey` orders balances of any currency. */
export type DebtLine = Document & {
  readonly debtor: string;
  readonly creditor: string;
  readonly ground: string;
  readonly sector: string;
  readonly state: 'draft' | 'outstanding' | 'settled' | 'cancelled';
  readonly underReview: boolean;
  readonly currency: string;
  readonly amount: MoneyJson;
  readonly balance: MoneyJson;
  /** See `balanceKey()`. */
  readonly balanceKey: number;
  readonly dueOn: string | null;
  readonly registeredOn: string | null;
  /** The day of registration; of a draft, the day it was begun. */
  readonly listedOn: string;
  readonly revision: number;
};

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
// What follows `_id` only filters: a page is cut from the index alone, without reading the documents left out.
const FILTERS = { balanceKey: 1, currency: 1, underReview: 1, registeredOn: 1 } as const;
// Where several leading fields are given, the index declared first is taken: the most selective one leads.
schema.index({ debtor: 1, listedOn: 1, _id: 1, creditor: 1, state: 1, ...FILTERS });
schema.index({ creditor: 1, state: 1, listedOn: 1, _id: 1, ...FILTERS });
schema.index({ creditor: 1, listedOn: 1, _id: 1, state: 1, ...FILTERS });
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
  const key = BigInt(whole + fraction.padEnd(KEY_DECIMALS, '0'));
  return key > BigInt(KEY_LIMIT) ? KEY_LIMIT : Number(key);
}
