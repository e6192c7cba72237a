/* The Merkle tree of RFC 6962, as RFC 9162 2.1.3.2 and 2.1.4.2 verify it. */
import { hash } from 'node:crypto';
import { prove } from './fault.js';

/** By way of a text, which takes half the time of Node's own way to bytes. */
const sha256 = (of: Buffer | string): Buffer => Buffer.from(hash('sha256', of, 'binary'), 'latin1');

export const leafHash = (leaf: string): Buffer => sha256(`\0${leaf}`);

/** 1 ‖ left ‖ right: hashing ends before anybody else writes here. */
const pair = Buffer.alloc(1 + 2 * 32, 1);

export function node(left: Buffer, right: Buffer): Buffer {
  pair.set(left, 1);
  pair.set(right, 1 + 32);
  return sha256(pair);
}

/** @throws NotProved unless the leaf stands at that index (from 0) in the tree of that size and root */
export function proveInclusion(leaf: Buffer, index: number, path: readonly Buffer[], size: number, root: Buffer): void {
  prove(index < size, `leaf ${index} is not in a tree of ${size}`);
  let at = BigInt(index);
  let last = BigInt(size - 1);
  let up = leaf;
  for (const sibling of path) {
    prove(last > 0n, 'the path to the root is too long');
    if (at % 2n === 1n || at === last) {
      up = node(sibling, up);
      for (; at % 2n === 0n && at > 0n; at /= 2n) last /= 2n;
    } else {
      up = node(up, sibling);
    }
    at /= 2n;
    last /= 2n;
  }
  prove(last === 0n, 'the path to the root is too short');
  prove(up.equals(root), 'the path leads to another root');
}

export interface Tree {
  readonly size: number;
  readonly root: Buffer;
}

/** @throws NotProved unless the later tree begins with all leaves of the earlier one */
export function proveConsistency(earlier: Tree, later: Tree, path: readonly Buffer[]): void {
  prove(earlier.size <= later.size, `the later tree is smaller: ${later.size} leaves, and ${earlier.size} before`);
  if (earlier.size === later.size || earlier.size === 0) {
    prove(path.length === 0, 'the proof says more than it needs');
    prove(earlier.size !== 0 || earlier.root.equals(new Tally().root()), 'the empty tree has another root');
    prove(earlier.size === 0 || earlier.root.equals(later.root), 'two trees of one size have two roots');
    return;
  }
  let at = BigInt(earlier.size) - 1n;
  let last = BigInt(later.size) - 1n;
  for (; at % 2n === 1n; at /= 2n) last /= 2n;
  // Where the earlier tree is whole, it is the first node by itself.
  const [first, ...rest] = at === 0n ? [earlier.root, ...path] : path;
  prove(first !== undefined, 'the proof is too short');
  let before = first;
  let after = first;
  for (const sibling of rest) {
    prove(last > 0n, 'the proof is too long');
    if (at % 2n === 1n || at === last) {
      before = node(sibling, before);
      after = node(sibling, after);
      for (; at % 2n === 0n && at > 0n; at /= 2n) last /= 2n;
    } else {
      after = node(after, sibling);
    }
    at /= 2n;
    last /= 2n;
  }
  prove(last === 0n, 'the proof is too short');
  prove(before.equals(earlier.root), 'the proof leads to another earlier root');
  prove(after.equals(later.root), 'the proof leads to another later root');
}

/** Adds leaves up, one after the other, in the memory of one hash for each bit of their number. */
export class Tally {
  /** The roots of whole trees, the largest first; their sizes are the bits of `size`. */
  readonly #roots: Buffer[] = [];
  size = 0;

  add(leaf: Buffer): void {
    let up = leaf;
    for (let size = this.size++; size % 2 === 1; size = (size - 1) / 2) up = node(this.#roots.pop()!, up);
    this.#roots.push(up);
  }

  root(): Buffer {
    return this.size === 0 ? sha256('') : this.#roots.reduceRight((right, left) => node(left, right));
  }
}
