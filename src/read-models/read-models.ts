import type { Schema } from 'mongoose';
import type { Json } from '../kernel/envelope.js';

/**
 * A document of a read model: plain JSON with well-formed texts and integers within ±(2^53 - 1). It holds its own id. A
 * key is not empty, has no dot and no NUL, and does not begin with `$`; its own do not begin with `_` either.
 */
export interface Document {
  readonly id: string;
  readonly [field: string]: Json;
}

/**
 * A read model, declared once: a Mongoose schema whose indexes say which fields can be queried, and how fast. A
 * declared field is a String, a Number or a Boolean at the top or inside an object (`total.amount`), never in a list.
 *
 * - An index serves equality on its leading fields and a sort by the next one; `_id` breaks ties.
 * - Fields written after an explicit `_id` only filter: they are read from the index without opening the document.
 * - Where several leading fields are given, the index declared first wins: declare the most selective field first.
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

/**
 * Equality or range on declared fields. No operator whose meaning differs between the adapters. Texts compare by code
 * point. A document whose field is missing or null matches no condition on it.
 */
export interface Condition {
  readonly field: string;
  readonly is: 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
  readonly value: Scalar;
}

export interface Query {
  readonly where?: readonly Condition[];
  /**
   * A declared field, or `id` (the default, ascending); ties are broken by id in the same direction. A document whose
   * field is missing or null stands before every value, so last when descending.
   */
  readonly sort?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  /** Default 20, at most 200. */
  readonly limit?: number;
  /** Exclusive: where the page before ended. */
  readonly after?: Cursor;
}

/** The sort value (null: it has none) and the id of a page's last document. */
export interface Cursor {
  readonly value: Scalar | null;
  readonly id: string;
}

export interface QueryPage<D> {
  readonly documents: readonly D[];
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: Cursor;
}

/** A page of documents as it is answered, for answers that need no look into it. */
export interface JsonPage {
  /** `{"items":[…]}` in UTF-8. */
  readonly json: Buffer;
  readonly next?: Cursor;
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
  /**
   * It never changes: where its id is there already, that stays. What a batch writes once is there before the rest of
   * the batch is (docs/adr/0017-balances-from-pages.md).
   */
  readonly once?: true;
  /** The document that was read, where the caller still has it: spares an adapter from touching indexes for nothing. */
  readonly was?: Document | null;
}

/** How far a consumer has come: every event up to the position was considered. */
export interface Checkpoint {
  readonly position: string;
  /** Number of business events considered so far. */
  readonly count: number;
}

/** What one consumer makes of a page: its documents, and how far it has come with them. */
export interface Batch {
  readonly target: Target;
  readonly consumer: string;
  readonly writes: readonly Write[];
  readonly checkpoint: Checkpoint;
}

/**
 * What queries are answered from. Tombstones are invisible here.
 * @throws UndeclaredField, InvalidQuery, ModelNotOpen, ReadModelUnavailable
 */
export interface ReadModelReader {
  get<D extends Document>(model: Model<D>, id: string): Promise<D | undefined>;
  /** The document as JSON text: where it is stored as such, half the cost of parsing it and writing it again. */
  getText(model: Model, id: string): Promise<string | undefined>;
  query<D extends Document>(model: Model<D>, query: Query): Promise<QueryPage<D>>;
  queryJson(model: Model, query: Query): Promise<JsonPage>;
  count(model: Model, where?: readonly Condition[]): Promise<number>;
  checkpoint(consumer: string): Promise<Checkpoint | undefined>;
  /** Of all consumers, by name. */
  checkpoints(): Promise<ReadonlyMap<string, Checkpoint>>;
  /**
   * Every document of a model's live version by id (in the order of their UTF-8 bytes), tombstones left out: for comparing
   * with a rebuild. What is written meanwhile is in it or is not.
   */
  scan<D extends Document>(model: Model<D>): AsyncIterable<Versioned<D>>;
  /** Of the live version, tombstones included, in any order. Missing ids are left out. */
  versions<D extends Document>(model: Model<D>, ids: readonly string[]): Promise<readonly Versioned<D>[]>;
  /** The version of the live documents; undefined where there are none yet. */
  liveVersion(model: Model): Promise<number | undefined>;
  close(): Promise<void>;
}

/**
 * The store of read models. One contract suite, every adapter: `test/contract/read-models.contract.ts`; a property
 * test compares it with a plain in-memory model.
 */
export interface ReadModels extends ReadModelReader {
  /** Creates what is missing of a model's live version: table or collection, and indexes. Any process may. */
  open(models: readonly Model[]): Promise<void>;
  /**
   * From now on this process folds projections; rebuilds that others left unfinished are dropped. Where processes share
   * the store, one that took over under a smaller token is refused from then on: it moves no projection's checkpoint,
   * and begins and finishes no rebuild. What it still writes of documents is right, or refused by what they hold.
   * @param token of the lease that it holds
   * @throws StaleWrite: another has taken over under a larger token
   */
  takeOver(token: number): Promise<void>;
  /** Tombstones included: what a fold needs. Missing ids are left out. */
  load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]>;
  /**
   * Writes, then the checkpoint. A write whose `previous` no longer holds is refused (StaleWrite), and so is a
   * checkpoint of fewer events than the stored one: another process folds the same consumer. A rebuild's checkpoint is
   * kept apart until the rebuild is finished.
   *
   * Each document is written whole or not at all, a batch need not be: after StaleWrite and ReadModelUnavailable some of
   * its documents may be written. Delivering the events again from the stored checkpoint mends that, since a fold skips
   * what a document already holds (docs/adr/0009-a-batch-is-not-atomic.md).
   * @throws InvalidDocument, UnknownTarget: nothing is written then; StaleWrite, ReadModelUnavailable
   */
  apply(target: Target, consumer: string, writes: readonly Write[], checkpoint: Checkpoint): Promise<void>;
  /**
   * Applies what several consumers make of one page, each for itself: what keeps one from being written keeps back none
   * of the others. One step of the store where it can be: a transaction costs more than what is in it.
   * @returns for each, in their order, what `apply` would have thrown; undefined: it is written
   */
  applyEach(batches: readonly Batch[]): Promise<readonly unknown[]>;
  /**
   * For a consumer without documents: a policy.
   * @throws StaleWrite where the stored one is of more events: it stays
   */
  saveCheckpoint(consumer: string, checkpoint: Checkpoint): Promise<void>;
  /**
   * Starts an empty new version of a model beside the live one; reads go on from the live one. An unfinished rebuild of
   * the same model is dropped, as all are when somebody takes over.
   */
  beginRebuild(model: Model): Promise<Target>;
  /**
   * Builds the indexes of a finished version, makes it the live one and drops the old one. The rebuild's checkpoint
   * becomes the consumer's; without one the consumer starts from the beginning.
   * @throws UnknownTarget
   */
  finishRebuild(target: Target, consumer: string): Promise<void>;
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

/** The store does not answer now, or not in time: what was asked may be asked again. */
export class ReadModelUnavailable extends Error {
  override readonly name = 'ReadModelUnavailable';
}

/** A query names a field that the model does not declare. */
export class UndeclaredField extends Error {
  override readonly name = 'UndeclaredField';
}

/** A condition, limit or cursor that no adapter accepts; the message says what would be. */
export class InvalidQuery extends Error {
  override readonly name = 'InvalidQuery';
}

/** The document is not as `Document` or its schema says, or the id is not its own: nothing was written. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';
}

/** A declaration that cannot mean the same in every adapter. */
export class InvalidModel extends Error {
  override readonly name = 'InvalidModel';
}

/** Nobody has opened the model in this store yet. */
export class ModelNotOpen extends Error {
  override readonly name = 'ModelNotOpen';
}

/** The rebuild was finished or dropped, or the live documents are of another version than the model: rebuild it. */
export class UnknownTarget extends Error {
  override readonly name = 'UnknownTarget';
}
