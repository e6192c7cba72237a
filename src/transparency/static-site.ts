import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openCheckpoint } from './checkpoint.js';
import { tilesIn } from './growth.js';
import { parseVkey, type VerifierKey } from './keys.js';
import type { SignedTree } from './log-storage.js';
import { tileBytes, type PublishedLog } from './published-log.js';
import { rootFrom } from './tile-tree.js';
import { tilePath, tilesOf } from './tiles.js';

/** The directory holds another log, or a later one: the message says which. */
export class OtherLog extends Error {
  override readonly name = 'OtherLog';
}

/**
 * Writes the log as files that any static host can serve (C2SP tlog-tiles): `checkpoint`, `tile/…`, `vkey`. What an earlier
 * export left stays, since a tile never changes; the checkpoint comes last, and at once.
 * @param onTile told how many tiles are there, now and then
 * @throws OtherLog, LogUnavailable, what the file system throws
 */
export async function writeSite(
  { reader, vkey }: PublishedLog,
  signed: SignedTree,
  directory: string,
  onTile: (count: number) => void,
): Promise<void> {
  const { size, note } = signed;
  await assertEarlier({ reader, vkey }, signed, directory);
  let count = 0;
  for (const tile of tilesOf(size)) {
    const bytes = await tileBytes(reader, tile, signed);
    if (bytes === undefined) throw new Error(`tile ${tilePath(tile)} is not in the tree of ${size}`);
    await put(join(directory, 'tile', tilePath(tile)), bytes);
    onTile(++count);
  }
  await put(join(directory, 'vkey'), `${vkey}\n`);
  await put(join(directory, 'checkpoint'), note);
}

/** What stands there is this log, not larger than it is. */
async function assertEarlier({ reader, vkey }: PublishedLog, { size }: SignedTree, directory: string): Promise<void> {
  const path = join(directory, 'checkpoint');
  const there = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined) return;
  const { size: earlier, root } = checkpointOf(there, parseVkey(vkey), path);
  if (earlier > size) throw new OtherLog(`${path} is of ${earlier} events, this log has ${size}: was it put back?`);
  if ((await rootFrom(tilesIn(reader), earlier)).equals(root)) return;
  throw new OtherLog(`${path} is of a tree that this log does not begin with: export to another directory`);
}

function checkpointOf(note: string, key: VerifierKey, path: string) {
  try {
    return openCheckpoint(note, key).checkpoint;
  } catch (error) {
    throw new OtherLog(`${path} is no checkpoint of ${key.name}: export to another directory`, { cause: error });
  }
}

/** Whole and on the disk, or not there. What is there already is not written again. */
async function put(path: string, content: Buffer | string): Promise<void> {
  const bytes = Buffer.from(content);
  if ((await readFile(path).catch(() => undefined))?.equals(bytes) === true) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const file = await open(part, 'w', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
