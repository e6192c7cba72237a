import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** A month or a year of an entity's books, on its way to be closed (docs/adr/0018). */
export const closingView = Type.Object({
  id: answer.id,
  entity: answer.party,
  period: answer.code,
  /** The last day. */
  through: answer.day,
  state: Type.Enum(['requested', 'approved', 'settling', 'closed', 'declined', 'withdrawn']),
  requestedBy: answer.actor,
  decidedBy: orNull(answer.actor),
  reason: orNull(answer.code),
  approvedAt: orNull(answer.moment),
  /** The period's figures stand as of this sequence: what counts in it and comes later is a correction. */
  closedAt: orNull(answer.count),
  /** Of a year: when its result was carried to 3000. */
  carriedOverAt: orNull(answer.count),
  /** Of the entity's books: the entity tag that a decision names. */
  revision: answer.revision,
});
/** `waits`: for the clock. */
export type ClosingView = Document & Static<typeof closingView> & { readonly waits: string | null };

const schema = new Schema(
  { _id: String, entity: String, through: String, waits: String },
  { versionKey: false, strict: false },
);
schema.index({ entity: 1, through: 1, _id: 1 });
schema.index({ waits: 1, _id: 1 });

export const closingsModel: Model<ClosingView> = { name: 'closings', version: 1, schema };
