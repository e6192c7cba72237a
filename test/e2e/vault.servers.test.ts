import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evidenceNamedIn } from '../../src/ledger/evidence.js';
import { openEventStoreDbReader } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { openMongoVault } from '../../src/vault/mongo/mongo-vault.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { Server, until, type Answer } from './server.js';

/* Built servers that share nothing but an EventStoreDB (protocol-level) and a vault in MongoDB. */
const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const BANK = 'party_44444444-4444-4444-8444-444444444444';
const IBAN = 'SA0380000000608010167519';

describeMongoDb('servers that share a vault in MongoDB', () => {
  const key = randomBytes(32);
  let store: StandIn;
  let mongo: MongoDb;
  let servers: readonly [Server, Server];
  const vaultUri = (): string => mongo.uri('sijill_test_vault');

  beforeAll(async () => {
    [store, mongo] = await Promise.all([StandIn.start(), MongoDb.start()]);
    const settings = {
      EVENT_STORE_URL: store.url,
      VAULT_MONGODB_URI: vaultUri(),
      SIJILL_MASTER_KEY: key.toString('hex'),
    };
    servers = [new Server(settings), new Server(settings)]; // each has a directory of its own
    await Promise.all(servers.map((server) => server.start())); // at once, on an empty store and no vault
  });
  afterAll(async () => {
    await Promise.all((servers ?? []).map((server) => server.dispose()));
    await Promise.all([store?.dispose(), mongo?.dispose()]);
  });

  async function post(server: Server, sub: string, role: string, party: string, path: string, body: unknown) {
    const token = await server.token(sub, role, party);
    return server.call('POST', path, {
      token,
      body,
      headers: { 'idempotency-key': `${sub}-${path}`.replaceAll('/', '-') },
    });
  }
  const draft = (server: Server, sub: string, ground = 'fine'): Promise<Answer> =>
    post(server, sub, 'clerk', CREDITOR, '/v1/debts', {
      debtor: DEBTOR,
      creditor: CREDITOR,
      amount: { amount: '115.00', currency: 'SAR' },
      ground,
    });
  const pay = (server: Server, reference: string): Promise<Answer> =>
    post(server, `teller-${reference}`, 'bank', BANK, '/v1/receipts', {
      reference,
      payer: DEBTOR,
      payee: CREDITOR,
      amount: { amount: '20.00', currency: 'SAR' },
      paidOn: '2026-01-15',
      channel: 'sadad',
      sourceAccount: IBAN,
    });
  async function log() {
    const reader = openEventStoreDbReader(store.url);
    try {
      return (await wholeLog(reader)).map(({ event }) => event);
    } finally {
      await reader.close();
    }
  }

  test('know a person by one pseudonym, and open what each other sealed', async () => {
    const drafts = await Promise.all(servers.map((server) => draft(server, 'huda')));
    expect(drafts.map(({ status }) => status)).toEqual([201, 201]);
    const receipts = await Promise.all(servers.map((server, i) => pay(server, `TX-${i}`)));
    expect(receipts.map(({ status }) => status)).toEqual([201, 201]);
    const events = await log();
    const clerks = events.filter(({ actor }) => actor.role === 'clerk').map(({ actor }) => actor.id);
    expect(clerks.length).toBeGreaterThan(0);
    expect(new Set(clerks).size).toBe(1);
    const sealed = events.filter(({ type }) => type === 'billing.ReceiptRecorded').map(({ evidence }) => evidence[0]!);
    expect(sealed).toHaveLength(2);
    expect(sealed[1]).not.toBe(sealed[0]); // no two events commit to one value alike
    const vault = await openMongoVault(vaultUri(), key, { mayBegin: false });
    for (const each of sealed) expect(await vault.open(each)).toMatchObject({ person: DEBTOR, value: IBAN });
    await vault.close();
  });

  test('told the vault how their appends ended: nothing waits', async () => {
    const reader = openEventStoreDbReader(store.url);
    const vault = await openMongoVault(vaultUri(), key, { mayBegin: false });
    const named = await until(
      () => vault.sweep(() => Promise.resolve(false)),
      ({ waiting }) => waiting === 0,
    );
    expect(named).toEqual({ named: 0, removed: 0, waiting: 0 });
    expect(await evidenceNamedIn(reader)('receipt-00000000-0000-4000-8000-000000000000' as never, '')).toBe(false);
    await Promise.all([vault.close(), reader.close()]);
  });

  test('answer 503 with Retry-After where the vault is needed and away, and go on by themselves', async () => {
    const [server] = servers;
    expect((await draft(server, 'known')).status).toBe(201);
    await mongo.kill();
    const unknown = await pay(server, 'TX-away');
    expect([unknown.status, Number(unknown.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
    expect(Number(unknown.headers.get('retry-after'))).toBeGreaterThan(0);
    const down = await server.call('GET', '/health/ready');
    expect([down.status, down.body.checks.vault.status]).toEqual([503, 'down']);
    await mongo.start();
    await until(
      () => server.call('GET', '/health/ready'),
      ({ status }) => status === 200,
    );
    expect((await pay(server, 'TX-away')).status).toBe(201);
    expect((await log()).filter(({ type }) => type === 'billing.ReceiptRecorded')).toHaveLength(3);
  });

  test('with another key, another vault or read models in its place do not start, and say why', async () => {
    const settings = { EVENT_STORE_URL: store.url, SIJILL_MASTER_KEY: key.toString('hex') };
    const cases: readonly [string, Record<string, string>, RegExp][] = [
      ['another key', { VAULT_MONGODB_URI: vaultUri(), SIJILL_MASTER_KEY: '1'.repeat(64) }, /master key does not open/],
      ['no vault there', { VAULT_MONGODB_URI: mongo.uri('sijill_test_none') }, /holds no vault/],
      ['no vault at all', {}, /SIJILL_VAULT \(a directory\) or VAULT_MONGODB_URI/],
      ['read models in it', { MONGODB_URI: vaultUri(), SIJILL_VAULT: servers[0].data }, /holds a vault: name another/],
    ];
    for (const [what, more, said] of cases) {
      const data = mkdtempSync(join(tmpdir(), 'sijill-e2e-'));
      const env = { PATH: process.env['PATH'], PORT: '0', SIJILL_DATA: data, ...settings, ...more };
      const { status, stderr } = spawnSync(process.execPath, ['dist/src/main.js'], { env, encoding: 'utf8' });
      expect([what, status, stderr]).toEqual([what, 1, expect.stringMatching(said)]);
      rmSync(data, { recursive: true });
    }
  });
});
