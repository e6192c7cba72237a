import { Schema } from 'mongoose';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** One refused command or reading: who wanted what, and which rule stopped it (domain.md §3). */
export type Attempt = Document & {
  /** Of the rule's text: `SELF_APPROVAL`. */
  readonly code: string;
  /** A number of domain.md or a law of the design: `E7`, `TWO_TIMES`. */
  readonly rule: string;
  readonly ruleVersion: number;
  readonly kind: string;
  readonly command: string;
  readonly context: string;
  readonly actor: string;
  readonly role: string;
  readonly actingFor: string | null;
  readonly target: string;
  /** -1: there was no such thing. */
  readonly targetRevision: number;
  readonly facts: { readonly [name: string]: string | number | boolean };
  readonly recordedAt: string;
  readonly effectiveOn: string;
  readonly sequence: number;
};

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

export const attemptsModel: Model<Attempt> = { name: 'attempts', version: 1, schema };
