import { debtList } from '../../projections/debt-list/projection.js';
import { byHand } from '../cli/refolding/damage.js';
import { sijill } from '../cli/moving.js';
import { Server, until } from './server.js';

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

test('a document that somebody changed by hand shows in health, metrics, log and doctor, and the server stays up', async () => {
  const server = new Server();
  await server.start();
  const token = await server.token('huda', 'clerk', CITY);
  const body = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } };
  const headers = { 'idempotency-key': '1', prefer: 'wait=10' };
  const { id } = (await server.call('POST', '/v1/debts', { token, body, headers })).body as { id: string };
  const look = () => server.call('GET', '/health/ready');
  await until(look, ({ body: { checks } }) => checks.selfAudit.state === 'nothing amiss');

  byHand(server.data, (table) => `UPDATE ${table(debtList)} SET document = json_set(document, '$.state', 'settled')`);
  const found = await until(look, ({ body: { checks } }) => checks.selfAudit.state === 'degraded');
  expect([found.status, found.body.status, found.body.checks.selfAudit.findings]).toEqual([200, 'up', 1]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('sijill_audit_findings{kind="document"} 1');
  expect(metrics).toMatch(/sijill_audit_considered\{what="documents"\} [1-9]/);
  const lines = server.reported.filter((line) => line.includes('self-audit: '));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(
    `debt-list ${id}, state: the events say \\"draft\\", stored is \\"settled\\". What to do: rebuild`,
  );
  const doctor = await sijill(['doctor', '--skip-integrity'], { SIJILL_DATA: server.data, SIJILL_URL: server.url });
  expect(doctor.out).toMatch(/WARNING +server +its self-audit found 1 things amiss/);

  const operator = await server.token('omar', 'operator', CITY);
  await server.call('POST', '/v1/projections/debt-list/rebuild', { token: operator, body: {} });
  await until(look, ({ body: { checks } }) => checks.selfAudit.state === 'nothing amiss');
  await server.dispose();
});
