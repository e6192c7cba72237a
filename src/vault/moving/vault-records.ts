import type { LedgerId } from '../../kernel/ids.js';
import type { PersonRecord, SealedRecord, WaitingRecord } from '../storage.js';
import type { Person } from '../vault.js';

/** What a vault holds, by kind. */
export interface RecordsOf {
  readonly persons: PersonRecord;
  readonly sealed: SealedRecord;
  readonly waiting: WaitingRecord;
  readonly erased: ErasedRecord;
}
/** Who was erased, and never comes back. */
export interface ErasedRecord {
  readonly id: Person;
}
export type Kind = keyof RecordsOf;
export const KINDS: readonly Kind[] = ['persons', 'sealed', 'waiting', 'erased'];

/** Which vault it is. */
export interface VaultIdentity {
  /** The ledger's key, as it is wrapped: no two vaults have the same one. */
  readonly wrapped: Buffer;
  /** Undefined: it belongs to none yet. */
  readonly ledger: LedgerId | undefined;
}

/** A vault, record by record and as it is stored: who moves it opens nothing of it. @throws VaultUnavailable */
export interface VaultRecords {
  /** For people. */
  readonly place: string;
  readonly identity: VaultIdentity;
  /** In the order of their ids. @param after an id; '': from the beginning */
  page<K extends Kind>(kind: K, after: string, limit: number): Promise<readonly RecordsOf[K][]>;
  /** Of all kinds together; roughly, where to know it exactly would be to look at each. */
  count(): Promise<number>;
  close(): Promise<void>;
}

/** Where a vault moves to. No server opens it before it is finished, so that none meets half of a vault. */
export interface VaultTarget extends VaultRecords {
  /** It was finished before. */
  readonly isFinished: boolean;
  /** What is there already stays as it is. */
  insert<K extends Kind>(kind: K, records: readonly RecordsOf[K][]): Promise<void>;
  remove(kind: Kind, ids: readonly string[]): Promise<void>;
  /** From now on it is the vault. */
  finish(ledger: LedgerId | undefined): Promise<void>;
}

/** Stands where a vault has the number of its format, as long as it is not whole: no version of the program reads it. */
export const UNFINISHED = -1;

export const unfinished = (place: string): string =>
  `a move into ${place} was not finished: run sijill vault-move again to go on, or empty it`;

const IDS: { readonly [K in Kind]: (record: RecordsOf[K]) => string } = {
  persons: ({ id }) => id,
  sealed: ({ digest }) => digest,
  waiting: ({ id }) => id,
  erased: ({ id }) => id,
};
export const idOf = <K extends Kind>(kind: K, record: RecordsOf[K]): string => IDS[kind](record);

const hex = (bytes: Buffer | undefined): string | null => bytes?.toString('hex') ?? null;

const FIELDS: { readonly [K in Kind]: (record: RecordsOf[K]) => readonly (string | null)[] } = {
  persons: ({ id, lookup, key, identity }) => [id, hex(lookup), hex(key), hex(identity)],
  sealed: ({ digest, person, field, content }) => [digest, person, field, hex(content)],
  waiting: ({ id, stream, person, field, content }) => [id, stream, person, field, hex(content)],
  erased: ({ id }) => [id],
};
/** All of a record: two are the same where it is. */
export const textOf = <K extends Kind>(kind: K, record: RecordsOf[K]): string => JSON.stringify(FIELDS[kind](record));
