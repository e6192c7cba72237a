import { describeMongoDb, isRealMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { Server, until } from './server.js';

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

const fails = isRealMongoDb ? 'not on the real one of MONGODB_TEST_URI' : 'it is killed and started again';

describeMongoDb(`the read models' MongoDB goes while the server runs (${fails})`, () => {
  if (isRealMongoDb) {
    test.skip('a real server is left alone', () => undefined);
    return;
  }
  let database: MongoDb;
  let server: Server;
  let clerk: string;
  beforeAll(async () => {
    database = await MongoDb.start();
    server = new Server({ MONGODB_URI: database.uri('sijill_test_outage') });
    await server.start();
    clerk = await server.token('huda', 'clerk', CREDITOR);
  });
  afterAll(async () => {
    await server.dispose();
    await database.dispose();
  });

  const draft = (key: string) =>
    server.call('POST', '/v1/debts', {
      token: clerk,
      headers: { 'idempotency-key': key },
      body: { debtor: DEBTOR, creditor: CREDITOR, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } },
    });
  const list = () => server.call('GET', '/v1/debts', { token: clerk, headers: { 'accept-language': 'en' } });
  const ready = () => server.call('GET', '/health/ready');

  test('commands are decided, lists answer 503 with Retry-After, and all of it is there when it comes back', async () => {
    const auditor = await server.token('noura', 'auditor', CREDITOR);
    const drafted = await draft('before');
    expect(drafted.status).toBe(201);
    const debt = drafted.body.id as string;
    await until(list, ({ body }) => body.items.length === 1);

    await database.kill();
    const began = performance.now();
    const refused = await list();
    expect(performance.now() - began).toBeLessThan(20_000); // the driver alone looks for a server for 30 s
    expect([refused.status, refused.body.code]).toEqual([503, 'READ_MODELS_UNAVAILABLE']);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    const { status, body } = await ready();
    expect([status, body.checks.readModels.status, body.checks.eventStore.status]).toEqual([503, 'down', 'up']);
    // What comes from the log alone is answered: whoever else asks is looked up in the read models first.
    const events = (token: string) => server.call('GET', `/v1/debts/${debt}/events`, { token });
    const seen = await events(auditor);
    expect([seen.status, seen.body.items?.[0]?.type]).toEqual([200, 'debts.DebtDrafted']);
    expect([(await events(clerk)).status, (await events(clerk)).body.code]).toEqual([503, 'READ_MODELS_UNAVAILABLE']);
    expect((await draft('meanwhile')).status).toBe(201);
    expect((await draft('before')).status).toBe(201); // a repeat has its answer, too

    await database.start();
    await until(list, (answer) => answer.status === 200 && answer.body.items.length === 2);
    await until(ready, (answer) => answer.status === 200);
    expect(await server.stop('SIGTERM')).toBe(0);
  });

  test('a server does not start without it, and says so without the password', async () => {
    await database.kill();
    const uri = database.uri('sijill_test_outage').replace('//', '//sijill:secret@');
    const other = new Server({ MONGODB_URI: uri });
    await expect(other.start()).rejects.toThrow('the server ended with 1');
    await other.dispose();
  });
});
