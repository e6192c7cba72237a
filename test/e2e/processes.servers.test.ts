import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRejection } from '../../src/event-store/catalogue.js';
import { openEventStoreDbReader } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { Books as Auditor } from '../world/books.js';
import { Server, until, type Answer } from './server.js';
import { generator } from '../generator.js';

/*
 * Built servers on one EventStoreDB (protocol-level), each with read models of its own and all with one vault; the
 * store goes down and comes back, the servers are killed.
 */
const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const BANK = 'party_44444444-4444-4444-8444-444444444444';
const PEOPLE = { clerk: CREDITOR, approver: CREDITOR, debtor: DEBTOR, bank: BANK };
type Who = keyof typeof PEOPLE;

let store: StandIn;
let vault: string;
let servers: Server[];
/** Each server trusts its own tokens; the same people have them. */
const tokens = new Map<Server, Record<Who, string>>();

async function startServer(server: Server): Promise<void> {
  await server.start();
  if (tokens.has(server)) return;
  const all = Object.entries(PEOPLE).map(async ([who, party]) => [who, await server.token(`${who}-1`, who, party)]);
  tokens.set(server, Object.fromEntries(await Promise.all(all)) as Record<Who, string>);
}

beforeEach(async () => {
  store = await StandIn.start();
  vault = mkdtempSync(join(tmpdir(), 'sijill-vault-'));
  const settings = { EVENT_STORE_URL: store.url, SIJILL_VAULT: vault };
  servers = [new Server(settings), new Server(settings)];
  await Promise.all(servers.map(startServer)); // at once, on an empty store
}, 60_000);
afterEach(async () => {
  await Promise.all(servers.map((server) => server.dispose()));
  await store.dispose();
  rmSync(vault, { recursive: true, force: true });
  tokens.clear();
});

const sar = (amount: string) => ({ amount, currency: 'SAR' });
const DRAFT = { debtor: DEBTOR, creditor: CREDITOR, amount: sar('5000.00'), ground: 'fine' };
const receipt = (debt: string, reference: string, amount: string) => ({
  reference,
  payer: DEBTOR,
  payee: CREDITOR,
  target: { debt },
  amount: sar(amount),
  paidOn: '2026-01-15',
  channel: 'sadad',
});

interface Ask {
  readonly who: Who;
  readonly path: string;
  readonly body: unknown;
  readonly key: string;
  readonly headers?: Record<string, string>;
}

const post = (server: Server, { who, path, body, key, headers = {} }: Ask): Promise<Answer> =>
  server.call('POST', path, { token: tokens.get(server)![who], body, headers: { 'idempotency-key': key, ...headers } });
const get = (server: Server, who: Who, path: string): Promise<Answer> =>
  server.call('GET', path, { token: tokens.get(server)![who] });

async function registered(server: Server, key: string): Promise<string> {
  const { body } = await post(server, { who: 'clerk', path: '/v1/debts', body: DRAFT, key });
  const path = `/v1/debts/${body.id}/registration`;
  const ask = { who: 'approver', path, body: {}, key, headers: { 'if-match': '"0"', prefer: 'wait=10' } } as const;
  expect((await post(server, ask)).status).toBe(200);
  return body.id as string;
}

async function events(): Promise<Envelope[]> {
  const reader = openEventStoreDbReader(store.url);
  try {
    return (await wholeLog(reader)).map(({ event }) => event);
  } finally {
    await reader.close();
  }
}

test('while the store is down: reads are answered, commands get 503 with Retry-After, and all of it comes back', async () => {
  const [server] = servers as [Server, Server];
  const debt = await registered(server, 'a-debt');
  await post(server, { who: 'bank', path: '/v1/receipts', body: receipt(debt, 'TX-1', '20.00'), key: 'paid' });
  await store.kill(); // what the policies do about the receipt may be done or not
  const ask = { who: 'clerk', path: '/v1/debts', body: DRAFT, key: 'while-down' } as const;
  const refused = await post(server, ask);
  expect([refused.status, refused.body.code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await get(server, 'clerk', `/v1/debts/${debt}`)).status).toBe(200);
  expect((await server.call('GET', '/health/live')).status).toBe(200);
  const down = await server.call('GET', '/health/ready');
  expect([down.status, down.body.checks.eventStore.status]).toEqual([503, 'down']);

  await store.start();
  await until(
    () => server.call('GET', '/health/ready'),
    ({ status }) => status === 200,
  );
  expect((await post(server, ask)).status).toBe(201);
  for (const each of servers) {
    const shown = await until(
      () => get(each, 'clerk', `/v1/debts/${debt}`),
      ({ body }) => body.received?.amount !== '0.00',
    );
    expect(shown.body.received).toEqual(sar('20.00'));
  }
  const ids = (await events()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
}, 120_000);

test('a second server takes commands for what the first one wrote, and neither refuses by what it remembers', async () => {
  const [one, other] = servers as [Server, Server];
  const debt = await registered(one, 'a-debt');
  const asking = (key: string): Ask => ({
    who: 'debtor',
    path: `/v1/debts/${debt}/payment-requests`,
    body: { amount: sar('10.00') },
    key,
  });
  const decline = (server: Server, key: string, request: string, revision: number): Promise<Answer> =>
    post(server, {
      who: 'approver',
      path: `/v1/debts/${debt}/requests/${request}/decline`,
      body: { reason: 'other' },
      key,
      headers: { 'if-match': `"${revision}"` },
    });
  // Each knows the debt as under review while the other one has declined the request already.
  for (let round = 0; round < 4; round++) {
    const [asker, decider] = round % 2 === 0 ? [one, other] : [other, one];
    const asked = await post(asker, asking(`ask-${round}`));
    expect([round, asked.status]).toEqual([round, 200]);
    const { event, revision } = asked.body;
    expect((await post(decider, asking(`again-${round}`))).body.code).toBe('PENDING');
    expect((await decline(decider, `decline-${round}`, event, revision)).status).toBe(200);
  }
  // Four eyes see across processes: one clerk is one person.
  const draft = await post(one, { who: 'clerk', path: '/v1/debts', body: DRAFT, key: 'own' });
  const path = `/v1/debts/${draft.body.id}/registration`;
  const own = await post(other, { who: 'clerk', path, body: {}, key: 'own', headers: { 'if-match': '"0"' } });
  expect(own.body.code).toBe('SELF_APPROVAL');
}, 120_000);

/** Commands that both servers are sent at the same time, and after how many of them something happens. */
const COMMANDS = 240;
const EVERY = 40;

test('killed at random under load, they lose nothing acknowledged and double nothing; the books are right', async () => {
  const debts = await Promise.all(['a', 'b', 'c'].map((key) => registered(servers[0]!, key)));
  const random = generator(Number(process.env['SIJILL_TEST_SEED'] ?? Date.now() % 1_000_000));
  const acknowledged: { readonly event: string; readonly revision?: number }[] = [];
  const unexpected: unknown[] = [];
  let sent = 0;

  /** As a client does behind a load balancer: no answer, or none that is an outcome, and another server is asked. */
  async function ask(wanted: Ask): Promise<Answer> {
    for (;;) {
      const server = servers[Math.floor(random() * servers.length)]!;
      const answer = await post(server, wanted).catch(() => undefined);
      if (answer === undefined) await new Promise(setImmediate);
      else if (answer.status === 503) expect(answer.headers.get('retry-after')).not.toBeNull();
      else return answer;
    }
  }

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
        note(await ask({ who: 'bank', path: '/v1/receipts', body, key }));
        continue;
      }
      const path = `/v1/debts/${debt}/payment-requests`;
      const asked = await ask({ who: 'debtor', path, body: { amount: sar('1.00') }, key });
      note(asked);
      if (asked.status !== 200) continue;
      const approval = `/v1/debts/${debt}/requests/${asked.body.event}/approval`;
      const headers = { 'if-match': `"${asked.body.revision}"` };
      note(await ask({ who: 'approver', path: approval, body: {}, key, headers }));
    }
  }

  const clients = Array.from({ length: 6 }, client);
  let over = false;
  const done = Promise.all(clients).finally(() => (over = true));
  for (let next = EVERY; next < COMMANDS && !over; next += EVERY) {
    while (sent < next && !over) await new Promise((resolve) => setTimeout(resolve, 5));
    const victim = Math.floor(random() * 3);
    if (victim === 2) await store.restart();
    else {
      await servers[victim]!.stop('SIGKILL');
      await startServer(servers[victim]!);
    }
  }
  await done;
  expect(unexpected).toEqual([]);

  const shown = await Promise.all(
    servers.map(async (server) => {
      await server.quiet();
      const debtors = `/v1/parties/${DEBTOR}/balances`;
      const paths = [...debts.map((id) => `/v1/debts/${id}`), ...debts.map((id) => `/v1/debts/${id}/events?limit=200`)];
      return Promise.all([...paths, debtors].map(async (path) => (await get(server, 'debtor', path)).body));
    }),
  );
  expect(shown[0]).toEqual(shown[1]);

  const log = await events();
  const byId = new Map(log.map((event) => [event.id as string, event]));
  expect(byId.size).toBe(log.length);
  expect(log.flatMap(({ type }, at) => (type === 'ledger.LedgerOpened' ? [at] : []))).toEqual([0]);
  const lost = acknowledged.filter(({ event, revision = 0 }) => byId.get(event)?.revision !== revision);
  expect([acknowledged.length > COMMANDS / 2, lost]).toEqual([true, []]);
  const auditor = new Auditor();
  for (const event of log.slice(1)) if (!isRejection(event)) auditor.take(event);
  expect(auditor.close()).toEqual([]);
}, 240_000);
