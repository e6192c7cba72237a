import { Server } from '../e2e/server.js';
import { sijill, type Ended } from './moving.js';

/** The command line and a built server that owns the files: a fine of 115.00 that is drafted and registered. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const server = new Server();
const run = (args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  sijill(args, { SIJILL_DATA: server.data, SIJILL_URL: server.url, ...settings });
const json = ({ out }: Ended): unknown => JSON.parse(out);

beforeAll(async () => {
  await server.start();
  for (let n = 0; n < 3; n++) {
    const as = async (role: string) => ({ token: await server.token(role, role, CITY) });
    const headers = { 'idempotency-key': `${n}`, prefer: 'wait=10' };
    const body = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } };
    const { id } = (await server.call('POST', '/v1/debts', { ...(await as('clerk')), headers, body })).body as {
      id: string;
    };
    const registering = { headers: { ...headers, 'if-match': '"0"' }, body: {} };
    await server.call('POST', `/v1/debts/${id}/registration`, { ...(await as('approver')), ...registering });
  }
});
afterAll(() => server.dispose());

const WINDOW = ['from=2026-01-01', 'to=2199-12-31'];

describe('sijill, while a server owns the files', () => {
  test('lists the reports, and prints one as a table, JSON or CSV: the server’s figures', async () => {
    const list = await run(['report']);
    expect([list.code, list.err]).toEqual([0, '']);
    expect(list.out).toMatch(/^NAME +NO +TITLE +TAKES\ntrial-balance /);

    const table = await run(['report', 'debt-roll-forward', ...WINDOW]);
    expect([table.code, table.err]).toEqual([0, '']);
    expect(table.out).toMatch(/ 345\.00( |\n)/);
    expect(table.out).toMatch(/\n1 rows; .*from=2026-01-01 to=2199-12-31.* knownAt=6\ndigest [0-9a-f]{64}\n$/);

    const ledger = await run(['report', 'general-ledger', `entity=${CITY}`, 'account=1200', ...WINDOW]);
    expect([ledger.code, ledger.err]).toEqual([0, '']);
    expect(ledger.out).toMatch(/ 345\.00\n/);
    expect(ledger.out).toMatch(/\n4 rows; .*account=1200.* knownAt=6\n$/); // read page by page: no digest

    const token = await server.token('noura', 'auditor', CITY);
    const asked = await server.call('GET', `/v1/reports/debt-roll-forward?${WINDOW.join('&')}`, { token });
    expect(json(await run(['report', 'debt-roll-forward', ...WINDOW, '--json']))).toEqual(asked.body);
    const csv = await run(['report', 'debt-roll-forward', ...WINDOW, '--csv', '--lang', 'ar'], { SIJILL_TOKEN: token });
    expect(csv.out).toMatch(/^\uFEFF[^\n]*[\u0600-\u06ff][^\n]*\r\n/);
    expect(csv.out).toContain('345.00');
  });

  test('explains a figure, and traces an event: the server’s sentences', async () => {
    const token = await server.token('noura', 'auditor', CITY);
    const { items } = (await server.call('GET', '/v1/debts?limit=1', { token })).body as { items: { id: string }[] };
    const debt = items[0]!.id;
    const asked = await server.call('GET', `/v1/debts/${debt}/explain`, { token });
    expect(json(await run(['explain', 'debt', debt, '--json']))).toEqual(asked.body);
    const table = await run(['explain', 'debt', debt]);
    expect([table.code, table.err]).toEqual([0, '']);
    expect(table.out).toMatch(/^On .+: the work of 1 instrument\.\n\nSEQUENCE +ON +BEFORE +EFFECT +AFTER +WHAT\n/);
    expect(table.out).toMatch(/ 0\.00 +115\.00 +115\.00 +\S/);
    const cell = await run(['explain', 'report', 'debt-roll-forward', `closing@${CITY},SAR`, ...WINDOW]);
    expect([cell.code, cell.err]).toEqual([0, '']);
    expect(cell.out).toMatch(/ 230\.00 +115\.00 +345\.00 +\S/);
    const party = ['explain', 'party', DEBTOR, `entity=${CITY}`, 'sector=general', 'currency=SAR', '--lang', 'ar'];
    expect(await run(party)).toMatchObject({ code: 0, out: expect.stringMatching(/[\u0600-\u06ff].*345\.00/) });

    const event = (asked.body as { items: { event: string }[] }).items[0]!.event;
    const trace = await run(['trace', event]);
    expect([trace.code, trace.err]).toEqual([0, '']);
    expect(trace.out).toMatch(new RegExp(`\\*\\d+ +\\S+ +approver +${event} +\\S`));
    const answered = await server.call('GET', `/v1/events/${event}/trace`, { token });
    expect(json(await run(['trace', event, '--json']))).toEqual(answered.body);
  });

  test.each([
    [['explain'], /say what is to be explained: debt, party, report/],
    [['explain', 'report', 'debt-ageing'], /it is not said which report/],
    [['explain', 'debt', DEBTOR, 'figure'], /figure must be PARAMETER=VALUE/],
    [['trace'], /name one event by its id/],
    [['trace', 'a', 'b'], /name one event by its id/],
  ])('%j is wrong usage', async (args, said) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(said);
  });

  test('says what the server finds amiss', async () => {
    const wrong = await run(['report', 'debt-roll-forward', 'from=yesterday']);
    expect([wrong.code, wrong.out]).toEqual([1, '']);
    expect(wrong.err).toMatch(/^report: .+\(INVALID_REQUEST\)\n {2}from: .+\n$/);
    expect(await run(['report', 'ageing'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^report: there is no report ageing; there are trial-balance, /),
    });
    const clerk = await server.token('huda', 'clerk', CITY);
    expect(await run(['jobs'], { SIJILL_TOKEN: clerk })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^jobs: .+\(FORBIDDEN\)\n$/),
    });
  });

  test('lists jobs, and cannot begin one anew that is not dead', async () => {
    const table = await run(['jobs']);
    expect([table.code, table.err]).toEqual([0, '']);
    expect(table.out).toMatch(/^AT +STATE +NAME +KEY +ATTEMPTS +ID +ERROR\n.+scheduled +keep-/);
    const { items } = json(await run(['jobs', '--json'])) as { items: { id: string; name: string }[] };
    const names = ['keep-erasures', 'keep-instalments', 'keep-periods', 'keep-subscriptions'];
    expect([...new Set(items.map(({ name }) => name))].sort()).toEqual(names);
    expect(json(await run(['jobs', '--state', 'dead', '--json']))).toEqual({ items: [] });
    expect(await run(['jobs', '--retry', items[0]!.id])).toMatchObject({
      code: 1,
      err: expect.stringContaining('(JOB_NOT_DEAD)'),
    });
  });

  test('makes tokens that the server takes, with the key in the folder or by asking it', async () => {
    for (const settings of [{ SIJILL_URL: '' }, {}]) {
      const { code, out } = await run(['token', 'noura', 'auditor'], settings);
      expect(code).toBe(0);
      expect((await server.call('GET', '/v1/reports', { token: out.trim() })).status).toBe(200);
    }
    const whole = json(await run(['token', 'huda', 'clerk', '--party', CITY, '--json']));
    expect(whole).toMatchObject({ token_type: 'Bearer', expires_in: 43_200 });
    const oidc = { OIDC_ISSUER: 'https://i.test', OIDC_AUDIENCE: 'a', OIDC_JWKS_URL: 'https://i.test/keys' };
    expect(await run(['token', 'noura', 'auditor'], oidc)).toMatchObject({
      code: 1,
      err: 'token: the tokens of this ledger come from https://i.test: ask there for one\n',
    });
    expect(await run(['token', 'noura', 'queen'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^token: there is no role queen\n/),
    });
  });
});

describe('sijill, without a server', () => {
  test('says that none answers, and what to do', async () => {
    expect(await run(['report'], { SIJILL_URL: 'http://127.0.0.1:9' })).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^report: no server answers at http:\/\/127\.0\.0\.1:9.*: start it \(sijill serve\), or say in SIJILL_URL where it is\n$/,
      ),
    });
  });

  test('every command says with --help how it is used, with examples and exit codes', async () => {
    const { out } = await run(['--help']);
    const names = [...out.matchAll(/^ {2}([a-z-]+) +\S/gm)].map(([, name]) => name!);
    expect(names).toEqual(
      expect.arrayContaining([
        'serve',
        'report',
        'jobs',
        'rebuild',
        'export',
        'import',
        'transparency',
        'vault-rotate-key',
        'token',
        'doctor',
      ]),
    );
    for (const name of names) {
      const help = await run([name, '--help']);
      expect([name, help.code, help.err]).toEqual([name, 0, '']);
      for (const part of [`sijill ${name}`, /^Usage:/m, /^Examples?:/m, /^Exit codes:/m])
        expect([name, help.out]).toEqual([name, expect.stringMatching(part)]);
    }
  });

  test('serve is the server', async () => {
    const ended = await sijill(['serve'], { SIJILL_DATA: server.data, PORT: '0' });
    expect(ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^sijill: .*ledger\.db is in use by another writer/),
    });
  });
});
