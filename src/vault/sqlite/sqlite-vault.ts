import { createHmac, randomUUID } from 'node:crypto';
import { type ActorId, type EventId, isUuid, type LedgerId, type PartyId } from '../../kernel/ids.js';
import { InvalidValue } from '../../kernel/invalid-value.js';
import type { Database, Statement } from '../../sqlite/database.js';
import { commitmentTo } from '../commitment.js';
import { decrypt, encrypt, newKey, subkey } from '../encryption.js';
import { BoundedCache } from '../bounded-cache.js';
import { type Opened, type Person, type Vault, VaultDamaged, VaultLocked, VaultUnavailable } from '../vault.js';
import { GroupCommit } from './group-commit.js';
import { openVaultFile, type VaultFile } from './vault-file.js';

const SALT_BYTES = 32;
/** Entries of each cache; one takes some 200 bytes. */
const CACHED = 50_000;
/** Sealed values that nobody asked to keep yet: the oldest are given up. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

/** @param masterKey 32 bytes (`master-key.ts`) @throws VaultLocked saying what to do; then the file is as it was */
export const openSqliteVault = (path: string, masterKey: Buffer): Vault =>
  new SqliteVault(openVaultFile(path, masterKey));

/** Subkeys of a person's data key: without it neither what was sealed nor that it was sealed can be found. */
interface PersonKeys {
  readonly content: Buffer;
  /** Makes the salts: the same value gets the same one. */
  readonly salt: Buffer;
}

/** A row to be. */
interface Sealed {
  readonly person: Person;
  readonly field: string;
  readonly content: Buffer;
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
  readonly #readSealed: Statement;
  readonly #insertSealed: Statement;
  readonly #readLedger: Statement;
  readonly #insertLedger: Statement;

  // Only what is durable is cached, and by keyed hash: no value stays in memory.
  readonly #pseudonyms = new BoundedCache<string, string>(CACHED);
  readonly #kept = new BoundedCache<string, true>(CACHED);
  readonly #keys = new BoundedCache<Person, PersonKeys>(CACHED);
  /** Sealed and not kept, by commitment, the oldest first. */
  readonly #waiting = new Map<string, Sealed>();
  #waitingBytes = 0;

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
    this.#readSealed = database.prepare('SELECT person, field, content FROM sealed WHERE commitment = ?');
    this.#insertSealed = database.prepare(
      'INSERT INTO sealed (commitment, person, field, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#readLedger = database.prepare('SELECT id FROM ledger');
    this.#insertLedger = database.prepare('INSERT INTO ledger VALUES (?)');
  }

  async ledger(): Promise<LedgerId | undefined> {
    return this.#read(() => this.#readLedger.get()?.[0]);
  }

  async belongTo(ledger: LedgerId): Promise<void> {
    const owner = await this.#commits.run(() => {
      const before: LedgerId | undefined = this.#readLedger.get()?.[0];
      if (before === undefined) this.#insertLedger.run(ledger);
      return before ?? ledger;
    });
    if (owner === ledger) return;
    throw new VaultLocked(
      'OTHER_LEDGER',
      `the vault belongs to the ledger ${owner}, not to ${ledger}: restore both of one backup`,
    );
  }

  async pseudonym(kind: 'actor', value: string): Promise<ActorId>;
  async pseudonym(kind: 'party', value: string): Promise<PartyId>;
  async pseudonym(kind: 'actor' | 'party', value: string): Promise<string> {
    assertText(value);
    if (value === '') throw new InvalidValue('VAULT_VALUE', 'an identity must not be empty');
    const lookup = mac(this.#pseudonymKey, kind, value);
    const name = lookup.toString('base64');
    const cached = this.#pseudonyms.get(name);
    if (cached !== undefined) return cached;
    const find = (): string | undefined => this.#findPerson.get(lookup)?.[0];
    // Looked for again inside the transaction.
    const add = (): string => find() ?? this.#addPerson(`${kind}_${randomUUID()}` as Person, { lookup, value }).id;
    const id = this.#read(find) ?? (await this.#commits.run(add));
    this.#pseudonyms.set(name, id);
    return id;
  }

  async seal(person: Person, field: string, value: string): Promise<string> {
    assertPerson(person);
    assertField(field);
    assertText(value);
    this.#assertOpen();
    const keys = this.#keysOf(person) ?? (await this.#newKeysOf(person));
    const salt = mac(keys.salt, field, value);
    const commitment = commitmentTo(salt.toString('hex'), person, field, value);
    if (this.#kept.get(commitment) === undefined && !this.#waiting.has(commitment)) {
      const content = encrypt(keys.content, Buffer.concat([salt, Buffer.from(value)]), ['sealed', person, field]);
      this.#await(commitment, { person, field, content });
    }
    return commitment;
  }

  async keep(commitments: readonly string[]): Promise<void> {
    this.#assertOpen();
    await Promise.all(commitments.map((commitment) => this.#keep(commitment)));
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

  #await(commitment: string, sealed: Sealed): void {
    this.#waiting.set(commitment, sealed);
    this.#waitingBytes += sealed.content.length;
    for (const oldest of this.#waiting.keys()) {
      if (this.#waitingBytes <= MAX_WAITING_BYTES) break;
      this.#giveUp(oldest);
    }
  }

  #giveUp(commitment: string): void {
    this.#waitingBytes -= this.#waiting.get(commitment)?.content.length ?? 0;
    this.#waiting.delete(commitment);
  }

  async #keep(commitment: string): Promise<void> {
    if (this.#kept.get(commitment) !== undefined) return;
    const id = Buffer.from(commitment, 'hex');
    const sealed = this.#waiting.get(commitment);
    if (sealed !== undefined) {
      const { person, field, content } = sealed;
      await this.#commits.run(() => this.#insertSealed.run(id, person, field, content));
      this.#giveUp(commitment);
    } else if (this.#read(() => this.#readSealed.get(id)) === undefined) {
      throw new VaultUnavailable(`nothing is sealed under ${commitment}: seal it again`);
    }
    this.#kept.set(commitment, true);
  }

  async #newKeysOf(person: Person): Promise<PersonKeys> {
    const keys = await this.#commits.run(() => this.#unwrapKey(person) ?? this.#addPerson(person).keys);
    this.#keys.set(person, keys);
    return keys;
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

  #assertOpen(): void {
    if (this.#commits.closed) throw new VaultUnavailable('the vault is closed');
  }

  #read<T>(query: () => T): T {
    this.#assertOpen();
    try {
      return query();
    } catch (error) {
      if (error instanceof VaultDamaged) throw error;
      throw new VaultUnavailable(`the vault could not be read: ${(error as Error).message}`, { cause: error });
    }
  }
}

const personKeys = (key: Buffer): PersonKeys => ({ content: subkey(key, 'content'), salt: subkey(key, 'salt') });

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
