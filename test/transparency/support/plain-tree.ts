import { createHash } from 'node:crypto';
import { type Hash } from '../../../src/transparency/hashes.js';

/** RFC 6962, 2.1 and 2.1.1 and 2.1.2 as they stand there, word by word: slow, and without a tile. */
const sha256 = (...parts: readonly Uint8Array[]): Hash => {
  const hash = createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest() as Hash;
};

export const plainLeaf = (entry: Uint8Array): Hash => sha256(Buffer.of(0), entry);

const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** MTH */
export function plainRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return sha256(Buffer.of(1), plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k)));
}

/** PATH */
export function plainInclusion(m: number, leaves: readonly Hash[]): readonly Hash[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...plainInclusion(m, left), plainRoot(right)] : [...plainInclusion(m - k, right), plainRoot(left)];
}

/** PROOF */
export const plainConsistency = (m: number, leaves: readonly Hash[]): readonly Hash[] => subproof(m, leaves, true);

function subproof(m: number, leaves: readonly Hash[], isKnown: boolean): readonly Hash[] {
  if (m === leaves.length) return isKnown ? [] : [plainRoot(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k
    ? [...subproof(m, left, isKnown), plainRoot(right)]
    : [...subproof(m - k, right, false), plainRoot(left)];
}
