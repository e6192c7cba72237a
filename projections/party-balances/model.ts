import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** What a party owes an entity in one sector and currency. `sector` null: the account has none (contributions). */
const owed = Type.Object({
  entity: answer.party,
  sector: orNull(answer.code),
  currency: answer.currency,
  amount: answer.sum,
});
export type Owed = Static<typeof owed>;

/**
 * What an entity owes back to a party in one sector and currency (domain.md E4). `total` = available + held over all
 * sectors of the entity and currency: the same in each of their lines.
 */
const credit = Type.Object({
  entity: answer.party,
  sector: answer.code,
  currency: answer.currency,
  available: answer.sum,
  held: answer.sum,
  refundable: answer.sum,
  total: answer.sum,
});
export type Credit = Static<typeof credit>;

/** One party's balances, ordered by entity, sector and currency. A line that has come to zero stays. */
export const partyBalances = Type.Object({
  id: answer.party,
  owed: Type.Array(owed),
  credits: Type.Array(credit),
});
export type PartyBalances = Document & Static<typeof partyBalances>;

// Only ever read by its id: no index of its own.
const schema = new Schema(
  { _id: String, owed: [Schema.Types.Mixed], credits: [Schema.Types.Mixed] },
  { versionKey: false },
);

export const partyBalancesModel: Model<PartyBalances> = { name: 'partyBalances', version: 1, schema };
