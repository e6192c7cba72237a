import { HASH_BYTES, perfectRoot, type Hash, type TreeSize } from './hashes.js';
import { hashOfRange, type Node } from './ranges.js';
import { nodeIn, rowOf, TILE_WIDTH, tileOf, type HashTileName } from './tiles.js';

/** What of a tree is needed to go on: the tiles at its right edge that are not full. */
export interface Frontier {
  readonly size: TreeSize;
  /** By level; empty where the last tile of a level is full. */
  readonly partial: readonly Buffer[];
}

/** A tile of hashes and its bytes, 32 for each hash. */
export interface Tile extends HashTileName {
  readonly bytes: Buffer;
}

export const EMPTY_FRONTIER: Frontier = { size: 0 as TreeSize, partial: [] };

/** What stands at the right edge of a tree is asked for by level. @throws where it has another width */
export function frontierOf(size: TreeSize, partialAt: (level: number, width: number) => Buffer): Frontier {
  const partial: Buffer[] = [];
  for (let level = 0; rowOf(level, size) > 0; level++) {
    const width = rowOf(level, size) % TILE_WIDTH;
    const bytes = width === 0 ? Buffer.alloc(0) : partialAt(level, width);
    if (bytes.length !== width * HASH_BYTES) throw new Error(`level ${level} has ${bytes.length} bytes for ${width}`);
    partial.push(bytes);
  }
  return { size, partial };
}

/**
 * The tree with leaves added.
 * @returns with it every tile that changed, as it is now: full ones never change again
 */
export function appended(frontier: Frontier, leaves: readonly Hash[]): { frontier: Frontier; tiles: readonly Tile[] } {
  const tiles: Tile[] = [];
  const partial: Buffer[] = [];
  let added: readonly Hash[] = leaves;
  for (let level = 0; added.length > 0 || level < frontier.partial.length; level++) {
    const before = frontier.partial[level] ?? Buffer.alloc(0);
    const row = added.length === 0 ? before : Buffer.concat([before, ...added]);
    // Widths of full tiles up to here: the row begins with the tile that was partial.
    let index = Math.floor(rowOf(level, frontier.size) / TILE_WIDTH);
    const roots: Hash[] = [];
    let at = 0;
    for (; row.length - at >= TILE_WIDTH * HASH_BYTES; at += TILE_WIDTH * HASH_BYTES) {
      const bytes = row.subarray(at, at + TILE_WIDTH * HASH_BYTES);
      tiles.push({ level, index: index++, width: TILE_WIDTH, bytes });
      roots.push(perfectRoot(bytes));
    }
    const rest = row.subarray(at);
    if (added.length > 0 && rest.length > 0) tiles.push({ level, index, width: rest.length / HASH_BYTES, bytes: rest });
    partial.push(rest);
    added = roots;
  }
  const size = (frontier.size + leaves.length) as TreeSize;
  return { frontier: { size, partial }, tiles };
}

/** Merkle Tree Hash of the whole tree: the perfect subtrees it consists of all stand at its right edge. */
export const rootOf = ({ size, partial }: Frontier): Hash =>
  hashOfRange({ from: 0, to: size }, (node: Node) => {
    const tile = partial[tileOf(node, size).level];
    if (tile === undefined) throw new Error(`the frontier lacks level ${node.level}`);
    return nodeIn(tile, node);
  });
