import { reports } from '../../src/composition.js';
import { ROLES, type Role } from '../../src/kernel/envelope.js';
import { required, SAMPLE_PARTY } from '../reports/samples.js';
import { Server } from './server.js';

/** Who may ask for which report, and of whom: each report and each role on a built server with two entities' fines. */

const [CITY, TOWN] = [SAMPLE_PARTY, 'party_33333333-3333-4333-8333-333333333333'];
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const SCOPES: Partial<Record<Role, 'entity' | 'own'>> = {
  clerk: 'entity',
  approver: 'entity',
  debtor: 'own',
  establishment: 'own',
};

const server = new Server();
const tokens = new Map<string, string>();
const ask = async (role: Role, path: string) => server.call('GET', path, { token: tokens.get(role) as string });

beforeAll(async () => {
  await server.start();
  for (const role of ROLES) tokens.set(role, await server.token(role, role, SCOPES[role] === 'own' ? DEBTOR : CITY));
  for (const [i, creditor] of [CITY, TOWN].entries()) {
    const headers = { 'idempotency-key': `${i}`, prefer: 'wait=10' };
    const amount = { amount: '115.00', currency: 'SAR' };
    const body = { debtor: DEBTOR, creditor, ground: 'fine', amount };
    const token = await server.token(`clerk ${i}`, 'clerk', creditor);
    const { id } = (await server.call('POST', '/v1/debts', { token, body, headers })).body as { id: string };
    const second = { token: await server.token(`approver ${i}`, 'approver', creditor), body: {} };
    const path = `/v1/debts/${id}/registration`;
    await server.call('POST', path, { ...second, headers: { ...headers, 'if-match': '"0"' } });
  }
});
afterAll(() => server.dispose());

/** The refused views of the role, the latest first. */
const attempts = async (role: Role): Promise<{ actor: string; command: string; target: string; facts: object }[]> => {
  const { body } = await ask('auditor', '/v1/attempts?limit=200');
  return body.items.filter((each: { role: string; command: string }) => each.role === role);
};

describe.each(reports)('$name', (report) => {
  test.each(ROLES)('%s', async (role) => {
    const scope = SCOPES[role];
    const isFree = role === 'auditor' || role === 'regulator';
    const bound = scope && report.boundBy[scope];
    const { [bound as 'party']: _, ...selector } = required(report);
    const path = (more: Record<string, string> = {}) =>
      `/v1/reports/${report.name}?${new URLSearchParams({ ...selector, ...more }).toString()}`;
    const answer = await ask(role, path());
    if (!isFree && bound === undefined) {
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
      return;
    }
    expect(answer.status).toBe(200);
    if (bound === undefined) return;

    const party = scope === 'own' ? DEBTOR : CITY;
    expect(answer.body.selector[bound]).toBe(party);
    expect((await ask(role, path({ [bound]: party }))).body).toEqual(answer.body);
    if (scope === 'entity') {
      const entities = answer.body.items.map(({ entity }: { entity?: string }) => entity ?? CITY);
      expect(entities.filter((entity: string) => entity !== CITY)).toEqual([]);
    }

    const before = (await attempts(role)).length;
    const refused = await ask(role, path({ [bound]: TOWN }));
    expect([refused.status, refused.body.code]).toEqual([404, 'NOT_FOUND']);
    await server.quiet();
    const recorded = await attempts(role);
    expect(recorded).toHaveLength(before + 1);
    expect(recorded[0]).toMatchObject({ command: 'ViewReport', target: TOWN.slice(6), facts: { report: report.name } });
  });
});

test.each(ROLES)('the catalogue lists what a %s may ask for', async (role) => {
  const { status, body } = await ask(role, '/v1/reports');
  const mayNot = ['bank', 'importer', 'operator'].includes(role);
  expect(status).toBe(mayNot ? 403 : 200);
  if (mayNot) return;
  const scope = SCOPES[role];
  const expected = reports.filter(({ boundBy }) => scope === undefined || boundBy[scope] !== undefined);
  expect(body.items.map(({ name }: { name: string }) => name)).toEqual(expected.map(({ name }) => name));
});

test('what the attempt says stands in the log', async () => {
  const { body } = await ask('auditor', '/v1/reports/exceptions?rule=T5&from=2020-01-01&to=2199-12-31');
  expect(body.items[0]).toMatchObject({ command: 'ViewReport', code: 'NOT_YOURS', target: TOWN.slice(6) });
});
