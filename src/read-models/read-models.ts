import type { Schema } from 'mongoose';
import type { Json } from '../kernel/envelope.js';

/** A document of a read model: plain JSON with integers within ±(2^53 - 1). */
export interface Document {
  readonly id: string;
  readonly [field: string]: Json;
}

/**
 * A read model, declared once: a Mongoose schema whose indexes say which fields can be queried. The SQLite adapter
 * derives its expression indexes from the same declaration.
 */
export interface Model<D extends Document = Document> {
  /** `debtList`: letters only. */
  readonly name: string;
  /** Grows when the documents' shape or the fold changes: the model is then rebuilt beside the old one. */
  readonly version: number;
  readonly schema: Schema;
  /** Never set; carries the document's type. */
  readonly document?: D;
}

export type Scalar = string | number | boolean;

/** Equality or range on declared fields. No operator whose meaning differs between the adapters. */
export interface Condition {
  readonly field: string;
  readonly is: 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
  readonly value: Scalar;
}

export interface Query {
  readonly where?: readonly Condition[];
  /** A declared field; ties are broken by id in the same direction. Default: id ascending. */
  readonly sort?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  /** Default 20, at most 200. */
  readonly limit?: number;
  /** Exclusive: the sort value and id of the last document of the page before. */
  readonly after?: { readonly value: Scalar; readonly id: string };
}

export interface QueryPage<D> {
  readonly documents: readonly D[];
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: { readonly value: Scalar; readonly id: string };
}

/** A document with the sequence of the last event folded into it. `document` null: a tombstone. */
export interface Versioned<D extends Document = Document> {
  readonly id: string;
  readonly document: D | null;
  readonly sequence: number;
}

/** Replaces one document, on condition that it is still as it was read. */
export interface Write extends Versioned {
  readonly model: string;
  /** The sequence of the document that was read; null: there was none. */
  readonly previous: number | null;
}

/** How far a consumer has come: every event up to the position was considered. */
export interface Checkpoint {
  readonly position: string;
  /** Number of business events considered so far. */
  readonly count: number;
}

/** What queries are answered from. Tombstones are invisible here. */
export interface ReadModelReader {
  get<D extends Document>(model: Model<D>, id: string): Promise<D | undefined>;
  query<D extends Document>(model: Model<D>, query: Query): Promise<QueryPage<D>>;
  count(model: Model, where?: readonly Condition[]): Promise<number>;
  checkpoint(consumer: string): Promise<Checkpoint | undefined>;
  close(): Promise<void>;
}

/**
 * The store of read models. One contract suite, every adapter: `test/contract/read-models.contract.ts`; a property
 * test compares it with a plain in-memory model.
 */
export interface ReadModels extends ReadModelReader {
  /** Creates what is missing of a model's live version: table or collection, and indexes. */
  open(models: readonly Model[]): Promise<void>;
  /** Tombstones included: what a fold needs. Missing ids are left out. */
  load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]>;
  /**
   * Writes, then the checkpoint. A write whose `previous` no longer holds is refused as a whole (StaleWrite): another
   * process folds the same consumer.
   */
  apply(target: Target, consumer: string, writes: readonly Write[], checkpoint: Checkpoint): Promise<void>;
  /** For a consumer without documents: a policy. */
  saveCheckpoint(consumer: string, checkpoint: Checkpoint): Promise<void>;
  /** Starts an empty new version of a model beside the live one; reads go on from the live one. */
  beginRebuild(model: Model): Promise<Target>;
  /** Builds the indexes of a finished version, makes it the live one and drops the old one. */
  finishRebuild(target: Target, consumer: string): Promise<void>;
  /** Every document of a model's live version by id, tombstones left out: for comparing with a rebuild. */
  scan<D extends Document>(model: Model<D>): AsyncIterable<Versioned<D>>;
  /** The version of the live documents; undefined where there are none yet. */
  liveVersion(model: Model): Promise<number | undefined>;
}

/** A model's live documents, or the new ones of a rebuild. */
export interface Target {
  readonly model: Model;
  /** `live`, or the name of the rebuild. */
  readonly generation: string;
}

/** Someone else wrote a document that this consumer had read: it must stop and start again from the checkpoint. */
export class StaleWrite extends Error {
  override readonly name = 'StaleWrite';
}

/** A query names a field that the model does not declare. */
export class UndeclaredField extends Error {
  override readonly name = 'UndeclaredField';
}
