import { existsSync } from 'node:fs';
import type { Database, SqlRow, Statement } from '../../sqlite/database.js';
import { own } from '../../sqlite/ownership.js';
import {
  UNFINISHED,
  type Kind,
  type RecordsOf,
  type VaultIdentity,
  type VaultRecords,
  type VaultTarget,
} from '../moving/vault-records.js';
import { VaultLocked, VaultUnavailable } from '../vault.js';
import {
  ADD_PERSON,
  BELONGING,
  bringPersonsUpToDate,
  closeDatabase,
  createPrivately,
  ERASE_PERSON,
  locked,
  openDatabase,
  openVaultFile,
  SCHEMA,
  SCHEMA_VERSION,
  schemaVersion,
  wrappedKeyIn,
} from './vault-file.js';

/** @throws VaultLocked; StoreOwned, where a server has it */
export function openSqliteSource(path: string, masterKey: Buffer): VaultRecords {
  if (!existsSync(path)) throw new VaultLocked('VAULT_MISSING', `there is no ${path} to move`);
  return owned(path, () => openVaultFile(path, masterKey, false).database);
}

/** @param vault that moves there @throws VaultLocked, then the file is as it was; StoreOwned, where a server has it */
export function openSqliteTarget(path: string, vault: VaultIdentity): VaultTarget {
  return owned(path, () => {
    createPrivately(path);
    let database: Database | undefined;
    try {
      database = openDatabase(path);
      if (schemaVersion(database) === 0) begin(database, vault);
      const isRead = [UNFINISHED, SCHEMA_VERSION].includes(schemaVersion(database));
      if (!isRead || !vault.wrapped.equals(wrappedKeyIn(database))) {
        throw new VaultLocked(
          'TARGET_TAKEN',
          `${path} is another vault than the one that moves: move that file away, or name another directory`,
        );
      }
      bringPersonsUpToDate(database);
      return database;
    } catch (error) {
      database?.close();
      throw locked(error as Error, path);
    }
  });
}

function begin(database: Database, { wrapped }: VaultIdentity): void {
  database.transaction(() => {
    database.exec(`${SCHEMA}; ${BELONGING}; PRAGMA user_version = ${UNFINISHED}`);
    database.prepare('INSERT INTO ledger_key VALUES (?)').run(wrapped);
  });
}

function owned(path: string, open: () => Database): SqliteRecords {
  createPrivately(`${path}.lock`);
  const disown = own(path);
  try {
    return new SqliteRecords(path, open(), disown);
  } catch (error) {
    disown();
    throw error;
  }
}

class SqliteRecords implements VaultTarget {
  readonly identity: VaultIdentity;
  readonly isFinished: boolean;
  readonly #database: Database;
  readonly #tables: Tables;

  constructor(
    readonly place: string,
    database: Database,
    private readonly disown: () => void,
  ) {
    this.#database = database;
    this.identity = {
      wrapped: Buffer.from(wrappedKeyIn(database)),
      ledger: database.prepare('SELECT id FROM ledger').get()?.[0],
    };
    this.isFinished = schemaVersion(database) !== UNFINISHED;
    this.#tables = tablesOf(database);
  }

  async page<K extends Kind>(kind: K, after: string, limit: number): Promise<readonly RecordsOf[K][]> {
    const { after: asKey, page, read } = this.#tables[kind];
    return this.#answered(() => page.all(asKey(after), limit).map(read));
  }

  async count(): Promise<number> {
    const counts = Object.values(this.#tables).map(({ count }) => count.get()?.[0] as number);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async insert<K extends Kind>(kind: K, records: readonly RecordsOf[K][]): Promise<void> {
    const { insert, row } = this.#tables[kind];
    this.#answered(() => this.#database.transaction(() => records.forEach((record) => insert.run(...row(record)))));
  }

  async remove(kind: Kind, ids: readonly string[]): Promise<void> {
    const { after: asKey, remove } = this.#tables[kind];
    this.#answered(() => this.#database.transaction(() => ids.forEach((id) => remove.run(asKey(id)))));
  }

  async finish(ledger: VaultIdentity['ledger']): Promise<void> {
    this.#answered(() =>
      this.#database.transaction(() => {
        this.#database.exec('DELETE FROM ledger');
        if (ledger !== undefined) this.#database.prepare('INSERT INTO ledger VALUES (?)').run(ledger);
        this.#database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
      }),
    );
  }

  async close(): Promise<void> {
    closeDatabase(this.#database);
    this.disown();
  }

  #answered<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new VaultUnavailable(`${this.place}: ${(error as Error).message}`, { cause: error });
    }
  }
}

interface Table<R> {
  readonly page: Statement;
  readonly count: Statement;
  readonly insert: Statement;
  readonly remove: Statement;
  /** An id as the table has it. */
  readonly after: (id: string) => string | Buffer;
  readonly read: (row: any[]) => R;
  readonly row: (record: R) => SqlRow;
}
type Tables = { readonly [K in Kind]: Table<RecordsOf[K]> };

const asText = (id: string): string => id;
const fromHex = (id: string): Buffer => Buffer.from(id, 'hex');
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function tablesOf(database: Database): Tables {
  type Columns = readonly [string, ...string[]];
  const read = (name: string, [id, ...columns]: Columns) => ({
    page: database.prepare(`SELECT ${[id, ...columns].join()} FROM ${name} WHERE ${id} > ? ORDER BY ${id} LIMIT ?`),
    count: database.prepare(`SELECT count(*) FROM ${name}`),
  });
  const table = (name: string, [id, ...columns]: Columns) => ({
    ...read(name, [id, ...columns]),
    insert: database.prepare(
      `INSERT INTO ${name} (${[id, ...columns].join()}) VALUES (?${', ?'.repeat(columns.length)}) ON CONFLICT DO NOTHING`,
    ),
    remove: database.prepare(`DELETE FROM ${name} WHERE ${id} = ?`),
  });
  return {
    persons: {
      ...read('person', ['id', 'lookup', 'key', 'identity']),
      insert: database.prepare(ADD_PERSON),
      remove: database.prepare(ERASE_PERSON),
      after: asText,
      read: ([id, lookup, key, identity]) => ({
        id,
        ...(lookup !== null && { lookup: Buffer.from(lookup) }),
        key: Buffer.from(key),
        ...(identity !== null && { identity: Buffer.from(identity) }),
      }),
      row: ({ id, lookup, key, identity }) => [id, lookup ?? null, key, identity ?? null],
    },
    sealed: {
      ...table('sealed', ['commitment', 'person', 'field', 'content']),
      after: fromHex,
      read: ([digest, person, field, content]) => ({
        digest: toHex(digest),
        person,
        field,
        content: Buffer.from(content),
      }),
      row: ({ digest, person, field, content }) => [fromHex(digest), person, field, content],
    },
    waiting: {
      ...table('waiting', ['id', 'commitment', 'stream', 'person', 'field', 'content']),
      after: asText,
      read: ([id, digest, stream, person, field, content]) => ({
        id,
        digest: toHex(digest),
        stream,
        person,
        field,
        content: Buffer.from(content),
      }),
      row: ({ id, digest, stream, person, field, content }) => [id, fromHex(digest), stream, person, field, content],
    },
    erased: {
      ...table('erased', ['person']),
      after: asText,
      read: ([id]) => ({ id }),
      row: ({ id }) => [id],
    },
  };
}
