import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { type ActorId, type EventId, isUuid, type PartyId } from '../../kernel/ids.js';
import { InvalidValue } from '../../kernel/invalid-value.js';
import type { Database, Statement } from '../../sqlite/database.js';
import { commitmentTo } from '../commitment.js';
import { decrypt, encrypt, newKey, subkey } from '../encryption.js';
import { BoundedCache } from '../bounded-cache.js';
import { type Opened, type Person, type Vault, VaultDamaged, VaultUnavailable } from '../vault.js';
import { GroupCommit } from './group-commit.js';
import { openVaultFile, type VaultFile } from './vault-file.js';

const SALT_BYTES = 32;
/** Entries of each cache; one takes some 200 bytes. */
const CACHED = 50_000;

/** @param masterKey 32 bytes (`master-key.ts`) @throws VaultLocked saying what to do; then the file is as it was */
export const openSqliteVault = (path: string, masterKey: Buffer): Vault =>
  new SqliteVault(openVaultFile(path, masterKey));

/** Subkeys of a person's data key: without it neither what was sealed nor that it was sealed can be found. */
interface PersonKeys {
  readonly content: Buffer;
  readonly lookup: Buffer;
}

class SqliteVault implements Vault {
  readonly #database: Database;
  readonly #commits: GroupCommit;
  readonly #wrappingKey: Buffer;
  readonly #pseudonymKey: Buffer;
  readonly #digestKey: Buffer;
  readonly #leafKey: Buffer;

  readonly #findPerson: Statement;
  readonly #readPerson: Statement;
  readonly #insertPerson: Statement;
  readonly #findSealed: Statement;
  readonly #readSealed: Statement;
  readonly #insertSealed: Statement;

  // Only what is durable is cached, and by keyed hash: no value stays in memory.
  readonly #pseudonyms = new BoundedCache<string, string>(CACHED);
  readonly #commitments = new BoundedCache<string, string>(CACHED);
  readonly #keys = new BoundedCache<Person, PersonKeys>(CACHED);

  constructor({ database, wrappingKey, ledgerKey }: VaultFile) {
    this.#database = database;
    this.#commits = new GroupCommit(database);
    this.#wrappingKey = wrappingKey;
    this.#pseudonymKey = subkey(ledgerKey, 'pseudonym');
    this.#digestKey = subkey(ledgerKey, 'digest');
    this.#leafKey = subkey(ledgerKey, 'leaf-salt');
    this.#findPerson = database.prepare('SELECT id FROM person WHERE lookup = ?');
    this.#readPerson = database.prepare('SELECT key FROM person WHERE id = ?');
    this.#insertPerson = database.prepare('INSERT INTO person (id, lookup, key, identity) VALUES (?, ?, ?, ?)');
    this.#findSealed = database.prepare('SELECT commitment FROM sealed WHERE lookup = ?');
    this.#readSealed = database.prepare('SELECT person, field, content FROM sealed WHERE commitment = ?');
    this.#insertSealed = database.prepare(
      'INSERT INTO sealed (commitment, lookup, person, field, content) VALUES (?, ?, ?, ?, ?)',
    );
  }

  async pseudonym(kind: 'actor', value: string): Promise<ActorId>;
  async pseudonym(kind: 'party', value: string): Promise<PartyId>;
  async pseudonym(kind: 'actor' | 'party', value: string): Promise<string> {
    assertText(value);
    if (value === '') throw new InvalidValue('VAULT_VALUE', 'an identity must not be empty');
    const lookup = mac(this.#pseudonymKey, kind, value);
    return this.#once(
      this.#pseudonyms,
      lookup,
      () => this.#findPerson.get(lookup)?.[0],
      () => this.#addPerson(`${kind}_${randomUUID()}` as Person, { lookup, value }).id,
    );
  }

  async seal(person: Person, field: string, value: string): Promise<string> {
    assertPerson(person);
    assertField(field);
    assertText(value);
    const known = this.#keysOf(person);
    if (known === undefined) {
      return this.#commits.run(() => {
        const keys = this.#unwrapKey(person) ?? this.#addPerson(person).keys;
        const lookup = mac(keys.lookup, field, value);
        return this.#commitmentAt(lookup) ?? this.#addSealed(person, keys, lookup, field, value);
      });
    }
    const lookup = mac(known.lookup, field, value);
    return this.#once(
      this.#commitments,
      lookup,
      () => this.#commitmentAt(lookup),
      () => this.#addSealed(person, known, lookup, field, value),
    );
  }

  async open(commitment: string): Promise<Opened | undefined> {
    if (!/^[0-9a-f]{64}$/.test(commitment)) return undefined;
    const row = this.#read(() => this.#readSealed.get(Buffer.from(commitment, 'hex')));
    if (row === undefined) return undefined;
    const [person, field, content] = row as [Person, string, Buffer];
    const keys = this.#keysOf(person);
    if (keys === undefined) return undefined;
    const plain = decrypt(keys.content, content, ['sealed', person, field]);
    const salt = plain.toString('hex', 0, SALT_BYTES);
    const value = plain.toString('utf8', SALT_BYTES);
    if (commitmentTo(salt, person, field, value) !== commitment) {
      throw new VaultDamaged(`sealed ${person} ${field}: stored under the commitment of another value`);
    }
    return { person, field, value, salt };
  }

  digest(value: string): string {
    assertText(value);
    return createHmac('sha256', this.#digestKey).update(value).digest('hex');
  }

  leafSalt(event: EventId): string {
    return createHmac('sha256', this.#leafKey).update(event).digest('hex');
  }

  async close(): Promise<void> {
    if (!this.#commits.close()) return;
    // The driver leaves the write-ahead log behind; a closed vault is one file, whole in a copy of it.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }

  /** What is there already, else what is added once: looked for again inside the transaction. */
  async #once(
    cache: BoundedCache<string, string>,
    lookup: Buffer,
    find: () => string | undefined,
    add: () => string,
  ): Promise<string> {
    const name = lookup.toString('base64');
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    const answer = this.#read(find) ?? (await this.#commits.run(() => find() ?? add()));
    cache.set(name, answer);
    return answer;
  }

  #keysOf(person: Person): PersonKeys | undefined {
    const cached = this.#keys.get(person);
    if (cached !== undefined) return cached;
    const keys = this.#read(() => this.#unwrapKey(person));
    if (keys !== undefined) this.#keys.set(person, keys);
    return keys;
  }

  #unwrapKey(person: Person): PersonKeys | undefined {
    const row = this.#readPerson.get(person);
    return row && personKeys(decrypt(this.#wrappingKey, row[0], ['person-key', person]));
  }

  #addPerson(id: Person, identity?: { lookup: Buffer; value: string }): { id: Person; keys: PersonKeys } {
    const key = newKey();
    const keys = personKeys(key);
    this.#insertPerson.run(
      id,
      identity?.lookup ?? null,
      encrypt(this.#wrappingKey, key, ['person-key', id]),
      identity ? encrypt(keys.content, Buffer.from(identity.value), ['identity', id]) : null,
    );
    return { id, keys };
  }

  #commitmentAt(lookup: Buffer): string | undefined {
    const row = this.#findSealed.get(lookup) as [Buffer] | undefined;
    return row && Buffer.from(row[0]).toString('hex');
  }

  #addSealed(person: Person, keys: PersonKeys, lookup: Buffer, field: string, value: string): string {
    const salt = randomBytes(SALT_BYTES);
    const commitment = commitmentTo(salt.toString('hex'), person, field, value);
    const content = encrypt(keys.content, Buffer.concat([salt, Buffer.from(value)]), ['sealed', person, field]);
    this.#insertSealed.run(Buffer.from(commitment, 'hex'), lookup, person, field, content);
    return commitment;
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

const personKeys = (key: Buffer): PersonKeys => ({ content: subkey(key, 'content'), lookup: subkey(key, 'lookup') });

/** A JSON array, so that no two different lists share a name. */
const mac = (key: Buffer, ...parts: readonly string[]): Buffer =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest();

/** Half a surrogate pair has no bytes in UTF-8: it would come back as another text. */
function assertText(value: string): void {
  if (!value.isWellFormed()) throw new InvalidValue('VAULT_VALUE', 'a value must be well-formed Unicode text');
}

/** Stored as they are: neither may hold anything about a person (domain.md §2). */
function assertPerson(person: string): void {
  const [, uuid = ''] = /^(?:actor|party)_(.*)$/.exec(person) ?? [];
  if (!isUuid(uuid)) {
    throw new InvalidValue('VAULT_PERSON', 'a person must be a pseudonym: "actor_" or "party_" and a lower-case UUID');
  }
}

function assertField(field: string): void {
  if (!/^[a-zA-Z][a-zA-Z0-9]{0,63}$/.test(field)) {
    throw new InvalidValue('VAULT_FIELD', 'a field must be a name of at most 64 letters and digits, such as phone');
  }
}
