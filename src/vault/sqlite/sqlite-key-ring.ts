import { existsSync } from 'node:fs';
import type { Database } from '../../sqlite/database.js';
import { own } from '../../sqlite/ownership.js';
import { ROTATING, type KeyRing } from '../rotating/rotate-key.js';
import type { PersonRecord } from '../storage.js';
import { VaultLocked, VaultUnavailable } from '../vault.js';
import {
  bringPersonsUpToDate,
  closeDatabase,
  createPrivately,
  emptyLog,
  locked,
  openDatabase,
  SCHEMA_VERSION,
  schemaVersion,
  wrappedKeyIn,
} from './vault-file.js';

/** @throws VaultLocked; StoreOwned, where a server has it */
export function openSqliteKeyRing(path: string): KeyRing {
  if (!existsSync(path)) throw new VaultLocked('VAULT_MISSING', `there is no ${path}`);
  createPrivately(`${path}.lock`);
  const disown = own(path);
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    const version = schemaVersion(database);
    if (version !== SCHEMA_VERSION && version !== ROTATING) {
      throw new VaultLocked(
        'OTHER_FORMAT',
        `${path} has format ${version}: start a server of this program on it first`,
      );
    }
    if (version === ROTATING) bringPersonsUpToDate(database);
    return new SqliteKeyRing(path, database, disown);
  } catch (error) {
    database?.close();
    disown();
    throw locked(error as Error, path);
  }
}

class SqliteKeyRing implements KeyRing {
  readonly wrapped: Buffer;
  readonly next: Buffer | undefined;

  constructor(
    readonly place: string,
    private readonly database: Database,
    private readonly disown: () => void,
  ) {
    this.wrapped = Buffer.from(wrappedKeyIn(database));
    const isRotating = schemaVersion(database) === ROTATING;
    this.next = isRotating ? Buffer.from(database.prepare('SELECT wrapped FROM next_key').get()![0]) : undefined;
  }

  async page(after: string, limit: number): Promise<readonly PersonRecord[]> {
    const rows = this.#answered(() =>
      this.database.prepare('SELECT id, key FROM person WHERE id > ? ORDER BY id LIMIT ?').all(after, limit),
    );
    return rows.map(([id, key]) => ({ id, key: Buffer.from(key) }));
  }

  async count(): Promise<number> {
    return this.#answered(() => this.database.prepare('SELECT count(*) FROM person').get()?.[0] as number);
  }

  async begin(next: Buffer): Promise<void> {
    this.#write(() => {
      this.database.exec(`CREATE TABLE next_key (wrapped BLOB NOT NULL) STRICT; PRAGMA user_version = ${ROTATING}`);
      this.database.prepare('INSERT INTO next_key VALUES (?)').run(next);
    });
  }

  async rewrap(persons: readonly Pick<PersonRecord, 'id' | 'key'>[]): Promise<void> {
    const update = this.database.prepare('UPDATE person_slot SET key = ? WHERE id = ? AND is_erased = 0');
    this.#write(() => persons.forEach(({ id, key }) => update.run(key, id)));
  }

  async finish(next: Buffer): Promise<void> {
    this.#write(() => {
      this.database.prepare('UPDATE ledger_key SET wrapped = ?').run(next);
      this.database.exec(`DROP TABLE next_key; PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
    // The log has the pages as they were, with keys that the old master key opens.
    if (!this.#answered(() => emptyLog(this.database))) {
      throw new VaultUnavailable(`${this.place}: another process reads it; the old keys are still in its log`);
    }
  }

  async close(): Promise<void> {
    closeDatabase(this.database);
    this.disown();
  }

  #write(work: () => void): void {
    this.#answered(() => this.database.transaction(work));
  }

  #answered<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new VaultUnavailable(`${this.place}: ${(error as Error).message}`, { cause: error });
    }
  }
}
