import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** One refused command or reading: who wanted what, and which rule stopped it (domain.md §3). */
export const attempt = Type.Object({
  id: answer.id,
  /** Of the rule's text: `SELF_APPROVAL`. */
  code: answer.code,
  /** A number of domain.md or a law of the design: `E7`, `TWO_TIMES`. */
  rule: answer.code,
  ruleVersion: Type.Integer({ minimum: 1 }),
  kind: Type.String({ description: 'state, value, hidden or forbidden.' }),
  command: answer.code,
  context: answer.code,
  actor: answer.actor,
  role: answer.code,
  actingFor: orNull(answer.party),
  target: answer.id,
  targetRevision: Type.Integer({ minimum: -1, description: '-1: there was no such thing.' }),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  recordedAt: answer.moment,
  effectiveOn: answer.day,
  sequence: answer.count,
});
export type Attempt = Document & Static<typeof attempt>;

const schema = new Schema(
  { _id: String, code: String, rule: String, actor: String, target: String, recordedAt: String },
  { versionKey: false, strict: false },
);
// The most selective leading field first. What follows `_id` only filters, without opening the document.
schema.index({ target: 1, recordedAt: 1, _id: 1, actor: 1, code: 1, rule: 1 });
schema.index({ actor: 1, recordedAt: 1, _id: 1, code: 1, rule: 1 });
schema.index({ code: 1, recordedAt: 1, _id: 1, rule: 1 });
schema.index({ rule: 1, recordedAt: 1, _id: 1 });
schema.index({ recordedAt: 1, _id: 1 });

export const attemptsModel: Model<Attempt> = { name: 'attempts', version: 3, schema };
