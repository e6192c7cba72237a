import { appended, EMPTY_FRONTIER, type Frontier, type Tile } from '../../../src/transparency/frontier.js';
import { HASH_BYTES, type Hash } from '../../../src/transparency/hashes.js';
import type { ReadTile } from '../../../src/transparency/tile-tree.js';
import { leafHash } from '../../../src/transparency/leaf.js';

/** Leaves that tell from their place. */
export const someLeaves = (count: number): Hash[] => Array.from({ length: count }, (_, at) => leafHash(`entry ${at}`));

/** A tree and all its tiles, grown in the batches given. */
export function grown(leaves: readonly Hash[], batches: readonly number[] = [leaves.length]) {
  const tiles = new Map<string, Tile>();
  let frontier: Frontier = EMPTY_FRONTIER;
  let at = 0;
  for (const batch of [...batches, leaves.length]) {
    const next = appended(frontier, leaves.slice(at, at + batch));
    for (const tile of next.tiles) tiles.set(`${tile.level}/${tile.index}`, tile);
    frontier = next.frontier;
    at = frontier.size;
  }
  const read: ReadTile = async ({ level, index, width }) => {
    const tile = tiles.get(`${level}/${index}`);
    if (tile === undefined || tile.width < width) throw new Error(`no tile ${level}/${index} of ${width}`);
    return tile.bytes.subarray(0, width * HASH_BYTES);
  };
  return { tiles, frontier, read };
}
