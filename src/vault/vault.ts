import type { ActorId, EventId, PartyId } from '../kernel/ids.js';

/** What a sealed value belongs to: erasing the person destroys the key that opens all of it. */
export type Person = ActorId | PartyId;

/**
 * Personal data, encrypted per person, outside the log. Events carry pseudonyms and salted commitments only.
 * Everything that a method answered is durable. One contract suite, every adapter: `test/contract/vault.contract.ts`.
 */
export interface Vault {
  /** The same value always gets the same pseudonym, found by a keyed hash: the vault stores no plain index. */
  pseudonym(kind: 'actor', value: string): Promise<ActorId>;
  pseudonym(kind: 'party', value: string): Promise<PartyId>;
  /**
   * Seals a value under the person's own key (AES-256-GCM).
   * @returns a salted commitment: 64 hex digits that prove the value later and tell nothing now. The same person,
   * field and value give the same commitment, so that a repeated command stores nothing new.
   */
  seal(person: Person, field: string, value: string): Promise<string>;
  /** @returns the value and its salt, or undefined where the commitment is unknown. */
  open(commitment: string): Promise<{ person: Person; field: string; value: string; salt: string } | undefined>;
  /** HMAC-SHA-256, hex, under the ledger's key: stands for a personal value inside a request digest. */
  digest(value: string): string;
  /** The salt, hex, of an event's leaf in the transparency log: HMAC(ledger key, event id). */
  leafSalt(event: EventId): string;
  close(): Promise<void>;
}

/** The vault cannot be opened: wrong master key, foreign or damaged file. Says what to do. */
export class VaultLocked extends Error {
  override readonly name = 'VaultLocked';
}
