import { Server, until, type Answer } from './server.js';

/** What somebody tries who has a valid token and somebody else's ids, on the built server. */

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const STRANGER = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';
const MISSING = '99999999-9999-4999-8999-999999999999';

const server = new Server();
let tokens: Record<'clerk' | 'approver' | 'debtor' | 'bank' | 'auditor' | 'otherClerk' | 'otherDebtor', string>;
let keys = 0;
let debt: string;

beforeAll(async () => {
  await server.start();
  tokens = {
    clerk: await server.token('clerk-1', 'clerk', CREDITOR),
    approver: await server.token('approver-1', 'approver', CREDITOR),
    debtor: await server.token('debtor-1', 'debtor', DEBTOR),
    bank: await server.token('bank-1', 'bank', BANK),
    auditor: await server.token('auditor-1', 'auditor', CREDITOR),
    otherClerk: await server.token('clerk-2', 'clerk', STRANGER),
    otherDebtor: await server.token('debtor-2', 'debtor', STRANGER),
  };
  const drafted = await send('clerk', 'POST', '/v1/debts', {
    debtor: DEBTOR,
    creditor: CREDITOR,
    amount: { amount: '115.00', currency: 'SAR' },
    ground: 'fine',
  });
  debt = drafted.body.id;
  const registered = await send('approver', 'POST', `/v1/debts/${debt}/registration`, {}, { 'if-match': '"0"' });
  expect(registered.status).toBe(200);
});

afterAll(() => server.dispose());

const send = (
  who: keyof typeof tokens,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  server.call(method, path, {
    token: tokens[who],
    body,
    headers: { 'idempotency-key': `key-${++keys}`, prefer: 'wait=10', ...headers },
  });

const show = (who: keyof typeof tokens, path: string): Promise<Answer> =>
  server.call('GET', path, { token: tokens[who] });

const eventually = (who: keyof typeof tokens, path: string, holds: (answer: Answer) => boolean): Promise<Answer> =>
  until(() => show(who, path), holds);

describe('with somebody else’s ids', () => {
  test('E5 a stale If-Match tells nobody that the debt of another exists, nor its revision', async () => {
    for (const [who, method, path, body] of [
      ['otherClerk', 'PATCH', '', { ground: 'other' }],
      ['otherClerk', 'DELETE', '', {}],
      ['otherClerk', 'POST', '/registration', {}],
      ['otherClerk', 'POST', '/registration', { effectiveOn: '2199-12-31' }],
      ['otherDebtor', 'POST', '/payment-requests', { amount: { amount: '1.00', currency: 'SAR' } }],
    ] as const) {
      const attempts = `/v1/attempts?target=${debt}&limit=200`;
      const before = (await show('auditor', attempts)).body.items.length;
      const foreign = await send(who, method, `/v1/debts/${debt}${path}`, body, { 'if-match': '"77"' });
      const missing = await send(who, method, `/v1/debts/${MISSING}${path}`, body, { 'if-match': '"77"' });
      expect([foreign.status, foreign.body]).toEqual([404, missing.body]);
      expect(missing.status).toBe(404);
      expect(foreign.headers.get('etag')).toBeNull();
      const after = await eventually('auditor', attempts, ({ body: { items } }) => items.length > before);
      expect(after.body.items.length).toBe(before + 1);
    }
  });

  test('a history is paged to its end, and a cursor that it did not give is refused', async () => {
    const first = await show('auditor', `/v1/debts/${debt}/events?limit=1`);
    const cursor = /cursor=([\w-]+)/.exec(first.headers.get('link') ?? '')?.[1] as string;
    const second = await show('auditor', `/v1/debts/${debt}/events?limit=1&cursor=${cursor}`);
    expect(second.body.items).toMatchObject([{ type: 'debts.DebtRegistered' }]);
    expect(second.headers.get('link')).toBeNull();

    const [query, , id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    for (const forged of [null, 'abc', '1', true, -1, 1.5]
      .map((value) => [query, value, id])
      .concat([[query, 0, MISSING]])) {
      const made = Buffer.from(JSON.stringify(forged)).toString('base64url');
      const answer = await show('auditor', `/v1/debts/${debt}/events?limit=1&cursor=${made}`);
      expect([forged, answer.status, answer.body.code]).toEqual([forged, 400, 'CURSOR_INVALID']);
    }
  });

  test('an auditor reads all: also the history of a draft that was discarded', async () => {
    const draft = { debtor: DEBTOR, creditor: CREDITOR, amount: { amount: '5.00', currency: 'SAR' }, ground: 'fine' };
    const { id } = (await send('clerk', 'POST', '/v1/debts', draft)).body;
    expect((await send('clerk', 'DELETE', `/v1/debts/${id}`, {})).body.state).toBe('discarded');
    expect((await show('auditor', `/v1/debts/${id}/events`)).body.items).toMatchObject([
      { type: 'debts.DebtDrafted' },
      { type: 'debts.DraftDiscarded' },
    ]);
    expect((await show('otherClerk', `/v1/debts/${id}/events`)).status).toBe(404);
    expect((await show('auditor', `/v1/debts/${MISSING}/events`)).status).toBe(404);
  });
});
