import { PACE } from '../../src/leases/mongo/mongo-leases.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { Cluster, expectRight, receipt } from './cluster.js';
import { until, type Server } from './server.js';

/** A lease lapses, is seen to, and its consumers go on: on a machine that does other things meanwhile. */
const TAKEOVER_MS = PACE.lifetimeMs + PACE.paceMs + 10_000;

describeMongoDb('one server on stores that others may share', () => {
  let mongo: MongoDb;
  let cluster: Cluster;
  let server: Server;
  beforeAll(async () => {
    mongo = await MongoDb.start();
    cluster = await Cluster.of(1, { MONGODB_URI: mongo.uri(`sijill_test_alone_${Date.now()}`) });
    [server] = cluster.servers as [Server];
    await cluster.start(server);
  });
  afterAll(async () => {
    await cluster?.dispose();
    await mongo?.dispose();
  });

  const consumers = async () =>
    (await cluster.get(server, 'operator', '/v1/projections')).body.items as readonly {
      readonly state: string;
      readonly holder?: string;
    }[];

  test('that is killed and starts alone decides commands at once, and goes on when its own old leases have lapsed', async () => {
    const debt = await cluster.registered(server, 'a-debt');
    const [before] = await takings();
    await server.stop('SIGKILL');
    const said = server.said.length;
    const started = cluster.start(server);
    await until(
      async () => server.said.slice(said).some((line) => line.includes('answers on')),
      (answers) => answers,
    );
    const began = performance.now();
    const pay = { who: 'bank', path: '/v1/receipts', body: receipt(debt, 'TX-1', '1.00'), key: 'TX-1' } as const;
    const paid = await cluster.post(server, pay);
    expect([paid.status, performance.now() - began < PACE.lifetimeMs]).toEqual([201, true]);

    const again = await cluster.post(server, { ...pay, headers: { prefer: 'wait=25' } });
    expect([again.status, again.headers.get('preference-applied')]).toEqual([201, 'wait=25']);
    expect(performance.now() - began).toBeLessThan(TAKEOVER_MS);
    const shown = await cluster.get(server, 'debtor', `/v1/debts/${debt}`);
    expect(shown.body.received.amount).toBe('1.00');
    for (const { state, holder } of await consumers()) expect([state, holder]).toEqual(['running', undefined]);
    const [after] = (await takings()).slice(-1);
    expect(after).not.toBe(before);
    await started;
    expectRight(await cluster.events(), [{ event: paid.body.event, revision: paid.body.revision }]);
  });

  /** The processes that said to run the projections, in order. */
  async function takings(): Promise<readonly string[]> {
    return server.said.flatMap((line) => /process ([0-9a-f]{8}) runs the projections/.exec(line)?.[1] ?? []);
  }
});
