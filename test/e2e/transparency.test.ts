import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, type Checkpoint } from '../../src/transparency/checkpoint.js';
import { readBundle } from '../../src/transparency/bundles.js';
import { appended, EMPTY_FRONTIER, rootOf } from '../../src/transparency/frontier.js';
import { parseVkey, type VerifierKey } from '../../src/transparency/keys.js';
import { treeSize, type Hash } from '../../src/transparency/hashes.js';
import { isConsistent } from '../../src/transparency/proofs.js';
import { leafHash } from '../../src/transparency/leaf.js';
import { verifyTlogProof } from '../../src/transparency/tlog-proof.js';
import { sijill } from '../cli/moving.js';
import { Server, until } from './server.js';

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

const server = new Server({ SIJILL_LOG_ORIGIN: 'log.example.sa/ledger' });
let key: VerifierKey;
beforeAll(async () => {
  await server.start();
  key = parseVkey((await (await get('vkey')).text()).trimEnd());
  await draft(3);
});
afterAll(() => server.dispose());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/transparency/${path}`, { headers });
const bytes = async (path: string): Promise<Buffer> => Buffer.from(await (await get(path)).arrayBuffer());

let drafts = 0;
async function draft(count: number): Promise<string[]> {
  const token = await server.token('huda', 'clerk', CITY);
  const events: string[] = [];
  for (let at = 0; at < count; at++) {
    const body = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } };
    const headers = { 'idempotency-key': `draft-${drafts++}` };
    const answer = await server.call('POST', '/v1/debts', { token, body, headers });
    expect(answer.status).toBe(201);
    events.push(answer.body.event as string);
  }
  return events;
}

const checkpoint = async (): Promise<{ note: string } & Checkpoint> => {
  const answer = await get('checkpoint');
  const note = await answer.text();
  return answer.status === 200
    ? { note, ...openCheckpoint(note, key).checkpoint }
    : ({ note, size: 0 } as { note: string } & Checkpoint);
};
const logState = async () => (await server.call('GET', '/health/ready')).body.checks.transparency as object;

test('a checkpoint of every event is signed within moments, and its tiles and bundles give its root', async () => {
  const signed = await until(checkpoint, ({ size }) => size === 4); // the ledger was opened, and three drafts
  expect(signed.origin).toBe('log.example.sa/ledger');
  const entries = readBundle(await bytes('tile/entries/000.p/4'));
  expect(entries).toHaveLength(4);
  const leaves = entries.map(leafHash);
  expect(rootOf(appended(EMPTY_FRONTIER, leaves).frontier)).toEqual(signed.root);
  expect(await bytes('tile/0/000.p/4')).toEqual(Buffer.concat(leaves));
  expect(await bytes('tile/0/000.p/2')).toEqual(Buffer.concat(leaves.slice(0, 2)));
  expect(await logState()).toEqual({ status: 'up', state: 'running', signed: 4 });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('sijill_transparency_events{state="signed"} 4');
  expect(metrics).toContain('sijill_transparency_halted{log="own"} 0');
});

test('anybody gets a proof of an event by its sequence, and tiles that may be kept for ever', async () => {
  const proof = await get('proof?seq=3');
  expect([proof.status, proof.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  const text = await proof.text();
  const leaf = leafHash(readBundle(await bytes('tile/entries/000.p/4'))[3]!);
  expect(verifyTlogProof(text, leaf, key)).toMatchObject({ index: 3, checkpoint: { size: 4 } });

  const tile = await get('tile/0/000.p/4');
  expect([tile.headers.get('content-type'), tile.headers.get('cache-control')]).toEqual([
    'application/octet-stream',
    'public, max-age=31536000, immutable',
  ]);
  expect((await get('checkpoint')).headers.get('cache-control')).toBe('public, max-age=1');
});

test.each([
  ['tile/0/000', 404, 'NOT_IN_LOG'],
  ['tile/0/001.p/1', 404, 'NOT_IN_LOG'],
  ['tile/entries/000.p/200', 404, 'NOT_IN_LOG'],
  ['tile/1/000.p/1', 404, 'NOT_IN_LOG'],
  ['tile/0/x000/000', 404, 'NO_TILE'],
  ['tile/0/000.p/0', 404, 'NO_TILE'],
  ['tile/../../etc/passwd', 404, 'ROUTE_NOT_FOUND'],
  ['proof?seq=99', 404, 'NOT_IN_LOG'],
  ['proof?event=11111111-1111-4111-8111-111111111111', 400, 'INVALID_REQUEST'],
  ['proof', 400, 'INVALID_REQUEST'],
  ['proof?seq=1&event=11111111-1111-4111-8111-111111111111', 400, 'INVALID_REQUEST'],
  ['proof?seq=-1', 400, 'INVALID_REQUEST'],
  ['consistency', 400, 'INVALID_REQUEST'],
  ['consistency?from=99', 404, 'NOT_IN_LOG'],
  ['consistency?from=1&to=99', 404, 'NOT_IN_LOG'],
  ['consistency?from=2&to=1', 400, 'INVALID_REQUEST'],
  ['witnessed', 404, 'NOT_WITNESSED'],
  ['checkpoint?size=1', 400, 'INVALID_REQUEST'],
])('%s is answered %i %s, in either language', async (path, status, code) => {
  for (const language of ['en', 'ar']) {
    const answer = await get(path, { 'accept-language': language });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
    expect(answer.headers.get('content-language')).toBe(language);
  }
});

test('a later log is proved to hold all of an earlier one, by the offline verifier, too', async () => {
  const earlier = await checkpoint();
  await draft(260);
  const later = await until(checkpoint, ({ size }) => size === earlier.size + 260);
  const growth = await (await get(`consistency?from=${earlier.size}`)).text();
  expect(growth.startsWith(`old ${earlier.size}\n`)).toBe(true);
  expect(growth.endsWith(`\n\n${later.note}`)).toBe(true);
  // Between any two sizes; only of the last one (or the witnessed one) is the checkpoint kept here.
  const between = await (await get(`consistency?from=${earlier.size}&to=${earlier.size + 1}`)).text();
  const hashes = between
    .split('\n')
    .slice(1, -2)
    .map((line) => Buffer.from(line, 'base64') as Hash);
  expect(between.endsWith('\n\n')).toBe(true);
  const leaves = readBundle(await bytes('tile/entries/000'))
    .slice(0, earlier.size + 1)
    .map(leafHash);
  const next = { size: treeSize(earlier.size + 1), root: rootOf(appended(EMPTY_FRONTIER, leaves).frontier) };
  expect(isConsistent(earlier, next, hashes)).toBe(true);
  expect(await (await get(`consistency?from=${earlier.size}&to=${later.size}`)).text()).toBe(growth);
  const folder = mkdtempSync(join(tmpdir(), 'sijill-growth-'));
  writeFileSync(join(folder, 'old'), earlier.note);
  writeFileSync(join(folder, 'new'), growth);
  const vkey = (await (await get('vkey')).text()).trimEnd();
  const verified = await sijill(
    ['verify', 'consistency', join(folder, 'old'), join(folder, 'new'), '--vkey', vkey],
    {},
  );
  expect(verified).toMatchObject({ code: 0 });
  rmSync(folder, { recursive: true });
  expect(await bytes('tile/0/000')).toHaveLength(8_192);
  expect(await bytes('tile/1/000.p/1')).toHaveLength(32);
});

test('an older copy of the events that is put back is noticed, and nothing is signed any more', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'sijill-copy-'));
  const ledger = (from: string, to: string): void => {
    for (const name of ['ledger.db', 'ledger.db-wal']) {
      rmSync(join(to, name), { force: true });
      if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name));
    }
  };
  await server.stop('SIGTERM');
  ledger(server.data, copy);
  expect(statSync(join(server.data, 'log.key')).mode & 0o777).toBe(0o600);
  await server.start();
  await draft(2);
  const signed = await until(checkpoint, ({ size }) => size === 266);

  await server.stop('SIGTERM');
  ledger(copy, server.data);
  for (const name of ['', '-wal', '-shm']) rmSync(join(server.data, `read-models.db${name}`), { force: true });
  rmSync(join(server.data, 'snapshots'), { recursive: true, force: true });
  await server.start();
  const halted = await until(logState, (state) => (state as { state?: string }).state === 'halted');
  expect(halted).toEqual({ status: 'up', state: 'halted', signed: 266, halt: 'ROLLED_BACK' });
  expect(server.reported.filter((line) => line.includes('the transparency log halted (ROLLED_BACK)'))).toHaveLength(1);
  await draft(5);
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('sijill_transparency_halted{log="own"} 1');
  expect(await checkpoint()).toEqual(signed);
  rmSync(copy, { recursive: true });

  // It goes on where there were more events than were signed, too: the last one that was signed is another one.
  await server.stop('SIGTERM');
  await server.start();
  const again = await until(logState, (state) => (state as { state?: string }).state === 'halted');
  expect(again).toMatchObject({ halt: 'REWRITTEN' });
  expect(await checkpoint()).toEqual(signed);
});
