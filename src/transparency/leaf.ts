import { createHash } from 'node:crypto';
import { canonicalJson } from '../event-store/canonical.js';
import type { LedgerId } from '../kernel/ids.js';
import type { Hash } from './hashes.js';

/** First byte of what a leaf's hash is made of; nodes have 0x01, so that neither passes for the other (RFC 6962). */
const LEAF_PREFIX = Buffer.of(0x00);
const SALT = /^[0-9a-f]{64}$/;

/**
 * What the transparency log holds of an event: the canonical JSON of `{v, ledger, seq, h}` with
 * h = SHA-256(salt ‖ canonical event). It tells that there is an event and nothing about it (DESIGN.md, Leaf).
 * @param sequence the event's 0-based rank among the business events
 * @param salt 32 bytes, hex: `Vault.leafSalt(event id)`
 * @param event the event's canonical JSON, as it is stored
 */
export function leafOf(ledger: LedgerId, sequence: number, salt: string, event: string): string {
  // Buffer.from would cut a malformed salt short without a word, and the leaf could be guessed.
  if (!SALT.test(salt)) throw new Error('a leaf needs a salt of 32 bytes in lower-case hex');
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new Error(`${sequence} is no sequence`);
  const h = createHash('sha256').update(salt, 'hex').update(event, 'utf8').digest('hex');
  return canonicalJson({ v: 1, ledger, seq: sequence, h });
}

/** RFC 6962, 2.1: SHA-256(0x00 ‖ leaf). */
export const leafHash = (leaf: string | Buffer): Hash =>
  createHash('sha256').update(LEAF_PREFIX).update(leaf).digest() as Hash;
