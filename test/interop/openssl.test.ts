import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerId } from '../../src/kernel/ids.js';
import { writeBundle } from '../../src/transparency/bundles.js';
import { signCheckpoint } from '../../src/transparency/checkpoint.js';
import { appended, EMPTY_FRONTIER, rootOf } from '../../src/transparency/frontier.js';
import { writeVkey } from '../../src/transparency/keys.js';
import { leafHash, leafOf } from '../../src/transparency/leaf.js';
import { logKey } from '../transparency/support/keys.js';

/*
 * The commands that docs/transparency.md gives, on a log of two entries: openssl alone verifies the checkpoint, the hash of
 * an entry in its tile, and the root. A shell and openssl are at hand nearly everywhere.
 */

const isAtHand = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout?.startsWith('OpenSSL 3') === true;
const [, commands = ''] =
  /```sh\n(openssl_checks\(\)[^`]*)```/.exec(readFileSync('docs/transparency.md', 'utf8')) ?? [];

const KEY = logKey('log.example.sa/ledger');
const ENTRIES = [0, 1].map((at) =>
  leafOf('6f9619ff-8b86-4d01-b42d-00c04fc964ff' as LedgerId, at, String(at).repeat(64), `{"event":${at}}`),
);
const { frontier } = appended(EMPTY_FRONTIER, ENTRIES.map(leafHash));
const LOG: Readonly<Record<string, Buffer>> = {
  vkey: Buffer.from(`${writeVkey(KEY)}\n`),
  checkpoint: Buffer.from(signCheckpoint({ size: frontier.size, root: rootOf(frontier) }, KEY)),
  tile: frontier.partial[0]!,
  bundle: writeBundle(ENTRIES),
};

const place = mkdtempSync(join(tmpdir(), 'sijill-openssl-'));
afterAll(() => rmSync(place, { recursive: true }));

function checked(changes: typeof LOG = {}): { readonly status: number | null; readonly said: string } {
  for (const [name, bytes] of Object.entries({ ...LOG, ...changes })) writeFileSync(join(place, name), bytes);
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', `${commands}\nopenssl_checks`], {
    cwd: place,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

(isAtHand ? describe : describe.skip)('openssl (3 or later)', () => {
  test('verifies the checkpoint, the hash of an entry and the root', () => {
    expect(checked()).toEqual({ status: 0, said: 'Signature Verified Successfully\n' });
  });

  const flipped = (bytes: Buffer, at: number): Buffer => {
    const other = Buffer.from(bytes);
    other[at]! ^= 1;
    return other;
  };
  test.each([
    ['the origin', 'checkpoint', 0],
    ['the size', 'checkpoint', LOG.checkpoint!.indexOf('\n2\n') + 1],
    ['the root', 'checkpoint', LOG.checkpoint!.indexOf('\n2\n') + 5],
    ['the signature', 'checkpoint', LOG.checkpoint!.length - 40],
    ['the key', 'vkey', LOG.vkey!.length - 20],
    ['a hash of the tile', 'tile', 40],
    ['the entry', 'bundle', 30],
  ])('finds a flipped byte in %s', (_, name, at) => {
    expect(checked({ [name]: flipped(LOG[name]!, at) }).status).not.toBe(0);
  });
});
