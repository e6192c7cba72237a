import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { transpiled } from './support/transpiled.js';

interface Answer {
  identity: string;
  person: string;
  commitment: string;
}

const home = mkdtempSync(join(tmpdir(), 'vault-kill-'));
const root = transpiled(['src/kernel', 'src/sqlite', 'src/vault']);
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
