import { EMPTY_ROOT, nodeHash, type Hash, type LeafIndex, type TreeSize } from './hashes.js';

export interface Inclusion {
  readonly leaf: Hash;
  readonly index: LeafIndex;
  readonly size: TreeSize;
  readonly root: Hash;
}

/** A tree as it was signed. */
export interface TreeHead {
  readonly size: TreeSize;
  readonly root: Hash;
}

/** @param proof from the leaf's sibling up @returns whether the leaf stands there (RFC 9162, 2.1.3.2) */
export function isIncluded({ leaf, index, size, root }: Inclusion, proof: readonly Hash[]): boolean {
  if (index < 0 || index >= size) return false;
  let [at, last] = [index as number, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/** @returns whether the second tree is the first with leaves added behind it (RFC 9162, 2.1.4.2) */
export function isConsistent(before: TreeHead, after: TreeHead, proof: readonly Hash[]): boolean {
  if (before.size > after.size) return false;
  if (before.size === after.size) return proof.length === 0 && before.root.equals(after.root);
  if (before.size === 0) return proof.length === 0 && before.root.equals(EMPTY_ROOT);

  let [at, last] = [before.size - 1, after.size - 1];
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  // A power of two is a subtree of the new tree: the proof leaves out what is known.
  const [seed, ...siblings] = isPowerOfTwo(before.size) ? [before.root, ...proof] : proof;
  if (seed === undefined) return false;
  let [old, young] = [seed, seed];
  for (const sibling of siblings) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      old = nodeHash(sibling, old);
      young = nodeHash(sibling, young);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      young = nodeHash(young, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && old.equals(before.root) && young.equals(after.root);
}

// Sizes go up to 2^53: operators on bits would cut them to 32.
const half = (number: number): number => Math.floor(number / 2);
const isOdd = (number: number): boolean => number % 2 === 1;

function isPowerOfTwo(number: number): boolean {
  let power = 1;
  while (power < number) power *= 2;
  return power === number;
}
