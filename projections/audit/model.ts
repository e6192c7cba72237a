import { Schema } from 'mongoose';
import type { Document, Model } from '../../src/read-models/read-models.js';

/**
 * A part of the index over all events (docs/adr/0020-an-index-of-blocks.md). All are found by their ids alone:
 * - `0.N`, a block: a row for each of its events, by sequence
 * - `L.N`, a span of blocks or of smaller spans: of each, within which bounds its events lie
 * - `L.N.P`, the same span: which of them hold the keys that begin with P
 */
export type AuditDocument = Document & {
  readonly rows?: string;
  readonly bounds?: readonly string[];
  readonly keys?: string;
};

const schema = new Schema({ _id: String }, { versionKey: false, strict: false });

export const auditModel: Model<AuditDocument> = { name: 'audit', version: 2, schema };
