import mongoose, { type mongo } from 'mongoose';
import { declaredValues } from '../declaration.js';
import { InvalidDocument, StaleWrite, type Document, type Model, type Versioned, type Write } from '../read-models.js';

/** The largest document that MongoDB keeps, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A document as it stands in its collection: as it is, its id as `_id`, with what a fold needs to know. */
export interface Stored {
  readonly _id: string;
  /** Of the last event that was folded into it. */
  readonly _sequence: number;
  /** A tombstone: nothing else is in it. */
  readonly _deleted?: true;
  readonly [field: string]: unknown;
}

export type Operation = mongo.AnyBulkWriteOperation<Stored>;

/** Every declared field is missing in a tombstone: only a query without a condition on one has to say this. */
export const NOT_DELETED = { _deleted: { $exists: false } } as const;

export function versionedOf<D extends Document>(stored: Stored): Versioned<D> {
  const { _id, _sequence, _deleted } = stored;
  return { id: _id, sequence: _sequence, document: _deleted ? null : documentOf(stored) };
}

export function documentOf<D extends Document>({ _id, _sequence, ...fields }: Stored): D {
  return { id: _id, ...fields } as unknown as D;
}

/**
 * What brings a batch into a collection, in any order: each on condition that the document is still as it was read.
 * @throws InvalidDocument; StaleWrite where two writes of one document do not follow each other
 */
export function operationsOf(model: Model, writes: readonly Write[]): readonly Operation[] {
  const merged = new Map<string, Write>();
  for (const write of writes) {
    if (write.model !== model.name) throw new InvalidDocument(`a write of ${write.model} cannot go to ${model.name}`);
    declaredValues(model, write.id, write.document);
    const before = merged.get(write.id);
    if (before && before.sequence !== write.previous) {
      throw new StaleWrite(`${model.name} ${write.id} is written twice, and the second does not follow the first`);
    }
    merged.set(write.id, before ? { ...write, previous: before.previous } : write);
  }
  return [...merged.values()].map(operationOf);
}

function operationOf({ model, id, document, sequence, previous }: Write): Operation {
  const stored = storedOf(id, document, sequence);
  if (mongoose.mongo.BSON.calculateObjectSize(stored, { ignoreUndefined: true }) > MAX_BYTES) {
    throw new InvalidDocument(`${model} ${id} is larger than the 16 MiB that MongoDB keeps`);
  }
  const { _id, ...replacement } = stored;
  if (previous === null) return { insertOne: { document: stored } };
  return { replaceOne: { filter: { _id, _sequence: previous }, replacement } };
}

function storedOf(id: string, document: Document | null, sequence: number): Stored {
  if (document === null) return { _id: id, _sequence: sequence, _deleted: true };
  const { id: _, ...fields } = document;
  return { _id: id, ...fields, _sequence: sequence };
}
