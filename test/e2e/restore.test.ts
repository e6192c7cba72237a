import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, type Answer } from './server.js';

/* docs/operations.md: its blocks, as they are printed, bring back a ledger that answers the same. */

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const sar = (amount: string) => ({ amount, currency: 'SAR' });
const draft = { debtor: DEBTOR, creditor: CREDITOR, amount: sar('115.00'), ground: 'fine' };
const receipt = (debt: string) => ({
  reference: 'TX-1',
  payer: DEBTOR,
  payee: CREDITOR,
  target: { debt },
  amount: sar('120.00'),
  paidOn: '2026-01-15',
  channel: 'sadad',
  sourceAccount: 'SA0380000000608010167519',
});

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

/** Runs the block of docs/operations.md under `<!-- name -->`, with `data` and `backup` in this directory. */
function carryOut(name: string, directory: string): void {
  const block = readFileSync('docs/operations.md', 'utf8').split(`<!-- ${name} -->\n\n\`\`\`sh\n`)[1]?.split('```')[0];
  execFileSync('bash', ['-e', '-c', block as string], { cwd: directory });
}

async function command(server: Server, role: string, path: string, body: unknown, ifMatch?: string): Promise<Answer> {
  return server.call('POST', path, {
    token: await server.token(`${role}-1`, role, role === 'bank' ? DEBTOR : CREDITOR),
    body,
    headers: { 'idempotency-key': `${role} ${path}`.replaceAll(' ', '-'), ...(ifMatch && { 'if-match': ifMatch }) },
  });
}

/** What clients see, once the projections have everything. */
async function answers(server: Server, debt: string): Promise<unknown[]> {
  await server.quiet();
  const token = await server.token('auditor-1', 'auditor', CREDITOR);
  const paths = [
    '/v1/debts',
    `/v1/debts/${debt}`,
    `/v1/debts/${debt}/events`,
    '/v1/receipts',
    `/v1/parties/${DEBTOR}/balances`,
    '/v1/attempts',
  ];
  return Promise.all(paths.map(async (path) => (await server.call('GET', path, { token })).body as unknown));
}

let debt: string;
let acknowledged: Answer;
let expected: unknown[];

beforeAll(async () => {
  const server = await started(join(place, 'data'));
  acknowledged = await command(server, 'clerk', '/v1/debts', draft);
  debt = acknowledged.body.id;
  expect((await command(server, 'clerk', `/v1/debts/${debt}/registration`, {}, '"0"')).status).toBe(409);
  expect((await command(server, 'approver', `/v1/debts/${debt}/registration`, {}, '"0"')).status).toBe(200);
  expect((await command(server, 'bank', '/v1/receipts', receipt(debt))).status).toBe(201);
  expected = await answers(server, debt);
}, 60_000);

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
