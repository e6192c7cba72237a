import mongoose, { type Connection, type mongo } from 'mongoose';
import type { LedgerId } from '../../kernel/ids.js';
import { DUPLICATE, READING_MS } from '../../mongodb/connection.js';
import type { PersonRecord, SealedRecord, VaultStorage, WaitingRecord } from '../storage.js';
import { type Person, PersonErased, VaultUnavailable } from '../vault.js';
import { Batches } from './batches.js';
import { answered } from './connection.js';
import {
  lookupOf,
  sealedRecord,
  storedPerson,
  storedSealed,
  storedWaiting,
  waitingFor,
  waitingRecord,
  type StoredErased,
  type StoredLedger,
  type StoredPerson,
  type StoredSealed,
  type StoredWaiting,
} from './records.js';

const { MongoBulkWriteError, MongoServerError } = mongoose.mongo;

/** Documents in one request, which must end in time. */
const CHUNK = 500;
/** Between two looks for what another process has written and a majority does not have yet. */
const PAUSE_MS = 20;

/**
 * The records of a vault, in five collections. Documents are inserted and deleted, and never changed: so two processes
 * need no transaction, and a write that is repeated does no harm.
 *
 * An erasure first says so, durably, and then deletes; whoever writes asks afterwards whether it was said, and takes back
 * what was written. So one of the two removes it, whichever came first.
 */
export class MongoStorage implements VaultStorage {
  readonly #connection: Connection;
  readonly #ledger: mongo.Collection<StoredLedger>;
  readonly #persons: mongo.Collection<StoredPerson>;
  readonly #sealed: mongo.Collection<StoredSealed>;
  readonly #waiting: mongo.Collection<StoredWaiting>;
  readonly #erased: mongo.Collection<StoredErased>;

  readonly #lookups: Batches<string, StoredPerson | undefined>;
  readonly #ids: Batches<Person, StoredPerson | undefined>;
  readonly #additions: Batches<StoredPerson, void>;
  readonly #keeping: Batches<StoredWaiting, boolean>;

  constructor(connection: Connection) {
    this.#connection = connection;
    const collection = <D extends mongo.BSON.Document>(name: string): mongo.Collection<D> =>
      connection.db!.collection<D>(name, { promoteBuffers: true });
    this.#ledger = collection('vault');
    this.#persons = collection('persons');
    this.#sealed = collection('sealed');
    this.#waiting = collection('waiting');
    this.#erased = collection('erased');
    this.#lookups = new Batches((lookups) => this.#findPersons('lookup', lookups));
    this.#ids = new Batches((ids) => this.#findPersons('_id', ids));
    this.#additions = new Batches((persons) => insertedOnce(this.#persons, persons));
    this.#keeping = new Batches((records) => this.#keep(records));
  }

  async prepare(): Promise<void> {
    await indexed(this.#persons);
    for (const values of [this.#sealed, this.#waiting]) await answered(values.createIndex({ person: 1 }));
  }

  async ledger(): Promise<LedgerId | undefined> {
    return (await answered(this.#ledger.findOne({ _id: 'ledger' })))?.ledger;
  }

  async claim(ledger: LedgerId): Promise<LedgerId> {
    const insert = async (): Promise<LedgerId> => {
      await this.#ledger.insertOne({ _id: 'ledger', ledger });
      return ledger;
    };
    return (await this.ledger()) ?? patiently(insert, () => this.ledger());
  }

  async personOf(lookup: Buffer): Promise<Person | undefined> {
    return (await this.#lookups.run(lookupOf(lookup)))?._id;
  }

  async keyOf(person: Person): Promise<Buffer | undefined> {
    return (await this.#ids.run(person))?.key;
  }

  async add(person: PersonRecord): Promise<Pick<PersonRecord, 'id' | 'key'>> {
    const stored = storedPerson(person);
    const isKnown = person.lookup !== undefined;
    await this.#additions.run(stored);
    if (!isKnown && (await this.#takeBack([person.id])).size > 0) throw new PersonErased(person.id);
    const found = await eventually(() => (isKnown ? this.#lookups.run(stored.lookup) : this.#ids.run(person.id)));
    return { id: found._id, key: found.key };
  }

  async sealed(digest: string): Promise<(SealedRecord & { readonly isNamed: boolean }) | undefined> {
    const named = (): Promise<StoredSealed | null> => answered(this.#sealed.findOne({ _id: digest }));
    const first = await named();
    if (first !== null) return { ...sealedRecord(first), isNamed: true };
    const waiting = await answered(this.#waiting.findOne(waitingFor(digest)));
    if (waiting !== null) return { ...sealedRecord(waiting), isNamed: false };
    // Between the two looks it may have been named.
    const second = await named();
    return second === null ? undefined : { ...sealedRecord(second), isNamed: true };
  }

  async wait(records: readonly WaitingRecord[]): Promise<void> {
    const erased = await Promise.all(records.map((record) => this.#keeping.run(storedWaiting(record))));
    const gone = records.find((_, i) => erased[i]);
    if (gone === undefined) return;
    await this.forget(records.map(({ id }) => id));
    throw new PersonErased(gone.person);
  }

  async name(records: readonly WaitingRecord[]): Promise<void> {
    for (const chunk of chunks(records)) {
      await insertedOnce(this.#sealed, chunk.map(storedSealed));
      await this.#takeBack(chunk.map(({ person }) => person));
    }
    await this.forget(records.map(({ id }) => id));
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const chunk of chunks(ids)) await answered(this.#waiting.deleteMany({ _id: { $in: [...chunk] } }));
  }

  async waiting(after: string, limit: number): Promise<readonly WaitingRecord[]> {
    const page = this.#waiting.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit });
    return (await answered(page.toArray())).map(waitingRecord);
  }

  async erase(person: Person): Promise<void> {
    await insertedOnce<StoredErased>(this.#erased, [{ _id: person }]);
    await this.#remove([person]);
  }

  async isErased(person: Person): Promise<boolean> {
    return (await this.#erasedAmong([person])).size > 0;
  }

  async cleanse(): Promise<void> {
    for (let after = ''; ;) {
      const among = { _id: { $gt: after as Person } };
      const page = await answered(this.#erased.find(among, { sort: { _id: 1 }, limit: CHUNK }).toArray());
      const last = page.at(-1);
      if (last === undefined) return;
      await this.#remove(page.map(({ _id }) => _id));
      after = last._id;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** @returns of each, whether its person was erased */
  async #keep(records: readonly StoredWaiting[]): Promise<boolean[]> {
    await insertedOnce(this.#waiting, records);
    const erased = await this.#takeBack(records.map(({ person }) => person));
    return records.map(({ person }) => erased.has(person));
  }

  /** Of what was just written for these persons, what is of an erased one goes again. @returns who is */
  async #takeBack(persons: readonly Person[]): Promise<ReadonlySet<Person>> {
    const erased = await this.#erasedAmong(persons);
    if (erased.size > 0) await this.#remove([...erased]);
    return erased;
  }

  async #erasedAmong(persons: readonly Person[]): Promise<ReadonlySet<Person>> {
    const found = await answered(this.#erased.find({ _id: { $in: [...new Set(persons)] } }).toArray());
    return new Set(found.map(({ _id }) => _id));
  }

  /** The key first: without it the rest is noise. */
  async #remove(persons: readonly Person[]): Promise<void> {
    await answered(this.#persons.deleteMany({ _id: { $in: [...persons] } }));
    const theirs = { person: { $in: [...persons] } };
    await answered(this.#sealed.deleteMany(theirs));
    await answered(this.#waiting.deleteMany(theirs));
  }

  async #findPersons(field: 'lookup' | '_id', values: readonly string[]): Promise<(StoredPerson | undefined)[]> {
    const filter = { [field]: { $in: [...new Set(values)] } } as mongo.Filter<StoredPerson>;
    const projection = { lookup: 1, key: 1 };
    const found = await answered(this.#persons.find<StoredPerson>(filter, { projection }).toArray());
    const byValue = new Map(found.map((person) => [person[field] as string, person]));
    return values.map((value) => byValue.get(value));
  }
}

/** Makes the index that keeps a person from having two pseudonyms. */
export async function indexed(persons: mongo.Collection<StoredPerson>): Promise<void> {
  await answered(persons.createIndex({ lookup: 1 }, { unique: true, name: 'lookup' }));
}

/** Inserts what is not there yet, in any order. @returns as many nothings */
export async function insertedOnce<D extends mongo.BSON.Document>(
  collection: mongo.Collection<D>,
  documents: readonly D[],
): Promise<void[]> {
  const all = documents as readonly mongo.OptionalUnlessRequiredId<D>[];
  try {
    await answered(collection.insertMany([...all], { ordered: false }));
  } catch (error) {
    if (!isOnlyDuplicates(error)) throw unwritten(error);
  }
  return documents.map(() => undefined);
}

function isOnlyDuplicates(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError) {
    const faults = [error.writeErrors].flat();
    const isConfirmed = error.result.getWriteConcernError() === undefined;
    return isConfirmed && faults.length > 0 && faults.every(({ code }) => code === DUPLICATE);
  }
  return error instanceof MongoServerError && error.code === DUPLICATE;
}

const unwritten = (error: unknown): unknown =>
  error instanceof MongoServerError
    ? new VaultUnavailable(`the vault could not write: ${error.message}`, { cause: error })
    : error;

/** Inserts one document; where another process was first, gives what that one wrote. @throws VaultUnavailable */
export async function patiently<T>(insert: () => Promise<T>, find: () => Promise<T | null | undefined>): Promise<T> {
  try {
    return await answered(insert());
  } catch (error) {
    if (!isOnlyDuplicates(error)) throw unwritten(error);
    return eventually(find);
  }
}

/** What another process has written is seen once a majority has it. @throws VaultUnavailable where that takes too long */
async function eventually<T>(find: () => Promise<T | null | undefined>): Promise<T> {
  for (const end = performance.now() + READING_MS; ;) {
    const found = await find();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > end) throw new VaultUnavailable('what another process wrote is on no majority yet');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += CHUNK) yield items.slice(at, at + CHUNK);
}
