import { Schema } from 'mongoose';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** Debits and credits in minor units, as decimal texts: a sum has no largest value. */
export type Sum = readonly [debits: string, credits: string];
export const NOTHING: Sum = ['0', '0'];

/**
 * A page of an account, or of a month of one: what was posted before its first line, by month or by day, and the lines that
 * came next, in the order of the log. It gives the sum as of any day, at any sequence that it holds.
 */
export interface SumsPage extends Document {
  readonly id: string;
  /** Of an account's page that is still written: an entity's accounts are found by it. Else null. */
  readonly entity: string | null;
  /** Where its lines begin. */
  readonly first: number;
  /** What was posted up to each month, or day of the month; in their order, as `texts.ts` has it. */
  readonly before: string;
  /** As `texts.ts` has it. */
  readonly lines: string;
}

const sums = new Schema(
  { _id: String, entity: String, first: Number, before: String, lines: String },
  { versionKey: false },
);
sums.index({ entity: 1 });

export const sumsModel: Model<SumsPage> = { name: 'bookSums', version: 3, schema: sums };

/** A page of what counts on one day: on an entity's account in one currency, or for a party; in the order of the log. */
export interface LinesPage extends Document {
  readonly id: string;
  /** Where its lines begin. */
  readonly first: number;
  /** Of an account: what the day's pages before this one come to. */
  readonly before: Sum;
  /** As `texts.ts` has it. */
  readonly lines: string;
}

const lines = new Schema({ _id: String, first: Number, before: [String], lines: String }, { versionKey: false });

export const linesModel: Model<LinesPage> = { name: 'bookLines', version: 2, schema: lines };
