import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { Compile } from 'typebox/schema';
import { canonicalJson } from '../../src/event-store/canonical.js';
import { Server } from './server.js';

/** The books of a built server: three fines of 115.00, of which the first is paid. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const OTHER = 'party_33333333-3333-4333-8333-333333333333';

const server = new Server();
const tokens: Record<string, string> = {};
const debts: string[] = [];
const command = (who: string, path: string, key: string, body: object, headers: Record<string, string> = {}) =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': key, prefer: 'wait=10', ...headers },
  });

async function ask(path: string, who = 'auditor', headers: Record<string, string> = {}) {
  const answer = await fetch(`${server.url}${path}`, {
    headers: { authorization: `Bearer ${tokens[who]}`, ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}

beforeAll(async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor']) tokens[role] = await server.token(role, role, CITY);
  tokens['stranger'] = await server.token('stranger', 'clerk', OTHER);
  tokens['debtor2'] = await server.token('debtor2', 'debtor', OTHER);
  tokens['debtor'] = await server.token('debtor', 'debtor', DEBTOR);
  tokens['bank'] = await server.token('bank', 'bank', OTHER);
  const amount = { amount: '115.00', currency: 'SAR' };
  for (const key of ['a', 'b', 'c']) {
    const draft = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount };
    const { id } = (await command('clerk', '/v1/debts', key, draft)).body as { id: string };
    await command('approver', `/v1/debts/${id}/registration`, key, {}, { 'if-match': '"0"' });
    debts.push(id);
  }
  const facts = { reference: 'TX-1', payer: DEBTOR, payee: CITY, target: { debt: debts[0] }, amount, channel: 'sadad' };
  await command('bank', '/v1/receipts', 'pay', { ...facts, paidOn: '2026-01-15' });
});
afterAll(() => server.dispose());

const items = async (path: string, who?: string): Promise<any[]> => (await ask(path, who)).body.items as any[];

test('balances of an entity, and of an account before a payment was known', async () => {
  const now = await items(`/v1/balances?entity=${CITY}`);
  expect(now.map(({ account, debit, credit, balance }) => [account, debit, credit, balance])).toEqual([
    ['1110', '115.00', '0.00', '115.00'],
    ['1200', '345.00', '115.00', '230.00'],
    ['2310', '115.00', '115.00', '0.00'],
    ['4300', '0.00', '345.00', '-345.00'],
  ]);
  // Opening and two events for each fine: the third is registered by 6.
  const before = await ask(`/v1/balances?entity=${CITY}&account=1200&knownAt=6`);
  expect(before.body).toMatchObject({ sequence: 6, from: null, items: [{ debit: '345.00', balance: '345.00' }] });
  const turnover = await items(`/v1/balances?entity=${CITY}&account=1200&from=2199-01-01&to=2199-12-31`);
  expect(turnover).toMatchObject([{ opening: '230.00', debit: '0.00', credit: '0.00', balance: '230.00' }]);
});

test('balances of a debt, a receipt and a party', async () => {
  expect(await items(`/v1/balances?debt=${debts[0]}&account=1200`)).toMatchObject([{ balance: '0.00' }]);
  expect(await items(`/v1/balances?debt=${debts[1]}&account=1200`)).toMatchObject([{ balance: '115.00' }]);
  const { items: receipts } = (await ask('/v1/receipts')).body;
  expect(await items(`/v1/balances?receipt=${receipts[0].id}`)).toMatchObject([
    { account: '2310', debit: '115.00', credit: '115.00' },
  ]);
  expect(await items(`/v1/balances?party=${DEBTOR}&account=1200`)).toMatchObject([{ balance: '230.00' }]);
});

test.each(['stranger', 'debtor2'])('%s cannot tell what is another’s from what is not there', async (who) => {
  const { items: receipts } = (await ask('/v1/receipts')).body;
  const none = '11111111-1111-5111-8111-111111111111';
  for (const more of ['', `&entity=${OTHER}`, `&party=${OTHER}`]) {
    for (const [name, id] of [
      ['debt', debts[0]],
      ['receipt', receipts[0].id],
    ]) {
      const theirs = await ask(`/v1/balances?${name}=${id}${more}`, who);
      const missing = await ask(`/v1/balances?${name}=${none}${more}`, who);
      expect([name, more, theirs.status, theirs.body]).toEqual([name, more, 404, missing.body]);
      expect(missing.status).toBe(404);
    }
  }
});

test('an entity’s staff see their own books, a debtor their own lines', async () => {
  expect((await items('/v1/balances?account=1200', 'clerk')).length).toBe(1);
  expect((await ask(`/v1/balances?entity=${CITY}`, 'stranger')).status).toBe(404);
  expect(await items('/v1/balances', 'stranger')).toEqual([]);
  expect(await items('/v1/balances?account=1200', 'debtor')).toMatchObject([{ balance: '230.00' }]);
  expect((await ask(`/v1/balances?party=${OTHER}`, 'debtor')).status).toBe(404);
  expect((await ask('/v1/reports/trial-balance', 'debtor')).status).toBe(403);
  expect((await ask('/v1/reports/statement', 'debtor')).body.rows).toBe(7); // three fines, the receipt and its use
  expect((await ask(`/v1/reports/general-ledger?entity=${CITY}`, 'stranger')).status).toBe(404);
});

test.each([
  ['/v1/balances', 'entity'],
  [`/v1/balances?entity=${CITY}&to=2026-01-01`, 'from'],
  [`/v1/balances?entity=${CITY}&effectiveOn=2026-01-01&from=2026-01-01`, 'effectiveOn'],
  [`/v1/balances?entity=${CITY}&from=2026-02-01&to=2026-01-01`, 'to'],
  [`/v1/balances?entity=${CITY}&knownAt=soon`, 'knownAt'],
  [`/v1/reports/trial-balance?entity=${CITY}&effectiveOn=2026-01-01&to=2026-02-01`, 'to'],
])('%s is refused for %s', async (path, field) => {
  const { status, body } = await ask(path);
  expect([status, body.errors[0].field ?? body.errors[0].path ?? body.errors[0].pointer]).toEqual([
    400,
    expect.stringContaining(field),
  ]);
});

test('the trial balance adds up; as of a day it is from the beginning', async () => {
  const { body } = await ask(`/v1/reports/trial-balance?entity=${CITY}&effectiveOn=2199-12-31`);
  expect(body.totals).toMatchObject([
    { debit: '575.00', credit: '575.00', closingDebit: '345.00', closingCredit: '345.00' },
  ]);
  expect(body.selector).toMatchObject({ from: '1900-01-01', to: '2199-12-31', beforeClosing: 'false' });
});

/** A whole answer with its trailers. */
const whole = (path: string): Promise<{ text: string; trailers: NodeJS.Dict<string> }> =>
  new Promise((resolve, reject) => {
    get(`${server.url}${path}`, { headers: { authorization: `Bearer ${tokens['auditor']}` } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ text: Buffer.concat(parts).toString(), trailers: answer.trailers }));
      answer.on('error', reject);
    }).on('error', reject);
  });

test('the ledger page by page is the ledger as CSV, whose digest comes behind it', async () => {
  const asked = `entity=${CITY}&from=2020-01-01&to=2199-12-31`;
  const rows: Record<string, unknown>[] = [];
  for (let path: string | undefined = `/v1/reports/general-ledger?${asked}&limit=3`; path !== undefined;) {
    const { headers, body } = await ask(path);
    rows.push(...body.items);
    path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  }
  expect(rows).toHaveLength(4 + 10); // four accounts open; five entries
  expect(rows.filter(({ account }) => account === '1200').at(-1)).toMatchObject({ balance: '230.00' });
  const { text, trailers } = await whole(`/v1/reports/general-ledger.csv?${asked}`);
  expect(text.split('\r\n')).toHaveLength(1 + rows.length + 1);
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${canonicalJson(row)}\n`);
  expect(trailers['sijill-digest']).toBe(hash.digest('hex'));
  expect((await ask(`/v1/reports/general-ledger?${asked}&cursor=AAAA`)).body.code).toBe('CURSOR_INVALID');
});

describe('a cell opens into the instruments behind it', () => {
  const span = 'from=2020-01-01&to=2199-12-31';
  const explain = (name: string, cell: string, asked: string) =>
    `/v1/reports/${name}/explain?cell=${encodeURIComponent(cell)}&${asked}`;
  const all = async (first: string, who?: string): Promise<any[]> => {
    const found: any[] = [];
    for (let path: string | undefined = first; path !== undefined;) {
      const { headers, body } = await ask(path, who);
      found.push(...body.items);
      path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    return found;
  };

  test('of the trial balance, page by page', async () => {
    const cell = explain('trial-balance', 'closingDebit@1200,SAR', `entity=${CITY}&${span}&limit=1`);
    const { body } = await ask(cell);
    expect(body).toMatchObject({ value: '230.00', opening: '0.00', row: { account: '1200', currency: 'SAR' } });
    expect(body.instruments).toBeUndefined();
    expect(body.sentence.en).toMatch(
      /^As far as was known with event \d+, “Closing, debit” in the report “Trial balance” is 230\.00 SAR: the work of the instruments that follow\.$/,
    );
    const items = await all(cell);
    expect(items.map(({ type, effect }) => [type, effect])).toEqual(
      expect.arrayContaining([['debts.ReceiptApplied', '-115.00']]),
    );
    expect(items).toHaveLength(4);
    expect(items.map(({ before }) => before).slice(1)).toEqual(items.map(({ after }) => after).slice(0, -1));
    expect(items.at(-1).after).toBe('230.00');
    for (const { entries, effect } of items) expect(entries.map((each: any) => each.effect)).toEqual([effect]);
    const paid = items.find(({ type }) => type === 'debts.ReceiptApplied');
    expect(paid).toMatchObject({ kind: 'receipt', bank: { reference: 'TX-1' }, rules: expect.any(Array) });
  });

  test('of the general ledger and the statement: a balance and a line', async () => {
    const [, , third] = await items(`/v1/reports/general-ledger?entity=${CITY}&account=1200&${span}`);
    const key = ['posted', '1200', 'SAR', third.sequence, third.leg].join(',');
    const held = await all(explain('general-ledger', `balance@${key}`, `entity=${CITY}&${span}`), 'clerk');
    expect(held.at(-1).after).toBe(third.balance);
    const line = await all(explain('general-ledger', `counter@${key}`, `entity=${CITY}&${span}`));
    expect(line).toMatchObject([{ event: third.event, before: null, effect: null, after: third.counter }]);
    const owed = explain('statement', `balance@closing,${CITY},SAR,,`, `party=${DEBTOR}&${span}`);
    const own = await all(owed, 'debtor');
    expect(own.at(-1).after).toBe('230.00');
    expect(await all(owed, 'auditor')).toHaveLength(own.length);
  });

  test.each([
    ['trial-balance', 'closingDebit@9999,SAR', `entity=${CITY}`, 404, 'NOT_FOUND'],
    ['trial-balance', 'closingDebit@1200', `entity=${CITY}`, 400, 'INVALID_REQUEST'],
    ['trial-balance', 'closingDebit@1200,SAR', `entity=${CITY}&${span}&cursor=AAAA`, 400, 'CURSOR_INVALID'],
    ['general-ledger', 'balance@posted,1200,SAR,999999,0', `entity=${CITY}&${span}`, 404, 'NOT_FOUND'],
    ['statement', `balance@closing,${CITY},SAR,,`, span, 400, 'INVALID_REQUEST'],
  ])('%s %s?%s is refused', async (name, cell, asked, status, code) => {
    const answer = await ask(explain(name, cell, asked));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});

test('what the trial balance and the statement said before the payment and say now differ by its events', async () => {
  const before = (
    await items(`/v1/reports/general-ledger?entity=${CITY}&account=1110&from=2020-01-01&to=2199-12-31`)
  )[1];
  const times = `knownAt=${before.sequence + 1}&against=${before.sequence - 1}`;
  const balance = `/v1/reports/trial-balance/difference?entity=${CITY}&account=1110&effectiveOn=2199-12-31&${times}`;
  expect(await items(balance)).toMatchObject([
    { change: 'added', before: null, after: { debit: '115.00' }, events: [{ sequence: before.sequence }] },
  ]);
  const statement = `/v1/reports/statement/difference?party=${DEBTOR}&from=2020-01-01&to=2199-12-31&${times}`;
  const rows = await items(statement);
  expect(rows.find(({ change }) => change === 'changed')).toMatchObject({
    before: { line: 'closing' },
    events: [{ sequence: before.sequence }],
  });
});

test('answers are as documented', async () => {
  const document = (await server.call('GET', '/openapi.json')).body;
  for (const [path, url] of [
    ['/v1/balances', `/v1/balances?entity=${CITY}`],
    ['/v1/reports/{name}', `/v1/reports/general-ledger?entity=${CITY}`],
    [
      '/v1/reports/{name}/explain',
      `/v1/reports/trial-balance/explain?entity=${CITY}&effectiveOn=2199-12-31&cell=debit@1200,SAR`,
    ],
  ] as const) {
    const { schema } = document.paths[path].get.responses[200].content['application/json'];
    const [, errors] = Compile(schema).Errors((await ask(url)).body);
    expect(errors).toEqual([]);
  }
});
