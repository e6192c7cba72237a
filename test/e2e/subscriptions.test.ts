import { addDays, businessDateAt } from '../../src/kernel/calendar.js';
import { Server, until, type Answer } from './server.js';

const ESTABLISHMENT = 'party_55555555-5555-4555-8555-555555555551';
const OTHER = 'party_55555555-5555-4555-8555-555555555552';
const USER = 'party_66666666-6666-4666-8666-666666666661';
const OWNER = 'party_66666666-6666-4666-8666-666666666662';
const ENTITY = 'party_5e1f2a90-6d3b-4c7e-8a14-90b7c2d4e6f8';
const BANK = 'party_77777777-7777-4777-8777-777777777777';
const TODAY = businessDateAt(Date.now());
const NEXT_YEAR = `${Number(TODAY.slice(0, 4)) + 1}${TODAY.slice(4)}`.replace('-02-29', '-02-28');

const server = new Server();
let tokens: Record<'establishment' | 'other' | 'user' | 'clerk' | 'bank' | 'auditor', string>;
let keys = 0;
let references = 0;

beforeAll(async () => {
  await server.start();
  tokens = {
    establishment: await server.token('owner', 'establishment', ESTABLISHMENT),
    other: await server.token('someone', 'establishment', OTHER),
    user: await server.token('user', 'debtor', USER),
    clerk: await server.token('clerk', 'clerk', ENTITY),
    bank: await server.token('teller', 'bank', BANK),
    auditor: await server.token('auditor', 'auditor', ENTITY),
  };
});
afterAll(() => server.dispose());

type Who = keyof typeof tokens;
const send = (who: Who, path: string, body: object, headers: object = {}): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who],
    body,
    headers: { 'idempotency-key': `key-${++keys}`, prefer: 'wait=10', ...headers },
  });
const show = (who: Who, path: string): Promise<Answer> => server.call('GET', path, { token: tokens[who] });
const items = async (who: Who, path: string) => (await show(who, path)).body.items as { id: string; state: string }[];

const ACCEPTED = { term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' };
const order = (user: string, changes: object = {}) => ({
  establishment: ESTABLISHMENT,
  user,
  relation: 'employee',
  plan: 'basic',
  ...ACCEPTED,
  ...changes,
});
const pay = (subscription: string, amount: string): Promise<Answer> =>
  send('bank', '/v1/receipts', {
    reference: `S-${++references}`,
    payer: ESTABLISHMENT,
    payee: ENTITY,
    target: { subscription },
    amount: { amount, currency: 'SAR' },
    paidOn: TODAY,
    channel: 'sadad',
  });
const available = async (): Promise<string> =>
  (await show('establishment', `/v1/parties/${ESTABLISHMENT}/balances`)).body.credits[0]?.available ?? '0.00';

describe('a subscription over HTTP, on the built server', () => {
  let path: string;
  let id: string;

  test('Q3 ordered, paid in two parts and some more, then active for a year (domain.md §4: 115.00)', async () => {
    const bought = await send('establishment', '/v1/subscriptions', order(USER));
    expect(bought.status).toBe(201);
    expect(bought.body).toMatchObject({ revision: 0, state: 'pendingPayment' });
    ({ id } = bought.body);
    path = `/v1/subscriptions/${id}`;
    expect(bought.headers.get('location')).toBe(path);

    expect((await pay(id, '60.00')).body.state).toBe('matched');
    expect((await show('establishment', path)).body).toMatchObject({
      state: 'pendingPayment',
      order: { gross: '115.00', vat: '15.00', missing: '55.00', dueOn: addDays(TODAY, 30) },
    });
    const second = await pay(id, '60.00');
    const shown = await show('establishment', path);
    expect(shown.body).toMatchObject({
      state: 'active',
      startsOn: TODAY,
      endsOn: NEXT_YEAR,
      order: null,
      deferred: '100.00',
      terms: [{ number: 1, invoice: `${id}/1`, gross: '115.00', monthsEarned: 0 }],
    });
    expect(shown.headers.get('etag')).toBe(`"${shown.body.revision}"`);
    expect(await available()).toBe('5.00');
    const receipt = await show('bank', `/v1/receipts/${second.body.id}`);
    expect(receipt.body).toMatchObject({ subscription: id, debt: null, applied: '55.00', credited: '5.00' });
  });

  test('every ✗ is answered by its code and recorded (Q4, Q5, Q6, Q7)', async () => {
    for (const [what, body, status, code] of [
      ['refund-requests', {}, 409, 'NO_REFUND'],
      ['transfers', { to: OWNER }, 409, 'NO_TRANSFER'],
      ['reinstatement', {}, 409, 'NOT_CANCELLED'],
      ['renewals', { ...ACCEPTED, term: 'P2Y' }, 422, 'TERM_NOT_ONE_YEAR'],
    ] as const) {
      const refused = await send('establishment', `${path}/${what}`, body);
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
    const twice = await send('establishment', '/v1/subscriptions', order(USER), { 'accept-language': 'ar' });
    expect(twice.body).toMatchObject({ code: 'DUPLICATE', rule: 'Q3' });
    expect(twice.body.detail).toContain('لدى المستخدم هذا الاشتراك');
    const attempts = await until(
      () => show('auditor', `/v1/attempts?target=${id}`),
      ({ body }) => body.items.length === 5,
    );
    expect(attempts.body.items.map(({ code }: { code: string }) => code).sort()).toEqual([
      'DUPLICATE',
      'NOT_CANCELLED',
      'NO_REFUND',
      'NO_TRANSFER',
      'TERM_NOT_ONE_YEAR',
    ]);
  });

  test('the user uses services; the establishment, the entity’s staff and auditors see the same history', async () => {
    expect((await send('user', `${path}/service-uses`, { service: 'work-permit' })).status).toBe(200);
    expect((await send('user', `${path}/renewals`, ACCEPTED)).status).toBe(403);
    const histories = await Promise.all(
      (['user', 'establishment', 'clerk', 'auditor'] as const).map((who) => show(who, `${path}/events?limit=3`)),
    );
    for (const { body } of histories) expect(body).toEqual(histories[0]?.body);
    expect(histories[0]?.body.items.map(({ type }: { type: string }) => type)).toEqual([
      'subscriptions.SubscriptionPurchased',
      'subscriptions.PaymentReceived',
      'subscriptions.PaymentReceived',
    ]);
    const next = /<([^>]+)>; rel="next"/.exec(histories[0]?.headers.get('link') ?? '')?.[1] as string;
    expect((await show('user', next)).body.items).toMatchObject([
      {
        type: 'subscriptions.SubscriptionActivated',
        entries: [
          { debit: { account: '2310' }, credit: { account: '2100' }, amount: '60.00' },
          { debit: { account: '2310' }, credit: { account: '2100' }, amount: '40.00' },
          { debit: { account: '2310' }, credit: { account: '2200' }, amount: '15.00' },
        ],
      },
      { type: 'subscriptions.ServiceUsed', actor: { role: 'debtor' } },
    ]);
  });

  test('someone else’s is a 404, like one that does not exist, and the attempt is recorded', async () => {
    const missing = await show('other', '/v1/subscriptions/99999999-9999-4999-8999-999999999999');
    for (const each of [path, `${path}/events`]) {
      const foreign = await show('other', each);
      expect([foreign.status, foreign.body]).toEqual([404, missing.body]);
    }
    expect((await send('other', `${path}/cancellation`, {})).status).toBe(404);
    expect((await send('other', '/v1/subscriptions', order(USER))).status).toBe(403);
    const found = await until(
      () => show('auditor', `/v1/attempts?target=${id}&limit=4`),
      ({ body }) => body.items[0]?.code === 'NOT_ESTABLISHMENT',
    );
    expect(found.body.items.map(({ command }: { command: string }) => command)).toEqual([
      'PurchaseSubscription',
      'CancelSubscription',
      'ViewSubscriptionEvents',
      'ViewSubscription',
    ]);
  });

  test('lists show whoever asks their own, by user, state and end, page by page', async () => {
    await send('establishment', '/v1/subscriptions', order(OWNER, { relation: 'owner' }));
    const all = await items('establishment', '/v1/subscriptions');
    expect(all.map(({ state }) => state)).toEqual(['pendingPayment', 'active']);
    expect(await items('other', '/v1/subscriptions')).toEqual([]);
    expect(await items('other', `/v1/subscriptions?establishment=${ESTABLISHMENT}`)).toEqual([]);
    expect((await items('user', '/v1/subscriptions')).map((each) => each.id)).toEqual([id]);
    expect((await items('clerk', `/v1/subscriptions?user=${USER}&state=active`)).map((each) => each.id)).toEqual([id]);
    expect(await items('auditor', `/v1/subscriptions?expiringBefore=${NEXT_YEAR}`)).toEqual([]);
    const later = addDays(NEXT_YEAR as never, 1);
    const expiring = `/v1/subscriptions?establishment=${ESTABLISHMENT}&expiringBefore=${later}`;
    expect((await items('auditor', expiring)).map((each) => each.id)).toEqual([id]);
    const page = await show('establishment', '/v1/subscriptions?limit=1');
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] as string;
    expect((await items('establishment', next)).map((each) => each.id)).toEqual([id]);
  });

  test('Q8 an employee’s resignation cancels by itself; an owner’s is refused', async () => {
    const resigns = (user: string) =>
      send('establishment', `/v1/establishments/${ESTABLISHMENT}/resignations`, { user, on: TODAY });
    const owner = await resigns(OWNER);
    expect([owner.status, owner.body.code]).toEqual([409, 'NOT_EMPLOYEE']);
    const nobody = await resigns(ENTITY);
    expect(nobody.status).toBe(404);
    const other = await send('other', `/v1/establishments/${ESTABLISHMENT}/resignations`, { user: USER, on: TODAY });
    expect(other.status).toBe(404);

    expect((await resigns(USER)).body).toMatchObject({ state: 'resigned', revision: 0 });
    expect((await show('user', path)).body).toMatchObject({
      state: 'cancelled',
      cancelled: { reason: 'resignation', on: TODAY },
      deferred: '0.00',
      due: null,
    });
    expect((await resigns(USER)).body.code).toBe('ALREADY_CANCELLED');
  });

  test('Q5 Q6 a cancelled one is not recovered, and what comes for it is the payer’s', async () => {
    for (const [what, body] of [
      ['renewals', ACCEPTED],
      ['reinstatement', {}],
      ['service-uses', { service: 'work-permit' }],
    ] as const) {
      expect((await send('establishment', `${path}/${what}`, body)).body.code).toBe('NO_RECOVERY');
    }
    expect((await pay(id, '115.00')).body.state).toBe('matched');
    expect(await available()).toBe('120.00');
    const again = await send('establishment', '/v1/subscriptions', order(USER));
    expect([again.status, again.body.id, again.body.state]).toEqual([201, id, 'pendingPayment']);
  });

  test('a receipt that was not told what it pays is matched by the entity’s staff', async () => {
    const target = { subscription: id };
    const receipt = await send('bank', '/v1/receipts', {
      reference: 'S-later',
      payer: ESTABLISHMENT,
      payee: ENTITY,
      amount: { amount: '115.00', currency: 'SAR' },
      paidOn: TODAY,
      channel: 'card',
    });
    expect(receipt.body.state).toBe('unmatched');
    const match = `/v1/receipts/${receipt.body.id}/match`;
    expect((await send('clerk', match, {})).status).toBe(400);
    expect((await send('clerk', match, { ...target, debt: id })).status).toBe(400);
    expect((await send('clerk', match, target)).body.state).toBe('matched');
    expect((await show('user', path)).body).toMatchObject({ state: 'active', termCount: 2 });
  });
});
