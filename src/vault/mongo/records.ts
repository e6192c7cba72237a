import type { mongo } from 'mongoose';
import type { LedgerId, StreamName } from '../../kernel/ids.js';
import type { PersonRecord, SealedRecord, WaitingRecord } from '../storage.js';
import type { Person } from '../vault.js';

/*
 * The documents of a vault. While a server runs none is changed; each collection is told apart by nothing but `_id`, except that
 * persons are found by `lookup` too.
 */

/** In the collection `vault`, once. */
export interface StoredKey {
  readonly _id: 'key';
  readonly format: number;
  readonly wrapped: Buffer;
  /** The same under the next master key, while that is being changed. */
  readonly next?: Buffer;
}

/** In the collection `vault`, once. */
export interface StoredLedger {
  readonly _id: 'ledger';
  readonly ledger: LedgerId;
}

export interface StoredPerson {
  readonly _id: Person;
  /** Unique: the keyed hash of who it is, in hex; of a person without an identity, the pseudonym. */
  readonly lookup: string;
  readonly key: Buffer;
  readonly identity?: Buffer;
}

/** Who was erased. */
export interface StoredErased {
  readonly _id: Person;
}

interface StoredValue {
  readonly _id: string;
  readonly person: Person;
  readonly field: string;
  readonly content: Buffer;
}

/** Under the digest. */
export type StoredSealed = StoredValue;

/** Under the digest, a space, and what makes it one append's own. */
export interface StoredWaiting extends StoredValue {
  readonly stream: StreamName;
}

export const lookupOf = (hash: Buffer): string => hash.toString('hex');

export const storedPerson = ({ id, lookup, key, identity }: PersonRecord): StoredPerson => ({
  _id: id,
  lookup: lookup === undefined ? id : lookupOf(lookup),
  key,
  ...(identity !== undefined && { identity }),
});

export const personRecord = ({ _id, lookup, key, identity }: StoredPerson): PersonRecord => ({
  id: _id,
  ...(lookup !== _id && { lookup: Buffer.from(lookup, 'hex') }),
  key,
  ...(identity !== undefined && { identity }),
});

export const storedSealed = ({ digest, person, field, content }: SealedRecord): StoredSealed => ({
  _id: digest,
  person,
  field,
  content,
});

export const storedWaiting = ({ id, stream, person, field, content }: WaitingRecord): StoredWaiting => ({
  _id: id,
  stream,
  person,
  field,
  content,
});

export const sealedRecord = ({ _id, person, field, content }: StoredValue): SealedRecord => ({
  digest: _id.slice(0, 64),
  person,
  field,
  content,
});

export const waitingRecord = (stored: StoredWaiting): WaitingRecord => ({
  ...sealedRecord(stored),
  id: stored._id,
  stream: stored.stream,
});

/** Of the waiting values of a digest: nothing else begins with it and a space. */
export const waitingFor = (digest: string): mongo.Filter<StoredWaiting> => ({
  _id: { $gt: `${digest} `, $lt: `${digest}!` },
});
