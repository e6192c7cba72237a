import { closeSync, openSync } from 'node:fs';
import { Database, ForeignFile } from '../../sqlite/database.js';
import { ledgerKeyOf, newLedgerKey, wrappingKeyOf, type VaultKeys } from '../keys.js';
import { UNFINISHED, unfinished } from '../moving/vault-records.js';
import { ROTATING, rotating } from '../rotating/rotate-key.js';
import { VaultDamaged, VaultLocked } from '../vault.js';

/** "SjVt" at byte 68 of the file. */
export const APPLICATION_ID = 0x536a5674;
export const SCHEMA_VERSION = 5;

/** Of format 3: without it a program of format 2 would not know what waits for an event. */
const WAITING = `
  CREATE TABLE waiting (
    id         TEXT PRIMARY KEY,
    commitment BLOB NOT NULL,
    stream     TEXT NOT NULL,
    person     TEXT NOT NULL,
    field      TEXT NOT NULL,
    content    BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX waiting_commitment ON waiting (commitment);
`;
/** Of format 4: without it a program of format 3 would bring an erased person back. */
const ERASED = `
  CREATE TABLE erased (person TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE INDEX sealed_person ON sealed (person);
  CREATE INDEX waiting_person ON waiting (person);
`;
/**
 * Of format 5. A page that SQLite splits keeps copies of the rows that went to its neighbour, in free room where
 * secure_delete never comes. So what leads to a person, or opens what is theirs, stands in rows that never move: each comes
 * after the last one, none is deleted, and what is overwritten has the size of what was there. Indexes do move what they
 * hold: pseudonyms, and of the keyed hash 16 bits, which thousands of people share.
 */
const SLOTS = `
  CREATE TABLE person_slot (
    slot      INTEGER PRIMARY KEY,
    is_erased INTEGER NOT NULL,
    id        TEXT NOT NULL,
    lookup    BLOB,
    key       BLOB NOT NULL,
    identity  BLOB
  ) STRICT;
  CREATE UNIQUE INDEX person_slot_id ON person_slot (id) WHERE is_erased = 0;
  CREATE INDEX person_slot_lookup ON person_slot (substr(lookup, 1, 2)) WHERE is_erased = 0;
`;
/** Has the name of format 4's table, so that a process of that program cannot delete a row under which the key would stay. */
const PERSONS = 'CREATE VIEW person AS SELECT id, lookup, key, identity FROM person_slot WHERE is_erased = 0;';
const INTO_SLOTS = `
  ${SLOTS}
  INSERT INTO person_slot (is_erased, id, lookup, key, identity) SELECT 0, id, lookup, key, identity FROM person;
  DROP TABLE person;
  ${PERSONS}
`;
/** `storage.ts` says what the records are. */
export const SCHEMA = `
  CREATE TABLE ledger_key (wrapped BLOB NOT NULL) STRICT;
  ${SLOTS}
  ${PERSONS}
  CREATE TABLE sealed (
    commitment BLOB PRIMARY KEY,
    person     TEXT NOT NULL,
    field      TEXT NOT NULL,
    content    BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${WAITING}
  ${ERASED}
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** What brings a file of an earlier format to this one. */
const FROM: Readonly<Record<number, string>> = {
  2: `${WAITING} ${ERASED} ${INTO_SLOTS}`,
  3: `${ERASED} ${INTO_SLOTS}`,
  4: INTO_SLOTS,
};
/** Added later: a vault that was made before belongs to no ledger until it is opened with one. */
export const BELONGING = 'CREATE TABLE IF NOT EXISTS ledger (id TEXT NOT NULL) STRICT';

/** Id, lookup or NULL, key, identity or NULL. */
export const ADD_PERSON =
  'INSERT INTO person_slot (is_erased, id, lookup, key, identity) VALUES (0, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
export const ERASE_PERSON = `
  UPDATE person_slot SET
    is_erased = 1,
    lookup    = zeroblob(length(lookup)),
    key       = zeroblob(length(key)),
    identity  = zeroblob(length(identity))
  WHERE id = ? AND is_erased = 0
`;

export interface VaultFile {
  readonly database: Database;
  readonly keys: VaultKeys;
}

/**
 * Opens or creates the file.
 * @param mayBegin whether to make a vault where there is none
 * @throws VaultLocked saying what to do; then the file is as it was
 */
export function openVaultFile(path: string, masterKey: Buffer, mayBegin = true): VaultFile {
  const wrapping = wrappingKeyOf(masterKey);
  createPrivately(path);
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    if (schemaVersion(database) === 0) {
      if (!mayBegin) throw new VaultLocked('VAULT_MISSING', `${path} holds no vault: restore it from its backup`);
      create(database, wrapping);
    }
    const ledger = readLedgerKey(database, wrapping, path);
    database.exec(BELONGING);
    bringUpToDate(database);
    return { database, keys: { wrapping, ledger } };
  } catch (error) {
    database?.close();
    throw locked(error as Error, path);
  }
}

export function openDatabase(path: string): Database {
  const database = Database.open(path, APPLICATION_ID);
  // secure_delete: a deleted key must not stay behind on a free page.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  return database;
}

/** The driver leaves the write-ahead log behind; a closed vault is one file, whole in a copy of it. */
export function closeDatabase(database: Database): void {
  emptyLog(database);
  database.close();
}

/**
 * Moves the write-ahead log, which has every page as it was before, into the file, and empties it.
 * @returns false where a reader of another process kept it from that
 */
export const emptyLog = (database: Database): boolean =>
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.[0] === 0;

/** SQLite gives its side files the permissions of the file itself, and a new file those that the umask leaves. */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

export const schemaVersion = (database: Database): number =>
  database.prepare('PRAGMA user_version').get()?.[0] as number;

function create(database: Database, wrappingKey: Buffer): void {
  database.transaction(() => {
    if (schemaVersion(database) !== 0) return; // another process was faster
    database.exec(SCHEMA);
    database.prepare('INSERT INTO ledger_key VALUES (?)').run(newLedgerKey(wrappingKey));
  });
}

function bringUpToDate(database: Database): void {
  if (schemaVersion(database) === SCHEMA_VERSION) return;
  database.transaction(() => {
    const missing = FROM[schemaVersion(database)];
    if (missing === undefined) return; // another process was faster
    database.exec(`${missing} PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
  emptyLog(database);
}

/** For what a program of format 4 began, and is not of that format: a rotation, or a move. */
export function bringPersonsUpToDate(database: Database): void {
  database.transaction(() => {
    const [type] = database.prepare("SELECT type FROM sqlite_schema WHERE name = 'person'").get() ?? [];
    if (type === 'table') database.exec(INTO_SLOTS);
  });
}

function readLedgerKey(database: Database, wrappingKey: Buffer, path: string): Buffer {
  const version = schemaVersion(database);
  if (version === ROTATING) throw rotating(path);
  if (version === UNFINISHED) throw new VaultLocked('MOVE_UNFINISHED', unfinished(path));
  if (version !== SCHEMA_VERSION && FROM[version] === undefined) {
    throw new VaultLocked(
      'OTHER_FORMAT',
      `${path} has format ${version}, this program reads ${SCHEMA_VERSION}: start the one that wrote it`,
    );
  }
  return ledgerKeyOf(wrappingKey, wrappedKeyIn(database), path);
}

export function wrappedKeyIn(database: Database): Buffer {
  const row = database.prepare('SELECT wrapped FROM ledger_key').get();
  if (row === undefined) throw new VaultDamaged('the ledger key is missing');
  return row[0];
}

/** What kept a file from being opened. */
export function locked(error: Error, path: string): VaultLocked {
  if (error instanceof VaultLocked) return error;
  if (error instanceof ForeignFile) return new VaultLocked('FOREIGN_FILE', error.message);
  return new VaultLocked('UNREADABLE_FILE', `${path} cannot be read (${error.message}): restore it from its backup`);
}
