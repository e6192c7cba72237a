import { addDays, businessDateAt } from '../../src/kernel/calendar.js';
import { hijriDate } from '../../src/kernel/hijri.js';
import { Server, until, type Answer } from './server.js';

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const STRANGER = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';
const TODAY = businessDateAt(Date.now());
const FIRST = addDays(TODAY, 30);

const server = new Server({ SIJILL_DRAIN_SECONDS: '1' });
let tokens: Record<'clerk' | 'approver' | 'minister' | 'debtor' | 'stranger' | 'bank' | 'auditor', string>;
let keys = 0;

beforeAll(async () => {
  await server.start();
  tokens = {
    clerk: await server.token('clerk-1', 'clerk', CREDITOR),
    approver: await server.token('approver-1', 'approver', CREDITOR),
    minister: await server.token('1058529940', 'approver', CREDITOR), // a national ID: it may be nobody's `sub` in the log
    debtor: await server.token('debtor-1', 'debtor', DEBTOR),
    stranger: await server.token('stranger-1', 'debtor', STRANGER),
    bank: await server.token('bank-1', 'bank', BANK),
    auditor: await server.token('auditor-1', 'auditor', CREDITOR),
  };
});
afterAll(() => server.dispose());

type Who = keyof typeof tokens;
const send = (who: Who, path: string, body: object, ifMatch?: number, key = `key-${++keys}`): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who],
    body,
    headers: {
      'idempotency-key': key,
      prefer: 'wait=10',
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
  });
const show = (who: Who, path: string): Promise<Answer> => server.call('GET', path, { token: tokens[who] });

const sar = (amount: string) => ({ amount, currency: 'SAR' });

async function registered(amount: string): Promise<string> {
  const drafted = { debtor: DEBTOR, creditor: CREDITOR, amount: sar(amount), ground: 'fine' };
  const { body } = await send('clerk', '/v1/debts', drafted);
  expect((await send('approver', `/v1/debts/${body.id}/registration`, {}, 0)).status).toBe(200);
  return `/v1/debts/${body.id}`;
}

let references = 0;
const receive = (debt: string, amount: string): Promise<Answer> =>
  send('bank', '/v1/receipts', {
    reference: `TX-${++references}`,
    payer: DEBTOR,
    payee: CREDITOR,
    target: { debt: debt.split('/').at(-1) },
    amount: sar(amount),
    paidOn: TODAY,
    channel: 'sadad',
  });

async function delegated(upTo: string): Promise<string> {
  const terms = { entity: CREDITOR, kind: 'exemption', upTo: sar(upTo), from: TODAY, to: addDays(TODAY, 365) };
  const registered = await send('clerk', '/v1/delegations', { approver: '1058529940', ...terms });
  expect(registered.status).toBe(201);
  expect(registered.body).toMatchObject({ revision: 0, state: 'pending' });
  return registered.body.id;
}

describe('exemption by a delegation, on the built server (E2i)', () => {
  test('asked for by the debtor, granted by whom a delegation reaches so far; then revoked', async () => {
    const delegation = await delegated('500000.00');
    const path = `/v1/delegations/${delegation}`;
    const debt = await registered('100.00');
    const asked = await send('debtor', `${debt}/exemption-requests`, { ground: 'hardship', evidence: 'ملف 17' });
    expect(asked.body).toMatchObject({ state: 'outstanding', underReview: true });
    const approval = `${debt}/requests/${asked.body.request}/approval`;
    const approve = (who: Who, body: object) => send(who, approval, body, asked.body.revision);

    expect((await approve('minister', {})).body).toMatchObject({ code: 'AUTHORITY', rule: 'E2i', status: 409 });
    expect((await approve('minister', { delegation })).body.code).toBe('AUTHORITY'); // nobody has approved it yet
    expect((await send('clerk', `${path}/approval`, {}, 0)).status).toBe(403);
    expect((await send('minister', `${path}/approval`, {}, 0)).body.code).toBe('SELF_APPROVAL');
    expect((await send('approver', `${path}/approval`, {}, 0)).body).toMatchObject({ state: 'active' });
    expect((await approve('approver', { delegation })).body.code).toBe('AUTHORITY'); // it is the minister's

    const granted = await approve('minister', { delegation });
    expect(granted.body).toMatchObject({ state: 'cancelled', underReview: false });
    const { body } = await show('debtor', debt);
    expect(body).toMatchObject({
      state: 'cancelled',
      waived: sar('100.00'),
      balance: sar('0.00'),
      received: sar('0.00'),
    });
    const events = (await show('auditor', `${debt}/events`)).body.items;
    const grant = events.find(({ type }: { type: string }) => type === 'debts.ExemptionGranted');
    expect(grant).toMatchObject({ actor: { authority: delegation }, data: { delegation, delegationRevision: 1 } });
    expect(grant.entries).toMatchObject([
      { debit: { account: '5100' }, credit: { account: '1200' }, amount: '100.00' },
    ]);
    expect(JSON.stringify(events)).not.toContain('ملف');
    expect(JSON.stringify(events)).not.toContain('1058529940');

    expect((await send('clerk', `${path}/revocation`, { reason: 'left-office' })).body.state).toBe('revoked');
    const shown = await show('auditor', path);
    expect(shown.body).toMatchObject({ state: 'revoked', decisions: 1, decisionsAfterRevocation: 0, liveTo: TODAY });
    const next = await registered('100.00');
    const again = await send('debtor', `${next}/exemption-requests`, { ground: 'hardship', amount: sar('1.00') });
    const late = await send(
      'minister',
      `${next}/requests/${again.body.request}/approval`,
      { delegation },
      again.body.revision,
    );
    expect(late.body.code).toBe('AUTHORITY');
    const attempts = await until(
      () => show('auditor', `/v1/attempts?target=${next.split('/').at(-1)}`),
      ({ body }) => body.items.length > 0,
    );
    expect(attempts.body.items).toMatchObject([{ code: 'AUTHORITY', command: 'ApproveRequest' }]);
  });

  test('the register of delegations: by approver, entity, kind and day; another entity sees none', async () => {
    const id = await delegated('1.00');
    const { body } = await show('auditor', `/v1/delegations/${id}`);
    expect(body.approver).toMatch(/^actor_/);
    const list = async (who: Who, query: string) =>
      (await show(who, `/v1/delegations?${query}`)).body.items as { id: string }[];
    const ids = async (query: string) => (await list('auditor', query)).map((each) => each.id);
    expect(await ids(`approver=${body.approver}&entity=${CREDITOR}&kind=exemption`)).toContain(id);
    expect(await ids(`on=${TODAY}`)).not.toContain(id); // nobody has approved it
    expect((await show('debtor', '/v1/delegations')).status).toBe(403);
    expect((await show('auditor', '/v1/delegations?approver=1058529940')).status).toBe(400);
  });

  test('somebody else’s debt is not there to ask for', async () => {
    const debt = await registered('100.00');
    expect((await send('stranger', `${debt}/exemption-requests`, { ground: 'hardship' })).status).toBe(404);
    expect((await send('clerk', `${debt}/exemption-requests`, { ground: 'hardship' })).status).toBe(403);
  });
});

describe('instalments, on the built server (E2j)', () => {
  const wish = { instalments: 3, firstDueOn: FIRST, every: 'P1M', evidence: 'a salary of nothing' };

  test('asked for with a proof, approved, shown in both calendars, paid the oldest first, completed', async () => {
    const debt = await registered('100.00');
    expect((await show('debtor', `${debt}/plan`)).status).toBe(404);
    const key = `key-${++keys}`;
    const asked = await send('debtor', `${debt}/instalment-requests`, wish, undefined, key);
    expect(asked.body).toMatchObject({ underReview: true });
    const again = await send('debtor', `${debt}/instalment-requests`, wish, undefined, key);
    expect(again.body.event).toBe(asked.body.event);
    const other = { ...wish, evidence: 'another' };
    expect((await send('debtor', `${debt}/instalment-requests`, other, undefined, key)).status).toBe(409);

    const approved = await send('approver', `${debt}/requests/${asked.body.request}/approval`, {}, asked.body.revision);
    expect(approved.body).toMatchObject({ state: 'outstanding', underReview: false });
    const plan = await show('debtor', `${debt}/plan`);
    expect(plan.body).toMatchObject({ state: 'active', amount: '100.00', open: '100.00', actOn: addDays(FIRST, 1) });
    expect(plan.body.instalments.map(({ amount }: { amount: string }) => amount)).toEqual(['33.33', '33.33', '33.34']);
    expect(plan.body.instalments[0]).toMatchObject({ dueOn: FIRST, dueOnHijri: hijriDate(FIRST), late: false });
    expect((await show('stranger', `${debt}/plan`)).status).toBe(404);

    await receive(debt, '40.00');
    const paid = await until(
      () => show('clerk', `${debt}/plan`),
      ({ body }) => body.open === '60.00',
    );
    expect(paid.body.instalments.map(({ open }: { open: string }) => open)).toEqual(['0.00', '26.66', '33.34']);
    await receive(debt, '60.00');
    await until(
      () => show('debtor', `${debt}/plan`),
      ({ body }) => body.state === 'completed',
    );
    expect((await show('debtor', debt)).body).toMatchObject({
      plan: { state: 'completed', instalments: 3 },
      balance: sar('0.00'),
    });
  });

  test('a schedule of one’s own; what cannot be is refused with what would be accepted', async () => {
    const debt = await registered('100.00');
    const ask = (body: object) => send('debtor', `${debt}/instalment-requests`, { evidence: 'a proof', ...body });
    expect((await ask({ schedule: [{ dueOn: FIRST, amount: sar('99.99') }] })).body).toMatchObject({
      status: 422,
      code: 'SCHEDULE',
    });
    expect((await ask({ ...wish, instalments: 240, every: 'P1Y' })).body).toMatchObject({
      status: 422,
      code: 'DUE_DATE',
    });
    for (const body of [
      { instalments: 3 },
      { ...wish, every: 'P1D' },
      { ...wish, instalments: 241 },
      { ...wish, instalments: '3' },
      { ...wish, schedule: [{ dueOn: FIRST, amount: sar('100.00') }] },
      { schedule: [{ dueOn: FIRST, amount: '100.00' }] },
      { schedule: [] },
    ]) {
      expect([body, (await ask(body)).status]).toEqual([body, 400]);
    }
    expect(
      (await send('debtor', `${debt}/instalment-requests`, { instalments: 3, firstDueOn: FIRST, every: 'P1M' })).status,
    ).toBe(400);
    const schedule = [
      { dueOn: FIRST, amount: sar('10.00') },
      { dueOn: addDays(FIRST, 365), amount: sar('90.00') },
    ];
    expect((await ask({ schedule })).body).toMatchObject({ underReview: true });
    const arabic = await server.call('POST', `${debt}/exemption-requests`, {
      token: tokens.debtor,
      body: { ground: 'hardship' },
      headers: { 'idempotency-key': 'arabic', 'accept-language': 'ar' },
    });
    expect(arabic.body.detail).toContain('تحت المراجعة');
  });
});
