import mongoose from 'mongoose';
import { mongoAccess } from '../../mongodb/connection.js';
import { ReadModelUnavailable } from '../read-models.js';

export { READING_MS } from '../../mongodb/connection.js';

/** Of hundreds of documents. */
export const WRITING_MS = 60_000;
/** Building an index over all debts takes its time. */
export const INDEXING_MS = 15 * 60_000;

export const { connect, answered } = mongoAccess(ReadModelUnavailable);

/** The collection was dropped under a query, or its index was: another version is live. */
export function isGone(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && [2, 26, 175].includes(Number(error.code));
}
