import { createHmac, hash } from 'node:crypto';
import { canonicalJson } from '../../event-store/canonical.js';
import type { DimName } from '../../kernel/accounts.js';
import type { Entry } from '../../kernel/entries.js';
import type { LedgerId } from '../../kernel/ids.js';
import { formatMinor, parseMoney, type Currency } from '../../kernel/money.js';
import type { Hash } from '../hashes.js';
import { leafHash } from '../leaf.js';

/* What is signed of an account: docs/adr/0035-balances-that-are-signed.md. src/verify/balances.ts does the same on its own. */

/** What an event adds to one account: an account here is all that one leg can tell apart. */
export interface Posting {
  /** Canonical JSON of `{account, currency, dims}`. */
  readonly key: string;
  readonly entity: string;
  /** Absent: it is nobody's account. */
  readonly party: string | undefined;
  readonly currency: Currency;
  /** Minor units; what is debited is positive. */
  readonly minor: bigint;
}

/** Two for each entry. */
export const postingsOf = (entries: readonly Entry[]): readonly Posting[] =>
  entries.flatMap(({ debit, credit, ...money }) => {
    const { minor, currency } = parseMoney(money);
    const posted = ({ account, dims }: Entry['debit'], signed: bigint): Posting => {
      const { entity, party }: Partial<Record<DimName, string>> & { readonly entity: string } = dims;
      return { key: canonicalJson({ account, currency, dims }), entity, party, currency, minor: signed };
    };
    return [posted(debit, minor), posted(credit, -minor)];
  });

/** Canonical JSON of `{account, balance, currency, dims}`; the balance is debits less credits. */
export function lineOf(key: string, minor: bigint): string {
  const at = key.indexOf('"currency":'); // account codes are digits
  const currency = key.slice(at + 12, at + 15) as Currency;
  return `${key.slice(0, at)}"balance":"${formatMinor(minor, currency)}",${key.slice(at)}`;
}

/**
 * From which the salts of all lines of one root are made. An auditor gets it; it opens no other root.
 * @param leafKey `Vault.leafKey`
 * @param events that the root counts
 */
export const saltKeyOf = (leafKey: Buffer, events: number): Buffer =>
  createHmac('sha256', leafKey).update(`balances ${events}`).digest();

/** Hex. */
export const saltUnder = (saltKey: Buffer, key: string): string =>
  createHmac('sha256', saltKey).update(key).digest('hex');

/** The leaf of a line: `{h, ledger, v}` with h = SHA-256(salt ‖ line), so that it says nothing to who has not the salt. */
export function balanceLeaf(ledger: LedgerId, salt: string, line: string): Hash {
  const h = hash('sha256', Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(line)]), 'hex');
  return leafHash(`{"h":"${h}","ledger":"${ledger}","v":1}`);
}
