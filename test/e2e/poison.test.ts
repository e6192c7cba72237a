import { openEventStore } from '../../src/adapters.js';
import { readConfiguration } from '../../src/config/configuration.js';
import { policies, projections } from '../../src/composition.js';
import { streamName } from '../../src/kernel/ids.js';
import { envelope, uuid } from '../event-store/envelopes.js';
import { eventStoreOf } from '../servers/event-store.js';
import { Server, until } from './server.js';

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const draft = { debtor: DEBTOR, creditor: CREDITOR, amount: { amount: '115.00', currency: 'SAR' }, ground: 'fine' };

const server = new Server();
afterAll(() => server.dispose());

/** A version that a later program writes: whoever wants the type cannot handle it here. */
const POISON = 'billing.ReceiptMatched';
const wanted = ({ types }: { readonly types: readonly string[] | '*' }) => types === '*' || types.includes(POISON);

test('a poison event stops who wants it, loudly and once; the others go on, and commands are accepted', async () => {
  await server.start();
  await server.stop('SIGTERM');
  const { data } = server;
  const store = await openEventStore(readConfiguration({ SIJILL_DATA: data, ...(await eventStoreOf(data)) }));
  const stream = streamName('receipt', uuid());
  await store.append(stream, 'none', [envelope(stream, 0, { type: POISON, schemaVersion: 99, data: {} })]);
  await store.close();

  const stopped = [...projections.filter(wanted).map(({ name }) => name), 'policies'];
  const others = projections.map(({ name }) => name).filter((name) => !stopped.includes(name));
  expect([stopped.length, others.length, policies.some(wanted)]).toEqual([
    expect.any(Number),
    expect.any(Number),
    true,
  ]);
  expect(Math.min(stopped.length - 1, others.length)).toBeGreaterThan(0);

  await server.start(503);
  const checks = await until(
    async () => (await server.call('GET', '/health/ready')).body.checks as Checks,
    ({ projections: each, policies: all }) =>
      stopped.every((name) => `${each[name] ?? all[name]}`.startsWith('stopped')),
  );
  expect([checks.projections['status'], checks.policies['status']]).toEqual(['down', 'down']);

  const headers = { 'idempotency-key': 'while-stopped' };
  const token = await server.token('clerk-1', 'clerk', CREDITOR);
  expect((await server.call('POST', '/v1/debts', { token, body: draft, headers })).status).toBe(201);
  const lag = (name: string, events: number): string => `sijill_feed_lag_events{consumer="${name}"} ${events}\n`;
  const metrics = await until(
    async () => (await fetch(`${server.url}/metrics`)).text(),
    // Behind by the poison event and the draft, or by nothing.
    (text) =>
      stopped.every((name) => text.includes(lag(name, 2))) && others.every((name) => text.includes(lag(name, 0))),
  );
  for (const name of stopped) expect(metrics).toContain(`sijill_feed_stopped{consumer="${name}"} 1\n`);
  for (const name of others) expect(metrics).toContain(`sijill_feed_stopped{consumer="${name}"} 0\n`);

  const said = server.reported.filter((line) => line.includes('Nothing was skipped'));
  expect(said.map((line) => /"msg":"(\S+) stopped: /.exec(line)?.[1] ?? line).sort()).toEqual([...stopped].sort());
  expect(await server.stop('SIGTERM')).toBe(0);
});

type Checks = Readonly<Record<'projections' | 'policies', Readonly<Record<string, string>>>>;
