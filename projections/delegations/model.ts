import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** Who may decide for an entity, on what, up to which amount and when (domain.md §2; §5, 14). */
export const delegationView = Type.Object({
  id: answer.id,
  approver: answer.actor,
  entity: answer.party,
  kind: answer.code,
  upTo: answer.money,
  from: answer.day,
  to: answer.day,
  state: Type.Enum(['pending', 'active', 'revoked']),
  registeredBy: answer.actor,
  approvedBy: orNull(answer.actor),
  /** The days on which it had force, both included; null: it never had any. A revoked one ends with that day. */
  liveFrom: orNull(answer.day),
  liveTo: orNull(answer.day),
  revokedBecause: orNull(answer.code),
  /** Decisions that rest on it. */
  decisions: answer.count,
  /** Of them, recorded after its revocation: they had read it just before (docs/adr/0011). */
  decisionsAfterRevocation: answer.count,
  /** Of the delegation's own stream. */
  revision: answer.revision,
});
export type DelegationView = Document & Static<typeof delegationView>;

const schema = new Schema(
  { _id: String, approver: String, entity: String, kind: String, from: String, liveFrom: String, liveTo: String },
  { versionKey: false, strict: false },
);
// What follows `_id` only filters. The most selective leading field first.
schema.index({ approver: 1, from: 1, _id: 1, entity: 1, kind: 1, liveFrom: 1, liveTo: 1 });
schema.index({ entity: 1, from: 1, _id: 1, kind: 1, liveFrom: 1, liveTo: 1 });
schema.index({ from: 1, _id: 1, kind: 1, liveFrom: 1, liveTo: 1 });

export const delegationsModel: Model<DelegationView> = { name: 'delegations', version: 1, schema };
