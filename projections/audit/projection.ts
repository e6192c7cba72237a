import type { Projection } from '../../src/feed/consumers.js';
import { auditModel, type AuditDocument } from './model.js';
import { rowOf } from './rows.js';
import { blockId, mergesAfter, SHAPE, type Shape } from './spans.js';

/** The index that GET /v1/audit searches (docs/adr/0020-an-index-of-blocks.md). */
export const auditOf = (shape: Shape): Projection<AuditDocument> => ({
  name: 'audit',
  model: auditModel,
  types: '*',
  identify: (_, sequence) => [blockId(Math.floor(sequence / shape.block))],
  evolve: (block, { event }, id) => ({ id, rows: `${block?.rows ?? ''}${rowOf(event)}` }),
  merges: (sequence) => mergesAfter(shape, sequence),
  recent: 4,
});

export const audit = auditOf(SHAPE);
