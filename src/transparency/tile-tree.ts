import type { Hash, LeafIndex, TreeSize } from './hashes.js';
import { consistencyRanges, hashOfRange, inclusionRanges, nodesOf, type Node, type Range } from './ranges.js';
import { nodeIn, tileOf, tilePath, type TileName } from './tiles.js';

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
  const tiles = new Map<string, TileName>();
  for (const node of ranges.flatMap(nodesOf)) {
    const tile = tileOf(node, size);
    tiles.set(tilePath(tile), tile);
  }
  const bytes = new Map<string, Buffer>();
  await Promise.all([...tiles].map(async ([path, tile]) => bytes.set(path, await read(tile))));
  const hashAt = (node: Node): Hash => nodeIn(bytes.get(tilePath(tileOf(node, size))) as Buffer, node);
  return ranges.map((range) => hashOfRange(range, hashAt));
}
