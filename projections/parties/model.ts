import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

const hold = Type.Object({ hold: answer.id, ground: answer.code, on: answer.day, by: answer.actor });

/** The latest erasure that was asked for. */
const erasure = Type.Object({
  request: answer.id,
  state: Type.Enum(['requested', 'approved', 'declined', 'withdrawn', 'stopped', 'done']),
  ground: answer.code,
  requestedBy: answer.actor,
  requestedOn: answer.day,
  /** The last day on which the law has it answered. */
  dueBy: answer.day,
  decidedBy: orNull(answer.actor),
  decidedOn: orNull(answer.day),
  /** Why it was declined, or the code of the rule that stopped it. */
  reason: orNull(answer.code),
});

/** A party as everybody may see it: nothing of it is personal. */
export const partyView = Type.Object({
  id: answer.party,
  kind: answer.code,
  state: Type.Enum(['recorded', 'erasing', 'erased']),
  erased: Type.Boolean(),
  recordedOn: answer.day,
  version: answer.count,
  /** What is kept of it in the vault, by name. */
  fields: Type.Array(answer.code),
  /** In force. */
  holds: Type.Array(hold),
  erasure: orNull(erasure),
  /** Of the party's own stream: the entity tag that a decision names. */
  revision: answer.revision,
});
/** `approval`: of an erasure that waits for the clock. `erasedAt`: the sequence of PartyErased. */
export type PartyView = Document &
  Static<typeof partyView> & {
    readonly approval: { readonly at: string; readonly sequence: number } | null;
    readonly waits: 'clock' | null;
    readonly erasedAt: number | null;
  };

const schema = new Schema({ _id: String, waits: String, erasedAt: Number }, { versionKey: false, strict: false });
// What the clock asks for.
schema.index({ waits: 1, _id: 1 });
schema.index({ erasedAt: 1, _id: 1 });

export const partiesModel: Model<PartyView> = { name: 'parties', version: 1, schema };
