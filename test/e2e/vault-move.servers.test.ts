import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventReader, openVault } from '../../src/adapters.js';
import type { Configuration } from '../../src/config/configuration.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { openMongoVault } from '../../src/vault/mongo/mongo-vault.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { sijill } from '../cli/moving.js';
import { inDatabase } from '../read-models/mongo-backend.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { answers, command, draft, receipt, recordHistory } from './history.js';
import { Server, until } from './server.js';

/* `sijill vault-move`, as docs/operations.md (The vault in MongoDB) tells it, with built servers before and after. */

describeMongoDb('a vault moves', () => {
  const place = mkdtempSync(join(tmpdir(), 'sijill-vault-move-'));
  const masterKey = randomBytes(32);
  const key = { SIJILL_MASTER_KEY: masterKey.toString('hex') };
  let mongo: MongoDb;
  let uri: string;
  beforeAll(async () => (mongo = await MongoDb.start()));
  beforeEach(() => void (uri = mongo.uri(`sijill_test_${randomBytes(6).toString('hex')}`)));
  afterEach(() => inDatabase(uri, (db) => db.dropDatabase()));
  afterAll(async () => {
    await mongo.dispose();
    rmSync(place, { recursive: true, force: true });
  });

  async function log(data: string): Promise<Envelope[]> {
    const reader = await openEventReader({ data });
    try {
      return (await wholeLog(reader)).map(({ event }) => event);
    } finally {
      await reader.close();
    }
  }
  const receipts = (events: readonly Envelope[]) =>
    events
      .filter(({ type }) => type === 'billing.ReceiptRecorded')
      .map(({ actor, evidence }) => [actor.id, ...evidence]);

  test('from SQLite to MongoDB and back: sealed values open, and people are found, as before', async () => {
    const data = join(place, 'data');
    const back = join(place, 'back');
    const moving = { ...key, SIJILL_DATA: data, VAULT_MONGODB_URI: uri };
    const before = new Server(key, data);
    const inMongoDb = new Server({ ...key, VAULT_MONGODB_URI: uri }, data);
    const after = new Server({ ...key, SIJILL_VAULT: back }, data);
    try {
      await before.start();
      const debt = (await recordHistory(before)).body.id as string;
      const expected = await answers(before, debt);
      const [[bank, first]] = receipts(await log(data)) as [[string, string]];

      const refused = await sijill(['vault-move', 'mongodb'], moving);
      expect([refused.code, refused.out]).toEqual([1, '']);
      expect(refused.err).toMatch(/^vault-move: .*ledger\.db is in use by another writer; stop that one first/);
      expect(await before.stop('SIGTERM')).toBe(0);
      const there = await sijill(['vault-move', 'mongodb'], moving);
      expect([there.code, there.err]).toEqual([
        0,
        expect.stringMatching(
          /^\d+ persons, 1 sealed values, 0 waiting and 0 erased persons moved in \d+ s\nfrom \S+vault\.db to mongodb:\S+, and are equal there\ndigest [0-9a-f]{64}\n$/,
        ),
      ]);

      await inMongoDb.start();
      expect(await answers(inMongoDb, debt)).toEqual(expected);
      expect((await command(inMongoDb, 'clerk', '/v1/debts', draft)).headers.get('idempotency-replayed')).toBe('true');
      await payAgain(inMongoDb, debt, 'TX-2');
      expect(await inMongoDb.stop('SIGTERM')).toBe(0);
      expect(receipts(await log(data))).toEqual([
        [bank, first],
        [bank, expect.any(String)],
      ]);

      const home = await sijill(['vault-move', 'sqlite', '--directory', back], moving);
      expect([home.code, home.err]).toEqual([0, expect.stringMatching(/to \S+back\/vault\.db, and are equal there/)]);
      await after.start();
      await payAgain(after, debt, 'TX-3');
      expect(await after.stop('SIGTERM')).toBe(0);
      const all = receipts(await log(data)) as [string, string][];
      expect(all.map(([by]) => by)).toEqual([bank, bank, bank]);
      for (const [at, sealed] of [
        [{ vaultMongodbUri: uri, vault: data }, all.slice(0, 2)],
        [{ vault: back }, all],
      ] as const) {
        const vault = await openVault({ ...at, data, masterKey } as Configuration, false);
        for (const [, commitment] of sealed) {
          expect(await vault.open(commitment)).toMatchObject({ value: receipt(debt).sourceAccount });
        }
        await vault.close();
      }
    } finally {
      await Promise.all([before, inMongoDb, after].map((server) => server.dispose()));
    }
  });

  async function payAgain(server: Server, debt: string, reference: string): Promise<void> {
    const body = { ...receipt(debt), reference };
    const token = await server.token('bank-1', 'bank', body.payer);
    const answer = await server.call('POST', '/v1/receipts', {
      token,
      body,
      headers: { 'idempotency-key': reference },
    });
    expect(answer.status).toBe(201);
  }

  /** A vault of many people, in a directory. */
  async function crowd(name: string, people: number): Promise<string> {
    const path = join(mkdtempSync(join(place, `${name}-`)), 'vault.db');
    const vault = openSqliteVault(path, masterKey);
    for (let n = 0; n < people; n += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, i) => vault.pseudonym('party', `person ${n + i}`)));
    }
    await vault.close();
    return join(path, '..');
  }
  const count = (): Promise<number> => inDatabase(uri, (db) => db.collection('persons').countDocuments());

  test('killed or stopped in the middle, it leaves nothing that a server opens, and goes on', async () => {
    const directory = await crowd('killed', 4_000);
    const args = ['vault-move', 'mongodb', '--directory', directory];
    const settings = { ...key, SIJILL_DATA: directory, VAULT_MONGODB_URI: uri };
    const ended = await sijill(args, settings, async (send) => {
      await until(count, (persons) => persons > 500);
      send('SIGKILL');
    });
    expect(ended.signal).toBe('SIGKILL');
    expect(await count()).toBeLessThan(4_000);
    const opening = { mayBegin: true };
    await expect(openMongoVault(uri, masterKey, opening)).rejects.toMatchObject({ code: 'MOVE_UNFINISHED' });
    const stopped = await sijill(args, settings, async (send) => {
      await until(count, (persons) => persons > 2_000);
      send('SIGTERM');
    });
    expect([stopped.code, stopped.err]).toEqual([130, expect.stringMatching(/stopped; run it again to go on\n$/)]);
    await expect(openMongoVault(uri, masterKey, opening)).rejects.toMatchObject({ code: 'MOVE_UNFINISHED' });
    const whole = await sijill(args, settings);
    expect([whole.code, whole.err]).toEqual([
      0,
      expect.stringContaining('4,000 persons, 0 sealed values, 0 waiting and 0 erased persons'),
    ]);
    const again = await sijill(args, settings);
    expect([again.code, again.err]).toEqual([0, expect.stringContaining('were moved before')]);
    const [before, after] = [
      openSqliteVault(join(directory, 'vault.db'), masterKey, false),
      await openMongoVault(uri, masterKey, { mayBegin: false }),
    ];
    expect(await after.pseudonym('party', 'person 77')).toBe(await before.pseudonym('party', 'person 77'));
    await Promise.all([before.close(), after.close()]);
  });

  test('into a database that is another vault, or no vault, nothing is written', async () => {
    const directory = await crowd('refused', 500);
    const args = ['vault-move', 'mongodb', '--directory', directory];
    const settings = { ...key, SIJILL_DATA: directory, VAULT_MONGODB_URI: uri };
    const cases: readonly [string, () => Promise<unknown>, RegExp][] = [
      [
        'read models',
        () => inDatabase(uri, (db) => db.collection('models').insertOne({})),
        /holds models, which is none/,
      ],
      ['persons of none', () => inDatabase(uri, (db) => db.collection('persons').insertOne({})), /holds another vault/],
      [
        'another vault',
        async () => (await openMongoVault(uri, masterKey, { mayBegin: true })).close(),
        /another vault/,
      ],
    ];
    for (const [what, prepare, said] of cases) {
      await inDatabase(uri, (db) => db.dropDatabase());
      await prepare();
      const { code, err } = await sijill(args, settings);
      expect([what, code, err]).toEqual([what, 1, expect.stringMatching(said)]);
      expect(await count()).toBeLessThan(2);
    }
    await inDatabase(uri, (db) => db.dropDatabase());
    const none = await sijill(['vault-move', 'sqlite', '--directory', join(directory, 'new')], settings);
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/holds no vault to move/)]);
    const usage = await sijill(['vault-move', 'somewhere'], settings);
    expect([usage.code, usage.err]).toEqual([
      2,
      expect.stringMatching(/say where the vault moves to: mongodb or sqlite/),
    ]);
    const unset = await sijill(args, { ...key, SIJILL_DATA: directory });
    expect([unset.code, unset.err]).toEqual([2, expect.stringMatching(/set VAULT_MONGODB_URI/)]);
  });
});
