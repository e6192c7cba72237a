import { bundleStart } from './bundles.js';
import { tilesIn } from './growth.js';
import { HASH_BYTES, leafIndex, treeSize } from './hashes.js';
import type { LogReader, SignedTree } from './log-storage.js';
import { consistencyFrom, inclusionFrom, keeping, type ReadTile } from './tile-tree.js';
import { ENTRIES, isWithin, tilePath, type TileName } from './tiles.js';
import { writeTlogProof } from './tlog-proof.js';
import type { WitnessPolicy } from './witnesses/witness-policy.js';

/** A log as anybody may read it. */
export interface PublishedLog {
  readonly reader: LogReader;
  readonly vkey: string;
  /** Absent: nobody cosigns. */
  readonly witnesses?: WitnessPolicy;
}

/** The newest tree that enough witnesses have cosigned, by the policy of now. */
export async function witnessedIn({ reader, witnesses }: PublishedLog): Promise<SignedTree | undefined> {
  const tree = witnesses && (await reader.witnessed());
  return tree !== undefined && isMet(witnesses!, tree.note) ? tree : undefined;
}

/** What was found of a note lately: its signatures are the dearest part of a proof. */
const met = new WeakMap<WitnessPolicy, { readonly note: string; readonly isMet: boolean }>();

function isMet(policy: WitnessPolicy, note: string): boolean {
  const known = met.get(policy);
  if (known?.note === note) return known.isMet;
  const found = policy.isMetBy(note);
  met.set(policy, { note, isMet: found });
  return found;
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

/** The tiles that proofs are made of, by the log that they are of. */
const tiles = new WeakMap<LogReader, ReadTile>();

function warm({ reader }: PublishedLog): ReadTile {
  const read = tiles.get(reader) ?? keeping(tilesIn(reader));
  tiles.set(reader, read);
  return read;
}

/**
 * A tlog-proof@v1 of an entry, in the newest tree that is witnessed, where it has the entry, and else in the last that was
 * signed: who asks some seconds later gets the better one, and nobody waits for a witness.
 * @param index below the size of what was signed
 */
export async function provedIn(log: PublishedLog, index: number, signed: SignedTree): Promise<string> {
  const witnessed = await witnessedIn(log);
  const { size, note } = witnessed !== undefined && index < witnessed.size ? witnessed : signed;
  const hashes = await inclusionFrom(warm(log), leafIndex(index, size), size);
  return writeTlogProof({ index, hashes, checkpoint: note });
}

/**
 * That a tree holds all of an earlier one, as witnesses are asked (C2SP tlog-witness): `old SIZE`, the hashes, an empty
 * line, and the checkpoint of the later one where that is kept: of the last tree that was signed, or witnessed.
 * @param from at most `to`
 * @param to at most the size that was signed
 */
export async function growthOf(log: PublishedLog, from: number, to: number, signed: SignedTree): Promise<string> {
  const hashes = await consistencyFrom(warm(log), treeSize(from), treeSize(to));
  const witnessed = to === signed.size ? undefined : await witnessedIn(log);
  const note = to === signed.size ? signed.note : witnessed?.size === to ? witnessed.note : '';
  return [`old ${from}`, ...hashes.map((hash) => hash.toString('base64')), '', note].join('\n');
}
