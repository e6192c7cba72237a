import { Schema } from 'mongoose';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** The sums of one entity in one currency. Decimal texts; `unmatched` may be negative until the policies are done. */
export const TOTALS = [
  /** 1200 / 4300: debts registered or raised. */
  'registered',
  /** What updates took off revenue again. */
  'reduced',
  /** Cash that came in and was not taken back by its bank. */
  'received',
  /** What receipts pay debts with, gross: what a cancellation gives back is not taken off. */
  'applied',
  /** What was exempted and is not undone by a cancellation. */
  'waived',
  'refundable',
  'unmatched',
  'inTransit',
  /** Of cancelled debts: what was still due, and what had been received. */
  'cancelledUnpaid',
  'cancelledPaid',
  'outstanding',
] as const;

/** Its id is `entity:currency`. */
export type EntityTotals = Document & { readonly entity: string; readonly currency: string } & {
  readonly [total in (typeof TOTALS)[number]]: string;
};

const schema = new Schema({ _id: String, entity: String, currency: String }, { versionKey: false, strict: false });
schema.index({ entity: 1, _id: 1 });

export const entityTotalsModel: Model<EntityTotals> = { name: 'entityTotals', version: 3, schema };
