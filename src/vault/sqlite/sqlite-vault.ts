import type { LedgerId } from '../../kernel/ids.js';
import type { Database } from '../../sqlite/database.js';
import { share } from '../../sqlite/ownership.js';
import { EncryptedVault } from '../encrypted-vault.js';
import type { PersonRecord, SealedRecord, VaultStorage, WaitingRecord } from '../storage.js';
import { type Person, PersonErased, type Vault, VaultDamaged, VaultUnavailable } from '../vault.js';
import { GroupCommit } from './group-commit.js';
import { ADD_PERSON, closeDatabase, createPrivately, emptyLog, ERASE_PERSON, openVaultFile } from './vault-file.js';

/**
 * Opens the vault in a file, for as long as nobody moves it.
 * @param masterKey 32 bytes (`master-key.ts`)
 * @param mayBegin whether to make a vault where there is none
 * @throws VaultLocked, StoreOwned saying what to do; then the file is as it was
 */
export function openSqliteVault(path: string, masterKey: Buffer, mayBegin = true): Vault {
  createPrivately(`${path}.lock`);
  const release = share(path);
  try {
    const { database, keys } = openVaultFile(path, masterKey, mayBegin);
    return new EncryptedVault(new SqliteStorage(database, release), keys);
  } catch (error) {
    release();
    throw error;
  }
}

/** Several processes of one machine may share the file. */
class SqliteStorage implements VaultStorage {
  readonly #database: Database;
  readonly #commits: GroupCommit;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(
    database: Database,
    private readonly release: () => void,
  ) {
    this.#database = database;
    this.#commits = new GroupCommit(database);
    this.#statements = statementsOf(database);
  }

  async ledger(): Promise<LedgerId | undefined> {
    return this.#read(() => this.#statements.ledger.get()?.[0]);
  }

  claim(ledger: LedgerId): Promise<LedgerId> {
    return this.#commits.run(() => {
      const before: LedgerId | undefined = this.#statements.ledger.get()?.[0];
      if (before === undefined) this.#statements.addLedger.run(ledger);
      return before ?? ledger;
    });
  }

  async personOf(lookup: Buffer): Promise<Person | undefined> {
    return this.#read(() => this.#statements.personByLookup.get(lookup)?.[0]);
  }

  async keyOf(person: Person): Promise<Buffer | undefined> {
    return this.#read(() => this.#statements.personById.get(person)?.[1]);
  }

  async add({ id, lookup, key, identity }: PersonRecord): Promise<Pick<PersonRecord, 'id' | 'key'>> {
    const { personById, personByLookup, addPerson } = this.#statements;
    const added = await this.#commits.run(() => {
      if (this.#isErased(id)) return undefined;
      const first = personById.get(id) ?? (lookup && personByLookup.get(lookup));
      if (first !== undefined) return { id: first[0] as Person, key: first[1] as Buffer };
      addPerson.run(id, lookup ?? null, key, identity ?? null);
      return { id, key };
    });
    if (added === undefined) throw new PersonErased(id);
    return added;
  }

  async sealed(digest: string): Promise<(SealedRecord & { readonly isNamed: boolean }) | undefined> {
    const { sealed, waitingFor } = this.#statements;
    const bytes = Buffer.from(digest, 'hex');
    return this.#read(() => {
      const named = sealed.get(bytes);
      const row = named ?? waitingFor.get(bytes);
      return row && { digest, person: row[0], field: row[1], content: row[2], isNamed: named !== undefined };
    });
  }

  async wait(records: readonly WaitingRecord[]): Promise<void> {
    const { addWaiting } = this.#statements;
    const erased = await this.#commits.run(() => {
      const gone = records.find(({ person }) => this.#isErased(person));
      if (gone !== undefined) return gone.person;
      for (const { id, digest, stream, person, field, content } of records) {
        addWaiting.run(id, Buffer.from(digest, 'hex'), stream, person, field, content);
      }
      return undefined;
    });
    if (erased !== undefined) throw new PersonErased(erased);
  }

  async name(records: readonly WaitingRecord[]): Promise<void> {
    const { addSealed, removeWaiting } = this.#statements;
    await this.#commits.run(() => {
      for (const { id, digest, person, field, content } of records) {
        if (!this.#isErased(person)) addSealed.run(Buffer.from(digest, 'hex'), person, field, content);
        removeWaiting.run(id);
      }
    });
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.#commits.run(() => {
      for (const id of ids) this.#statements.removeWaiting.run(id);
    });
  }

  async waiting(after: string, limit: number): Promise<readonly WaitingRecord[]> {
    return this.#read(() => this.#statements.waiting.all(after, limit).map(waitingRecordOf));
  }

  async erase(person: Person): Promise<void> {
    const { addErased, erasePerson, eraseSealed, eraseWaiting } = this.#statements;
    await this.#commits.run(() => {
      for (const each of [addErased, erasePerson, eraseSealed, eraseWaiting]) each.run(person);
    });
    await this.cleanse();
  }

  async isErased(person: Person): Promise<boolean> {
    return this.#read(() => this.#isErased(person));
  }

  /** What is deleted is overwritten in the file (secure_delete); the log beside it still has it. */
  async cleanse(): Promise<void> {
    if (this.#read(() => emptyLog(this.#database))) return;
    throw new VaultUnavailable('another process reads the vault: what was erased is still in its write-ahead log');
  }

  #isErased(person: Person): boolean {
    return this.#statements.erased.get(person) !== undefined;
  }

  async close(): Promise<void> {
    if (!this.#commits.close()) return;
    closeDatabase(this.#database);
    this.release();
  }

  #read<T>(query: () => T): T {
    if (this.#commits.closed) throw new VaultUnavailable('the vault is closed');
    try {
      return query();
    } catch (error) {
      if (error instanceof VaultDamaged) throw error;
      throw new VaultUnavailable(`the vault could not be read: ${(error as Error).message}`, { cause: error });
    }
  }
}

const statementsOf = (database: Database) => ({
  ledger: database.prepare('SELECT id FROM ledger'),
  addLedger: database.prepare('INSERT INTO ledger VALUES (?)'),
  personById: database.prepare('SELECT id, key FROM person WHERE id = ?'),
  personByLookup: database.prepare(
    'SELECT id, key FROM person WHERE substr(lookup, 1, 2) = substr(?1, 1, 2) AND lookup = ?1',
  ),
  addPerson: database.prepare(ADD_PERSON),
  sealed: database.prepare('SELECT person, field, content FROM sealed WHERE commitment = ?'),
  addSealed: database.prepare(
    'INSERT INTO sealed (commitment, person, field, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ),
  waitingFor: database.prepare('SELECT person, field, content FROM waiting WHERE commitment = ? LIMIT 1'),
  addWaiting: database.prepare(
    'INSERT INTO waiting (id, commitment, stream, person, field, content) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ),
  removeWaiting: database.prepare('DELETE FROM waiting WHERE id = ?'),
  erased: database.prepare('SELECT 1 FROM erased WHERE person = ?'),
  addErased: database.prepare('INSERT INTO erased VALUES (?) ON CONFLICT DO NOTHING'),
  erasePerson: database.prepare(ERASE_PERSON),
  eraseSealed: database.prepare('DELETE FROM sealed WHERE person = ?'),
  eraseWaiting: database.prepare('DELETE FROM waiting WHERE person = ?'),
  waiting: database.prepare(
    'SELECT id, commitment, stream, person, field, content FROM waiting WHERE id > ? ORDER BY id LIMIT ?',
  ),
});

const waitingRecordOf = ([id, digest, stream, person, field, content]: any[]): WaitingRecord =>
  ({
    id,
    digest: Buffer.from(digest as Uint8Array).toString('hex'),
    stream,
    person,
    field,
    content: Buffer.from(content as Uint8Array),
  }) as WaitingRecord;
