import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, addMonths, businessDateAt, type BusinessDate } from '../../src/kernel/calendar.js';
import { Server, until, type Answer } from './server.js';

/*
 * What time does by itself, on the built server: it is started again and again on the same data, each time on a later
 * day, and once killed in between. Its jobs find what has come due at the start.
 */

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const BANK = 'party_44444444-4444-4444-8444-444444444444';
const ESTABLISHMENT = 'party_55555555-5555-4555-8555-555555555551';
const USER = 'party_66666666-6666-4666-8666-666666666661';
const PLAN_OWNER = 'party_5e1f2a90-6d3b-4c7e-8a14-90b7c2d4e6f8';

const TODAY = businessDateAt(Date.now());
const FIRST = addDays(TODAY, 30);
const YEAR_LATER = addMonths(TODAY, 12);

const data = mkdtempSync(join(tmpdir(), 'sijill-e2e-'));
const onDay = (days: number): Server =>
  new Server(
    { NODE_OPTIONS: `--import ${new URL('../servers/days-ahead.js', import.meta.url).href}`, DAYS_AHEAD: `${days}` },
    data,
  );

let server: Server;
/** The server of a later day, up and ready. */
async function travelTo(days: number): Promise<void> {
  server = onDay(days);
  await server.start();
}

let keys = 0;
async function send(role: string, party: string, path: string, body: object, ifMatch?: number): Promise<Answer> {
  const answer = await server.call('POST', path, {
    token: await server.token(`${role}-1`, role, party),
    body,
    headers: {
      'idempotency-key': `key-${++keys}`,
      prefer: 'wait=10',
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
  });
  expect([200, 201]).toContain(answer.status);
  return answer;
}

const show = async (path: string): Promise<Answer['body']> =>
  (await server.call('GET', path, { token: await server.token('auditor-1', 'auditor', CREDITOR) })).body;

interface Event {
  readonly type: string;
  readonly effectiveOn: string;
  readonly data: Readonly<Record<string, unknown>>;
}
/** Of these types, in their order. */
const eventsOf = async (path: string, ...types: readonly string[]): Promise<Event[]> =>
  (await show(`${path}/events?limit=100`)).items.filter(({ type }: Event) => types.includes(type.split('.')[1] ?? ''));

const onDays = (events: readonly Event[]): string[] =>
  events.map(({ type, effectiveOn }) => `${effectiveOn} ${type.split('.')[1]}`);

let debt: string;
let subscription: string;

beforeAll(async () => {
  await travelTo(0);
  const drafted = await send('clerk', CREDITOR, '/v1/debts', {
    debtor: DEBTOR,
    creditor: CREDITOR,
    amount: { amount: '100.00', currency: 'SAR' },
    ground: 'fine',
  });
  debt = `/v1/debts/${drafted.body.id}`;
  await send('approver', CREDITOR, `${debt}/registration`, {}, 0);
  const wish = { instalments: 3, firstDueOn: FIRST, every: 'P1M', evidence: 'no salary' };
  const { body: asked } = await send('debtor', DEBTOR, `${debt}/instalment-requests`, wish);
  await send('approver', CREDITOR, `${debt}/requests/${asked.request}/approval`, {}, asked.revision);

  const ordered = await send('establishment', ESTABLISHMENT, '/v1/subscriptions', {
    establishment: ESTABLISHMENT,
    user: USER,
    relation: 'employee',
    plan: 'basic',
    term: 'P1Y',
    terms: 'v1',
    paymentMethod: 'sadad',
  });
  subscription = `/v1/subscriptions/${ordered.body.id}`;
  await send('bank', BANK, '/v1/receipts', {
    reference: 'S-1',
    payer: ESTABLISHMENT,
    payee: PLAN_OWNER,
    target: { subscription: ordered.body.id },
    amount: { amount: '115.00', currency: 'SAR' },
    paidOn: TODAY,
    channel: 'sadad',
  });
  await server.stop('SIGTERM');
});
afterAll(() => server.dispose());

const CLOCK = ['InstalmentMissed', 'NoticeServed', 'PlanDefaulted'] as const;

test('E2j a missed instalment is noticed on the day that it is found, also where the server is killed meanwhile', async () => {
  server = onDay(45);
  await server.start();
  await server.stop('SIGKILL');
  await travelTo(45);
  await until(
    () => show(`${debt}/plan`),
    ({ state }) => state === 'noticed',
  );
  const plan = await show(`${debt}/plan`);
  expect(plan).toMatchObject({ open: '100.00', notices: 1, notice: { on: addDays(TODAY, 45), instalments: [1] } });
  expect(plan.instalments.map(({ late }: { late: boolean }) => late)).toEqual([true, false, false]);
  expect(onDays(await eventsOf(debt, ...CLOCK))).toEqual([
    `${addDays(FIRST, 1)} InstalmentMissed`,
    `${addDays(TODAY, 45)} NoticeServed`,
  ]);
  await server.stop('SIGTERM');
});

test('E2j when the notice has run out, the plan falls due as a whole, as of the day after', async () => {
  await travelTo(110);
  await until(
    () => show(`${debt}/plan`),
    ({ state }) => state === 'defaulted',
  );
  const events = await eventsOf(debt, ...CLOCK);
  const lastDay = events[1]?.data['until'] as BusinessDate;
  expect(onDays(events).sort()).toEqual(
    [
      `${addDays(FIRST, 1)} InstalmentMissed`,
      `${addDays(TODAY, 45)} NoticeServed`,
      `${addDays(addMonths(FIRST, 1), 1)} InstalmentMissed`,
      `${addDays(lastDay, 1)} PlanDefaulted`,
    ].sort(),
  );
  expect((await show(debt)).balance).toEqual({ amount: '100.00', currency: 'SAR' });
  await server.stop('SIGTERM');
});

test('Q3 after a year away: announced, earned by the month and expired, each as of its own day and once', async () => {
  await travelTo(400);
  await until(
    () => show(subscription),
    ({ state }) => state === 'expired',
  );
  const earned = await eventsOf(subscription, 'MonthEarned');
  expect(earned).toHaveLength(12);
  const amounts = earned.map(({ data: { amount } }) => amount);
  expect(amounts).toEqual([...Array<string>(11).fill('8.33'), '8.37']);
  const announced = await eventsOf(subscription, 'ExpiryAnnounced', 'SubscriptionExpired');
  const { endsOn } = await show(subscription);
  expect(endsOn).toBe(YEAR_LATER);
  expect(onDays(announced)).toEqual([
    ...[30, 7, 1].map((days) => `${addDays(endsOn, -days)} ExpiryAnnounced`),
    `${endsOn} SubscriptionExpired`,
  ]);
  const before = (await show(`${subscription}/events?limit=100`)).items.length;
  await server.stop('SIGTERM');
  await travelTo(401);
  await server.quiet();
  expect((await show(`${subscription}/events?limit=100`)).items).toHaveLength(before);
});
