import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { get, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { complaints, hasAll, HOW_TO_RUN } from '../journal/others.js';
import { parseBeancount, parseCsv, parseLedger } from '../journal/parsing.js';
import { Server, until } from './server.js';

/** The journal of a built server, as other programs take it: two entities, a fine each; one of them is paid. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const PORT = 'party_44444444-4444-4444-8444-444444444444';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

const server = new Server();
const tokens: Record<string, string> = {};
const command = (who: string, path: string, key: string, body: object, headers: Record<string, string> = {}) =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': key, prefer: 'wait=10', ...headers },
  });

async function fine(of: string, creditor: string, value: string): Promise<string> {
  const draft = { debtor: DEBTOR, creditor, ground: 'fine', amount: { amount: value, currency: 'SAR' } };
  const { id } = (await command(`${of}-clerk`, '/v1/debts', `draft-${of}`, draft)).body as { id: string };
  await command(`${of}-approver`, `/v1/debts/${id}/registration`, `register-${of}`, {}, { 'if-match': '"0"' });
  return id;
}

beforeAll(async () => {
  await server.start();
  for (const [name, party] of [['city', CITY] as const, ['port', PORT] as const]) {
    for (const role of ['clerk', 'approver'])
      tokens[`${name}-${role}`] = await server.token(`${name}-${role}`, role, party);
  }
  for (const [role, party] of [['auditor', CITY] as const, ['bank', PORT] as const, ['debtor', DEBTOR] as const]) {
    tokens[role] = await server.token(role, role, party);
  }
  const debt = await fine('city', CITY, '115.00'); // sequences 1 and 2
  await fine('port', PORT, '50.00');
  const amount = { amount: '120.00', currency: 'SAR' };
  const facts = { reference: 'TX-1', payer: DEBTOR, payee: CITY, target: { debt }, amount, channel: 'sadad' };
  await command('bank', '/v1/receipts', 'pay', { ...facts, paidOn: '2026-01-15' });
  await server.quiet();
});
afterAll(() => server.dispose());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly text: string;
}

/** As it comes: with what follows the last byte. */
const ask = (path: string, who = 'auditor', method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${tokens[who]}` };
    const asked = request(`${server.url}/v1/exports${path}`, { headers, method }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, trailers: answer.trailers, text }),
      );
    });
    asked.once('error', reject).end();
  });

const sums = (postings: readonly { account: string; entity: string; amount: string }[]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const { account, entity, amount } of postings) {
    const key = `${account} ${entity === CITY ? 'city' : 'port'}`;
    found[key] = (found[key] ?? 0) + Number(amount);
  }
  return Object.fromEntries(Object.entries(found).filter(([, sum]) => sum !== 0));
};
// City: 115.00 registered, 120.00 received by SADAD, 115.00 of it applied, 5.00 the debtor's. Port: 50.00 registered.
const BOOKS = {
  '1110 city': 120,
  '2300 city': -5,
  '4300 city': -115,
  '1200 port': 50,
  '4300 port': -50,
};

test.each([
  ['journal.ledger', parseLedger, 'text/plain; charset=utf-8'],
  ['journal.beancount', parseBeancount, 'text/plain; charset=utf-8'],
  ['journal.csv', parseCsv, 'text/csv; charset=utf-8; header=present'],
])('%s is the books, states what it was asked, and its digest follows it', async (name, parse, type) => {
  const { status, headers, trailers, text } = await ask(`/${name}`);
  expect(status).toBe(200);
  expect(sums(parse(text))).toEqual(BOOKS);
  expect(headers).toMatchObject({ 'content-type': type, 'cache-control': 'private, no-store' });
  const sequence = headers['sijill-sequence'] as string;
  expect(headers['sijill-selector']).toBe(`knownAt=${sequence}&language=en`);
  expect(headers['content-disposition']).toBe(`attachment; filename="${name.replace('.', `-${sequence}.`)}"`);
  expect(trailers['sijill-digest']).toBe(createHash('sha256').update(text).digest('hex'));
});

test('the same question gets the same bytes, whatever came since', async () => {
  const path = '/journal.ledger?knownAt=5&language=ar';
  const first = await ask(path);
  expect(first.text).toContain('assets:1200 مديونيات مستحقة التحصيل:');
  await command('city-clerk', '/v1/debts', 'later', {
    debtor: DEBTOR,
    creditor: CITY,
    ground: 'fine',
    amount: { amount: '1.00', currency: 'SAR' },
  });
  expect((await ask(path)).text).toBe(first.text);
});

test('of an entity, of days, of what was known', async () => {
  const of = async (query: string) => sums(parseCsv((await ask(`/journal.csv?${query}`)).text));
  expect(await of(`entity=${PORT}`)).toEqual({ '1200 port': 50, '4300 port': -50 });
  expect(await of('knownAt=2')).toEqual({ '1200 city': 115, '4300 city': -115 });
  expect(await of('knownAt=2000-01-01T00:00:00Z')).toEqual({});
  expect(await of('to=2000-01-01')).toEqual({});
  expect(await of(`from=2000-01-01&entity=${CITY}`)).toEqual({ '1110 city': 120, '2300 city': -5, '4300 city': -115 });
});

test('staff of an entity take its entries; whole events are for who sees everything', async () => {
  const own = await ask('/journal.ledger', 'port-clerk');
  expect(sums(parseLedger(own.text))).toEqual({ '1200 port': 50, '4300 port': -50 });
  expect((await ask(`/journal.ledger?entity=${CITY}`, 'port-clerk')).status).toBe(404);
  const { body } = await until(
    () => server.call('GET', '/v1/attempts', { token: tokens['auditor'] as string }),
    ({ body: { items } }) => items.length > 0,
  );
  expect(body.items).toMatchObject([{ command: 'ViewReport', code: 'NOT_YOURS', role: 'clerk' }]);
  expect((await ask('/events.ndjson', 'port-clerk')).status).toBe(403);
  const names = async (who: string) =>
    (JSON.parse((await ask('', who)).text) as { items: { name: string }[] }).items.map(({ name }) => name);
  const journals = ['journal.ledger', 'journal.beancount', 'journal.csv'];
  expect(await names('port-clerk')).toEqual([...journals, 'events.schema.json']);
  expect(await names('auditor')).toEqual([...journals, 'events.ndjson', 'events.schema.json']);
});

test('events.ndjson has every event, and fits the schema beside it', async () => {
  const schema = await ask('/events.schema.json');
  expect(schema.headers['content-type']).toBe('application/schema+json; charset=utf-8');
  const check = Compile(JSON.parse(schema.text));
  const { text, headers } = await ask('/events.ndjson?knownAt=4');
  expect(headers['content-type']).toBe('application/x-ndjson');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { sequence: number });
  expect(lines.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4]);
  expect(lines.filter((line) => !check.Check(line))).toEqual([]);
});

test.each([
  ['/journal.xlsx', 404, 'NOT_FOUND'],
  ['/journal', 404, 'NOT_FOUND'],
  ['/journal.ledger?knownAt=999999', 400, 'INVALID_REQUEST'],
  ['/journal.ledger?from=2026-02-01&to=2026-01-01', 400, 'INVALID_REQUEST'],
  ['/journal.ledger?language=fr', 400, 'INVALID_REQUEST'],
  ['/journal.ledger?format=csv', 400, 'INVALID_REQUEST'],
])('%s is refused', async (path, status, code) => {
  const answer = await ask(path);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { code }]);
});

test('who is neither entity nor auditor asks in vain', async () => {
  expect((await ask('/journal.ledger', 'debtor')).status).toBe(403);
});

test('HEAD says what there would be', async () => {
  const { status, headers, text } = await ask('/journal.ledger?knownAt=2', 'auditor', 'HEAD');
  expect([status, headers['sijill-sequence'], text]).toEqual([200, '2', '']);
});

test('readers who leave at once take no place from those who follow', async () => {
  const headers = { authorization: `Bearer ${tokens['auditor']}` };
  for (let i = 0; i < 12; i++) {
    await new Promise<void>((resolve) => {
      const asked = get(`${server.url}/v1/exports/events.ndjson`, { headers }, () => asked.destroy());
      asked.once('close', resolve).once('error', () => undefined);
    });
  }
  await until(
    () => ask('/journal.csv'),
    ({ status }) => status === 200,
  );
});

(hasAll ? test : test.skip)(`hledger, Ledger and Beancount take what a server gives (${HOW_TO_RUN})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sijill-exports-'));
  const files = { ledger: join(folder, 'journal.ledger'), beancount: join(folder, 'journal.beancount') };
  for (const [name, file] of Object.entries(files)) writeFileSync(file, (await ask(`/journal.${name}`)).text);
  expect(await complaints(files)).toEqual([]);
});
