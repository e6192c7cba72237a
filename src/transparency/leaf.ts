import { hash } from 'node:crypto';
import { canonicalJson } from '../event-store/canonical.js';
import type { LedgerId } from '../kernel/ids.js';
import type { Hash } from './hashes.js';

/** Begins what a leaf's hash is made of; nodes have 0x01, so that neither passes for the other (RFC 6962). */
const LEAF_PREFIX = '\0';
const SALT = /^[0-9a-f]{64}$/;
const SALT_BYTES = 32;

/** What is hashed stands here side by side: to hash at once costs a third of what an object of Node's does. */
const scratch = Buffer.alloc(256 * 1024);

/**
 * What the transparency log holds of an event: the canonical JSON of `{v, ledger, seq, h}` with
 * h = SHA-256(salt ‖ canonical event). It tells that there is an event and nothing about it (DESIGN.md, Leaf).
 * @param sequence the event's 0-based rank among the business events
 * @param salt 32 bytes, hex: `Vault.leafSalt(event id)`
 * @param event the event's canonical JSON, as it is stored
 */
export function leafOf(ledger: LedgerId, sequence: number, salt: string, event: string): string {
  // Buffer.write would cut a malformed salt short without a word, and the leaf could be guessed.
  if (!SALT.test(salt)) throw new Error('a leaf needs a salt of 32 bytes in lower-case hex');
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new Error(`${sequence} is no sequence`);
  const bytes = roomFor(SALT_BYTES, event);
  bytes.write(salt, 'hex');
  const h = hash('sha256', bytes.subarray(0, SALT_BYTES + bytes.write(event, SALT_BYTES)), 'hex');
  return canonicalJson({ v: 1, ledger, seq: sequence, h });
}

/** RFC 6962, 2.1: SHA-256(0x00 ‖ leaf). */
export function leafHash(leaf: string | Buffer): Hash {
  const prefixed = typeof leaf === 'string' ? LEAF_PREFIX + leaf : Buffer.concat([Buffer.from(LEAF_PREFIX), leaf]);
  // As a text of bytes: Node makes that in a third of the time that a buffer takes it.
  return Buffer.from(hash('sha256', prefixed, 'binary'), 'latin1') as Hash;
}

/** A UTF-8 text has at most three bytes for each UTF-16 unit. */
function roomFor(before: number, { length }: string): Buffer {
  const most = before + 3 * length;
  return most <= scratch.length ? scratch : Buffer.alloc(most);
}
