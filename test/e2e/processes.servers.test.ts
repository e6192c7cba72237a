import { Cluster, DEBTOR, DRAFT, expectRight, receipt, sar, type Acknowledged, type Ask } from './cluster.js';
import { until, type Answer, type Server } from './server.js';
import { generator } from '../generator.js';

/* Servers on one EventStoreDB, each with read models of its own; the store goes down and comes back, they are killed. */
let cluster: Cluster;

beforeEach(async () => {
  cluster = await Cluster.of(2);
  await Promise.all(cluster.servers.map((server) => cluster.start(server))); // at once, on an empty store
});
afterEach(() => cluster.dispose());

test('while the store is down: reads are answered, commands get 503 with Retry-After, and all of it comes back', async () => {
  const [server, late] = cluster.servers as [Server, Server];
  const debt = await cluster.registered(server, 'a-debt');
  await cluster.post(server, { who: 'bank', path: '/v1/receipts', body: receipt(debt, 'TX-1', '20.00'), key: 'paid' });
  await cluster.store.kill(); // what the policies do about the receipt may be done or not
  const ask = { who: 'clerk', path: '/v1/debts', body: DRAFT, key: 'while-down' } as const;
  const refused = await cluster.post(server, ask);
  expect([refused.status, refused.body.code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await cluster.get(server, 'clerk', `/v1/debts/${debt}`)).status).toBe(200);
  const history = await cluster.get(server, 'clerk', `/v1/debts/${debt}/events`); // is in the store alone
  expect([history.status, history.body.code, history.headers.get('retry-after')]).toEqual([
    503,
    'LEDGER_UNAVAILABLE',
    expect.stringMatching(/^\d+$/),
  ]);
  await late.stop('SIGKILL');
  await expect(late.start()).rejects.toThrow('the server ended with 1');
  expect((await server.call('GET', '/health/live')).status).toBe(200);
  const down = await server.call('GET', '/health/ready');
  expect([down.status, down.body.checks.eventStore.status]).toEqual([503, 'down']);

  await cluster.store.start();
  await cluster.start(late);
  await until(
    () => server.call('GET', '/health/ready'),
    ({ status }) => status === 200,
  );
  expect((await cluster.post(server, ask)).status).toBe(201);
  for (const each of cluster.servers) {
    const shown = await until(
      () => cluster.get(each, 'clerk', `/v1/debts/${debt}`),
      ({ body }) => body.received?.amount !== '0.00',
    );
    expect(shown.body.received).toEqual(sar('20.00'));
  }
  const ids = (await cluster.events()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a second server takes commands for what the first one wrote, and neither refuses by what it remembers', async () => {
  const [one, other] = cluster.servers as [Server, Server];
  const debt = await cluster.registered(one, 'a-debt');
  const asking = (key: string): Ask => ({
    who: 'debtor',
    path: `/v1/debts/${debt}/payment-requests`,
    body: { amount: sar('10.00') },
    key,
  });
  const decline = (server: Server, key: string, request: string, revision: number): Promise<Answer> =>
    cluster.post(server, {
      who: 'approver',
      path: `/v1/debts/${debt}/requests/${request}/decline`,
      body: { reason: 'other' },
      key,
      headers: { 'if-match': `"${revision}"` },
    });
  // Each knows the debt as under review while the other one has declined the request already.
  for (let round = 0; round < 4; round++) {
    const [asker, decider] = round % 2 === 0 ? [one, other] : [other, one];
    const asked = await cluster.post(asker, asking(`ask-${round}`));
    expect([round, asked.status]).toEqual([round, 200]);
    const { event, revision } = asked.body;
    expect((await cluster.post(decider, asking(`again-${round}`))).body.code).toBe('PENDING');
    expect((await decline(decider, `decline-${round}`, event, revision)).status).toBe(200);
  }
  // Four eyes see across processes: one clerk is one person.
  const draft = await cluster.post(one, { who: 'clerk', path: '/v1/debts', body: DRAFT, key: 'own' });
  const path = `/v1/debts/${draft.body.id}/registration`;
  const own = await cluster.post(other, { who: 'clerk', path, body: {}, key: 'own', headers: { 'if-match': '"0"' } });
  expect(own.body.code).toBe('SELF_APPROVAL');
});

/** Commands that both servers are sent at the same time, and after how many of them something happens. */
const COMMANDS = 240;
const EVERY = 40;

test('killed at random under load, they lose nothing acknowledged and double nothing; the books are right', async () => {
  const debts = await Promise.all(['a', 'b', 'c'].map((key) => cluster.registered(cluster.servers[0]!, key)));
  const random = generator(Number(process.env['SIJILL_TEST_SEED'] ?? Date.now() % 1_000_000));
  const acknowledged: Acknowledged[] = [];
  const unexpected: unknown[] = [];
  let sent = 0;

  function note({ status, body }: Answer): void {
    if (body?.event !== undefined) acknowledged.push({ event: body.event, revision: body.revision });
    else if (body?.attempt !== undefined) acknowledged.push({ event: body.attempt });
    else if (status !== 412) unexpected.push([status, body]);
  }

  async function client(): Promise<void> {
    while (sent < COMMANDS) {
      const key = `command-${++sent}`;
      const debt = debts[Math.floor(random() * debts.length)]!;
      if (random() < 0.6) {
        const body = receipt(debt, key, `${1 + Math.floor(random() * 9)}.00`);
        note(await cluster.ask({ who: 'bank', path: '/v1/receipts', body, key }, random));
        continue;
      }
      const path = `/v1/debts/${debt}/payment-requests`;
      const asked = await cluster.ask({ who: 'debtor', path, body: { amount: sar('1.00') }, key }, random);
      note(asked);
      if (asked.status !== 200) continue;
      const approval = `/v1/debts/${debt}/requests/${asked.body.event}/approval`;
      const headers = { 'if-match': `"${asked.body.revision}"` };
      note(await cluster.ask({ who: 'approver', path: approval, body: {}, key, headers }, random));
    }
  }

  const clients = Array.from({ length: 6 }, client);
  let over = false;
  const done = Promise.all(clients).finally(() => (over = true));
  for (let next = EVERY; next < COMMANDS && !over; next += EVERY) {
    while (sent < next && !over) await new Promise((resolve) => setTimeout(resolve, 5));
    const victim = Math.floor(random() * 3);
    if (victim === 2) await cluster.store.restart();
    else {
      const server = cluster.servers[victim]!;
      await server.stop('SIGKILL');
      await cluster.start(server);
    }
  }
  await done;
  expect(unexpected).toEqual([]);

  const shown = await Promise.all(
    cluster.servers.map(async (server) => {
      await server.quiet();
      const debtors = `/v1/parties/${DEBTOR}/balances`;
      const paths = [...debts.map((id) => `/v1/debts/${id}`), ...debts.map((id) => `/v1/debts/${id}/events?limit=200`)];
      return Promise.all([...paths, debtors].map(async (path) => (await cluster.get(server, 'debtor', path)).body));
    }),
  );
  expect(shown[0]).toEqual(shown[1]);

  expect(acknowledged.length).toBeGreaterThan(COMMANDS / 2);
  expectRight(await cluster.events(), acknowledged);
});
