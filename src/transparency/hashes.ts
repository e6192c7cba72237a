import { createHash, hash } from 'node:crypto';
import type { Brand } from '../kernel/brand.js';
import { InvalidValue } from '../kernel/invalid-value.js';

/** 32 bytes: of a leaf, or of a subtree (RFC 6962, 2.1). */
export type Hash = Brand<Buffer, 'TreeHash'>;
/** How many leaves a tree has. */
export type TreeSize = Brand<number, 'TreeSize'>;
/** 0-based place of a leaf: the sequence of its event. */
export type LeafIndex = Brand<number, 'LeafIndex'>;

export const HASH_BYTES = 32;

/** The root of the tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT = createHash('sha256').digest() as Hash;

export function hashOf(bytes: Buffer): Hash {
  if (bytes.length !== HASH_BYTES) throw new InvalidValue('HASH', `a hash has 32 bytes, not ${bytes.length}`);
  return bytes as Hash;
}

export function treeSize(size: number): TreeSize {
  if (!Number.isSafeInteger(size) || size < 0) throw new InvalidValue('TREE_SIZE', `${size} is no size of a tree`);
  return size as TreeSize;
}

/** @throws InvalidValue where the tree has no such leaf */
export function leafIndex(index: number, size: TreeSize): LeafIndex {
  if (Number.isSafeInteger(index) && index >= 0 && index < size) return index as LeafIndex;
  throw new InvalidValue('LEAF_INDEX', `${index} is no leaf of a tree of ${size}`);
}

/** 0x01 ‖ left ‖ right. Hashing ends before anybody else writes here. */
const scratch = Buffer.alloc(1 + 2 * HASH_BYTES, 0x01);

/** RFC 6962, 2.1: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  scratch.set(left, 1);
  scratch.set(right, 1 + HASH_BYTES);
  return Buffer.from(hashed(scratch), 'latin1') as Hash;
}

/** As a text of bytes: Node makes that in a third of the time that a buffer takes it. */
const hashed = (bytes: Buffer): string => hash('sha256', bytes, 'binary');

/** The row above a row: of each two hashes their node; a last one alone has none. */
export function rowAbove(row: Buffer): Buffer {
  const above = Buffer.allocUnsafe(Math.floor(row.length / (2 * HASH_BYTES)) * HASH_BYTES);
  for (let at = 0; at < above.length; at += HASH_BYTES) {
    row.copy(scratch, 1, 2 * at, 2 * (at + HASH_BYTES));
    above.write(hashed(scratch), at, 'latin1');
  }
  return above;
}

/**
 * The root over a power of two of hashes that stand side by side.
 * @param row their bytes
 */
export function perfectRoot(row: Buffer): Hash {
  const count = row.length / HASH_BYTES;
  if (count < 1 || !Number.isInteger(Math.log2(count))) throw new Error(`${row.length} bytes are no perfect row`);
  let root = row;
  while (root.length > HASH_BYTES) root = rowAbove(root);
  return Buffer.from(root) as Hash;
}
