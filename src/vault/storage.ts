import type { LedgerId, StreamName } from '../kernel/ids.js';
import type { Person } from './vault.js';

/**
 * Everything that leads to a person or opens what is theirs. Deleting that one record is the erasure; what it leaves
 * among the sealed values is noise.
 */
export interface PersonRecord {
  readonly id: Person;
  /** The keyed hash of who it is; absent for a person that the vault was only given a pseudonym of. */
  readonly lookup?: Buffer;
  /** Wrapped by the master key. */
  readonly key: Buffer;
  readonly identity?: Buffer;
}

export interface SealedRecord {
  /** The commitment's hash, hex. */
  readonly digest: string;
  readonly person: Person;
  readonly field: string;
  readonly content: Buffer;
}

/** A sealed value that is stored for one append, whose event may not be there yet. */
export interface WaitingRecord extends SealedRecord {
  /** The digest, a space and what makes it this append's own. */
  readonly id: string;
  readonly stream: StreamName;
}

/**
 * What an adapter keeps: records, all of which are encrypted already. Records are added and removed, and never changed,
 * so that no two processes can overwrite each other's. What is answered is durable.
 * @throws VaultUnavailable
 */
export interface VaultStorage {
  ledger(): Promise<LedgerId | undefined>;
  /** @returns the ledger that the vault belongs to: this one, unless another one was first */
  claim(ledger: LedgerId): Promise<LedgerId>;
  personOf(lookup: Buffer): Promise<Person | undefined>;
  /** The person's key, as it is wrapped. */
  keyOf(person: Person): Promise<Buffer | undefined>;
  /**
   * @returns who is there now under the record's id or lookup: this person, unless another one was first
   * @throws PersonErased
   */
  add(person: PersonRecord): Promise<Pick<PersonRecord, 'id' | 'key'>>;
  /** Values that an event names come before those that wait. */
  sealed(digest: string): Promise<(SealedRecord & { readonly isNamed: boolean }) | undefined>;
  /** All of them, or none. @throws PersonErased where one is of a person who was erased */
  wait(records: readonly WaitingRecord[]): Promise<void>;
  /**
   * An event names them: they stay for ever, and wait no longer. Also of records that are not there any more; not of
   * persons who were erased.
   */
  name(records: readonly WaitingRecord[]): Promise<void>;
  forget(ids: readonly string[]): Promise<void>;
  /** In the order of their ids. */
  waiting(after: string, limit: number): Promise<readonly WaitingRecord[]>;
  /** Removes a person's record and all that was sealed for them, and lets none of it in again. */
  erase(person: Person): Promise<void>;
  isErased(person: Person): Promise<boolean>;
  /** Removes what an erasure, or a write that met one, left when its process died. */
  cleanse(): Promise<void>;
  close(): Promise<void>;
}
