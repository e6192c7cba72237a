import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, businessDateAt, type BusinessDate } from '../../src/kernel/calendar.js';
import { sijill } from '../cli/moving.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { Cluster, CREDITOR, DEBTOR } from './cluster.js';
import { until, type Server } from './server.js';

/*
 * Two servers share an EventStoreDB (protocol-level) and a MongoDB (FerretDB, unless it is a real one), the log's too: each
 * adds up the balances by itself, and each proves them under the one root that is signed.
 */

const monthBefore = (day: BusinessDate): BusinessDate => addDays(`${day.slice(0, 7)}-01` as BusinessDate, -1);
const LAST_MONTH = monthBefore(businessDateAt(Date.now()));
const MONTH_BEFORE = monthBefore(LAST_MONTH);

describeMongoDb('balances of a ledger that two processes serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sijill-balances-'));
  let mongo: MongoDb;
  let cluster: Cluster;
  let servers: readonly [Server, Server];
  beforeAll(async () => {
    mongo = await MongoDb.start();
    const uri = mongo.uri(`sijill_test_balances_${Date.now()}`);
    const log = { LOG_MONGODB_URI: `${uri}_log`, SIJILL_LOG_KEY: '0f'.repeat(32) };
    cluster = await Cluster.of(2, { MONGODB_URI: uri, ...log });
    servers = cluster.servers as unknown as typeof servers;
    for (const server of servers) await cluster.start(server); // FerretDB panics where two make one collection
    writeFileSync(join(folder, 'vkey'), await (await fetch(`${servers[0].url}/transparency/vkey`)).text());
  });
  afterAll(async () => {
    await cluster.dispose();
    await mongo.dispose();
    rmSync(folder, { recursive: true });
  });

  /** A root is due with it, as at the end of a day. */
  async function close(server: Server, lastDay: BusinessDate): Promise<void> {
    const books = `/v1/entities/${CREDITOR}/closing-requests`;
    const period = lastDay.slice(0, 7);
    const asked = await cluster.post(server, { who: 'clerk', path: books, body: { period }, key: `ask-${period}` });
    const { request, revision } = asked.body as { request: string; revision: number };
    const approved = await cluster.post(server, {
      who: 'approver',
      path: `${books}/${request}/approval`,
      body: {},
      key: `approve-${period}`,
      headers: { 'if-match': `"${revision}"` },
    });
    expect([asked.status, approved.status]).toEqual([200, 200]);
  }

  const root = async (server: Server): Promise<string> => (await fetch(`${server.url}/transparency/balances`)).text();
  const eventsIn = (text: string): number => Number(/^events (\d+)$/m.exec(text)?.[1] ?? 0);

  /** Of a party, by one server, under the root of so many events or a later one; the program verifies it. */
  async function proved(server: Server, events: number): Promise<string> {
    const text = await until(
      () => cluster.answer(server, 'debtor', `/v1/parties/${DEBTOR}/balances/proof`),
      (found) => eventsIn(found) >= events,
    );
    const file = join(folder, 'proof');
    writeFileSync(file, text);
    const verified = await sijill(['verify', 'balance', file, '--vkey', join(folder, 'vkey')], {});
    expect(verified).toMatchObject({ code: 0, err: '' });
    return text;
  }

  async function signerAmong(): Promise<Server | undefined> {
    for (const server of servers) {
      const { transparency } = (await server.call('GET', '/health/ready')).body.checks;
      if (transparency.state === 'running' && transparency.process === undefined) return server;
    }
    return undefined;
  }

  test('each proves them under the same root; killed, the signer is followed by the other, which signs the next', async () => {
    await cluster.registered(servers[0], 'a-debt');
    await close(servers[1], MONTH_BEFORE);
    const first = await until(
      () => root(servers[0]),
      (text) => eventsIn(text) > 0,
    );
    expect(await root(servers[1])).toBe(first);
    const [one, other] = await Promise.all(servers.map((server) => proved(server, eventsIn(first))));
    expect(one).toContain(`\n\n${first}`);
    expect(one).toContain('"balance":"5000.00"');
    expect(other).toBe(one);

    const signer = (await until(signerAmong, (server) => server !== undefined)) as Server;
    const survivor = servers.find((server) => server !== signer) as Server;
    await signer.stop('SIGKILL');
    await cluster.registered(survivor, 'another-debt');
    await close(survivor, LAST_MONTH);
    const second = await until(
      () => root(survivor),
      (text) => eventsIn(text) > eventsIn(first),
    );
    const later = await proved(survivor, eventsIn(second));
    expect(later).toContain(`\n\n${second}`);
    expect(later.match(/"account":"1200"/g)).toHaveLength(2);

    // What was killed comes back without what it had added up, which it makes again.
    for (const end of ['', '-wal', '-shm']) rmSync(join(signer.data, `balances.db${end}`), { force: true });
    await cluster.start(signer);
    expect(await proved(signer, eventsIn(second))).toBe(later);
    expect(await root(signer)).toBe(second);
  });

  test('an audit adds the events up to each of the roots', async () => {
    const out = join(folder, 'audit');
    const [{ settings, data }] = servers;
    expect(await sijill(['export', '--audit', out], { ...settings, SIJILL_DATA: data })).toMatchObject({ code: 0 });
    const audited = await sijill(['verify', 'audit', out, '--vkey', join(folder, 'vkey')], {});
    expect(audited).toMatchObject({ code: 0, out: expect.stringContaining('the entries alone add up to the same') });
  });
});
