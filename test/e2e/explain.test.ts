import { Compile } from 'typebox/schema';
import { Server, until, type Answer } from './server.js';

/** The explanations of a built server: a fine of 115.00, paid with 120.00 by a friend, recognised and settled. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const FRIEND = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

const server = new Server();
const tokens: Record<string, string> = {};
let debt = '';
let documents: {
  paths: Record<string, { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>;
};

const sar = (amount: string) => ({ amount, currency: 'SAR' });
const command = (who: string, path: string, key: string, body: object, headers: Record<string, string> = {}) =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': key, prefer: 'wait=10', ...headers },
  });
const ask = (who: string, path: string): Promise<Answer> => server.call('GET', path, { token: tokens[who] as string });

beforeAll(async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor']) tokens[role] = await server.token(role, role, CITY);
  tokens['debtor'] = await server.token('debtor', 'debtor', DEBTOR);
  tokens['friend'] = await server.token('friend', 'debtor', FRIEND);
  tokens['bank'] = await server.token('bank', 'bank', BANK);
  documents = (await server.call('GET', '/openapi.json')).body;
  const draft = { debtor: DEBTOR, creditor: CITY, ground: 'traffic-fine', amount: sar('115.00') };
  debt = (await command('clerk', '/v1/debts', 'draft', draft)).body.id;
  await command('approver', `/v1/debts/${debt}/registration`, 'register', {}, { 'if-match': '"0"' }); // sequence 2
  const paid = { payer: FRIEND, payee: CITY, target: { debt }, amount: sar('120.00'), channel: 'sadad' };
  const facts = { ...paid, reference: 'TX-1', paidOn: '2026-01-15', sourceAccount: 'SA0380000000608010167519' };
  await command('bank', '/v1/receipts', 'pay', facts);
  const asked = await command('debtor', `/v1/debts/${debt}/payment-requests`, 'ask', { amount: sar('115.00') });
  const approval = `/v1/debts/${debt}/requests/${asked.body.event}/approval`;
  await command('approver', approval, 'approve', {}, { 'if-match': `"${asked.body.revision}"` });
});
afterAll(() => server.dispose());

interface Item {
  readonly effectiveOn: string;
  readonly sequence: number;
  readonly type: string;
  readonly before: string;
  readonly effect: string | null;
  readonly after: string;
  readonly entries: readonly { readonly effect: string | null }[];
}
const chain = ({ body }: Answer) =>
  (body.items as Item[]).map(({ type, before, effect, after }) => [type, before, effect, after]);

function expectDocumented(route: string, { body }: Answer): void {
  const { schema } = documents.paths[route]!.get.responses[200]!.content['application/json']!;
  expect([...Compile(schema).Errors(body)[1]]).toEqual([]);
}

test('what is owed on a debt is explained by its registration and the receipt, to the halala', async () => {
  const answer = await ask('auditor', `/v1/debts/${debt}/explain`);
  expectDocumented('/v1/debts/{id}/explain', answer);
  expect(answer.body).toMatchObject({ debt, figure: 'balance', value: '0.00', currency: 'SAR', instruments: 2 });
  expect(chain(answer)).toEqual([
    ['debts.DebtRegistered', '0.00', '115.00', '115.00'],
    ['debts.ReceiptApplied', '115.00', '-115.00', '0.00'],
  ]);
  const [registered, received] = answer.body.items;
  expect(registered).toMatchObject({
    kind: 'decision',
    sequence: 2,
    rules: ['E5', 'E6', 'E7'],
    actor: { role: 'approver' },
    request: { type: 'debts.DebtDrafted', by: { role: 'clerk' } },
    bank: null,
    entries: [{ debit: { account: '1200' }, credit: { account: '4300' }, amount: '115.00', effect: '115.00' }],
  });
  expect(registered.sentence.en).toMatch(
    /^On .* by an approver: a debt of 115\.00 SAR was registered on the ground of a traffic fine\.$/,
  );
  expect(registered.sentence.ar).toMatch(
    /بواسطة معتمد الجهة: سُجّلت مديونية بمبلغ 115\.00 ريال سعودي، سندها مخالفة مرورية\.$/,
  );
  expect(received).toMatchObject({
    kind: 'receipt',
    bank: {
      reference: 'TX-1',
      paidOn: '2026-01-15',
      channel: 'sadad',
      sourceAccount: expect.stringMatching(/^[\w-]{43}$/),
    },
    entries: [{ debit: { account: '2310' }, credit: { account: '1200' }, effect: '-115.00' }],
  });
  expect(answer.body.sentence.ar).toContain('المستحق على المديونية 0.00 ريال سعودي؛ وعدد المستندات المؤثرة: مستندان.');
});

test.each([
  ['amount', '115.00'],
  ['received', '115.00'],
  ['waived', '0.00'],
  ['approved', '115.00'],
  ['state', 'settled'],
])('figure=%s is explained to %s', async (figure, value) => {
  const answer = await ask('clerk', `/v1/debts/${debt}/explain?figure=${figure}`);
  expectDocumented('/v1/debts/{id}/explain', answer);
  expect([answer.status, answer.body.value]).toEqual([200, value]);
  expect((answer.body.items as Item[]).at(-1)?.after ?? value).toBe(value);
});

test('both times: what was known before the receipt, and what counted before the debt', async () => {
  const known = await ask('auditor', `/v1/debts/${debt}/explain?knownAt=2`);
  expect([known.body.value, known.body.knownAt]).toEqual(['115.00', 2]);
  const counted = await ask('auditor', `/v1/debts/${debt}/explain?effectiveOn=2020-01-01`);
  expect([counted.body.value, counted.body.items]).toEqual(['0.00', []]);
});

test('pages are of one answer: the link says what was known', async () => {
  const first = await ask('auditor', `/v1/debts/${debt}/explain?figure=state&limit=2`);
  expect(chain(first)).toEqual([
    ['debts.DebtDrafted', 'none', null, 'draft'],
    ['debts.DebtRegistered', 'draft', null, 'outstanding'],
  ]);
  const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') as string)?.[1] as string;
  expect(next).toContain(`knownAt=${first.body.knownAt}`);
  const rest = await ask('auditor', next);
  expect(chain(rest)).toEqual([
    ['debts.PaymentRequested', 'outstanding', null, 'underReview'],
    ['debts.DebtSettled', 'underReview', null, 'settled'],
  ]);
  expect(rest.headers.get('link')).toBeNull();
  expect(rest.body.items[1].request).toMatchObject({ type: 'debts.PaymentRequested', by: { role: 'debtor' } });
  expect((await ask('clerk', next)).body.code).toBe('CURSOR_INVALID');
});

test('T5 the debtor is shown that a friend paid, neither who nor by which payment of the bank', async () => {
  const { body } = await ask('debtor', `/v1/debts/${debt}/explain`);
  expect(body.items[1]).toMatchObject({ type: 'debts.ReceiptApplied', bank: null });
  expect(JSON.stringify(body)).not.toMatch(new RegExp(`${FRIEND}|TX-1`));
});

test('someone else’s debt is a 404, like one that does not exist, and the attempt is recorded', async () => {
  const foreign = await ask('friend', `/v1/debts/${debt}/explain`);
  const missing = await ask('friend', '/v1/debts/99999999-9999-4999-8999-999999999999/explain');
  expect([foreign.status, missing.status]).toEqual([404, 404]);
  expect(foreign.body).toEqual(missing.body);
  const { body } = await until(
    () => ask('auditor', `/v1/attempts?target=${debt}`),
    (answer) => answer.body.items.length > 0,
  );
  expect(body.items).toMatchObject([{ command: 'ViewDebt' }]);
});

test.each([
  ['figure=soul', 400, 'INVALID_REQUEST'],
  ['knownAt=999999', 400, 'INVALID_REQUEST'],
  ['knownAt=soon', 400, 'INVALID_REQUEST'],
  ['knownAt=2199-01-01T00:00:00Z', 400, 'INVALID_REQUEST'],
  ['knownAt=99999999999999999999', 400, 'INVALID_REQUEST'],
  ['effectiveOn=2026-02-30', 400, 'INVALID_REQUEST'],
  ['cursor=eyJ', 400, 'CURSOR_INVALID'],
  ['knownAt=0', 404, 'NOT_FOUND'],
  ['knownAt=-1', 404, 'NOT_FOUND'],
  ['knownAt=2001-01-01T00:00:00Z', 404, 'NOT_FOUND'],
])('%s is refused', async (query, status, code) => {
  const answer = await ask('auditor', `/v1/debts/${debt}/explain?${query}`);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test('a draft is explained by what it proposes, and to its creditor alone', async () => {
  const draft = { debtor: DEBTOR, creditor: CITY, ground: 'fee', amount: sar('10.00') };
  const { id } = (await command('clerk', '/v1/debts', 'draft-2', draft)).body as { id: string };
  expect(chain(await ask('clerk', `/v1/debts/${id}/explain`))).toEqual([
    ['debts.DebtDrafted', '0.00', '10.00', '10.00'],
  ]);
  expect((await ask('debtor', `/v1/debts/${id}/explain`)).status).toBe(404);
});

describe('a party’s balances', () => {
  const balances = (party: string, query: string) => `/v1/parties/${party}/balances/explain?currency=SAR&${query}`;

  test('E4 what is refundable to the friend is explained by the receipt’s excess', async () => {
    const answer = await ask('friend', balances(FRIEND, `figure=refundable&entity=${CITY}&sector=general`));
    expectDocumented('/v1/parties/{party}/balances/explain', answer);
    expect(answer.body).toMatchObject({
      party: FRIEND,
      entity: CITY,
      sector: 'general',
      value: '5.00',
      instruments: 1,
    });
    expect(chain(answer)).toEqual([['balances.BalanceCredited', '0.00', '5.00', '5.00']]);
    expect(answer.body.items[0]).toMatchObject({
      kind: 'consequence',
      bank: { reference: 'TX-1' },
      entries: [{ debit: { account: '2310' }, credit: { account: '2300', dims: { party: FRIEND } }, effect: '5.00' }],
    });
    expect(answer.body.items[0].sentence.ar).toContain('بسبب زيادة المقبوض عن المستحق');
    const total = await ask('clerk', balances(FRIEND, 'figure=total'));
    expect([total.body.value, total.body.sector, total.body.entity]).toEqual(['5.00', null, CITY]);
    expect((await ask('friend', balances(FRIEND, `figure=held&entity=${CITY}&sector=general`))).body.value).toBe(
      '0.00',
    );
  });

  test('E4 what the debtor owes is explained by day and sequence, page by page', async () => {
    const draft = { debtor: DEBTOR, creditor: CITY, ground: 'fee', amount: sar('30.00') };
    const { id } = (await command('clerk', '/v1/debts', 'draft-3', draft)).body as { id: string };
    await command('approver', `/v1/debts/${id}/registration`, 'register-3', {}, { 'if-match': '"0"' });
    const first = await ask('debtor', balances(DEBTOR, `entity=${CITY}&sector=general&limit=2`));
    expectDocumented('/v1/parties/{party}/balances/explain', first);
    expect([first.body.figure, first.body.value, first.body.instruments]).toEqual(['owed', '30.00', 3]);
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') as string)?.[1] as string;
    const rest = await ask('debtor', next);
    const all = [...(first.body.items as Item[]), ...(rest.body.items as Item[])];
    expect([...chain(first), ...chain(rest)].map(([type, , effect]) => `${type} ${effect}`).sort()).toEqual([
      'debts.DebtRegistered 115.00',
      'debts.DebtRegistered 30.00',
      'debts.ReceiptApplied -115.00',
    ]);
    const places = all.map(({ effectiveOn, sequence }) => `${effectiveOn} ${String(sequence).padStart(9, '0')}`);
    expect(places).toEqual(places.toSorted());
    expect((rest.body.items as Item[]).at(-1)?.after).toBe('30.00');
    expect(JSON.stringify([first.body, rest.body])).not.toContain(FRIEND);
    const before = await ask('auditor', balances(DEBTOR, `entity=${CITY}&sector=general&knownAt=2`));
    expect(before.body.value).toBe('115.00');
  });

  test('another party’s, or another entity’s, is a 404 and recorded', async () => {
    expect((await ask('friend', balances(DEBTOR, `entity=${CITY}&sector=general`))).status).toBe(404);
    expect((await ask('clerk', balances(DEBTOR, `entity=${BANK}&sector=general`))).status).toBe(404);
    const attempts = `/v1/attempts?target=${DEBTOR.slice(6)}`;
    const { body } = await until(
      () => ask('auditor', attempts),
      (answer) => answer.body.items.length > 1,
    );
    expect(body.items).toMatchObject([{ command: 'ViewBalances' }, { command: 'ViewBalances' }]);
  });

  test.each([
    ['figure=owed&sector=general', 'entity', 'REQUIRED'],
    [`entity=${CITY}`, 'sector', 'REQUIRED'],
    [`entity=${CITY}&figure=total&sector=general`, 'sector', 'UNKNOWN_FIELD'],
    [`entity=${CITY}&sector=general&figure=all`, 'figure', 'NOT_ACCEPTED'],
  ])('%s is refused', async (query, path, code) => {
    const { status, body } = await ask('auditor', balances(DEBTOR, query));
    expect([status, body.errors]).toMatchObject([400, [{ path, code }]]);
  });
});

describe('a report’s cell', () => {
  const span = 'from=2020-01-01&to=2199-12-31';
  const cell = (column: string, key = `${CITY},SAR`) => `cell=${encodeURIComponent(`${column}@${key}`)}`;
  const explain = (report: string, query: string) => `/v1/reports/${report}/explain?${query}`;

  test('what was paid is explained by the receipt, to the halala', async () => {
    const answer = await ask('auditor', explain('debt-roll-forward', `${span}&${cell('paid')}`));
    expectDocumented('/v1/reports/{name}/explain', answer);
    expect(answer.body).toMatchObject({
      report: 'debt-roll-forward',
      column: 'paid',
      row: { entity: CITY, currency: 'SAR' },
      value: '115.00',
      instruments: 1,
      items: [
        {
          type: 'debts.ReceiptApplied',
          before: '0.00',
          effect: '115.00',
          after: '115.00',
          bank: { reference: 'TX-1' },
        },
      ],
    });
    expect(answer.body.sentence.en).toMatch(
      /^As far as was known with event \d+, “Paid” in the report “Debt roll-forward” is 115\.00 SAR: the work of 1 instrument\.$/,
    );
    expect(answer.body.sentence.ar).toContain(
      '«المسدد» في تقرير «حركة المديونيات بين رصيدين»: 115.00 ريال سعودي؛ وعدد المستندات المؤثرة: مستند واحد.',
    );
  });

  test('pages are of one answer, at the sequence that was asked', async () => {
    const first = await ask('auditor', explain('debt-roll-forward', `${span}&${cell('closing')}&limit=1`));
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') as string)?.[1] as string;
    const rest = await ask('auditor', next);
    expect([...chain(first), ...chain(rest)].slice(0, 2)).toEqual([
      ['debts.DebtRegistered', '0.00', '115.00', '115.00'],
      ['debts.ReceiptApplied', '115.00', '-115.00', '0.00'],
    ]);
    expect(rest.body.sequence).toBe(first.body.sequence);
    const then = await ask('auditor', explain('debt-roll-forward', `${span}&${cell('closing')}&knownAt=2`));
    expect([then.body.value, then.body.instruments]).toEqual(['115.00', 1]);
  });

  test('counts and codes open, too', async () => {
    const debts = await ask(
      'clerk',
      explain('debt-ageing', `effectiveOn=2199-12-31&knownAt=2&${cell('debts', `${CITY},SAR,over-365`)}`),
    );
    expect(chain(debts)).toEqual([['debts.DebtRegistered', '0', '1', '1']]);
    const decision = await ask('auditor', explain('four-eyes', `${span}&${cell('decision', '2')}`));
    expect([decision.body.value, chain(decision)]).toEqual([
      'debts.DebtRegistered',
      [['debts.DebtRegistered', null, null, 'debts.DebtRegistered']],
    ]);
  });

  test.each([
    ['debt-roll-forward', span, 400, 'INVALID_REQUEST'],
    ['debt-roll-forward', `${span}&cell=closing`, 400, 'INVALID_REQUEST'],
    ['debt-roll-forward', `${span}&${cell('soul')}`, 400, 'INVALID_REQUEST'],
    ['debt-roll-forward', `${span}&${cell('closing', 'SAR')}`, 400, 'INVALID_REQUEST'],
    ['debt-roll-forward', `${span}&${cell('closing', `${BANK},SAR`)}`, 404, 'NOT_FOUND'],
    ['debt-roll-forward', `${span}&${cell('closing')}&knownAt=999999`, 400, 'INVALID_REQUEST'],
    ['debt-roll-forward', `${span}&${cell('closing')}&party=${BANK}`, 400, 'INVALID_REQUEST'],
    ['debt-roll-forward', `${span}&${cell('closing')}&cursor=next`, 400, 'CURSOR_INVALID'],
    ['none', cell('closing'), 404, 'NOT_FOUND'],
  ])('%s?%s is refused', async (report, query, status, code) => {
    const answer = await ask('auditor', explain(report, query));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('staff of an entity open their own cells, and nobody else’s', async () => {
    expect((await ask('clerk', explain('debt-roll-forward', `${span}&${cell('paid')}`))).body.value).toBe('115.00');
    const foreign = explain('debt-roll-forward', `${span}&${cell('paid')}&entity=${BANK}`);
    expect((await ask('clerk', foreign)).status).toBe(404);
    expect((await ask('debtor', explain('debt-roll-forward', `${span}&${cell('paid')}`))).status).toBe(403);
  });
});
