import type { Place } from '../event-store/event-store.js';
import type { TreeHead } from './proofs.js';
import type { TileName } from './tiles.js';

/** A tile of hashes, or a bundle of entries, as far as it is filled. */
export interface StoredTile extends TileName {
  /** 32 for each hash; of a bundle as `writeBundle` makes them. */
  readonly bytes: Buffer;
}

/** The last tree that was signed. */
export interface Signed extends TreeHead {
  /** The checkpoint: a signed note, as it is published. */
  readonly note: string;
  /** Where to read on so that the last event that was signed comes first; absent: from the beginning of the log. */
  readonly before?: Place;
}

/** What those see who serve a log. */
export interface LogReader {
  /** As wide as it is stored; undefined: there is none. @throws LogUnavailable */
  read(tile: Omit<TileName, 'width'>): Promise<StoredTile | undefined>;
  /** What is published. @throws LogUnavailable */
  signed(): Promise<Signed | undefined>;
  close(): Promise<void>;
}

/**
 * Where a log's tiles are and what was signed last, apart from the events: whoever puts an older copy of the events back
 * is found out by it. One contract suite, every adapter: `test/contract/log-storage.contract.ts`.
 */
export interface LogStorage extends LogReader {
  /**
   * All of them or none, durably. A tile only grows: what is stored already is left as it is.
   * @throws TileConflict where a tile is not the stored one, or that with more behind it; LogUnavailable
   */
  write(tiles: readonly StoredTile[]): Promise<void>;
  /**
   * Publishes a checkpoint, durably, if what was signed last is still what the signer went on from.
   * @param previous undefined: nothing was ever signed
   * @returns whether it was; false: somebody else signs. @throws LogUnavailable
   */
  sign(next: Signed, previous: TreeHead | undefined): Promise<boolean>;
}

/** Nothing was written; the same call may be repeated. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The events are no longer those that the tiles were made of, or the tiles were changed. */
export class TileConflict extends Error {
  override readonly name = 'TileConflict';
}

/** Whether a tile is another one with more behind it, or the same. */
export const continues = (longer: Buffer, shorter: Buffer): boolean =>
  longer.length >= shorter.length && longer.subarray(0, shorter.length).equals(shorter);
