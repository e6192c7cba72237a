import type { Place } from '../event-store/event-store.js';
import type { TreeHead } from './proofs.js';
import type { TileName } from './tiles.js';

/** A tile of hashes, or a bundle of entries, as far as it is filled. */
export interface StoredTile extends TileName {
  /** 32 for each hash; of a bundle as `writeBundle` makes them. */
  readonly bytes: Buffer;
}

/** A tree and the checkpoint that says so. */
export interface SignedTree extends TreeHead {
  /** A signed note, as it is published. */
  readonly note: string;
}

/** The last tree that was signed. */
export interface Signed extends SignedTree {
  /** Where to read on so that the last event that was signed comes first; absent: from the beginning of the log. */
  readonly before?: Place;
}

/** What those see who serve a log. */
export interface LogReader {
  /** As wide as it is stored; undefined: there is none. @throws LogUnavailable */
  read(tile: Omit<TileName, 'width'>): Promise<StoredTile | undefined>;
  /** What is published. @throws LogUnavailable */
  signed(): Promise<Signed | undefined>;
  /** The newest tree that `witness` was told of. @throws LogUnavailable */
  witnessed(): Promise<SignedTree | undefined>;
  close(): Promise<void>;
}

/**
 * Where a log's tiles are and what was signed last, apart from the events: whoever puts an older copy of the events back
 * is found out by it. One contract suite, every adapter: `test/contract/log-storage.contract.ts`.
 */
export interface LogStorage extends LogReader {
  /**
   * Durably. A tile only grows: what is stored already is left as it is.
   * @throws TileConflict where a tile is not the stored one, or that with more behind it: then none was written;
   * LogUnavailable: some may have been
   */
  write(tiles: readonly StoredTile[]): Promise<void>;
  /**
   * Publishes a checkpoint, durably, if what was signed last is still what the signer went on from.
   * @param previous undefined: nothing was ever signed
   * @returns whether it was; false: somebody else signed meanwhile. @throws LogUnavailable: it may have been
   */
  sign(next: Signed, previous: TreeHead | undefined): Promise<boolean>;
  /**
   * Publishes the last checkpoint with more signatures, durably, if what is published is still just `before`.
   * @param note the same text
   * @returns whether it was; false: something else is published by now. @throws LogUnavailable
   */
  cosign(note: string, before: SignedTree): Promise<boolean>;
  /** Keeps a checkpoint that enough witnesses have cosigned, unless a newer one is kept. @throws LogUnavailable */
  witness(checkpoint: SignedTree): Promise<void>;
}

/** The store does not answer now. What was to be written may be: look at what is signed before going on. */
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

/** The database holds something else, or a log that this program does not read; it was left as it was. */
export class ForeignDatabase extends Error {
  override readonly name = 'ForeignDatabase';
}
