import { createHmac, hash } from 'node:crypto';
import { canonicalJson } from '../../event-store/canonical.js';
import type { DimName } from '../../kernel/accounts.js';
import type { Envelope } from '../../kernel/envelope.js';
import type { Entry } from '../../kernel/entries.js';
import type { EventId, LedgerId } from '../../kernel/ids.js';
import { formatMinor, parseMoney, type Currency } from '../../kernel/money.js';
import type { Hash } from '../hashes.js';
import { leafHash } from '../leaf.js';

/* What is signed of an account: docs/adr/0039-a-tree-of-balances-that-is-changed-in-place.md. src/verify/balances.ts does the same on its own. */

/** What an event adds to one account: an account here is all that one leg can tell apart. */
export interface Posting {
  /** Canonical JSON of `{account, currency, dims}`. */
  readonly key: string;
  readonly entity: string;
  /** Absent: it is nobody's account. */
  readonly party: string | undefined;
  /** Minor units; what is debited is positive. */
  readonly minor: bigint;
  readonly event: EventId;
}

/** Two for each entry. */
export const postingsOf = ({ id, entries }: Pick<Envelope, 'id' | 'entries'>): readonly Posting[] =>
  entries.flatMap(({ debit, credit, ...money }) => {
    const { minor, currency } = parseMoney(money);
    const posted = ({ account, dims }: Entry['debit'], signed: bigint): Posting => {
      const { entity, party }: Partial<Record<DimName, string>> & { readonly entity: string } = dims;
      return { key: canonicalJson({ account, currency, dims }), entity, party, minor: signed, event: id };
    };
    return [posted(debit, minor), posted(credit, -minor)];
  });

/** Canonical JSON of `{account, balance, currency, dims}`; the balance is debits less credits. */
export function lineOf(key: string, minor: bigint): string {
  const at = key.indexOf('"currency":'); // account codes are digits
  const currency = key.slice(at + 12, at + 15) as Currency;
  return `${key.slice(0, at)}"balance":"${formatMinor(minor, currency)}",${key.slice(at)}`;
}

/** What makes places and salts of lines. */
export class LineSalts {
  readonly #key: Buffer;

  /**
   * @param leafKey `Vault.leafKey`
   * @param saltOf `Vault.leafSalt`
   */
  constructor(
    leafKey: Buffer,
    private readonly saltOf: (event: EventId) => string,
  ) {
    this.#key = createHmac('sha256', leafKey).update('balances').digest();
  }

  /** Hex; an auditor gets it, and makes all of them with it and the salts of the events. */
  get key(): string {
    return this.#key.toString('hex');
  }

  /** Where an account stands: 32 bytes that tell nothing. @param key of the account */
  placeOf(key: string): Buffer {
    return createHmac('sha256', this.#key).update(key).digest();
  }

  /** Hex: another one whenever the account moves. @param event that moved it last */
  of(key: string, event: EventId): string {
    return createHmac('sha256', this.#key)
      .update(`${this.saltOf(event)} ${key}`)
      .digest('hex');
  }
}

/** The leaf of a line: `{h, ledger, v}` with h = SHA-256(salt ‖ line), so that it says nothing to who has not the salt. */
export function balanceLeaf(ledger: LedgerId, salt: string, line: string): Hash {
  const h = hash('sha256', Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(line)]), 'hex');
  return leafHash(`{"h":"${h}","ledger":"${ledger}","v":1}`);
}
