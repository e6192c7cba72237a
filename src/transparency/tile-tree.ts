import type { Hash, LeafIndex, TreeSize } from './hashes.js';
import { consistencyRanges, hashOfRange, inclusionRanges, nodesOf, type Node, type Range } from './ranges.js';
import { nodeIn, tileOf, tilePath, type HashTileName, type TileName } from './tiles.js';

/** The bytes of a tile; at least so many hashes as it is wide. */
export type ReadTile = (tile: TileName) => Promise<Buffer>;

/** The root of a tree whose tiles somebody keeps. */
export async function rootFrom(read: ReadTile, size: TreeSize): Promise<Hash> {
  const [root] = await hashesOf(read, [{ from: 0, to: size }], size);
  return root as Hash;
}

/** From the leaf's sibling up (RFC 6962, 2.1.1). */
export const inclusionFrom = (read: ReadTile, index: LeafIndex, size: TreeSize): Promise<readonly Hash[]> =>
  hashesOf(read, inclusionRanges(index, size), size);

/** RFC 6962, 2.1.2. @throws RangeError where the first is larger */
export const consistencyFrom = (read: ReadTile, before: TreeSize, after: TreeSize): Promise<readonly Hash[]> =>
  hashesOf(read, consistencyRanges(before, after), after);

/** Each tile is read once, all of them at the same time: there are few. */
async function hashesOf(read: ReadTile, ranges: readonly Range[], size: TreeSize): Promise<readonly Hash[]> {
  const tiles = new Map<number, HashTileName>();
  for (const node of ranges.flatMap(nodesOf)) {
    const tile = tileOf(node, size);
    tiles.set(keyOf(tile), tile);
  }
  const bytes = new Map<number, Buffer>();
  await Promise.all([...tiles].map(async ([key, tile]) => bytes.set(key, await read(tile))));
  const hashAt = (node: Node): Hash => nodeIn(bytes.get(keyOf(tileOf(node, size))) as Buffer, node);
  return ranges.map((range) => hashOfRange(range, hashAt));
}

/** Of the tiles of one tree, of which none has as many levels. */
const keyOf = ({ level, index }: HashTileName): number => index * 8 + level;

/** Some 16 kB each with what was hashed of them: those of the levels above the first are all here, of any log. */
const MOST_TILES = 1_024;

/** Keeps the tiles that were read last, and so what was hashed of them. A tile never changes. */
export function keeping(read: ReadTile, most = MOST_TILES): ReadTile {
  const kept = new Map<string, Buffer>();
  return async (tile) => {
    const path = tilePath(tile);
    const bytes = kept.get(path) ?? (await read(tile));
    kept.delete(path); // the one that was wanted last stands last
    kept.set(path, bytes);
    for (const [oldest] of kept) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    return bytes;
  };
}
