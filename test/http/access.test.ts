import { methodOf, pathOf, ROUTE_KEYS, routeOf, SCOPE } from '../../src/http/access.js';
import { accessMarkdown } from '../../src/http/access-docs.js';
import { ROLES, type Role } from '../../src/kernel/envelope.js';
import { DEBT, PARTY, REQUEST, startEdge, type Edge } from './edge.js';

/** Who may do what, said once more and by hand: the table of the code must say the same. */
const MAY: Record<string, string> = {
  'POST /v1/debts': 'clerk importer',
  'PATCH /v1/debts/{id}': 'clerk importer',
  'DELETE /v1/debts/{id}': 'clerk importer',
  'POST /v1/debts/{id}/registration': 'clerk approver importer',
  'POST /v1/debts/{id}/proceedings': 'clerk importer',
  'POST /v1/debts/{id}/update-requests': 'clerk debtor establishment importer',
  'POST /v1/debts/{id}/payment-requests': 'debtor establishment importer',
  'POST /v1/debts/{id}/cancellation-requests': 'clerk debtor establishment importer',
  'POST /v1/debts/{id}/exemption-requests': 'debtor establishment importer',
  'POST /v1/debts/{id}/instalment-requests': 'debtor establishment importer',
  'POST /v1/debts/{id}/requests/{request}/approval': 'approver importer',
  'POST /v1/debts/{id}/requests/{request}/decline': 'approver importer',
  'POST /v1/debts/{id}/requests/{request}/withdrawal': 'clerk debtor establishment importer',
  'POST /v1/delegations': 'clerk approver importer',
  'POST /v1/delegations/{id}/approval': 'approver importer',
  'POST /v1/delegations/{id}/revocation': 'clerk approver importer',
  'POST /v1/entities/{party}/closing-requests': 'clerk',
  'POST /v1/entities/{party}/closing-requests/{request}/approval': 'approver',
  'POST /v1/entities/{party}/closing-requests/{request}/decline': 'approver',
  'POST /v1/entities/{party}/closing-requests/{request}/withdrawal': 'clerk',
  'POST /v1/entities/{party}/corrections': 'clerk',
  'POST /v1/corrections/{id}/approval': 'approver',
  'POST /v1/corrections/{id}/decline': 'approver',
  'POST /v1/corrections/{id}/withdrawal': 'clerk',
  'POST /v1/receipts': 'bank importer',
  'POST /v1/receipts/{id}/match': 'clerk approver importer',
  'POST /v1/receipts/{id}/reversal': 'bank importer',
  'POST /v1/subscriptions': 'establishment importer',
  'POST /v1/subscriptions/{id}/renewals': 'establishment importer',
  'POST /v1/subscriptions/{id}/cancellation': 'establishment importer',
  'POST /v1/subscriptions/{id}/refund-requests': 'establishment importer',
  'POST /v1/subscriptions/{id}/transfers': 'establishment importer',
  'POST /v1/subscriptions/{id}/reinstatement': 'establishment importer',
  'POST /v1/subscriptions/{id}/service-uses': 'establishment debtor importer',
  'POST /v1/establishments/{party}/resignations': 'establishment importer',
  'POST /v1/parties': 'clerk importer',
  'POST /v1/parties/{party}/corrections': 'clerk debtor establishment importer',
  'POST /v1/parties/{party}/legal-holds': 'approver regulator',
  'DELETE /v1/parties/{party}/legal-holds/{hold}': 'approver regulator',
  'POST /v1/parties/{party}/erasure-requests': 'clerk debtor establishment',
  'POST /v1/parties/{party}/erasure-requests/{request}/approval': 'approver',
  'POST /v1/parties/{party}/erasure-requests/{request}/decline': 'approver',
  'POST /v1/parties/{party}/erasure-requests/{request}/withdrawal': 'clerk debtor establishment',
  'POST /v1/parties/lookup': 'clerk approver auditor regulator',
  'GET /v1/debts': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/debts/{id}': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/debts/{id}/events': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/debts/{id}/explain': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/delegations': 'clerk approver auditor regulator',
  'GET /v1/delegations/{id}': 'clerk approver auditor regulator',
  'GET /v1/subscriptions': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/subscriptions/{id}': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/subscriptions/{id}/events': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/debts/{id}/plan': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/receipts': 'debtor establishment clerk approver auditor regulator bank',
  'GET /v1/receipts/{id}': 'debtor establishment clerk approver auditor regulator bank',
  'GET /v1/parties/{party}/balances': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/parties/{party}/balances/proof': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/parties/{party}/balances/explain': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/parties/{party}': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/parties/{party}/erasure-certificate': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/parties/{party}/personal-data': 'debtor establishment',
  'GET /v1/parties/{party}/access-log': 'debtor establishment auditor regulator',
  'GET /v1/balances': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/entities/{party}/periods': 'clerk approver auditor regulator',
  'GET /v1/entities/{party}/corrections': 'clerk approver auditor regulator',
  'GET /v1/attempts': 'auditor regulator operator',
  'GET /v1/audit': 'clerk approver auditor regulator',
  'GET /v1/events/{id}': 'clerk approver auditor regulator',
  'GET /v1/proofs-of-record': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/proofs-of-record/{id}': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/events/{id}/trace': 'clerk approver auditor regulator',
  'GET /v1/officers/{actor}/decisions': 'clerk approver auditor regulator',
  'GET /v1/reports': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/reports/{name}': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/reports/{name}/difference': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/reports/{name}/explain': 'debtor establishment clerk approver auditor regulator',
  'GET /v1/exports': 'clerk approver auditor regulator',
  'GET /v1/exports/{name}': 'clerk approver auditor regulator',
  'GET /v1/audit-files/{name}': 'auditor regulator',
  'GET /v1/projections': 'operator',
  'POST /v1/projections/{name}/rebuild': 'operator',
  'GET /v1/jobs': 'operator',
  'POST /v1/jobs/{id}/retry': 'operator',
};

const BODIES: Record<string, object> = {
  'POST /v1/debts': { debtor: PARTY, amount: { amount: '1.00', currency: 'SAR' }, ground: 'fine' },
};

describe('the whole matrix of roles and routes', () => {
  let edge: Edge;
  const tokens = new Map<Role, string>();

  beforeAll(async () => {
    edge = await startEdge();
    for (const role of ROLES) tokens.set(role, await edge.token([role]));
  });
  afterAll(() => edge.close());

  const call = (key: string, token: string | undefined) =>
    edge.app.inject({
      method: methodOf(key as never) as 'GET',
      url: pathOf(key as never)
        .replace('{id}', DEBT)
        .replace('{request}', REQUEST)
        .replace('{hold}', REQUEST)
        .replace('{party}', PARTY)
        .replace('{actor}', PARTY.replace('party', 'actor'))
        .replace('{name}', 'debt-list'),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(!key.startsWith('GET') && { 'idempotency-key': `${key}-${token?.slice(-8)}`.replaceAll(' ', '') }),
        'if-match': '"3"',
      },
      ...(BODIES[key] !== undefined && { payload: BODIES[key] }),
    });

  test('every route that needs a token is in the table above', () => {
    expect(Object.keys(MAY)).toEqual(ROUTE_KEYS.filter((key) => routeOf(key).roles !== 'public'));
  });

  test.each(Object.keys(MAY))('%s', async (key) => {
    const may = (MAY[key] as string).split(' ');
    for (const role of ROLES) {
      const before = edge.outside.refusals.length;
      const answer = await call(key, tokens.get(role));
      const route = routeOf(key as never);
      const recorded = edge.outside.refusals.slice(before);
      if (may.includes(role)) {
        expect([role, Math.floor(answer.statusCode / 100)]).toEqual([role, 2]);
        expect(recorded).toEqual([]);
        continue;
      }
      expect([role, answer.statusCode]).toEqual([role, 403]);
      const isOfLedger = route.context !== undefined; // a job's id is none of the ledger's
      const namesResource = isOfLedger && (key.includes('{id}') || key.includes('{party}'));
      const isRecorded = namesResource || route.reads === true; // who is looked for is in the body
      expect(recorded).toHaveLength(isRecorded ? 1 : 0);
      expect('attempt' in answer.json<object>()).toBe(isRecorded);
      if (namesResource) {
        expect(recorded[0]).toMatchObject({
          context: route.context,
          command: route.command,
          target: key.includes('{id}') ? DEBT : PARTY.slice(6),
          request: { actor: { role, actingFor: PARTY } },
        });
      }
    }
    const anonymous = await call(key, undefined);
    expect(anonymous.statusCode).toBe(401);
    expect(anonymous.headers['www-authenticate']).toBe('Bearer realm="sijill"');
  });

  test('the role used is the first of the token that the route admits', async () => {
    const token = await edge.token(['auditor', 'approver', 'clerk']);
    await call('POST /v1/debts/{id}/registration', token);
    expect(edge.outside.sent.at(-1)?.request.actor.role).toBe('approver');
    await call('POST /v1/debts/{id}/proceedings', token);
    expect(edge.outside.sent.at(-1)?.request.actor.role).toBe('clerk');
  });

  test('a role that acts for someone needs the party', async () => {
    for (const role of ROLES) {
      const token = await edge.token([role], { party: null });
      const route = ROUTE_KEYS.find((key) => (MAY[key] ?? '').split(' ').includes(role)) as string;
      expect([role, (await call(route, token)).statusCode < 400]).toEqual([role, SCOPE[role] === 'all']);
    }
  });

  test('the page says what the table says', () => {
    const page = accessMarkdown();
    for (const key of Object.keys(MAY)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\``)) as string;
      expect(row.split('✓')).toHaveLength((MAY[key] as string).split(' ').length + 1);
    }
    for (const role of ROLES) expect(page).toContain(`| ${role} |`);
  });
});
