import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { digestOf } from '../kernel/commitments.js';
import { type ActorId, type EventId, type LedgerId, type PartyId, type StreamName, type Uuid } from '../kernel/ids.js';
import { BoundedCache } from '../kernel/bounded-cache.js';
import { assertField, assertIdentity, assertPerson, assertText } from './checks.js';
import { committed, committedBefore } from './commitment.js';
import { decrypt, encrypt, newKey, subkey } from './encryption.js';
import type { PersonKeys, VaultKeys } from './keys.js';
import { leafSaltUnder } from './leaf-salt.js';
import { Naming } from './naming.js';
import { Newcomers, type Newcomer } from './newcomers.js';
import type { PersonRecord, SealedRecord, VaultStorage, WaitingRecord } from './storage.js';
import { Sweeper } from './sweeper.js';
import {
  type IsNamed,
  type Kept,
  type Opened,
  type Person,
  PersonErased,
  type Swept,
  type Vault,
  VaultDamaged,
  VaultLocked,
  VaultUnavailable,
} from './vault.js';

/**
 * Milliseconds for which what another process may have erased is believed from memory. Nothing is ever opened or stored
 * without asking the storage.
 */
export const TRUSTED_MS = 5_000;
const SALT_BYTES = 32;
/** Entries of each cache; one takes some 200 bytes. */
const CACHED = 50_000;
/** Sealed values that nobody asked to keep yet: the oldest are given up. */
const MAX_SEALED_BYTES = 16 * 2 ** 20;

/** Sealed, and not stored. */
interface Held extends SealedRecord {
  /** Whose person is not stored either. */
  readonly newcomer?: Newcomer;
}

/** Read from the storage a while ago. */
interface Trusted<V> {
  readonly value: V;
  /** Milliseconds of this process's time. */
  readonly until: number;
}

/** The vault itself, over any storage: all that is encrypted or hashed is so here, and nothing else reaches a storage. */
export class EncryptedVault implements Vault {
  readonly #storage: VaultStorage;
  readonly #naming: Naming;
  readonly #sweeper: Sweeper;
  readonly #wrappingKey: Buffer;
  readonly #pseudonymKey: Buffer;
  readonly #digestKey: Buffer;
  readonly #leafKey: Buffer;
  #isClosed = false;
  readonly #underWay = new Set<Promise<unknown>>();

  // Only what is durable is cached, and by keyed hash: no value stays in memory.
  readonly #pseudonyms = new BoundedCache<string, Trusted<Person>>(CACHED);
  /** Digests of commitments that an event names: what is sealed under them is never removed. */
  readonly #named = new BoundedCache<string, true>(CACHED);
  readonly #keys = new BoundedCache<Person, Trusted<PersonKeys>>(CACHED);
  /** By this process: a read that was under way then brings nobody back. There are few. */
  readonly #erased = new Set<Person>();
  /** Sealed, and named by no event yet, by digest, the oldest first. */
  readonly #sealed = new Map<string, Held>();
  #sealedBytes = 0;
  readonly #newcomers = new Newcomers(CACHED);

  constructor(storage: VaultStorage, { wrapping, ledger }: VaultKeys) {
    this.#storage = storage;
    this.#naming = new Naming(storage, ({ digest }) => {
      this.#named.set(digest, true);
      this.#giveUp(digest);
    });
    this.#sweeper = new Sweeper(storage);
    this.#wrappingKey = wrapping;
    this.#pseudonymKey = subkey(ledger, 'pseudonym');
    this.#digestKey = subkey(ledger, 'digest');
    this.#leafKey = subkey(ledger, 'leaf-salt');
  }

  ledger(): Promise<LedgerId | undefined> {
    return this.#whileOpen(() => this.#storage.ledger());
  }

  async belongTo(ledger: LedgerId): Promise<void> {
    const owner = await this.#whileOpen(() => this.#storage.claim(ledger));
    if (owner === ledger) return;
    throw new VaultLocked(
      'OTHER_LEDGER',
      `the vault belongs to the ledger ${owner}, not to ${ledger}: restore both of one backup`,
    );
  }

  async pseudonym(kind: 'actor', value: string): Promise<ActorId>;
  async pseudonym(kind: 'party', value: string): Promise<PartyId>;
  async pseudonym(kind: 'actor' | 'party', value: string): Promise<string> {
    assertIdentity(value);
    const lookup = mac(this.#pseudonymKey, kind, value);
    const name = lookup.toString('base64');
    const cached = believed(this.#pseudonyms.get(name));
    if (cached !== undefined && !this.#erased.has(cached)) return cached;
    const find = async (): Promise<Person> =>
      (await this.#storage.personOf(lookup)) ?? (await this.#newPerson(kind, lookup, value));
    let id = await this.#whileOpen(find);
    while (this.#erased.has(id)) id = await this.#whileOpen(find);
    this.#pseudonyms.set(name, trusted(id));
    return id;
  }

  introduced(value: string): Promise<PartyId> {
    assertIdentity(value);
    const lookup = mac(this.#pseudonymKey, 'party', value);
    return this.#whileOpen(async () => {
      const id =
        (await this.#storage.personOf(lookup)) ??
        this.#newcomers.under(lookup) ??
        this.#newcomers.add(this.#newcomer('party', lookup, value));
      return id as PartyId;
    });
  }

  async seal(person: Person, field: string, value: string, of: Uuid): Promise<string> {
    assertPerson(person);
    assertField(field);
    assertText(value);
    const newcomer = this.#newcomers.of(person);
    const keys = newcomer?.keys ?? (await this.#whileOpen(() => this.#keysToSealWith(person)));
    // The value, too: the salt of one that is disclosed never helps to guess another one.
    const salt = mac(keys.salt, 'disclosure', of, field, value);
    const { commitment } = committed(salt, field, value);
    const digest = digestOf(commitment)!;
    if (this.#named.get(digest) === undefined && !this.#sealed.has(digest)) {
      const content = encrypt(keys.content, Buffer.concat([salt, Buffer.from(value)]), ['sealed', person, field]);
      this.#hold({ digest, person, field, content, ...(newcomer !== undefined && { newcomer }) });
    }
    return commitment;
  }

  async formerly(person: Person, field: string, value: string): Promise<string | undefined> {
    assertPerson(person);
    const keys = await this.#whileOpen(() => this.#keysOf(person));
    return keys && committedBefore(mac(keys.salt, field, value), person, field, value).commitment;
  }

  keep(commitments: readonly string[], stream: StreamName): Promise<Kept> {
    return this.#whileOpen(() => this.#keep(commitments, stream));
  }

  async open(commitment: string): Promise<Opened | undefined> {
    const digest = digestOf(commitment);
    if (digest === undefined) return undefined;
    const found = await this.#whileOpen(async () => {
      const record = await this.#storage.sealed(digest);
      return record && { ...record, keys: await this.#keysOf(record.person) };
    });
    if (found?.keys === undefined) return undefined;
    const { person, field, content, keys } = found;
    const plain = decrypt(keys.content, content, ['sealed', person, field]);
    const salt = plain.subarray(0, SALT_BYTES);
    const value = plain.toString('utf8', SALT_BYTES);
    const forms = [committed(salt, field, value), committedBefore(salt, person, field, value)];
    const proof = forms.find((form) => digestOf(form.commitment) === digest);
    if (proof === undefined) {
      throw new VaultDamaged(`sealed ${person} ${field}: stored under the commitment of another value`);
    }
    return { person, field, value, disclosure: proof.disclosure };
  }

  sweep(isNamed: IsNamed, now?: number): Promise<Swept> {
    return this.#whileOpen(async () => {
      await this.#storage.cleanse();
      return this.#sweeper.look(isNamed, now);
    });
  }

  erase(person: Person): Promise<void> {
    assertPerson(person);
    return this.#whileOpen(async () => {
      await this.#storage.erase(person);
      this.#erased.add(person);
      this.#keys.delete(person);
      for (const record of this.#sealed.values()) if (record.person === person) this.#giveUp(record.digest);
    });
  }

  isErased(person: Person): Promise<boolean> {
    assertPerson(person);
    return this.#whileOpen(() => this.#storage.isErased(person));
  }

  digest(value: string): string {
    assertText(value);
    return createHmac('sha256', this.#digestKey).update(value).digest('hex');
  }

  leafSalt(event: EventId): string {
    return leafSaltUnder(this.#leafKey, event);
  }

  async known(value: string): Promise<PartyId | undefined> {
    assertText(value);
    const found = await this.#whileOpen(() => this.#storage.personOf(mac(this.#pseudonymKey, 'party', value)));
    return found as PartyId | undefined;
  }

  leafKey(): Buffer {
    return Buffer.from(this.#leafKey);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await this.#naming.close();
    await this.#storage.close();
  }

  async #keep(commitments: readonly string[], stream: StreamName): Promise<Kept> {
    const digests = new Set(commitments.map((commitment) => digestOf(commitment) ?? commitment));
    const unnamed = [...digests].filter((digest) => this.#named.get(digest) === undefined);
    const found = await Promise.all(unnamed.map((digest) => this.#toStore(digest)));
    const held = found.flatMap((record) => (record === undefined ? [] : [record]));
    const newcomers = new Set(held.flatMap(({ newcomer }) => newcomer ?? []));
    for (const newcomer of newcomers) await this.#settle(newcomer);
    const records: WaitingRecord[] = held.map(({ digest, person, field, content }) => ({
      id: `${digest} ${randomBytes(12).toString('base64url')}`,
      digest,
      stream,
      person,
      field,
      content,
    }));
    if (records.length > 0) await this.#storage.wait(records);
    return { name: () => this.#naming.name(records), forget: () => this.#naming.forget(records) };
  }

  /** Stores a newcomer, unless another process knew the same one sooner. */
  async #settle({ record }: Newcomer): Promise<void> {
    const { id } = await this.#storage.add(record);
    this.#newcomers.delete(record);
    if (id === record.id) return;
    throw new VaultUnavailable('another process has just met the same person: introduce it again');
  }

  #hold(record: Held): void {
    this.#sealed.set(record.digest, record);
    this.#sealedBytes += record.content.length;
    for (const oldest of this.#sealed.keys()) {
      if (this.#sealedBytes <= MAX_SEALED_BYTES) break;
      this.#giveUp(oldest);
    }
  }

  #giveUp(digest: string): void {
    this.#sealedBytes -= this.#sealed.get(digest)?.content.length ?? 0;
    this.#sealed.delete(digest);
  }

  /** @returns undefined where it is stored for ever already */
  async #toStore(digest: string): Promise<Held | undefined> {
    const held = this.#sealed.get(digest);
    if (held !== undefined) return held;
    // Not sealed by this process, or given up. What waits for another append gets a record of its own for this one.
    const record = await this.#storage.sealed(digest);
    if (record === undefined) throw new VaultUnavailable(`nothing is sealed under ${digest}: seal it again`);
    if (!record.isNamed) return record;
    this.#named.set(digest, true);
    return undefined;
  }

  async #newPerson(kind: 'actor' | 'party', lookup: Buffer, value: string): Promise<Person> {
    return (await this.#storage.add(this.#newcomer(kind, lookup, value).record)).id;
  }

  #newcomer(kind: 'actor' | 'party', lookup: Buffer, value: string): Newcomer {
    const id = `${kind}_${randomUUID()}` as Person;
    const { keys, ...record } = this.#personRecord(id);
    const identity = encrypt(keys.content, Buffer.from(value), ['identity', id]);
    return { record: { ...record, lookup, identity }, keys };
  }

  /** Of who was erased there are none: what is sealed then is sealed under a key that nobody has, and never kept. */
  async #keysToSealWith(person: Person): Promise<PersonKeys> {
    try {
      return (await this.#keysOf(person)) ?? (await this.#newKeysOf(person));
    } catch (error) {
      if (error instanceof PersonErased) return personKeys(newKey());
      throw error;
    }
  }

  async #newKeysOf(person: Person): Promise<PersonKeys> {
    const { id, key } = this.#personRecord(person);
    const keys = this.#unwrapped(person, (await this.#storage.add({ id, key })).key);
    this.#keys.set(person, trusted(keys));
    return keys;
  }

  async #keysOf(person: Person): Promise<PersonKeys | undefined> {
    const cached = believed(this.#keys.get(person));
    if (cached !== undefined) return cached;
    const wrapped = await this.#storage.keyOf(person);
    if (wrapped === undefined) {
      this.#keys.delete(person);
      return undefined;
    }
    const keys = this.#unwrapped(person, wrapped);
    this.#keys.set(person, trusted(keys));
    return keys;
  }

  #unwrapped(person: Person, wrapped: Buffer): PersonKeys {
    return personKeys(decrypt(this.#wrappingKey, wrapped, ['person-key', person]));
  }

  #personRecord(id: Person): PersonRecord & { readonly keys: PersonKeys } {
    const key = newKey();
    return { id, key: encrypt(this.#wrappingKey, key, ['person-key', id]), keys: personKeys(key) };
  }

  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new VaultUnavailable('the vault is closed');
    const underWay = work();
    this.#underWay.add(underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(underWay);
    }
  }
}

const trusted = <V>(value: V): Trusted<V> => ({ value, until: performance.now() + TRUSTED_MS });

const believed = <V>(cached: Trusted<V> | undefined): V | undefined =>
  cached !== undefined && performance.now() < cached.until ? cached.value : undefined;

const personKeys = (key: Buffer): PersonKeys => ({ content: subkey(key, 'content'), salt: subkey(key, 'salt') });

/** A JSON array, so that no two different lists share a name. */
const mac = (key: Buffer, ...parts: readonly string[]): Buffer =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest();
