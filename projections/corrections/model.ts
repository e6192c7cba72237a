import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** A command that may count, or has counted, in a closed period (domain.md §5, 16; docs/adr/0018). */
export const correctionView = Type.Object({
  id: answer.id,
  entity: answer.party,
  period: answer.code,
  reason: answer.code,
  about: answer.id,
  command: answer.code,
  /** The last day on which it can be used. */
  until: answer.day,
  state: Type.Enum(['requested', 'approved', 'declined', 'withdrawn', 'taken']),
  requestedBy: answer.actor,
  decidedBy: orNull(answer.actor),
  declinedBecause: orNull(answer.code),
  /** The day on which it counts. */
  effectiveOn: orNull(answer.day),
  /** The first of the events that it let count, and how many there are with all that followed from them. */
  sequence: orNull(answer.count),
  events: answer.count,
  revision: answer.revision,
});
export type CorrectionView = Document & Static<typeof correctionView>;

const schema = new Schema({ _id: String, entity: String, period: String }, { versionKey: false, strict: false });
schema.index({ entity: 1, period: 1, _id: 1 });

export const correctionsModel: Model<CorrectionView> = { name: 'corrections', version: 1, schema };
