import { EMPTY_ROOT, HASH_BYTES, leafIndex, perfectRoot, treeSize, type Hash } from '../hashes.js';
import { hashOfRange, inclusionRanges, type Node } from '../ranges.js';

/*
 * The tree over all balances: 2^16 buckets, by the first two bytes of a leaf's place, each the tree of RFC 6962 over its
 * leaves in the order of their places; and a perfect tree over their roots, in tiles of 16.
 */

const TILE_BITS = 4;
const TILE_WIDTH = 2 ** TILE_BITS;
const LEVELS = 4;

/** Of the perfect tree: level 0 holds roots of buckets, 16 to a tile. @returns undefined: none of them was ever set */
export type TileAt = (level: number, at: number) => Buffer | undefined;

/** A step from a leaf to the root. */
export interface Step {
  readonly side: 'left' | 'right';
  readonly hash: Hash;
}

/** @param place 32 bytes */
export const bucketOf = (place: Buffer): number => place.readUInt16BE();

/** @param row the hashes of a bucket's leaves, side by side */
export const bucketRoot = (row: Buffer): Hash => hashOfRange({ from: 0, to: row.length / HASH_BYTES }, nodeOf(row));

/** What a tile holds where nothing was ever set: the roots of empty buckets, and of the trees over them. */
const EMPTY_TILES: Buffer[] = [];
for (let level = 0, root = EMPTY_ROOT; level < LEVELS; level++) {
  const tile = Buffer.concat(Array.from({ length: TILE_WIDTH }, () => root));
  EMPTY_TILES.push(tile);
  root = perfectRoot(tile);
}

const tileOr = (tileAt: TileAt, level: number, at: number): Buffer => tileAt(level, at) ?? EMPTY_TILES[level]!;

export const treeRoot = (tileAt: TileAt): Hash => perfectRoot(tileOr(tileAt, LEVELS - 1, 0));

/** Sets the roots of some buckets. @param put is given each tile that changed, as it is now */
export function setBuckets(
  roots: ReadonlyMap<number, Hash>,
  tileAt: TileAt,
  put: (level: number, at: number, bytes: Buffer) => void,
): void {
  let changed = roots;
  for (let level = 0; level < LEVELS; level++) {
    const tiles = new Map<number, Buffer>();
    for (const [at, hash] of changed) {
      const index = at >> TILE_BITS;
      const tile = tiles.get(index) ?? Buffer.from(tileOr(tileAt, level, index));
      tile.set(hash, (at % TILE_WIDTH) * HASH_BYTES);
      tiles.set(index, tile);
    }
    tiles.forEach((bytes, at) => put(level, at, bytes));
    changed = new Map([...tiles].map(([at, bytes]) => [at, perfectRoot(bytes)]));
  }
}

/** From a leaf up to the root. @param row its bucket, `index` its rank there */
export function pathOf(bucket: number, row: Buffer, index: number, tileAt: TileAt): readonly Step[] {
  const steps = [...stepsIn(row, index)];
  for (let level = 0, at = bucket; level < LEVELS; level++, at >>= TILE_BITS) {
    steps.push(...stepsIn(tileOr(tileAt, level, at >> TILE_BITS), at % TILE_WIDTH));
  }
  return steps;
}

function stepsIn(row: Buffer, index: number): readonly Step[] {
  const size = treeSize(row.length / HASH_BYTES);
  return inclusionRanges(leafIndex(index, size), size).map((range) => ({
    side: range.from > index ? 'right' : 'left',
    hash: hashOfRange(range, nodeOf(row)),
  }));
}

const nodeOf =
  (row: Buffer) =>
  ({ level, index }: Node): Hash => {
    const bytes = 2 ** level * HASH_BYTES;
    return perfectRoot(row.subarray(index * bytes, (index + 1) * bytes));
  };
