import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, carryOut, command, draft, receipt, recordHistory } from './history.js';
import { Server, type Answer } from './server.js';

/* docs/operations.md: its blocks, as they are printed, bring back a ledger that answers the same. */

const place = mkdtempSync(join(tmpdir(), 'sijill-restore-'));
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) await server.dispose();
  rmSync(place, { recursive: true, force: true });
});

async function started(data: string): Promise<Server> {
  const server = new Server({}, data);
  servers.push(server);
  await server.start();
  return server;
}

let debt: string;
let acknowledged: Answer;
let expected: unknown[];

beforeAll(async () => {
  const server = await started(join(place, 'data'));
  acknowledged = await recordHistory(server);
  debt = acknowledged.body.id;
  expected = await answers(server, debt);
});

async function bringsBack(directory: string): Promise<void> {
  carryOut('restore', directory);
  expect(readdirSync(join(directory, 'restored')).join()).not.toContain('read-models');
  const restored = await started(join(directory, 'restored'));
  expect(await answers(restored, debt)).toEqual(expected);
  // The same people under the same pseudonyms: a repeat is known, and the account number has its commitment already.
  expect((await command(restored, 'clerk', '/v1/debts', draft)).body).toEqual(acknowledged.body);
  expect((await command(restored, 'bank', '/v1/receipts', receipt(debt))).headers.get('idempotency-replayed')).toBe(
    'true',
  );
  expect(await restored.stop('SIGTERM')).toBe(0);
}

const live = spawnSync('sqlite3', ['--version']).error === undefined ? test : test.skip;
live('a back-up that was made while the server runs (needs sqlite3)', async () => {
  const directory = join(place, 'live');
  mkdirSync(directory);
  execFileSync('ln', ['-s', join(place, 'data'), join(directory, 'data')]);
  carryOut('back-up while the server runs', directory);
  await bringsBack(directory);
});

test('a back-up of a server that was stopped', async () => {
  const directory = join(place, 'stopped');
  expect(await servers[0]?.stop('SIGTERM')).toBe(0);
  cpSync(join(place, 'data'), join(directory, 'data'), { recursive: true });
  carryOut('back-up of a stopped server', directory);
  await bringsBack(directory);
});

test('a back-up of a server that was killed', async () => {
  const directory = join(place, 'killed');
  const server = servers[0] as Server;
  await server.start();
  expect(
    (await command(server, 'clerk', `/v1/debts/${debt}/proceedings`, { kind: 'notice', on: '2026-01-15' })).status,
  ).toBe(200);
  expected = await answers(server, debt);
  await server.stop('SIGKILL'); // the last commits are in -wal files only
  cpSync(join(place, 'data'), join(directory, 'data'), { recursive: true });
  carryOut('back-up of a stopped server', directory);
  await bringsBack(directory);
});

test('a vault of another ledger keeps the server from starting: it could open nothing that the log commits to', async () => {
  const directory = join(place, 'mixed');
  const other = await started(directory);
  await other.stop('SIGTERM');
  for (const name of ['vault.db', 'master.key'])
    cpSync(join(place, 'stopped', 'restored', name), join(directory, name));
  const { status, stderr } = start(directory);
  expect(stderr).toMatch(/^sijill: the vault belongs to the ledger .*restore both of one backup.*\n$/);
  expect(status).toBe(1);
});

test('read models that are ahead of the ledger keep it from starting: they would leave out what comes next', () => {
  const directory = join(place, 'ahead');
  cpSync(join(place, 'stopped', 'restored'), directory, { recursive: true });
  for (const name of readdirSync(directory)) if (name.startsWith('read-models')) rmSync(join(directory, name));
  cpSync(join(place, 'killed', 'restored', 'read-models.db'), join(directory, 'read-models.db'));
  const { status, stderr } = start(directory);
  expect(stderr).toMatch(/^sijill: the read models hold \d+ events, the ledger has \d+: .*remove .*\n$/);
  expect(status).toBe(1);
});

/** What a server says that is not meant to start. */
function start(directory: string) {
  const env = { PATH: process.env['PATH'], PORT: '0', SIJILL_DATA: directory };
  return spawnSync(process.execPath, ['dist/src/main.js'], { env, encoding: 'utf8', timeout: 50_000 });
}
