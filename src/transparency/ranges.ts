import { EMPTY_ROOT, nodeHash, type Hash, type LeafIndex, type TreeSize } from './hashes.js';

/** Leaves from…to (exclusive) that RFC 6962's splitting makes a subtree of. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The root of 2^level leaves, the index-th of its level: once its leaves are there it never changes. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** The largest power of two below a count: where RFC 6962 splits so many leaves. @param count at least 2 */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The perfect subtrees that a range consists of, from left to right, each smaller than the one before. */
export function nodesOf({ from, to }: Range): readonly Node[] {
  const nodes: Node[] = [];
  for (let [start, left] = [from, to - from]; left > 0;) {
    let [size, level] = [1, 0];
    while (size * 2 <= left) [size, level] = [size * 2, level + 1];
    nodes.push({ level, index: start / size });
    [start, left] = [start + size, left - size];
  }
  return nodes;
}

/** Merkle Tree Hash of a range (RFC 6962, 2.1). */
export function hashOfRange(range: Range, hashAt: (node: Node) => Hash): Hash {
  const hashes = nodesOf(range).map(hashAt);
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** What an inclusion proof consists of, from the leaf's sibling up (RFC 6962, 2.1.1). */
export function inclusionRanges(index: LeafIndex, size: TreeSize): readonly Range[] {
  const siblings: Range[] = [];
  for (let [from, to] = [0, size as number]; to - from > 1;) {
    const middle = from + split(to - from);
    if (index < middle) {
      siblings.unshift({ from: middle, to });
      to = middle;
    } else {
      siblings.unshift({ from, to: middle });
      from = middle;
    }
  }
  return siblings;
}

/**
 * What a consistency proof consists of (RFC 6962, 2.1.2). Empty between a tree and itself, and from the tree without
 * leaves, which every tree goes on from.
 */
export function consistencyRanges(before: TreeSize, after: TreeSize): readonly Range[] {
  if (before > after) throw new RangeError(`a tree of ${before} does not grow to ${after}`);
  if (before === 0) return [];
  const proof: Range[] = [];
  let [from, to] = [0, after as number];
  while (to !== before) {
    const middle = from + split(to - from);
    if (before <= middle) {
      proof.unshift({ from: middle, to });
      to = middle;
    } else {
      proof.unshift({ from, to: middle });
      from = middle;
    }
  }
  // Where the old tree is a subtree of the new one, its root is known to whoever verifies.
  return from === 0 ? proof : [{ from, to }, ...proof];
}
