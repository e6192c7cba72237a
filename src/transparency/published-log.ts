import { bundleStart } from './bundles.js';
import { tilesIn } from './growth.js';
import { HASH_BYTES, leafIndex, treeSize } from './hashes.js';
import type { LogReader, SignedTree } from './log-storage.js';
import { consistencyFrom, inclusionFrom } from './tile-tree.js';
import { ENTRIES, isWithin, tilePath, type TileName } from './tiles.js';
import { writeTlogProof } from './tlog-proof.js';

/** A log as anybody may read it. */
export interface PublishedLog {
  readonly reader: LogReader;
  readonly vkey: string;
}

/** The bytes of a tile or a bundle as they are published. @returns undefined where the signed tree has not all of it */
export async function tileBytes(reader: LogReader, tile: TileName, { size }: SignedTree): Promise<Buffer | undefined> {
  if (!isWithin(tile, size)) return undefined;
  const stored = await reader.read(tile);
  if (stored === undefined) throw new Error(`tile ${tilePath(tile)} of a tree of ${size} is not stored`);
  return tile.level === ENTRIES
    ? bundleStart(stored.bytes, tile.width)
    : stored.bytes.subarray(0, tile.width * HASH_BYTES);
}

/** A tlog-proof@v1 of an entry, in the tree that was signed last. @param index below its size */
export async function proofOf(reader: LogReader, index: number, { size, note }: SignedTree): Promise<string> {
  const hashes = await inclusionFrom(tilesIn(reader), leafIndex(index, size), size);
  return writeTlogProof({ index, hashes, checkpoint: note });
}

/**
 * That the tree that was signed last holds all of an earlier one, as witnesses are asked (C2SP tlog-witness): `old SIZE`,
 * the hashes, an empty line, the checkpoint.
 * @param from at most its size
 */
export async function growthOf(reader: LogReader, from: number, { size, note }: SignedTree): Promise<string> {
  const hashes = await consistencyFrom(tilesIn(reader), treeSize(from), size);
  return [`old ${from}`, ...hashes.map((hash) => hash.toString('base64')), '', note].join('\n');
}
