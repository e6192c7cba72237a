import { readBundle, writeBundle } from './bundles.js';
import { appended, EMPTY_FRONTIER, frontierOf, type Frontier } from './frontier.js';
import { HASH_BYTES, type TreeSize } from './hashes.js';
import { leafHash } from './leaf.js';
import type { LogReader, StoredTile } from './log-storage.js';
import type { ReadTile } from './tile-tree.js';
import { ENTRIES, TILE_WIDTH, tilePath } from './tiles.js';

/** What of a log is needed to go on. */
export interface Grown {
  readonly frontier: Frontier;
  /** Entries of the last bundle, unless it is full. */
  readonly open: readonly string[];
}

export const NOTHING: Grown = { frontier: EMPTY_FRONTIER, open: [] };

/** The log with entries added, and every tile and bundle that changed, as it is now. */
export function grow({ frontier, open }: Grown, entries: readonly string[]) {
  const { frontier: next, tiles } = appended(frontier, entries.map(leafHash));
  const bundles: StoredTile[] = [];
  const all = [...open, ...entries];
  const first = Math.floor(frontier.size / TILE_WIDTH);
  let at = 0;
  for (; at < all.length && entries.length > 0; at += TILE_WIDTH) {
    const some = all.slice(at, at + TILE_WIDTH);
    const index = first + at / TILE_WIDTH;
    bundles.push({ level: ENTRIES, index, width: some.length, bytes: writeBundle(some) });
  }
  const grown: Grown = { frontier: next, open: all.slice(all.length - (next.size % TILE_WIDTH)) };
  return { grown, tiles: [...bundles, ...tiles] };
}

/** Reads stored tiles, each as wide as it is asked for. @throws Error where one is not there, or too narrow */
export const tilesIn =
  (storage: Pick<LogReader, 'read'>): ReadTile =>
  async (tile) => {
    const bytes = (await storage.read(tile))?.bytes.subarray(0, tile.width * HASH_BYTES);
    if (bytes?.length !== tile.width * HASH_BYTES) throw new Error(`tile ${tilePath(tile)} is not stored`);
    return bytes;
  };

/** Entries from…to (exclusive) as they are stored. @throws Error where one is not there */
export async function entriesIn(
  storage: Pick<LogReader, 'read'>,
  from: number,
  to: number,
): Promise<readonly Buffer[]> {
  const entries: Buffer[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const stored = await storage.read({ level: ENTRIES, index });
    const start = index * TILE_WIDTH;
    const some = readBundle(stored?.bytes ?? Buffer.alloc(0)).slice(Math.max(0, from - start), to - start);
    const wanted = Math.min(to, start + TILE_WIDTH) - Math.max(from, start);
    if (some.length !== wanted) throw new Error(`bundle ${index} is not stored up to entry ${to}`);
    entries.push(...some);
  }
  return entries;
}

/** The log as it was at a size, from what is stored. @throws Error where a tile is not there */
export async function grownTo(storage: Pick<LogReader, 'read'>, size: TreeSize): Promise<Grown> {
  const read = tilesIn(storage);
  const edge = new Map<number, Buffer>();
  for (let level = 0, row = size as number; row > 0; level++, row = Math.floor(row / TILE_WIDTH)) {
    const width = row % TILE_WIDTH;
    if (width > 0) edge.set(level, await read({ level, index: Math.floor(row / TILE_WIDTH), width }));
  }
  const open = await entriesIn(storage, size - (size % TILE_WIDTH), size);
  return { frontier: frontierOf(size, (level) => edge.get(level) as Buffer), open: open.map(String) };
}
