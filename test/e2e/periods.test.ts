import { addDays, businessDateAt, type BusinessDate } from '../../src/kernel/calendar.js';
import type { Report } from '../../projections/report.js';
import { reports } from '../../src/composition.js';
import { sijill } from '../cli/moving.js';
import { addressOf } from '../reports/samples.js';
import { Server, until, type Answer } from './server.js';

const ENTITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const TODAY = businessDateAt(Date.now());
const LAST_DAY = addDays(`${TODAY.slice(0, 7)}-01` as BusinessDate, -1);
const MONTH = LAST_DAY.slice(0, 7);
const YEAR = String(Number(TODAY.slice(0, 4)) - 1);

const server = new Server({ SIJILL_DRAIN_SECONDS: '1' });
let tokens: Record<'clerk' | 'approver' | 'stranger' | 'auditor' | 'importer' | 'second', string>;
let keys = 0;

beforeAll(async () => {
  await server.start();
  tokens = {
    clerk: await server.token('clerk-1', 'clerk', ENTITY),
    approver: await server.token('approver-1', 'approver', ENTITY),
    stranger: await server.token('stranger-1', 'clerk', DEBTOR),
    auditor: await server.token('auditor-1', 'auditor', ENTITY),
    importer: await server.token('importer-1', 'importer', ENTITY),
    second: await server.token('importer-2', 'importer', ENTITY),
  };
});
afterAll(() => server.dispose());

type Who = keyof typeof tokens;
const send = (who: Who, path: string, body: object, ifMatch?: number): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who],
    body,
    headers: {
      'idempotency-key': `key-${++keys}`,
      prefer: 'wait=10',
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
  });
const show = (who: Who, path: string): Promise<Answer> => server.call('GET', path, { token: tokens[who] });

const books = `/v1/entities/${ENTITY}`;
const drafted = async (effectiveOn: string): Promise<string> => {
  const terms = { debtor: DEBTOR, creditor: ENTITY, amount: { amount: '100.00', currency: 'SAR' }, ground: 'fine' };
  return (await send('importer', '/v1/debts', { ...terms, effectiveOn })).body.id;
};
const register = (id: string, body: object, who: Who = 'second'): Promise<Answer> =>
  send(who, `/v1/debts/${id}/registration`, body, 0);

const byName = (name: string): Report => reports.find((each) => each.name === name)!;

/** Asked for and approved; then the clock ends it. */
async function close(period: string): Promise<Record<string, unknown>> {
  const asked = await send('clerk', `${books}/closing-requests`, { period });
  expect(asked.body).toMatchObject({ state: 'requested', period });
  const approval = `${books}/closing-requests/${asked.body.request}/approval`;
  expect((await send('approver', approval, {}, asked.body.revision)).body).toMatchObject({ state: 'approved' });
  const closing = (answer: Answer) => answer.body.items.find((each: { period: string }) => each.period === period);
  const list = await until(
    () => show('auditor', `${books}/periods`),
    (answer) => closing(answer)?.state === 'closed',
    90_000, // a year is closed a while after its approval, and carried over at another look
  );
  return closing(list);
}

const SPAN = { from: '2000-01-01', to: LAST_DAY };

/** Every report as of the last closed day, as CSV, as it is known now. */
async function filed(): Promise<ReadonlyMap<string, string>> {
  await server.quiet();
  const dated = reports.filter(({ takes }) => 'to' in takes || 'effectiveOn' in takes);
  const files = dated.map(async (report): Promise<[string, string]> => {
    const path = addressOf(report, { ...SPAN, effectiveOn: LAST_DAY, party: DEBTOR });
    const answer = await fetch(`${server.url}${path.replace('?', '.csv?')}`, {
      headers: { authorization: `Bearer ${tokens.auditor}` },
    });
    expect([path, answer.status]).toEqual([path, 200]);
    return [report.name, await answer.text()];
  });
  return new Map(await Promise.all(files));
}

test('a year, then a month is closed by two people; a late registration is refused, and let in by a correction', async () => {
  const [early, late] = [await drafted(`${YEAR}-05-05`), await drafted(LAST_DAY)];
  expect((await register(early, { effectiveOn: `${YEAR}-05-05` })).status).toBe(200);
  expect((await send('stranger', `${books}/closing-requests`, { period: YEAR })).status).toBe(404);
  expect((await send('clerk', `${books}/closing-requests`, { period: TODAY.slice(0, 7) })).body.code).toBe('NOT_OVER');

  const year = await close(YEAR);
  expect(year).toMatchObject({
    through: `${YEAR}-12-31`,
    closedAt: expect.any(Number),
    carriedOverAt: expect.any(Number),
  });

  if (MONTH > `${YEAR}-12`) await close(MONTH);
  const asClosed = await filed();
  const { sequence } = (await register(await drafted(TODAY), {})).body;
  expect(await filed()).toEqual(asClosed); // to the byte, whatever is recorded later

  const refused = await register(late, { effectiveOn: LAST_DAY }, 'approver');
  const firstOpen = addDays(LAST_DAY, 1);
  expect(refused.body).toMatchObject({ code: 'PERIOD_CLOSED', rule: 'CLOSING', status: 422 });
  expect(refused.body.detail).toContain(firstOpen);

  const wish = { period: MONTH, reason: 'late-document', about: late, command: 'RegisterDebt' };
  const asked = await send('clerk', `${books}/corrections`, wish);
  const correction: string = asked.body.id;
  expect(asked.body).toMatchObject({ state: 'requested' });
  expect((await send('approver', `/v1/corrections/${correction}/approval`, {}, 0)).body.state).toBe('approved');
  const registered = await register(late, { effectiveOn: LAST_DAY, correction }, 'approver');
  expect(registered.status).toBe(200);
  const corrected = await filed();
  const changed = [...corrected].flatMap(([name, text]) => (text === asClosed.get(name) ? [] : [name]));
  const touched = ['debt-ageing', 'debt-roll-forward', 'four-eyes', 'trial-balance', 'general-ledger', 'statement'];
  expect(changed).toEqual(expect.arrayContaining(touched));
  const unmoved = ['waivers', 'instalments', 'deferred-revenue', 'refundable-balances', 'equal-treatment'];
  expect(changed.filter((name) => unmoved.includes(name))).toEqual([]);
  for (const name of touched) {
    expect(corrected.get(name)).toMatch(new RegExp(`,${registered.body.sequence}\\r?$`, 'm')); // the row is marked
  }
  const span = `from=2000-01-01&to=${LAST_DAY}`;
  const report = (await show('auditor', `/v1/reports/debt-roll-forward?${span}`)).body;
  const named = { sequence: registered.body.sequence, event: registered.body.event, correction };
  expect(report.corrections).toMatchObject([{ ...named, rows: [{ entity: ENTITY, currency: 'SAR' }] }]);
  for (const name of ['trial-balance', 'general-ledger', 'statement']) {
    const address = addressOf(byName(name), { ...SPAN, party: DEBTOR });
    const { body } = await show('auditor', address);
    expect([name, body.corrections]).toMatchObject([name, [named]]);
    const keys = body.corrections[0].rows as object[];
    expect([name, body.items]).toEqual([name, expect.arrayContaining(keys.map((key) => expect.objectContaining(key)))]);
    const then = await show('auditor', `${address}&knownAt=${sequence}`);
    expect([name, then.body.corrections]).toEqual([name, []]);
  }
  const asking = { SIJILL_DATA: server.data, SIJILL_URL: server.url, SIJILL_TOKEN: tokens.auditor };
  const printed = await sijill(['report', 'trial-balance', `entity=${ENTITY}`, `effectiveOn=${LAST_DAY}`], asking);
  expect([printed.code, printed.err]).toEqual([0, '']);
  expect(printed.out).toMatch(new RegExp(`^1200 .* corrected by ${registered.body.sequence}$`, 'm'));
  expect(printed.out).toMatch(new RegExp(`\nCorrections: [^]*${registered.body.event}  ${correction}\n`));
  const compared = await show('auditor', `/v1/reports/debt-roll-forward/difference?${span}&against=${sequence}`);
  expect(compared.body).toMatchObject({ rows: 1, items: [{ change: 'changed', events: [named] }] });

  const { body } = await show('auditor', `${books}/corrections`);
  expect(body.items).toMatchObject([
    { id: correction, state: 'taken', effectiveOn: LAST_DAY, sequence: registered.body.sequence, events: 1 },
  ]);
  expect((await show('stranger', `${books}/corrections`)).status).toBe(404);
});
