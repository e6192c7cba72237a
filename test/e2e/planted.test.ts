import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Planted, type Found } from './planted.js';
import { Server, until } from './server.js';

/* Personal values that stand out are planted in everything a ledger takes in, and looked for in everything it gives out. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

const VALUES = {
  name: 'زرقاء بنت يمامة المغروسة',
  identifier: '1087362453',
  mobile: '+966598362714',
  email: 'planted.zarqa@yamama.example',
  address: 'حي المغروسات، شارع اليمامة الزرقاء 7',
  account: 'SA3505000068203847561029',
  evidence: 'my planted hardship: a camel called Yamama',
  subject: 'planted-subject-of-zarqa',
  key: 'planted-idempotency-key-of-zarqa',
};
const { name, identifier, mobile, email, address, account, evidence, subject, key } = VALUES;
const planted = new Planted(VALUES);

const server = new Server({ LOG_LEVEL: 'trace', SIJILL_DRAIN_SECONDS: '1' });
const out = mkdtempSync(join(tmpdir(), 'sijill-planted-'));
afterAll(async () => {
  await server.dispose();
  rmSync(out, { recursive: true, force: true });
});

const tokens: Record<string, string> = {};
const found: Found[] = [];
let keys = 0;

interface Asked {
  readonly who?: string;
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
  /** The answer is for who may read what is in it. */
  readonly isForReader?: boolean;
}

/** Whatever is answered to who may not read personal data is looked through, headers too. */
async function ask(method: string, path: string, { who, body, headers = {}, isForReader }: Asked = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(who !== undefined && { authorization: `Bearer ${tokens[who]}` }),
      ...(method === 'POST' && {
        'content-type': 'application/json',
        'idempotency-key': `${key}-${++keys}`,
        prefer: 'wait=10',
      }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (isForReader !== true) {
    const told = Buffer.from(JSON.stringify([...response.headers]));
    found.push(...planted.in(`${method} ${path} ${response.status}`, Buffer.concat([told, bytes])));
    found.push(...planted.in(`${method} ${path} ${response.status}`, bytes));
  }
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, bytes, body: isJson ? JSON.parse(bytes.toString()) : undefined };
}

const sijill = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/cli/main.js', ...args], {
    env: { PATH: process.env['PATH'], SIJILL_DATA: server.data, LOG_LEVEL: 'trace' },
    maxBuffer: 1 << 28,
  });
  found.push(...planted.in(`sijill ${args.join(' ')}`, Buffer.concat([stdout, stderr])));
  return { status, stderr: stderr.toString() };
};

describe('looking for what is planted', () => {
  const hidden = Buffer.from(`{"a":"ab${name}c"}`);
  test.each([
    ['as it is', hidden],
    ['in UTF-16', Buffer.from(hidden.toString(), 'utf16le')],
    ['in hex', Buffer.from(hidden.toString('hex'))],
    ['in Base64', Buffer.from(hidden.toString('base64'))],
    ['one place on', Buffer.from(Buffer.concat([Buffer.from('x'), hidden]).toString('base64url'))],
    ['two places on', Buffer.from(Buffer.concat([Buffer.from('xx'), hidden]).toString('base64'))],
    ['compressed', gzipSync(hidden)],
    ['in a URL', Buffer.from(`?q=${encodeURIComponent(name)}`)],
  ])('finds it %s', (_how, bytes) => {
    expect(planted.in('here', bytes)).not.toEqual([]);
  });
  test('finds nothing where there is nothing', () => {
    expect(planted.in('here', Buffer.from('زرقاء 108736245 SA03'))).toEqual([]);
  });
});

test('no personal value is anywhere but in the vault, encrypted, and in answers to who may read it', async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor', 'regulator', 'operator']) {
    tokens[role] = await server.token(`${subject}-${role}`, role, CITY);
  }
  tokens['bank'] = await server.token('bank', 'bank', BANK);

  // Commands, accepted and refused.
  const person = { kind: 'individual', identifier, name, mobile, email, address };
  const recorded = await ask('POST', '/v1/parties', { who: 'clerk', body: person });
  expect(recorded.status).toBe(200);
  const party = recorded.body.party as string;
  tokens['person'] = await server.token(`${subject}-person`, 'debtor', party);
  const correction = { reason: 'changed', email, address };
  expect((await ask('POST', `/v1/parties/${party}/corrections`, { who: 'person', body: correction })).status).toBe(200);
  const refusal = { who: 'person', body: { reason: 'changed', name } };
  expect((await ask('POST', `/v1/parties/${party}/corrections`, refusal)).status).toBe(403);
  const amount = { amount: '115.00', currency: 'SAR' };
  const draft = { debtor: party, creditor: CITY, ground: 'traffic-fine', amount };
  const debt = (await ask('POST', '/v1/debts', { who: 'clerk', body: draft })).body.id as string;
  const registration = { who: 'approver', body: {}, headers: { 'if-match': '"0"' } };
  expect((await ask('POST', `/v1/debts/${debt}/registration`, registration)).status).toBe(200);
  const hardship = { ground: 'hardship', evidence, amount: { amount: '1.00', currency: 'SAR' } };
  const exemption = await ask('POST', `/v1/debts/${debt}/exemption-requests`, { who: 'person', body: hardship });
  expect(exemption.status).toBe(200);
  expect((await ask('POST', `/v1/debts/${debt}/exemption-requests`, { who: 'person', body: hardship })).status).toBe(
    409,
  );
  const facts = { payer: party, payee: CITY, target: { debt }, amount, channel: 'sadad', paidOn: '2026-01-15' };
  const payment = { ...facts, reference: 'TX-1', sourceAccount: account };
  expect((await ask('POST', '/v1/receipts', { who: 'bank', body: payment })).status).toBe(201);
  const other = { ...payment, amount: { amount: '1.00', currency: 'SAR' } };
  expect((await ask('POST', '/v1/receipts', { who: 'bank', body: other })).status).toBe(409);

  // Where none belongs, and what is no request at all.
  for (const value of Object.values(VALUES)) {
    const wrong = [
      ['POST', '/v1/debts', { who: 'clerk', body: { ...draft, ground: value, debtor: value } }],
      [
        'POST',
        '/v1/receipts',
        { who: 'bank', body: { ...payment, reference: `${value}@`, sourceAccount: value.slice(1) } },
      ],
      [
        'POST',
        '/v1/parties',
        { who: 'clerk', body: { ...person, kind: value, name: `${value} 12`, mobile: `${value}x` } },
      ],
      ['POST', '/v1/parties', { who: 'bank', body: person }],
      ['POST', '/v1/parties', { who: 'clerk', body: `{"name": "${value}", ` }],
      // The name of a field that is none is told back to who sent it, and to nobody else.
      ['POST', '/v1/parties', { who: 'clerk', body: { [value]: value }, isForReader: true }],
      ['POST', '/v1/parties/lookup', { who: 'bank', body: { kind: 'individual', identifier: value, purpose: value } }],
      ['GET', `/v1/debts?debtor=${encodeURIComponent(value)}`, { who: 'clerk' }],
      ['GET', `/v1/debts?${encodeURIComponent(value)}=1`, { who: 'clerk', isForReader: true }],
      ['GET', `/v1/debts/${encodeURIComponent(value)}`, { who: 'clerk' }],
      ['GET', `/v1/nothing/${encodeURIComponent(value)}`, { who: 'clerk' }],
      ['GET', '/v1/debts', { headers: { authorization: `Bearer ${Buffer.from(value).toString('base64url')}` } }],
      ['GET', '/v1/debts', { who: 'clerk', headers: { 'x-name': encodeURIComponent(value), 'if-match': '"x"' } }],
    ] as const;
    for (const [method, path, asked] of wrong) {
      const { status } = await ask(method, path, asked as Asked);
      expect([path.slice(0, 12), status >= 400 || path === '/v1/debts']).toEqual([path.slice(0, 12), true]);
    }
  }

  // Whoever may read them reads them: the scan has something to find.
  const read = await ask('GET', `/v1/debts/${debt}?purpose=collection`, { who: 'clerk', isForReader: true });
  expect(planted.in('', read.bytes).map(({ what }) => what)).toEqual(expect.arrayContaining(['name', 'identifier']));
  const own = await ask('GET', `/v1/parties/${party}/personal-data`, { who: 'person', isForReader: true });
  expect(planted.in('', own.bytes).map(({ what }) => what)).toEqual(
    expect.arrayContaining(['account', 'evidence', 'address', 'email']),
  );

  // All that is answered besides.
  await server.quiet();
  const list = (await ask('GET', '/v1/reports', { who: 'auditor' })).body.items as readonly { name: string }[];
  expect(list.length).toBeGreaterThan(10);
  for (const { name: report } of list) {
    for (const format of ['application/json', 'text/csv', 'application/pdf']) {
      await ask('GET', `/v1/reports/${report}`, { who: 'auditor', headers: { accept: format } });
    }
  }
  for (const path of [
    `/v1/debts/${debt}`,
    `/v1/debts/${debt}/events`,
    `/v1/debts/${debt}/explain`,
    '/v1/debts',
    '/v1/receipts',
    '/v1/attempts',
    '/v1/audit',
    `/v1/audit?party=${party}`,
    '/v1/exports/events.ndjson',
    `/v1/parties/${party}/access-log`,
    '/v1/projections',
    '/v1/jobs',
    '/metrics',
    '/health/ready',
    '/openapi.json',
    '/transparency/checkpoint',
    '/transparency/tile/entries/000.p/1',
  ]) {
    for (const who of ['auditor', 'operator', 'bank']) await ask('GET', path, { who });
  }
  const events = (await ask('GET', '/v1/audit', { who: 'auditor' })).body.items as readonly { id: string }[];
  for (const { id } of events) {
    const status = async () => (await ask('GET', `/v1/proofs-of-record/${id}`, { who: 'auditor' })).status;
    expect(await until(status, (each) => each !== 202)).toBe(200);
  }

  // Files while it runs, exports, and files when it has stopped.
  found.push(...planted.inFiles(server.data));
  expect(sijill('export', join(out, 'bundle'))).toMatchObject({ status: 0 });
  expect(sijill('export', '--out', join(out, 'ledger.jsonl.gz'))).toMatchObject({ status: 0 });
  expect(sijill('export', '--audit', join(out, 'audit'))).toMatchObject({ status: 0 });
  expect(sijill('journal', '--format', 'ledger', '--out', join(out, 'journal.gz'))).toMatchObject({ status: 0 });
  sijill('doctor');
  await server.stop('SIGTERM');
  found.push(...planted.inFiles(server.data), ...planted.inFiles(out));
  expect(server.said.some((line) => line.includes('"level":20'))).toBe(true);
  for (const line of server.said) found.push(...planted.in(`log: ${line.slice(0, 80)}`, Buffer.from(line)));
  expect(found).toEqual([]);
});
