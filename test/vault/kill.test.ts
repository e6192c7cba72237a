import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSqliteEventReader } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { evidenceNamedIn } from '../../src/ledger/evidence.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { backToFormat4 } from './support/format-4.js';
import { transpiled } from './support/transpiled.js';

interface Answer {
  identity: string;
  person: string;
  commitment: string;
}

const home = mkdtempSync(join(tmpdir(), 'vault-kill-'));
const root = transpiled(
  ['kernel', 'sqlite', 'vault', 'event-store', 'ledger', 'contexts/billing'].map((folder) => `src/${folder}`),
);
afterAll(() => {
  for (const path of [home, root]) rmSync(path, { recursive: true, force: true });
});

/** Lets the writer give `count` answers, kills it in the middle of its work, and collects what it had answered. */
function killedAfter(count: number, writer: ChildProcess): Promise<Answer[]> {
  const answers: Answer[] = [];
  return new Promise((done, failed) => {
    writer.on('message', (answer) => {
      answers.push(answer as Answer);
      if (answers.length === count) writer.kill('SIGKILL');
    });
    writer.once('error', failed);
    writer.once('close', (_code, signal) =>
      signal === 'SIGKILL' ? done(answers) : failed(new Error('the writer stopped by itself')),
    );
  });
}

test('what the vault answered survives kill -9, round after round', async () => {
  const path = join(home, 'vault.db');
  const key = randomBytes(32);
  const all: Answer[] = [];
  for (let round = 0; round < 4; round++) {
    const writer = fork(resolve('test/vault/support/writer.mjs'), [root, path, key.toString('hex'), String(round)], {
      execArgv: ['--no-warnings'],
    });
    all.push(...(await killedAfter(40 + 97 * round, writer)));
  }
  expect(all.length).toBeGreaterThanOrEqual(4 * 40);
  const vault = openSqliteVault(path, key);
  for (const { identity, person, commitment } of all) {
    expect(await vault.pseudonym('actor', identity)).toBe(person);
    expect(await vault.open(commitment)).toMatchObject({ person, field: 'phone', value: identity });
  }
  await vault.close();
});

test('kill -9 while a file of format 4 is taken over leaves what it was, or what it becomes', async () => {
  const [folder, key] = [mkdtempSync(join(home, 'format-')), randomBytes(32)];
  const path = join(folder, 'vault.db');
  const before = openSqliteVault(path, key);
  const people = Array.from({ length: 6_000 }, (_, i) => `person ${i}`);
  const ids = await Promise.all(people.map((value) => before.pseudonym('party', value)));
  await before.close();
  backToFormat4(path);
  for (const logged of [1, 1_000_000, 2_500_000]) {
    const writer = fork(resolve('test/vault/support/writer.mjs'), [root, path, key.toString('hex'), `${logged}`], {
      execArgv: ['--no-warnings'],
    });
    const closed = new Promise((done) => writer.once('close', (_code, signal) => done(signal)));
    let isDone = false;
    writer.once('message', () => (isDone = true));
    const log = (): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    while (!isDone && log() < logged) await new Promise((next) => setImmediate(next));
    writer.kill('SIGKILL');
    expect(await closed).toBe('SIGKILL');
  }
  const after = openSqliteVault(path, key);
  expect(await Promise.all(people.map((value) => after.pseudonym('party', value)))).toEqual(ids);
  await after.close();
});

/** A process that dies at its append of an event which names what it sealed. @returns the commitment */
function diedAtAppend(folder: string, key: Buffer, moment: 'before' | 'after'): Promise<string> {
  const process = fork(resolve('test/vault/support/dying.mjs'), [root, folder, key.toString('hex'), moment], {
    execArgv: ['--no-warnings'],
  });
  return new Promise((done, failed) => {
    let commitment = '';
    process.once('message', (sealed) => (commitment = sealed as string));
    process.once('error', failed);
    process.once('close', (_code, signal) =>
      signal === 'SIGKILL' ? done(commitment) : failed(new Error('the process stopped by itself')),
    );
  });
}

const HOUR = 60 * 60_000;

test('kill -9 between sealing and appending leaves nothing for long', async () => {
  const [folder, key] = [mkdtempSync(join(home, 'before-')), randomBytes(32)];
  const commitment = await diedAtAppend(folder, key, 'before');
  const [vault, reader] = [openSqliteVault(join(folder, 'vault.db'), key), openReader(folder)];
  expect(await vault.open(commitment)).toMatchObject({ value: 'SA0380000000608010167519' }); // it does leave something
  expect(await vault.sweep(evidenceNamedIn(reader), 0)).toEqual({ named: 0, removed: 0, waiting: 1 });
  expect(await vault.sweep(evidenceNamedIn(reader), HOUR)).toEqual({ named: 0, removed: 1, waiting: 0 });
  expect(await vault.open(commitment)).toBeUndefined();
  await Promise.all([vault.close(), reader.close()]);
});

test('kill -9 after the append, before anybody knew of it, takes nothing from the event', async () => {
  const [folder, key] = [mkdtempSync(join(home, 'after-')), randomBytes(32)];
  const commitment = await diedAtAppend(folder, key, 'after');
  const [vault, reader] = [openSqliteVault(join(folder, 'vault.db'), key), openReader(folder)];
  expect(await vault.sweep(evidenceNamedIn(reader), 0)).toEqual({ named: 1, removed: 0, waiting: 0 });
  expect(await vault.sweep(evidenceNamedIn(reader), HOUR)).toEqual({ named: 0, removed: 0, waiting: 0 });
  expect(await vault.open(commitment)).toMatchObject({ value: 'SA0380000000608010167519' });
  await Promise.all([vault.close(), reader.close()]);
});

const openReader = (folder: string) => openSqliteEventReader(join(folder, 'ledger.db'));
