import { BoundedCache } from '../kernel/bounded-cache.js';
import type { PersonKeys } from './keys.js';
import type { PersonRecord } from './storage.js';
import type { Person } from './vault.js';

/** Somebody that nothing is stored of yet; what it is outside is encrypted here, too. */
export interface Newcomer {
  readonly record: PersonRecord & Required<Pick<PersonRecord, 'lookup'>>;
  readonly keys: PersonKeys;
}

/**
 * Whom a command named and no event yet. Most are stored within a moment; those of refused commands are forgotten when
 * others take their place, and with the process.
 */
export class Newcomers {
  readonly #byPerson: BoundedCache<Person, Newcomer>;
  readonly #byLookup: BoundedCache<string, Person>;

  constructor(capacity: number) {
    this.#byPerson = new BoundedCache(capacity);
    this.#byLookup = new BoundedCache(capacity);
  }

  add(newcomer: Newcomer): Person {
    const { id, lookup } = newcomer.record;
    this.#byPerson.set(id, newcomer);
    this.#byLookup.set(lookup.toString('base64'), id);
    return id;
  }

  of(person: Person): Newcomer | undefined {
    return this.#byPerson.get(person);
  }

  /** Who is known by this keyed hash. */
  under(lookup: Buffer): Person | undefined {
    const person = this.#byLookup.get(lookup.toString('base64'));
    return person !== undefined && this.#byPerson.get(person) !== undefined ? person : undefined;
  }

  delete({ id, lookup }: Newcomer['record']): void {
    this.#byPerson.delete(id);
    this.#byLookup.delete(lookup.toString('base64'));
  }
}
