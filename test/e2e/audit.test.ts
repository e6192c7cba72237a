import { Server, until, type Answer } from './server.js';

/** The search, the trace and the officers of a built server, over a debt from its draft to its settlement. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const OTHER = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

const server = new Server();
const tokens: Record<string, string> = {};
let keys = 0;
const send = async (who: string, path: string, body: object, ifMatch?: number): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who]!,
    body,
    headers: {
      'idempotency-key': `key-${++keys}`,
      prefer: 'wait=10',
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
  });
const get = (path: string, who = 'auditor'): Promise<Answer> => server.call('GET', path, { token: tokens[who]! });

interface Item {
  readonly id: string;
  readonly sequence: number;
  readonly type: string;
  readonly actor: { readonly id: string };
  readonly correlation: string;
}
const found = async (query: string, who = 'auditor'): Promise<Item[]> => {
  const answer = await get(`/v1/audit?${query}`, who);
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  return answer.body.items;
};
const types = async (query: string, who?: string): Promise<string[]> =>
  (await found(query, who)).map(({ type }) => type);
const next = (answer: Answer): string | undefined =>
  /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];

const terms = (amount: string, creditor = CITY) => ({
  debtor: DEBTOR,
  creditor,
  ground: 'fine',
  amount: { amount, currency: 'SAR' },
});
let debt = '';
let request = '';
let receipt = '';

beforeAll(async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor', 'regulator', 'debtor', 'operator']) {
    tokens[role] = await server.token(role, role, role === 'debtor' ? DEBTOR : CITY);
  }
  tokens['bank'] = await server.token('bank', 'bank', BANK);
  tokens['stranger'] = await server.token('stranger', 'clerk', OTHER);

  debt = (await send('clerk', '/v1/debts', terms('115.00'))).body.id;
  expect((await send('clerk', `/v1/debts/${debt}/registration`, {}, 0)).body.code).toBe('SELF_APPROVAL');
  expect((await send('approver', `/v1/debts/${debt}/registration`, {}, 0)).status).toBe(200);
  const paid = { reference: 'TX-1', payer: DEBTOR, payee: CITY, channel: 'sadad', paidOn: '2026-01-15' };
  const amount = { amount: '150.00', currency: 'SAR' };
  receipt = (await send('bank', '/v1/receipts', { ...paid, target: { debt }, amount })).body.id;
  const view = await until(
    () => get(`/v1/debts/${debt}`),
    ({ body }) => body.received?.amount === '115.00',
  );
  const asked = await send(
    'debtor',
    `/v1/debts/${debt}/payment-requests`,
    { amount: { amount: '115.00', currency: 'SAR' } },
    view.body.revision,
  );
  expect(asked.status).toBe(200);
  request = asked.body.request ?? (await get(`/v1/debts/${debt}`)).body.request.id;
  const { revision } = (await get(`/v1/debts/${debt}`)).body;
  const approved = await send('approver', `/v1/debts/${debt}/requests/${request}/approval`, {}, revision);
  expect([approved.status, approved.body.state]).toEqual([200, 'settled']);
  await send('stranger', '/v1/debts', terms('9.00', OTHER));
  await server.quiet();
});
afterAll(() => server.dispose());

test('finds by any combination, the latest first', async () => {
  const story = [
    'debts.DebtSettled',
    'debts.PaymentRequested',
    'debts.ReceiptApplied',
    'billing.ReceiptRecorded',
    'debts.DebtRegistered',
    'debts.DebtDrafted',
  ];
  expect((await types(`party=${DEBTOR}&entity=${CITY}`)).filter((type) => story.includes(type))).toEqual(story);
  const everything = await found('limit=200');
  expect(everything.map(({ sequence }) => sequence)).toEqual(everything.map((_, i) => everything.length - 1 - i));
  expect(everything.at(-1)?.type).toBe('ledger.LedgerOpened');

  const [{ actor }] = (await found('type=debts.DebtRegistered')) as [Item];
  expect(await types(`actor=${actor.id}`)).toEqual(['debts.DebtSettled', 'debts.DebtRegistered']);
  expect(await types(`actor=${actor.id}&rule=E5`)).toEqual(['debts.DebtRegistered']);
  expect(await types(`about=${receipt}&minAmount=115&maxAmount=115.0000&currency=SAR`)).toContain(
    'debts.ReceiptApplied',
  );
  expect(await types('minAmount=150&effectiveTo=2026-12-31&type=billing.ReceiptRecorded')).toHaveLength(1);
  expect(await types('minAmount=150.0001')).toEqual([]);
  expect(await types('recordedFrom=2199-01-01')).toEqual([]);
  expect(await types('knownAt=1')).toEqual(['debts.DebtDrafted', 'ledger.LedgerOpened']);
});

test('finds what a rule stopped, by its number and by its code', async () => {
  const [refused, ...more] = (await found('rule=SELF_APPROVAL')) as [Item];
  expect([refused.type, more]).toEqual(['debts.RegisterDebtRejected', []]);
  expect((await found(`refused=true&about=${debt}`)).map(({ id }) => id)).toEqual([refused.id]);
  expect(await types(`refused=false&about=${debt}&type=debts.RegisterDebtRejected`)).toEqual([]);
});

test('pages by a cursor that new events do not move', async () => {
  const all = (await found('limit=200')).map(({ id }) => id);
  const paged: string[] = [];
  let path: string | undefined = '/v1/audit?limit=3';
  while (path !== undefined) {
    const answer: Answer = await get(path);
    paged.push(...answer.body.items.map(({ id }: Item) => id));
    path = next(answer);
    if (path !== undefined && paged.length === 3) await send('stranger', '/v1/debts', terms('1.00', OTHER));
  }
  expect(paged).toEqual(all);
});

test('shows an event by its id, in words, and traces what it caused and what caused it', async () => {
  const [recorded] = (await found('type=billing.ReceiptRecorded')) as [Item];
  const shown = await get(`/v1/events/${recorded.id}`);
  expect(shown.body).toMatchObject({
    sequence: recorded.sequence,
    name: { en: 'Receipt recorded', ar: 'سُجّل سند قبض' },
    instrument: { sentence: { en: expect.stringContaining('150.00') } },
  });
  const { sequence: _, ...stored } = recorded;
  expect(shown.body.event).toEqual(stored);

  const flow = (trace: Answer) =>
    trace.body.flow.map(({ type, depth }: { type: string; depth: number }) => `${'  '.repeat(depth)}${type}`);
  const whole = [
    'billing.ReceiptRecorded', // two events of one command
    'billing.ReceiptMatched',
    '  debts.ReceiptApplied',
    '    balances.BalanceCredited',
  ];
  const down = await get(`/v1/events/${recorded.id}/trace`);
  expect(flow(down)).toEqual(whole);
  expect(down.body).toMatchObject({ leftOut: null, request: null, event: recorded.id });
  const [credited] = (await found('type=balances.BalanceCredited')) as [Item];
  expect(flow(await get(`/v1/events/${credited.id}/trace`))).toEqual(whole);

  const [settled] = (await found('type=debts.DebtSettled')) as [Item];
  const decision = await get(`/v1/events/${settled.id}/trace`);
  expect(decision.body.request).toMatchObject({
    id: request,
    steps: [
      { type: 'debts.PaymentRequested', actor: { role: 'debtor' } },
      { type: 'debts.DebtSettled', actor: { role: 'approver' } },
    ],
  });
});

test('says what an officer requested and decided, and who stood on the other side', async () => {
  const [{ actor: approver }] = (await found('type=debts.DebtRegistered')) as [Item];
  const [{ actor: clerk }] = (await found(`type=debts.DebtDrafted&entity=${CITY}`)) as [Item];
  const { body } = await get(`/v1/officers/${approver.id}/decisions`);
  expect(body).toMatchObject({ actor: approver.id, sides: { requested: false, decided: true }, reached: 0 });
  expect(body.items).toMatchObject([
    { type: 'debts.DebtSettled', act: 'approved', fourEyes: true, askedBy: [{ type: 'debts.PaymentRequested' }] },
    { type: 'debts.DebtRegistered', act: 'approved', fourEyes: true, askedBy: [{ actor: clerk.id, role: 'clerk' }] },
  ]);
  const drafted = await get(`/v1/officers/${clerk.id}/decisions?act=requested`);
  expect(drafted.body).toMatchObject({ sides: { requested: true, decided: false } });
  expect(drafted.body.items).toMatchObject([{ type: 'debts.DebtDrafted', askedBy: [], fourEyes: null }]);
  expect((await get(`/v1/officers/${clerk.id}/decisions?act=approved`)).body.items).toEqual([]);
});

test('whoever is bound to an entity finds what is its own, and no event of another is there', async () => {
  expect(await types('limit=200', 'stranger')).toEqual(expect.not.arrayContaining(['debts.DebtRegistered']));
  expect(await types(`entity=${CITY}`, 'stranger')).toEqual([]);
  expect(await types('refused=true', 'clerk')).toEqual([]);
  const [registered] = (await found('type=debts.DebtRegistered', 'clerk')) as [Item];
  for (const path of [`/v1/events/${registered.id}`, `/v1/events/${registered.id}/trace`]) {
    expect((await get(path, 'clerk')).status).toBe(200);
    expect((await get(path, 'stranger')).status).toBe(404);
    expect((await get(path, 'debtor')).status).toBe(403);
  }
  expect((await get(`/v1/officers/${registered.actor.id}/decisions`, 'stranger')).body.items).toEqual([]);
});

test('refuses what cannot be meant, and says what would be accepted', async () => {
  const codes = async (query: string): Promise<unknown> => {
    const { status, body } = await get(`/v1/audit?${query}`);
    return [
      status,
      body.errors?.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`) ?? body.code,
    ];
  };
  expect(await codes('type=debts.NoSuchThing')).toEqual([400, ['type NOT_ACCEPTED']]);
  expect(await codes('rule=E99')).toEqual([400, ['rule NOT_ACCEPTED']]);
  expect(await codes('minAmount=2&maxAmount=1.9999')).toEqual([400, ['maxAmount NOT_IN_RANGE']]);
  expect(await codes('effectiveFrom=2026-02-01&effectiveTo=2026-01-31')).toEqual([400, ['effectiveTo NOT_IN_RANGE']]);
  expect(await codes('recordedFrom=2026-02-01&recordedTo=2026-01-31')).toEqual([400, ['recordedTo NOT_IN_RANGE']]);
  expect(await codes('actor=1010101010')).toEqual([400, ['actor NOT_ACCEPTED']]);
  expect(await codes('party=party_1058529940')).toEqual([400, ['party PARTY_IS_NATIONAL_ID']]);
  expect(await codes('minAmount=-1')).toEqual([400, ['minAmount MONEY_FORMAT']]);
  expect(await codes('minAmount=1e3')).toEqual([400, ['minAmount MONEY_FORMAT']]);
  expect(await codes('knownAt=999999')).toEqual([400, ['knownAt NOT_YET_KNOWN']]);
  expect(await codes('colour=red')).toEqual([400, ['colour UNKNOWN_FIELD']]);
  expect((await get('/v1/events/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  expect((await get('/v1/events/1')).body.errors).toMatchObject([{ path: 'id', code: 'NOT_A_UUID' }]);
  expect((await get('/v1/officers/clerk/decisions')).body.errors).toMatchObject([{ path: 'actor' }]);
});

test('a cursor holds for the query that gave it, and a forged one is refused', async () => {
  const first = await get('/v1/audit?limit=2');
  const cursor = new URL(next(first)!, 'http://x').searchParams.get('cursor')!;
  const refused = async (path: string, who?: string) => (await get(path, who)).body.code;
  expect(await refused(`/v1/audit?type=debts.DebtDrafted&cursor=${cursor}`)).toBe('CURSOR_INVALID');
  expect(await refused(`/v1/audit?cursor=${cursor}`, 'clerk')).toBe('CURSOR_INVALID');
  const [digest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string];
  for (const forged of [
    [digest, -1, 'audit'],
    [digest, 1e9, 'audit'],
    [digest, 1.5, 'audit'],
    [digest, 'x', 'audit'],
  ]) {
    const text = Buffer.from(JSON.stringify(forged)).toString('base64url');
    expect(await refused(`/v1/audit?limit=2&cursor=${text}`)).toBe('CURSOR_INVALID');
  }
});
