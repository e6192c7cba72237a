import { Schema } from 'mongoose';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** What a party owes an entity in one sector and currency. `sector` null: the account has none (contributions). */
export type Owed = {
  readonly entity: string;
  readonly sector: string | null;
  readonly currency: string;
  /** Decimal text. */
  readonly amount: string;
};

/**
 * What an entity owes back to a party in one sector and currency (domain.md E4). Decimal texts. `total` = available +
 * held over all sectors of the entity and currency: the same in each of their lines.
 */
export type Credit = {
  readonly entity: string;
  readonly sector: string;
  readonly currency: string;
  readonly available: string;
  readonly held: string;
  readonly refundable: string;
  readonly total: string;
};

/** One party's balances, ordered by entity, sector and currency. A line that has come to zero stays. */
export type PartyBalances = Document & {
  readonly owed: readonly Owed[];
  readonly credits: readonly Credit[];
};

// Only ever read by its id: no index of its own.
const schema = new Schema(
  { _id: String, owed: [Schema.Types.Mixed], credits: [Schema.Types.Mixed] },
  { versionKey: false },
);

export const partyBalancesModel: Model<PartyBalances> = { name: 'partyBalances', version: 1, schema };
