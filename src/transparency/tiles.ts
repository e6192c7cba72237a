import { HASH_BYTES, rowAbove, type Hash, type TreeSize } from './hashes.js';
import type { Node } from './ranges.js';

/** Hashes of a full tile, entries of a full bundle: 2^8 (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
/** The highest level of the largest tree that a number counts exactly. */
const MAX_LEVEL = Math.floor(53 / TILE_HEIGHT);

/** Entries of the log, as tiles of them are numbered. */
export const ENTRIES = 'entries';

/** A tile of hashes, or of entries, and how much of it there is. */
export interface TileName {
  /** 0 holds hashes of leaves; each hash of another one is the root of a full tile of the level below. */
  readonly level: number | typeof ENTRIES;
  /** 0-based, from the left. */
  readonly index: number;
  /** 1 to 256; fewer than 256: partial. */
  readonly width: number;
}

export interface HashTileName extends TileName {
  readonly level: number;
}

export const isFull = ({ width }: TileName): boolean => width === TILE_WIDTH;

/** How many hashes a level has in a tree, all its tiles together. */
export const rowOf = (level: TileName['level'], size: TreeSize): number =>
  level === ENTRIES ? size : Math.floor(size / TILE_WIDTH ** level);

/** How wide a tile is in a tree; 0: the tree has no hash of it. */
export const widthIn = ({ level, index }: Omit<TileName, 'width'>, size: TreeSize): number =>
  Math.min(TILE_WIDTH, Math.max(0, rowOf(level, size) - index * TILE_WIDTH));

/** Whether a tree of this size has all that the tile has. */
export const isWithin = (tile: TileName, size: TreeSize): boolean => tile.width <= widthIn(tile, size);

/** Every tile and bundle of a tree, partial ones as wide as they are in it. */
export function* tilesOf(size: TreeSize): Generator<TileName> {
  for (let index = 0; index * TILE_WIDTH < size; index++) yield named({ level: ENTRIES, index }, size);
  for (let level = 0; rowOf(level, size) > 0; level++) {
    for (let index = 0; index * TILE_WIDTH < rowOf(level, size); index++) yield named({ level, index }, size);
  }
}

const named = <T extends Omit<TileName, 'width'>>(tile: T, size: TreeSize): T & TileName => ({
  ...tile,
  width: widthIn(tile, size),
});

/** Behind `<prefix>/tile/`: `0/x001/x234/067`, `entries/000.p/112`. */
export function tilePath({ level, index, width }: TileName): string {
  const groups = [String(index % 1_000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000)) {
    groups.unshift(`x${String(rest % 1_000).padStart(3, '0')}`);
  }
  return `${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^(entries|\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** @returns undefined for what `tilePath` never writes: each tile has one path */
export function parseTilePath(path: string): TileName | undefined {
  const [, level, high, low, partial] = PATH.exec(path) ?? [];
  if (level === undefined || high === undefined || low === undefined) return undefined;
  const tile: TileName = {
    level: level === ENTRIES ? ENTRIES : Number(level),
    index: Number(high.replaceAll(/[x/]/g, '') + low),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  if (partial !== undefined && tile.width >= TILE_WIDTH) return undefined;
  return Number.isSafeInteger(tile.index) && tilePath(tile) === path ? tile : undefined;
}

/** The tile that holds what a node of a tree is made of. */
export function tileOf({ level, index }: Node, size: TreeSize): HashTileName {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  if (tileLevel > MAX_LEVEL) throw new RangeError(`no tree has level ${level}`);
  const first = index * 2 ** (level % TILE_HEIGHT);
  return named({ level: tileLevel, index: Math.floor(first / TILE_WIDTH) }, size);
}

/** What was hashed of a tile, a row for each level from its own up: for as long as somebody keeps its bytes. */
const rowsOver = new WeakMap<Buffer, Buffer[]>();

/** @param tile the bytes of the tile that holds it, which never change */
export function nodeIn(tile: Buffer, { level, index }: Node): Hash {
  const rows = rowsOver.get(tile) ?? [tile];
  rowsOver.set(tile, rows);
  const height = level % TILE_HEIGHT;
  while (rows.length <= height) rows.push(rowAbove(rows.at(-1) as Buffer));
  const first = (index % 2 ** (TILE_HEIGHT - height)) * HASH_BYTES;
  const node = (rows[height] as Buffer).subarray(first, first + HASH_BYTES);
  if (node.length !== HASH_BYTES) throw new RangeError(`the tile is too narrow for node ${level}/${index}`);
  return node as Hash;
}
