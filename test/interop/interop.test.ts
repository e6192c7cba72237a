import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LedgerId } from '../../src/kernel/ids.js';
import { writeBundle } from '../../src/transparency/bundles.js';
import { signCheckpoint } from '../../src/transparency/checkpoint.js';
import { appended, EMPTY_FRONTIER, rootOf, type Frontier } from '../../src/transparency/frontier.js';
import { HASH_BYTES, leafIndex, treeSize, type TreeSize } from '../../src/transparency/hashes.js';
import { writeVkey } from '../../src/transparency/keys.js';
import { leafHash, leafOf } from '../../src/transparency/leaf.js';
import { consistencyFrom, inclusionFrom, rootFrom, type ReadTile } from '../../src/transparency/tile-tree.js';
import { ENTRIES, TILE_WIDTH, tilePath, tilesOf } from '../../src/transparency/tiles.js';
import { writeTlogProof } from '../../src/transparency/tlog-proof.js';
import { logKey } from '../transparency/support/keys.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const go = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync('go', args, { cwd: HERE, encoding: 'utf8', env: { ...process.env, ...env } });
const HOW_TO_RUN = 'needs Go 1.25 or later and, the first time, a module proxy';
const isGoAtHand = go(['mod', 'download', 'golang.org/x/mod']).status === 0;

const SIZE = treeSize(70_000);
const LEDGER = '6f9619ff-8b86-4d01-b42d-00c04fc964ff' as LedgerId;
const KEY = logKey('log.example.sa/ledger');
/** Sizes at which a checkpoint was signed. */
const SIGNED = [1, 2, 255, 256, 257, 1_000, 4_096, 65_535, 65_536, 65_537, 69_999, SIZE].map(treeSize);

const write = (directory: string, path: string, data: string | Buffer): void => {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), data);
};

/** A log as anybody would publish it, with proofs of it. */
async function writeLog(directory: string): Promise<void> {
  const entries = Array.from({ length: SIZE }, (_, at) =>
    leafOf(LEDGER, at, createHash('sha256').update(`salt ${at}`).digest('hex'), `{"event":${at}}`),
  );
  const tiles = new Map<string, Buffer>();
  let frontier: Frontier = EMPTY_FRONTIER;
  for (let at = 0; at < SIZE; at += 1_000) {
    const grown = appended(frontier, entries.slice(at, at + 1_000).map(leafHash));
    for (const { level, index, bytes } of grown.tiles) tiles.set(`${level}/${index}`, bytes);
    frontier = grown.frontier;
  }
  const read: ReadTile = async ({ level, index, width }) =>
    (tiles.get(`${level}/${index}`) as Buffer).subarray(0, width * HASH_BYTES);

  for (const tile of tilesOf(SIZE)) {
    const start = tile.index * TILE_WIDTH;
    const bytes = tile.level === ENTRIES ? writeBundle(entries.slice(start, start + tile.width)) : await read(tile);
    write(directory, `tile/${tilePath(tile)}`, bytes);
  }
  const checkpointAt = async (size: TreeSize) => signCheckpoint({ size, root: await rootFrom(read, size) }, KEY);
  const checkpoint = signCheckpoint({ size: SIZE, root: rootOf(frontier) }, KEY);
  write(directory, 'vkey', `${writeVkey(KEY)}\n`);
  write(directory, 'checkpoint', checkpoint);
  for (const size of SIGNED) write(directory, `checkpoints/${size}`, await checkpointAt(size));
  for (const [at, to] of SIGNED.entries()) {
    for (const from of SIGNED.slice(0, at + 1)) {
      const proof = await consistencyFrom(read, from, to);
      write(directory, `consistency/${from}-${to}`, proof.map((hash) => `${hash.toString('base64')}\n`).join(''));
    }
  }
  for (const at of [0, 255, 256, 65_535, 65_536, 69_888, 69_999, ...Array.from({ length: 120 }, (_, n) => n * 583)]) {
    const hashes = await inclusionFrom(read, leafIndex(at, SIZE), SIZE);
    write(directory, `proofs/${at}`, writeTlogProof({ index: at, hashes, checkpoint }));
  }
}

(isGoAtHand ? describe : describe.skip)(`Go's sumdb/{note,tlog} verify a log of 70,000 entries (${HOW_TO_RUN})`, () => {
  let directory: string;
  let output: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sijill-log-'));
    await writeLog(directory);
    const { stdout, stderr } = go(['test', '-count=1', '-v', '.'], { LOG: directory });
    output = stdout + stderr;
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each([
    ['the signature of the checkpoint', 'TestSignature'],
    ['its base64', 'TestSignatureIsCanonical'],
    ['every tile against the root, every entry against its tile, and no tile too many', 'TestTiles'],
    ['the root, rebuilt from the bundles', 'TestRebuild'],
    ['proofs of inclusion, the same as Go’s own', 'TestInclusion'],
    ['proofs of consistency', 'TestConsistency'],
    ['that a flipped byte in a checkpoint makes it say nothing else', 'TestFlippedByteInCheckpoint'],
    ['that a flipped byte in a tile is caught', 'TestFlippedByteInTile'],
    ['that a flipped byte in a bundle is caught', 'TestFlippedByteInBundle'],
  ])('%s', (_, name) => {
    if (!output.includes(`--- PASS: ${name} (`)) throw new Error(output);
  });
});
