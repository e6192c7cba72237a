import { randomBytes } from 'node:crypto';
import {
  openMongoLogReader,
  openMongoLogStorage,
  refuseLogIn,
} from '../../src/transparency/mongo/mongo-log-storage.js';
import { LogUnavailable, type LogStorage, type Signed, type StoredTile } from '../../src/transparency/log-storage.js';
import { leafHash } from '../../src/transparency/leaf.js';
import { treeSize } from '../../src/transparency/hashes.js';
import { logStorageContract } from '../contract/log-storage.contract.js';
import { inDatabase } from '../read-models/mongo-backend.js';
import { describeMongoDb, isRealMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';

const tile = (width: number, index = 0): StoredTile => ({
  level: 0,
  index,
  width,
  bytes: Buffer.alloc(32 * width, 7),
});
const signed = (size: number): Signed => ({ size: treeSize(size), root: leafHash(`${size}`), note: `${size}\n` });

describeMongoDb('a transparency log in MongoDB', () => {
  let server: MongoDb;
  let uri: string;
  const open: LogStorage[] = [];
  const anywhere = (): string => server.uri(`sijill_test_${randomBytes(6).toString('hex')}`);
  const drop = (place: string): Promise<boolean> => inDatabase(place, (db) => db.dropDatabase());
  const opened = async (place = uri): Promise<LogStorage> => {
    const storage = await openMongoLogStorage(place);
    open.push(storage);
    return storage;
  };
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());
  beforeEach(() => void (uri = anywhere()));
  afterEach(async () => {
    await Promise.all(open.splice(0).map((storage) => storage.close()));
    await drop(uri);
  });

  logStorageContract('a database of MongoDB', async () => {
    const place = anywhere();
    return { open: () => opened(place), dispose: async () => void (await drop(place)) };
  });

  test('shared by processes: tiles grow by whoever writes them, never shrink, and one of them signs', async () => {
    const storages = await Promise.all([1, 2, 3].map(() => opened()));
    await Promise.all(storages.map((storage, at) => storage.write([tile(10 + at), tile(5 + at, 1), tile(3, 2 + at)])));
    for (const storage of storages) {
      expect(await storage.read(tile(1))).toEqual(tile(12));
      expect(await storage.read(tile(1, 1))).toEqual(tile(7, 1));
      for (const at of [2, 3, 4]) expect(await storage.read(tile(1, at))).toEqual(tile(3, at));
    }
    const answers = await Promise.all(storages.map((storage, at) => storage.sign(signed(10 + at), undefined)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    const last = signed(10 + answers.indexOf(true));
    const more = await Promise.all(storages.map((storage, at) => storage.sign(signed(20 + at), last)));
    expect(more.filter(Boolean)).toHaveLength(1);
    const reader = await openMongoLogReader(uri);
    expect(await reader.signed()).toEqual(signed(20 + more.indexOf(true)));
    await reader.close();
  });

  test('a reader sees nothing where there is no log, and begins none', async () => {
    const reader = await openMongoLogReader(uri);
    expect([await reader.signed(), await reader.read(tile(1))]).toEqual([undefined, undefined]);
    await reader.close();
    await refuseLogIn(uri); // none has come of it
  });

  test('shares its database with nothing: whoever drops read models never drops what was signed', async () => {
    await inDatabase(uri, (db) => db.collection('models').insertOne({ name: 'debtList' }));
    const refusal = { name: 'ForeignDatabase', message: expect.stringContaining('give the log a database of its own') };
    await expect(openMongoLogStorage(uri)).rejects.toMatchObject(refusal);
    await expect(openMongoLogReader(uri)).rejects.toMatchObject(refusal);
    await refuseLogIn(uri);
    await drop(uri);
    await opened();
    await expect(refuseLogIn(uri)).rejects.toMatchObject({ name: 'ForeignDatabase' });
  });

  test('of a newer program is refused', async () => {
    await opened();
    await inDatabase(uri, (db) =>
      db.collection<{ _id: string }>('log').updateOne({ _id: 'layout' }, { $set: { layout: 2 } }),
    );
    await expect(openMongoLogStorage(uri)).rejects.toMatchObject({ name: 'ForeignDatabase' });
  });

  test('says within seconds that its server is away, and names no password', async () => {
    const error: unknown = await openMongoLogStorage('mongodb://somebody:secret@127.0.0.1:1/log').catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ name: 'LogUnavailable' });
    expect(String(error)).not.toContain('secret');
  });

  (isRealMongoDb ? test.skip : test)(
    'whose server goes away is unavailable, has all that was answered, and goes on by itself',
    async () => {
      const storage = await opened();
      await storage.write([tile(5)]);
      await storage.sign(signed(5), undefined);
      await server.kill();
      for (const call of [
        storage.read(tile(1)),
        storage.signed(),
        storage.write([tile(6)]),
        storage.sign(signed(6), signed(5)),
      ]) {
        await expect(call).rejects.toThrow(LogUnavailable);
      }
      await server.start();
      expect([await storage.signed(), await storage.read(tile(1))]).toEqual([signed(5), tile(5)]);
      await storage.write([tile(6)]);
      expect(await storage.sign(signed(6), signed(5))).toBe(true);
    },
    120_000,
  );
});
