import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StreamName, Uuid } from '../../src/kernel/ids.js';
import { Database } from '../../src/sqlite/database.js';
import { ROTATING, rotateKey } from '../../src/vault/rotating/rotate-key.js';
import { openSqliteKeyRing } from '../../src/vault/sqlite/sqlite-key-ring.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { APPLICATION_ID } from '../../src/vault/sqlite/vault-file.js';
import { rotating } from '../contract/vault-rotating.js';
import { copiesIn } from './support/copies.js';
import { backToFormat4 } from './support/format-4.js';
import { transpiled } from './support/transpiled.js';

const home = mkdtempSync(join(tmpdir(), 'vault-rotation-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(home, 'of-'));

rotating('the SQLite vault', async () => {
  const path = join(folder(), 'vault.db');
  return {
    open: async (key) => openSqliteVault(path, key),
    ring: async () => openSqliteKeyRing(path),
    dispose: async () => undefined,
  };
});

const EVENT = randomUUID() as Uuid;
const STREAM = `receipt-${EVENT}` as StreamName;
const PERSONS = 1_200;
const watch = { signal: new AbortController().signal, checked: () => {}, rewrapped: () => {} };

async function filled(path: string, key: Buffer): Promise<string[]> {
  const vault = openSqliteVault(path, key);
  const commitments = await Promise.all(
    Array.from({ length: PERSONS }, async (_, i) => {
      const commitment = await vault.seal(await vault.pseudonym('party', `person ${i}`), 'phone', `${i}`, EVENT);
      (await vault.keep([commitment], STREAM)).name();
      return commitment;
    }),
  );
  await vault.close();
  return commitments;
}

test('kill -9 at any point of a rotation loses no key: run again, it goes on', async () => {
  const root = transpiled(['src/kernel', 'src/sqlite', 'src/vault']);
  const path = join(folder(), 'vault.db');
  const [old, next] = [randomBytes(32), randomBytes(32)];
  const commitments = await filled(path, old);
  for (const moment of [
    'checked 40',
    'checked 1200',
    'rewrapped 5',
    'rewrapped 501',
    'rewrapped 1180',
    'rewrapped 1200',
  ]) {
    const rotator = fork(
      resolve('test/vault/support/rotator.mjs'),
      [root, path, old.toString('hex'), next.toString('hex')],
      { execArgv: ['--no-warnings'] },
    );
    await new Promise<void>((done, failed) => {
      rotator.on('message', (at) => void (at === moment && rotator.kill('SIGKILL')));
      rotator.once('error', failed);
      // It may have ended before it was killed, and then it had ended well.
      rotator.once('close', (code, signal) =>
        signal === 'SIGKILL' || code === 0 ? done() : failed(new Error(`the rotation ended with ${code}`)),
      );
    });
  }
  const ring = openSqliteKeyRing(path);
  await rotateKey(ring, old, next, watch);
  await ring.close();
  const vault = openSqliteVault(path, next);
  for (const [i, commitment] of commitments.entries()) {
    expect(await vault.open(commitment)).toMatchObject({ value: `${i}` });
  }
  await vault.close();
  rmSync(root, { recursive: true, force: true });
});

test('a rotation that a program of format 4 began goes on', async () => {
  const path = join(folder(), 'vault.db');
  const [old, next] = [randomBytes(32), randomBytes(32)];
  const commitments = await filled(path, old);
  const stop = new AbortController();
  const stopping = { ...watch, signal: stop.signal, rewrapped: (done: number) => void (done === 700 && stop.abort()) };
  const begun = openSqliteKeyRing(path);
  await expect(rotateKey(begun, old, next, stopping)).rejects.toMatchObject({ name: 'RotationStopped' });
  await begun.close();
  backToFormat4(path, ROTATING);
  const ring = openSqliteKeyRing(path);
  expect(await rotateKey(ring, old, next, watch)).toBe(PERSONS);
  await ring.close();
  const vault = openSqliteVault(path, next);
  expect(await vault.open(commitments[PERSONS - 1]!)).toMatchObject({ value: `${PERSONS - 1}` });
  await vault.close();
});

test('no key as the old master key wrapped it is left in the files', async () => {
  const [old, next] = [randomBytes(32), randomBytes(32)];
  const place = folder();
  const path = join(place, 'vault.db');
  await filled(path, old);
  const database = Database.open(path, APPLICATION_ID);
  const wraps = [
    ...database.prepare('SELECT key FROM person').all(),
    database.prepare('SELECT wrapped FROM ledger_key').get()!,
  ].map(([bytes]) => Buffer.from(bytes as Uint8Array));
  database.close();
  expect(new Set(copiesIn(place, wraps))).toEqual(new Set([1])); // the scan does see what is there
  const ring = openSqliteKeyRing(path);
  await rotateKey(ring, old, next, watch);
  expect(new Set(copiesIn(place, wraps))).toEqual(new Set([0]));
  await ring.close();
  expect(new Set(copiesIn(place, wraps))).toEqual(new Set([0]));
});
