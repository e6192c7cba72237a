import { createHash } from 'node:crypto';
import { Compile } from 'typebox/schema';
import { Server } from './server.js';

/** The reports of a built server: a fine of 115.00 that is registered and paid. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

const server = new Server();
const tokens: Record<string, string> = {};
let firstDebt: string;
const command = (who: string, path: string, key: string, body: object, headers: Record<string, string> = {}) =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': key, prefer: 'wait=10', ...headers },
  });

const amount = { amount: '115.00', currency: 'SAR' };
const DRAFT = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount };

async function draftAndRegister(name: string): Promise<string> {
  const { id } = (await command('clerk', '/v1/debts', `draft-${name}`, DRAFT)).body as { id: string };
  await command('approver', `/v1/debts/${id}/registration`, `register-${name}`, {}, { 'if-match': '"0"' });
  return id;
}

/** An answer's bytes as they came. */
async function ask(path: string, headers: Record<string, string> = {}, who = 'auditor') {
  const answer = await fetch(`${server.url}${path}`, {
    headers: { authorization: `Bearer ${tokens[who]}`, ...headers },
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

beforeAll(async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor']) tokens[role] = await server.token(role, role, CITY);
  tokens['bank'] = await server.token('bank', 'bank', DEBTOR);
  const id = await draftAndRegister('first'); // sequence 2
  firstDebt = id;
  const facts = { reference: 'TX-1', payer: DEBTOR, payee: CITY, target: { debt: id }, amount, channel: 'sadad' };
  await command('bank', '/v1/receipts', 'pay', { ...facts, paidOn: '2026-01-15' });
  for (const name of ['second', 'third']) await draftAndRegister(name);
  const { id: draft } = (await command('clerk', '/v1/debts', 'draft', DRAFT)).body as { id: string };
  await command('clerk', `/v1/debts/${draft}/registration`, 'alone', {}, { 'if-match': '"0"' }); // refused
});
afterAll(() => server.dispose());

test('the catalogue names every report, in both languages', async () => {
  const { status, text } = await ask('/v1/reports');
  expect(status).toBe(200);
  const { items } = JSON.parse(text) as { items: { name: string; title: { ar: string } }[] };
  expect(items.map(({ name }) => name)).toEqual([
    'trial-balance',
    'general-ledger',
    'statement',
    'debt-ageing',
    'debt-roll-forward',
    'waivers-and-cancellations',
    'instalments',
    'sadad-reconciliation',
    'deferred-revenue',
    'refundable-balances',
    'exceptions',
    'four-eyes',
    'segregation-of-duties',
    'delegation-register',
    'completeness',
    'corrections',
    'access-log',
    'retention-and-erasure',
    'subscription-register',
    'payments-and-cancellations',
    'equal-treatment',
  ]);
  expect(items[0]?.title.ar).toBe('ميزان المراجعة');
});

test('a report says what it was asked, and what was known', async () => {
  const { text } = await ask('/v1/reports/debt-roll-forward?knownAt=2&from=2026-01-01&to=2199-12-31');
  const { items, ...said } = JSON.parse(text) as { items: object[]; digest: string };
  // 115.00 were registered; that they were paid was not known yet.
  expect(items).toMatchObject([{ opening: '0.00', registered: '115.00', paid: '0.00', closing: '115.00' }]);
  expect(said).toMatchObject({ sequence: 2, selector: { from: '2026-01-01', to: '2199-12-31' }, rows: 1 });
  expect(said.digest).toMatch(/^[0-9a-f]{64}$/);
  const now = JSON.parse(
    (await ask('/v1/reports/debt-roll-forward?to=2199-12-31&from=2026-01-01')).text,
  ) as typeof said;
  expect(now).toMatchObject({ items: [{ registered: '345.00', paid: '115.00', closing: '230.00' }] }); // three fines
});

test('what was known is said by a moment, too', async () => {
  const { items } = JSON.parse((await ask(`/v1/debts/${firstDebt}/events`)).text) as {
    items: { type: string; recordedAt: string }[];
  };
  const registered = items.find(({ type }) => type === 'debts.DebtRegistered') as { recordedAt: string };
  const path = '/v1/reports/debt-roll-forward?from=2026-01-01&to=2199-12-31&knownAt=';
  const atMoment = await ask(`${path}${registered.recordedAt}`);
  expect(atMoment.text).toBe((await ask(`${path}2`)).text);
  const before = JSON.parse((await ask(`${path}2020-01-01T00:00:00%2B03:00`)).text) as object;
  expect(before).toMatchObject({ sequence: -1, rows: 0 });
  expect((await ask(`${path}2199-01-01T00:00:00Z`)).status).toBe(400);
});

test('the same question gets the same bytes, from another start of the server too', async () => {
  const paths = ['', '.csv'].map((suffix) => `/v1/reports/four-eyes${suffix}?knownAt=2&from=2020-01-01&to=2199-12-31`);
  const before = await Promise.all(paths.map((path) => ask(path)));
  await server.stop('SIGTERM');
  await server.start();
  const after = await Promise.all(paths.map((path) => ask(path)));
  expect(after.map(({ text }) => text)).toEqual(before.map(({ text }) => text));
  const [json, csv] = before.map(({ text }) => text) as [string, string];
  expect(csv.split('\r\n')).toHaveLength(3); // the names, one registration, and the end
  expect(after[1]?.headers.get('sijill-digest')).toBe((JSON.parse(json) as { digest: string }).digest);
  expect(after[1]?.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(createHash('sha256').update(csv).digest('hex')).toBe(
    createHash('sha256')
      .update((await ask(paths[0] as string, { accept: 'text/csv' })).text)
      .digest('hex'),
  );
});

test('who does not wait is told where to ask again, for exactly that', async () => {
  const first = await ask('/v1/reports/exceptions?from=2020-01-01&to=2199-12-31', { prefer: 'wait=0' });
  expect([first.status, first.headers.get('retry-after')]).toEqual([202, '1']);
  const { total, ...progress } = JSON.parse(first.text) as { total: number };
  expect(progress).toEqual({ state: 'being-made', done: expect.any(Number) });
  const location = first.headers.get('location') as string;
  expect(location).toBe(`/v1/reports/exceptions?from=2020-01-01&to=2199-12-31&knownAt=${total - 1}`);
  const second = await ask(location, { prefer: 'wait=20' });
  expect([second.status, JSON.parse(second.text)]).toMatchObject([200, { sequence: total - 1, rows: 1 }]);
  expect((await ask(location, { prefer: 'wait=0' })).status).toBe(200); // it is kept
});

test('pages follow one another by their links, over exactly one report', async () => {
  const seen: unknown[] = [];
  let path: string | undefined = '/v1/reports/four-eyes?from=2020-01-01&to=2199-12-31&limit=2';
  while (path !== undefined) {
    const { text, headers } = await ask(path);
    const page = JSON.parse(text) as { items: unknown[]; digest: string; rows: number };
    expect([page.rows, page.items.length <= 2]).toEqual([3, true]);
    seen.push(...page.items);
    path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    if (path !== undefined) expect(path).toMatch(/knownAt=\d+&cursor=2&limit=2$/);
    if (seen.length === 2) await draftAndRegister('between'); // it is not of what was known
  }
  const { items } = JSON.parse((await ask('/v1/reports/four-eyes?from=2020-01-01&to=2199-12-31')).text) as {
    items: unknown[];
  };
  expect([items.length, seen]).toEqual([4, items.slice(0, 3)]);
});

test('what a report said at two times is compared, with the events between', async () => {
  const path = '/v1/reports/debt-roll-forward/difference?from=2020-01-01&to=2199-12-31&against=2';
  const { text, headers } = await ask(path);
  const { items, ...said } = JSON.parse(text) as { items: { events: object[] }[]; digest: string };
  expect(items).toMatchObject([{ change: 'changed', before: { paid: '0.00' }, after: { paid: '115.00' } }]);
  expect(items[0]?.events).toContainEqual(expect.objectContaining({ type: 'debts.ReceiptApplied' }));
  expect(said).toMatchObject({ against: 2, rows: 1, digest: headers.get('sijill-digest') });
  const csv = await ask(path.replace('/difference', '.csv/difference'), { 'accept-language': 'ar' });
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(csv.text).toMatch(/^التغيير,الجهة,.*\r\nمعدَّل,party_1/);
  const later = await ask(`${path}&knownAt=1`);
  expect([later.status, JSON.parse(later.text)]).toMatchObject([400, { errors: [{ path: 'against' }] }]);
});

test.each([
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'PK'],
  ['pdf', 'application/pdf', '%PDF-1.'],
])('%s: by the name or by Accept, the same bytes each time', async (ending, type, magic) => {
  const [before, after] = ['/v1/reports/debt-ageing', '?knownAt=2&effectiveOn=2199-12-31'];
  const one = await ask(`${before}.${ending}${after}`, { 'accept-language': 'ar' });
  expect([one.status, one.headers.get('content-type')]).toEqual([200, type]);
  expect(one.headers.get('content-disposition')).toMatch(
    new RegExp(`^attachment; filename="debt-ageing-2-.{12}.${ending}"$`),
  );
  expect(one.text.startsWith(magic)).toBe(true);
  expect((await ask(`${before}${after}`, { accept: type, 'accept-language': 'ar' })).text).toBe(one.text);
});

test('answers are as documented', async () => {
  const document = (await server.call('GET', '/openapi.json')).body;
  for (const [path, url] of [
    ['/v1/reports', '/v1/reports'],
    ['/v1/reports/{name}', '/v1/reports/debt-ageing'],
    ['/v1/reports/{name}/difference', '/v1/reports/debt-ageing/difference?against=1'],
  ] as const) {
    const { schema } = document.paths[path].get.responses[200].content['application/json'];
    const [, errors] = Compile(schema).Errors(JSON.parse((await ask(url)).text));
    expect(errors).toEqual([]);
  }
});

test.each([
  ['/v1/reports/none', 404, 'NOT_FOUND'],
  ['/v1/reports/debt-ageing.doc', 404, 'NOT_FOUND'],
  ['/v1/reports/debt-ageing.csv.gz', 404, 'NOT_FOUND'],
  ['/v1/reports/debt-ageing?from=2026-01-01', 400, 'INVALID_REQUEST'],
  ['/v1/reports/debt-ageing?knownAt=999999', 400, 'INVALID_REQUEST'],
  ['/v1/reports/debt-roll-forward?from=2026-02-01&to=2026-01-01', 400, 'INVALID_REQUEST'],
])('%s is refused', async (path, status, code) => {
  const answer = await ask(path);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { code }]);
});
