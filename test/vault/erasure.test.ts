import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { Database } from '../../src/sqlite/database.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { APPLICATION_ID } from '../../src/vault/sqlite/vault-file.js';
import type { Vault } from '../../src/vault/vault.js';
import { copiesIn } from './support/copies.js';
import { transpiled } from './support/transpiled.js';

const EVENT = randomUUID() as Uuid;

const STREAM = `receipt-${randomUUID()}` as StreamName;
/** So many that pages of the file were split, and rows moved between them. */
const PERSONS = 600;

const home = mkdtempSync(join(tmpdir(), 'vault-erasure-'));
const root = transpiled(['src/kernel', 'src/sqlite', 'src/vault']);
afterAll(() => {
  for (const path of [home, root]) rmSync(path, { recursive: true, force: true });
});

/** Everything that a person had in a vault's file, as it is stored there. */
interface Stored {
  readonly id: PartyId;
  readonly bytes: readonly Buffer[];
}

async function filled(folder: string, key: Buffer): Promise<{ vault: Vault; persons: readonly Stored[] }> {
  const path = join(folder, 'vault.db');
  const vault = openSqliteVault(path, key);
  const ids = await Promise.all(Array.from({ length: PERSONS }, (_, i) => vault.pseudonym('party', `person ${i}`)));
  for (const id of ids) (await vault.keep([await vault.seal(id, 'phone', '+966512345678', EVENT)], STREAM)).name();
  await vault.close();
  const database = Database.open(path, APPLICATION_ID);
  const rows = database.prepare(
    'SELECT lookup, key, identity, content FROM person JOIN sealed ON sealed.person = person.id WHERE id = ?',
  );
  const persons = ids.map((id) => ({ id, bytes: rows.get(id)!.map((bytes: Uint8Array) => Buffer.from(bytes)) }));
  database.close();
  return { vault: openSqliteVault(path, key), persons };
}

/** Of what is on the disk, whatever file it is in. */
function traces(folder: string, { bytes }: Stored): number {
  const disk = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  // A part of a key is as bad as all of it: eight bytes in a row are no accident.
  const parts = bytes.flatMap((whole) =>
    Array.from({ length: Math.floor(whole.length / 8) }, (_, i) => whole.subarray(8 * i, 8 * i + 8)),
  );
  return parts.filter((part) => disk.includes(part)).length;
}

test('no byte of what was erased is left in the file, nor in its log, while the vault is open', async () => {
  const folder = mkdtempSync(join(home, 'bytes-'));
  const { vault, persons } = await filled(folder, randomBytes(32));
  const gone = persons.filter((_, i) => i % 20 === 7);
  for (const person of gone) expect(traces(folder, person)).toBeGreaterThan(20); // the scan does see what is there
  for (const { id } of gone) await vault.erase(id);
  for (const person of gone) expect(traces(folder, person)).toBe(0);
  expect(traces(folder, persons[8]!)).toBeGreaterThan(20);
  await vault.close();
  for (const person of gone) expect(traces(folder, person)).toBe(0);
});

/** What finds a person and what opens theirs: the keyed hash, the wrapped key, the encrypted identity. */
type Secrets = readonly [Buffer, Buffer, Buffer];

test('a key is in the files once while its person lives, and nowhere afterwards, whoever came and went before', async () => {
  const folder = mkdtempSync(join(home, 'copies-'));
  const vault = openSqliteVault(join(folder, 'vault.db'), randomBytes(32));
  const reader = Database.open(join(folder, 'vault.db'), APPLICATION_ID);
  const stored = reader.prepare('SELECT lookup, key, identity FROM person WHERE id = ?');
  const [living, gone] = [new Map<PartyId, Secrets>(), [] as Secrets[]];
  for (let round = 0; round < 12; round++) {
    const came = Array.from({ length: 100 }, (_, i) => vault.pseudonym('party', `person ${round} ${i}`));
    for (const id of await Promise.all(came)) {
      living.set(id, stored.get(id)!.map((bytes: Uint8Array) => Buffer.from(bytes)) as [Buffer, Buffer, Buffer]);
    }
    // By random ids: so anybody, from whenever.
    for (const [id, secrets] of [...living].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 5)) {
      await vault.erase(id);
      living.delete(id);
      gone.push(secrets);
    }
    expect(new Set(copiesIn(folder, [...living.values()].flat()))).toEqual(new Set([1]));
    expect(new Set(copiesIn(folder, gone.flat()))).toEqual(new Set([0]));
  }
  reader.close();
  await vault.close();
});

test('kill -9 during an erasure leaves it undone or whole, once the next process has looked', async () => {
  const [folder, key] = [mkdtempSync(join(home, 'kill-')), randomBytes(32)];
  const { vault, persons } = await filled(folder, key);
  await vault.close();
  const path = join(folder, 'vault.db');
  const told = new Set<string>();
  for (const count of [3, 5, 8]) {
    const rest = persons.filter(({ id }) => !told.has(id)).map(({ id }) => id);
    const eraser = fork(resolve('test/vault/support/eraser.mjs'), [root, path, key.toString('hex'), ...rest], {
      execArgv: ['--no-warnings'],
    });
    await new Promise<void>((done, failed) => {
      let answers = 0;
      eraser.on('message', (person) => {
        told.add(person as string);
        if (++answers === count) eraser.kill('SIGKILL');
      });
      eraser.once('error', failed);
      eraser.once('close', (_code, signal) =>
        signal === 'SIGKILL' ? done() : failed(new Error('the eraser stopped by itself')),
      );
    });
    for (const person of persons.filter(({ id }) => told.has(id))) expect(traces(folder, person)).toBe(0);
    const after = openSqliteVault(path, key);
    await after.sweep(async () => true);
    for (const person of persons.slice(0, 40)) {
      if (await after.isErased(person.id)) expect(traces(folder, person)).toBe(0);
      else expect(await after.seal(person.id, 'phone', '+966512345678', EVENT)).toMatch(/./);
    }
    await after.close();
  }
  expect(told.size).toBeGreaterThanOrEqual(16);
});
