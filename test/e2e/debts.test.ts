import { Server, until, type Answer } from './server.js';

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const STRANGER = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

const server = new Server({ SIJILL_DRAIN_SECONDS: '1' });
let tokens: Record<'clerk' | 'approver' | 'debtor' | 'stranger' | 'bank' | 'auditor', string>;
let keys = 0;

beforeAll(async () => {
  await server.start();
  tokens = {
    clerk: await server.token('clerk-1', 'clerk', CREDITOR),
    approver: await server.token('approver-1', 'approver', CREDITOR),
    debtor: await server.token('debtor-1', 'debtor', DEBTOR),
    stranger: await server.token('debtor-2', 'debtor', STRANGER),
    bank: await server.token('bank-1', 'bank', BANK),
    auditor: await server.token('auditor-1', 'auditor', CREDITOR),
  };
});

afterAll(() => server.dispose());

interface Options {
  readonly key?: string;
  readonly ifMatch?: number;
}

/** Sends a command and waits until the read models have it. */
const send = (who: keyof typeof tokens, path: string, body: unknown, { key, ifMatch }: Options = {}): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who],
    body,
    headers: {
      'idempotency-key': key ?? `key-${++keys}`,
      prefer: 'wait=10',
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
  });

const show = (who: keyof typeof tokens, path: string): Promise<Answer> =>
  server.call('GET', path, { token: tokens[who] });

const eventually = (who: keyof typeof tokens, path: string, holds: (answer: Answer) => boolean): Promise<Answer> =>
  until(() => show(who, path), holds);

const sar = (amount: string) => ({ amount, currency: 'SAR' });
const draft = { debtor: DEBTOR, creditor: CREDITOR, amount: sar('115.00'), ground: 'fine' };

async function registered(): Promise<string> {
  const { body } = await send('clerk', '/v1/debts', draft);
  const answer = await send('approver', `/v1/debts/${body.id}/registration`, {}, { ifMatch: 0 });
  expect(answer.status).toBe(200);
  return body.id;
}

let references = 0;
const receive = (debt: string, amount: string): Promise<Answer> =>
  send('bank', '/v1/receipts', {
    reference: `TX-${++references}`,
    payer: DEBTOR,
    payee: CREDITOR,
    target: { debt },
    amount: sar(amount),
    paidOn: '2026-11-01',
    channel: 'sadad',
    sourceAccount: 'SA0380000000608010167519',
  });

describe('a debt over HTTP, on the built server', () => {
  test('E5 E6 drafted, registered by a second person only, paid with an excess, settled on approval', async () => {
    const drafted = await send('clerk', '/v1/debts', draft);
    expect(drafted.status).toBe(201);
    expect(drafted.body).toMatchObject({ revision: 0, state: 'draft', underReview: false });
    const path = `/v1/debts/${drafted.body.id}`;

    const own = await send('clerk', `${path}/registration`, {}, { ifMatch: 0 });
    expect(own.status).toBe(409);
    expect(own.body).toMatchObject({ type: 'urn:sijill:problem:self-approval', rule: 'E7' });
    expect((await send('approver', `${path}/registration`, {}, { ifMatch: 0 })).body.state).toBe('outstanding');

    const receipt = await receive(drafted.body.id, '120.00');
    expect(receipt.body).toMatchObject({ state: 'matched' });
    const paid = await eventually('debtor', path, ({ body }) => body.balance?.amount === '0.00');
    expect(paid.body).toMatchObject({ state: 'outstanding', balance: sar('0.00'), received: sar('115.00') });
    const balances = await eventually(
      'debtor',
      `/v1/parties/${DEBTOR}/balances`,
      ({ body }) => body.credits?.length > 0,
    );
    expect(balances.body.credits).toMatchObject([
      { entity: CREDITOR, currency: 'SAR', available: '5.00', total: '5.00' },
    ]);

    const asked = await send('debtor', `${path}/payment-requests`, { amount: sar('115.00') });
    expect(asked.body).toMatchObject({ underReview: true });
    const approval = `${path}/requests/${asked.body.event}/approval`;
    const settled = await send('approver', approval, {}, { ifMatch: asked.body.revision });
    expect(settled.body).toMatchObject({ state: 'settled', underReview: false });
    expect((await show('debtor', path)).headers.get('etag')).toBe(`"${settled.body.revision}"`);
  });

  test('E4 what was received for a cancelled debt is refundable', async () => {
    const id = await registered();
    await receive(id, '40.00');
    await eventually('clerk', `/v1/debts/${id}`, ({ body }) => body.received?.amount === '40.00');
    const asked = await send('clerk', `/v1/debts/${id}/cancellation-requests`, { ground: 'error' });
    const path = `/v1/debts/${id}/requests/${asked.body.event}/approval`;
    expect((await send('approver', path, {}, { ifMatch: asked.body.revision })).body.state).toBe('cancelled');
    const found = await eventually(
      'debtor',
      `/v1/parties/${DEBTOR}/balances`,
      ({ body }) => body.credits?.[0]?.available === '45.00',
    );
    expect(found.body.credits[0]).toMatchObject({ available: '45.00', refundable: '45.00' });
  });

  test('someone else’s debt is a 404, like one that does not exist, and the attempt is recorded', async () => {
    const id = await registered();
    const foreign = await show('stranger', `/v1/debts/${id}`);
    const missing = await show('stranger', '/v1/debts/99999999-9999-4999-8999-999999999999');
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect(foreign.body).toEqual(missing.body);
    const attempts = await eventually('auditor', `/v1/attempts?target=${id}`, ({ body }) => body.items.length > 0);
    expect(attempts.body.items).toMatchObject([{ target: id, command: 'ViewDebt' }]);

    expect((await show('stranger', `/v1/debts/${id}/events`)).status).toBe(404);
    const more = await eventually('auditor', `/v1/attempts?target=${id}`, ({ body }) => body.items.length > 1);
    expect(more.body.items[0]).toMatchObject({ target: id, command: 'ViewDebtEvents' });
  });

  test('Prefer: wait: all that follows from a receipt shows once it is answered', async () => {
    const id = await registered();
    const before = (await show('debtor', `/v1/parties/${DEBTOR}/balances`)).body.credits[0].available;
    for (const [amount, received, credited] of [
      ['100.00', '100.00', 0],
      ['20.00', '115.00', 5],
      ['7.00', '115.00', 12],
    ] as const) {
      const receipt = await receive(id, amount);
      expect(receipt.headers.get('preference-applied')).toBe('wait=10');
      expect((await show('debtor', `/v1/debts/${id}`)).body.received).toEqual(sar(received));
      const { body } = await show('debtor', `/v1/parties/${DEBTOR}/balances`);
      expect(Number(body.credits[0].available)).toBe(Number(before) + credited);
    }
  });

  test('Prefer: wait: what hundreds of receipts give back shows whole, however many steps that takes', async () => {
    const { body } = await send('clerk', '/v1/debts', { ...draft, debtor: STRANGER, amount: sar('500.00') });
    const path = `/v1/debts/${body.id}`;
    await send('approver', `${path}/registration`, {}, { ifMatch: 0 });
    const receipts = 450; // 200 are given back in one step (ADR 4)
    for (let i = 0; i < receipts; i += 30) {
      await Promise.all(Array.from({ length: 30 }, () => receive(body.id, '1.00')));
    }
    const asked = await send('clerk', `${path}/cancellation-requests`, { ground: 'error' });
    const approval = `${path}/requests/${asked.body.event}/approval`;
    const cancelled = await server.call('POST', approval, {
      token: tokens.approver,
      body: {},
      headers: { 'idempotency-key': 'cancel-it', prefer: 'wait=30', 'if-match': `"${asked.body.revision}"` },
    });
    expect([cancelled.body.state, cancelled.headers.get('preference-applied')]).toEqual(['cancelled', 'wait=30']);
    const { events } = (await show('auditor', '/health/ready')).body.checks.eventStore;
    const before = (await show('debtor', `/v1/parties/${DEBTOR}/balances`)).body.credits;
    await server.quiet();
    expect((await show('auditor', '/health/ready')).body.checks.eventStore.events).toBe(events);
    expect((await show('debtor', `/v1/parties/${DEBTOR}/balances`)).body.credits).toEqual(before);
  });

  test('Ids: a repeat gets the first acknowledgement; another body under its key is a conflict', async () => {
    const first = await send('clerk', '/v1/debts', draft, { key: 'once' });
    const again = await send('clerk', '/v1/debts', draft, { key: 'once' });
    expect(again.body).toEqual(first.body);
    const other = await send('clerk', '/v1/debts', { ...draft, ground: 'other' }, { key: 'once' });
    expect(other.status).toBe(409);
  });

  test('Ids: one Idempotency-Key under two bank references makes two receipts, and both reach their debt', async () => {
    const id = await registered();
    const pay = (reference: string, amount: string) =>
      send(
        'bank',
        '/v1/receipts',
        {
          reference,
          payer: DEBTOR,
          payee: CREDITOR,
          target: { debt: id },
          amount: sar(amount),
          paidOn: '2026-11-01',
          channel: 'sadad',
        },
        { key: 'a-key-of-a-careless-bank' },
      );
    const [first, second] = [await pay('KEY-1', '10.00'), await pay('KEY-2', '20.00')];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.event).not.toBe(first.body.event);
    const paid = await eventually('debtor', `/v1/debts/${id}`, ({ body }) => body.received?.amount === '30.00');
    expect(paid.body.received).toEqual(sar('30.00'));
    expect((await pay('KEY-1', '10.00')).body).toEqual(first.body);
    expect((await pay('KEY-1', '11.00')).status).toBe(409);
  });

  test('bad input is a 400 and changes nothing', async () => {
    const before = (await show('auditor', '/health/ready')).body.checks.eventStore.events;
    for (const body of [
      { ...draft, amount: sar('1.001') },
      { ...draft, amount: sar('1e3') },
      { ...draft, amount: { amount: 1, currency: 'SAR' } },
      { ...draft, debtor: '1058529940' },
      { ...draft, unknown: 1 },
      { ...draft, dueOn: '2023-02-30' },
    ]) {
      expect((await send('clerk', '/v1/debts', body)).status).toBe(400);
    }
    expect((await show('auditor', '/health/ready')).body.checks.eventStore.events).toBe(before);
  });

  test('lists page by cursor, without a gap or a double', async () => {
    const seen: string[] = [];
    for (let path: string | undefined = '/v1/debts?limit=2'; path !== undefined;) {
      const page: Answer = await show('clerk', path);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      path = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('a rebuild beside the live version changes no answer', async () => {
    const token = await server.token('operator-1', 'operator', CREDITOR);
    const before = (await show('clerk', '/v1/debts')).body;
    for (const name of ['debt-list', 'debt-detail', 'party-balances', 'receipts', 'attempts', 'entity-totals']) {
      expect((await server.call('POST', `/v1/projections/${name}/rebuild`, { token, body: {} })).status).toBe(202);
    }
    for (let busy = true; busy;) {
      const { body } = await server.call('GET', '/v1/projections', { token });
      expect((await show('clerk', '/v1/debts')).body).toEqual(before);
      busy = body.items.some((each: { rebuild?: unknown }) => each.rebuild !== undefined);
    }
    expect((await show('clerk', '/v1/debts')).body).toEqual(before);
  });

  test('an acknowledged command survives kill -9, and its repeat is answered the same', async () => {
    const acknowledged = await send('clerk', '/v1/debts', draft, { key: 'before-the-kill' });
    expect(acknowledged.status).toBe(201);
    await server.stop('SIGKILL');
    await server.start();
    expect((await send('clerk', '/v1/debts', draft, { key: 'before-the-kill' })).body).toEqual(acknowledged.body);
    const shown = await eventually('clerk', `/v1/debts/${acknowledged.body.id}`, ({ status }) => status === 200);
    expect(shown.body.state).toBe('draft');
  });

  test('SIGTERM ends the server cleanly, though a request never comes to its end', async () => {
    const socket = await server.sendOnly(
      'POST /v1/debts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":',
    );
    expect((await show('auditor', '/health/live')).status).toBe(200);
    expect(await server.stop('SIGTERM')).toBe(0);
    socket.destroy();
  });
});
