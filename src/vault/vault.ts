import type { ActorId, EventId, LedgerId, PartyId, StreamName, Uuid } from '../kernel/ids.js';

/** What a sealed value belongs to: erasing the person destroys the key that opens all of it. */
export type Person = ActorId | PartyId;

/** A sealed value, opened. */
export interface Opened {
  readonly person: Person;
  readonly field: string;
  readonly value: string;
  /** One line, whose SHA-256 is the commitment: the disclosure of RFC 9901, or what came before it (`commitment.ts`). */
  readonly disclosure: string;
}

/** What was sealed is stored for one append; of its outcome one of the two is told, or none where nobody knows it. */
export interface Kept {
  /** The event is there: what it names stays for ever. */
  name(): void;
  /** The event never will be there: what was stored for it goes, unless it is stored for another one, too. */
  forget(): void;
}

/** Whether an event of the stream names a commitment. @param digest its hash, in hex (`kernel/commitments.ts`) */
export type IsNamed = (stream: StreamName, digest: string) => Promise<boolean>;

/** What a look at the values that wait for their events found. */
export interface Swept {
  /** Their events are there. */
  readonly named: number;
  /** They had waited for too long. */
  readonly removed: number;
  readonly waiting: number;
}

/**
 * Personal data, encrypted per person, outside the log. Events carry pseudonyms and salted commitments only.
 * Pseudonyms are durable when they are answered, sealed values when they are kept. One contract suite, every adapter:
 * `test/contract/vault.contract.ts`.
 *
 * Values are taken exactly as they are: whoever calls decides what is the same (folded digits, trimmed spaces).
 * Methods throw InvalidValue (`VAULT_…`) for what cannot be kept, VaultDamaged and VaultUnavailable; no message ever
 * holds a value.
 */
export interface Vault {
  /** The same value always gets the same pseudonym, found by a keyed hash: the vault stores no plain index. */
  pseudonym(kind: 'actor', value: string): Promise<ActorId>;
  pseudonym(kind: 'party', value: string): Promise<PartyId>;
  /**
   * The party that a value stands for. A new one is stored when something that is sealed for it is kept, and not before:
   * until then this process remembers it, and no other one knows it.
   */
  introduced(value: string): Promise<PartyId>;
  /**
   * Seals a value under the person's own key (AES-256-GCM). Nothing of it is stored yet: a command that is refused
   * leaves no personal data behind. For who was erased, too, so that a repeated command still finds its first answer;
   * but never the same commitment, and `keep` refuses it.
   * @param field a name such as `sourceAccount`: letters and digits, at most 64
   * @param of the id of the event that will name it, or of a thing that has one such event. The salt hangs on it, so
   * that two events never carry the same commitment, and one that is decided again does (docs/adr/0032).
   * @returns the digest of RFC 9901, which proves the value later and tells nothing now: 43 characters of base64url
   */
  seal(person: Person, field: string, value: string, of: Uuid): Promise<string>;
  /** The commitment to a value as it was before RFC 9901's form, to know again what was told then; undefined: the person has no key. */
  formerly(person: Person, field: string, value: string): Promise<string | undefined>;
  /**
   * Stores what was sealed: done for an event's evidence before the event is appended, by the ledger, which then tells
   * the outcome. What an event names already stays as it is.
   * @param stream that the event is going to be appended to
   * @throws VaultUnavailable also where nothing is sealed under a commitment: seal it again; PersonErased
   */
  keep(commitments: readonly string[], stream: StreamName): Promise<Kept>;
  /**
   * Looks at what is stored for appends whose outcome nobody told, of a crash for one. What no event has named for
   * an hour is removed at the second look or later (`sweeper.ts`).
   * @param now milliseconds of a clock that never goes back; default: this process's own
   * @throws VaultUnavailable, and what `isNamed` throws: the next look goes on
   */
  sweep(isNamed: IsNamed, now?: number): Promise<Swept>;
  /** @returns the value and its salt, or undefined where the commitment is unknown or its person was erased. */
  open(commitment: string): Promise<Opened | undefined>;
  /**
   * Destroys the key of a person, what finds them, and all that was sealed for them, named by an event or waiting for
   * one; for ever, and also of a person that the vault does not know. The commitments that events name stay what they
   * are: nothing opens them any more. Whoever the pseudonym stood for gets another one when they come back: nothing is
   * left to know them by (docs/adr/0032).
   *
   * Done when answered; of a call that failed, or whose process died, the rest is done by a repeat, and by each `sweep`.
   * Other processes hold the person's key in memory for `TRUSTED_MS` at most, and store nothing under it from now on.
   */
  erase(person: Person): Promise<void>;
  /** Whether this person was erased here. */
  isErased(person: Person): Promise<boolean>;
  /** The ledger that the vault belongs to; undefined: none yet. */
  ledger(): Promise<LedgerId | undefined>;
  /** Ties the vault to its ledger, for ever; a repeat changes nothing. @throws VaultLocked `OTHER_LEDGER` */
  belongTo(ledger: LedgerId): Promise<void>;
  /** HMAC-SHA-256, hex, under the ledger's key: stands for a personal value inside a request digest. */
  digest(value: string): string;
  /** The salt, hex, of an event's leaf in the transparency log: HMAC(ledger key, event id). */
  leafSalt(event: EventId): string;
  /** The party that a value stands for already; undefined: none, and none is made. */
  known(value: string): Promise<PartyId | undefined>;
  /** What `leafSalt` is made with (`leaf-salt.ts`), for the thread that salts every event; it opens nothing else. */
  leafKey(): Buffer;
  /** Waits for the writes under way. */
  close(): Promise<void>;
}

/** Nothing can be kept for a person who was erased: the pseudonym never stands for anybody again. */
export class PersonErased extends Error {
  override readonly name = 'PersonErased';
  readonly code = 'PERSON_ERASED';
  constructor(readonly person: Person) {
    super(`${person} was erased: nothing can be kept under this pseudonym again`);
  }
}

/** The vault cannot be opened: wrong master key, foreign or damaged storage. Says what to do; nothing was changed. */
export class VaultLocked extends Error {
  override readonly name = 'VaultLocked';
  constructor(
    /** Stable, machine-readable: `MASTER_KEY_WRONG`, `KEY_FILE_PERMISSIONS` … */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is stored cannot be opened with its key, or is not what was sealed: somebody or something changed it. */
export class VaultDamaged extends Error {
  override readonly name = 'VaultDamaged';
  readonly code = 'VAULT_DAMAGED';
}

/** Nothing was written; the same call may be repeated. */
export class VaultUnavailable extends Error {
  override readonly name = 'VaultUnavailable';
  readonly code = 'VAULT_UNAVAILABLE';
}
