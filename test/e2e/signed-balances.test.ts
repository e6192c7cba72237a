import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, businessDateAt, type BusinessDate } from '../../src/kernel/calendar.js';
import { proveBalances } from '../../src/verify/balances.js';
import { trusting, type Policy } from '../../src/verify/policy.js';
import { sijill } from '../cli/moving.js';
import { Server, until, type Answer } from './server.js';

/* The built server closes a month, and signs what every account holds; a party proves its own, and an audit all. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const OTHER = 'party_99999999-9999-4999-8999-999999999999';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const STRANGER = 'party_33333333-3333-4333-8333-333333333333';
const LAST_DAY = addDays(`${businessDateAt(Date.now()).slice(0, 7)}-01` as BusinessDate, -1);

const server = new Server({ SIJILL_LOG_ORIGIN: 'log.example.sa/ledger', SIJILL_DRAIN_SECONDS: '1' });
const folder = mkdtempSync(join(tmpdir(), 'sijill-signed-balances-'));
const vkey = join(folder, 'vkey');
const tokens: Record<string, string> = {};
let ours: Policy;
let keys = 0;

const send = (who: string, path: string, body: object, ifMatch?: number): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': `key-${++keys}`, ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }) },
  });
const read = async (path: string, who?: string): Promise<{ status: number; text: string; link: string | null }> => {
  const headers: Record<string, string> = who === undefined ? {} : { authorization: `Bearer ${tokens[who]}` };
  const answer = await fetch(`${server.url}${path}`, { headers });
  return { status: answer.status, text: await answer.text(), link: answer.headers.get('link') };
};
const proofOf = (party: string, who: string, query = '') => read(`/v1/parties/${party}/balances/proof${query}`, who);

async function owes(debtor: string, creditor: string, amount: string, clerk: string, approver: string): Promise<void> {
  const terms = { debtor, creditor, ground: 'fine', amount: { amount, currency: 'SAR' } };
  const { id } = (await send(clerk, '/v1/debts', terms)).body;
  expect((await send(approver, `/v1/debts/${id}/registration`, {}, 0)).status).toBe(200);
}

beforeAll(async () => {
  await server.start();
  const people = { clerk: 'clerk', approver: 'approver', auditor: 'auditor' } as const;
  for (const [who, role] of Object.entries(people)) tokens[who] = await server.token(who, role, CITY);
  for (const role of ['clerk', 'approver']) tokens[`other-${role}`] = await server.token(`other-${role}`, role, OTHER);
  tokens['debtor'] = await server.token('debtor', 'debtor', DEBTOR);
  tokens['stranger'] = await server.token('stranger', 'debtor', STRANGER);
  await owes(DEBTOR, CITY, '115.00', 'clerk', 'approver');
  await owes(DEBTOR, CITY, '10.00', 'clerk', 'approver');
  await owes(DEBTOR, OTHER, '7.50', 'other-clerk', 'other-approver');
  writeFileSync(vkey, (await read('/transparency/vkey')).text);
  ours = trusting((await read('/transparency/vkey')).text);

  const before = await read('/transparency/balances');
  expect([before.status, JSON.parse(before.text).code]).toEqual([404, 'BALANCES_UNSIGNED']);
  const books = `/v1/entities/${CITY}/closing-requests`;
  const asked = await send('clerk', books, { period: LAST_DAY.slice(0, 7) });
  await send('approver', `${books}/${asked.body.request}/approval`, {}, asked.body.revision);
  await until(
    () => read('/transparency/balances'),
    ({ status }) => status === 200,
  );
});
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true });
});

/** What the party is proved to hold, as texts. */
const heldIn = (text: string): readonly string[] =>
  proveBalances(text, ours)
    .balances.map(({ account, balance, currency }) => `${account} ${balance} ${currency}`)
    .toSorted();

test('a debtor proves what it owes, to each creditor, and an entity what it is owed', async () => {
  const own = await until(
    () => proofOf(DEBTOR, 'debtor'),
    ({ status }) => status === 200,
  );
  const receivable = heldIn(own.text).filter((line) => line.startsWith('1200 '));
  expect(receivable).toEqual(['1200 10.00 SAR', '1200 115.00 SAR', '1200 7.50 SAR']);
  const ofCity = heldIn((await proofOf(DEBTOR, 'clerk')).text);
  expect(ofCity).toContain('1200 115.00 SAR');
  expect(ofCity).not.toContain('1200 7.50 SAR');
  expect(heldIn((await proofOf(DEBTOR, 'auditor')).text)).toEqual(heldIn(own.text));
});

test('in pages, each a proof of its own', async () => {
  const pages: string[] = [];
  for (let query = '?limit=1'; ;) {
    const { status, text, link } = await proofOf(DEBTOR, 'debtor', query);
    expect(status).toBe(200);
    pages.push(...heldIn(text));
    const next = /\?([^>]*)>; *rel="next"/.exec(link ?? '')?.[1];
    if (next === undefined) break;
    query = `?${next}`;
  }
  expect(pages.toSorted()).toEqual(heldIn((await proofOf(DEBTOR, 'debtor')).text));
  expect(pages.length).toBeGreaterThan(2);
});

test('nobody gets another’s, and who holds nothing has no proof', async () => {
  expect((await proofOf(DEBTOR, 'stranger')).status).toBe(404);
  const nothing = await proofOf(STRANGER, 'stranger');
  expect([nothing.status, JSON.parse(nothing.text).code]).toEqual([404, 'NOTHING_HELD']);
  expect((await fetch(`${server.url}/v1/parties/${DEBTOR}/balances/proof`)).status).toBe(401);
});

test('the program verifies it offline, and not another amount', async () => {
  const { text } = await proofOf(DEBTOR, 'debtor');
  const verify = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return sijill(['verify', 'balance', join(folder, name), '--vkey', vkey], {});
  };
  expect(await verify('proof', text)).toMatchObject({ code: 0, out: expect.stringContaining('115.00') });
  expect(await verify('forged', text.replace('"115.00"', '"15.00"'))).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^NOT PROVED: /),
  });
});

test('an auditor audits the running server by its URL, from what an export would hold', async () => {
  const audited = (who: string) =>
    sijill(['verify', 'audit', server.url, '--vkey', vkey], { SIJILL_TOKEN: tokens[who] as string });
  expect(await audited('auditor')).toMatchObject({
    code: 0,
    out: expect.stringContaining('the entries alone add up to the same'),
  });
  expect(await audited('clerk')).toMatchObject({ code: 1, err: expect.stringContaining('FORBIDDEN') });

  const out = join(folder, 'of-running');
  expect(await sijill(['export', '--audit', out], { SIJILL_DATA: server.data })).toMatchObject({ code: 0 });
  const [, size] = readFileSync(join(out, 'checkpoint'), 'utf8').split('\n');
  for (const name of ['events.jsonl', 'salts', 'balances']) {
    const { status, text } = await read(`/v1/audit-files/${name}?size=${size}`, 'auditor');
    expect([name, status, text]).toEqual([name, 200, readFileSync(join(out, name), 'utf8')]);
  }
});

test.each([
  ['events.jsonl?size=0', 400, 'INVALID_REQUEST'],
  ['events.jsonl?size=999999999', 404, 'NOT_IN_LOG'],
  ['checkpoint', 404, 'NOT_FOUND'],
  ['..%2fsalts', 404, 'NOT_FOUND'],
])('GET /v1/audit-files/%s is refused', async (path, status, code) => {
  const { status: answered, text } = await read(`/v1/audit-files/${path}`, 'auditor');
  expect([answered, JSON.parse(text).code]).toEqual([status, code]);
});

test('an audit adds the events up to the same root; a killed server signs no other', async () => {
  const before = await read('/transparency/balances');
  await server.stop('SIGKILL');
  const out = join(folder, 'audit');
  expect(await sijill(['export', '--audit', out], { SIJILL_DATA: server.data })).toMatchObject({ code: 0 });
  const audited = await sijill(['verify', 'audit', out, '--vkey', vkey], {});
  expect(audited).toMatchObject({ code: 0, out: expect.stringContaining('the entries alone add up to the same') });
  await server.start();
  const again = await until(
    () => proofOf(DEBTOR, 'debtor'),
    ({ status }) => status === 200,
  );
  expect(heldIn(again.text)).toContain('1200 115.00 SAR');
  expect(await read('/transparency/balances')).toEqual(before);
});
