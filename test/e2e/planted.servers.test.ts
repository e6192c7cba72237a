import { randomBytes } from 'node:crypto';
import Bull from 'bull';
import mongoose from 'mongoose';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { describeMongoDb, isRealMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';
import { Planting, REFERENCE, VALUES } from './planting.js';
import { Server } from './server.js';

const { BSON, MongoClient } = mongoose.mongo;

/** A document as it is stored, and each of its binaries by itself: one may be a compression of what it holds. */
function bytesOf(document: object): Buffer[] {
  const binaries = (value: unknown): Buffer[] => {
    if (value instanceof BSON.Binary) return [Buffer.from(value.buffer)];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(binaries) : [];
  };
  return [Buffer.from(BSON.serialize(document)), ...binaries(document)];
}

/** Every collection of a database, document by document. @param control public, and in one of them at least */
async function lookInDatabase(planting: Planting, uri: string, control: string): Promise<void> {
  const client = await MongoClient.connect(uri);
  try {
    const database = client.db();
    const all: Buffer[] = [];
    for (const { name } of await database.listCollections().toArray()) {
      for await (const document of database.collection(name).find()) {
        for (const bytes of bytesOf(document)) {
          planting.look(`${database.databaseName}.${name}`, bytes);
          all.push(bytes);
        }
      }
    }
    planting.look(database.databaseName, Buffer.concat(all), control);
  } finally {
    await client.close();
  }
}

/** Every key of a Redis with its value, by its kind; then the same as a file without compression. */
async function lookInRedis(planting: Planting, url: string, control: string): Promise<void> {
  const bull = new Bull('looking', url);
  const redis = bull.client;
  try {
    const all: Buffer[] = [];
    for (const name of await redis.keysBuffer('*')) {
      const read: Record<string, () => Promise<unknown>> = {
        string: () => redis.getBuffer(name),
        hash: () => redis.hgetallBuffer(name),
        list: () => redis.lrangeBuffer(name, 0, -1),
        set: () => redis.smembersBuffer(name),
        zset: () => redis.zrangeBuffer(name, 0, '-1', 'WITHSCORES'),
        stream: () => redis.xrangeBuffer(name, '-', '+'),
      };
      const kind = await redis.type(name);
      const value = read[kind];
      if (value === undefined) throw new Error(`${kind}: a kind of value that nobody looks through`);
      all.push(name, ...leaves(await value()));
    }
    for (const each of all) planting.look(`Redis: ${all[0]?.toString()}`, each);
    planting.look('Redis', Buffer.concat(all), control);
    await redis.config('SET', 'rdbcompression', 'no');
    await redis.save();
  } finally {
    await bull.close();
  }
}

function leaves(value: unknown): Buffer[] {
  if (Buffer.isBuffer(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, each]) => [Buffer.from(name), ...leaves(each)])
    : [Buffer.from(String(value))];
}

const title = hasRedis ? 'a ledger on servers' : `a ledger on servers, without Redis (${HOW_TO_RUN})`;

describeMongoDb(title, () => {
  test('no personal value is in EventStoreDB, MongoDB, Redis, their files or the logs: it is in the vault, encrypted', async () => {
    const [store, mongo, redis] = await Promise.all([
      StandIn.start(),
      MongoDb.start(),
      hasRedis ? RedisServer.start() : undefined,
    ]);
    const uri = (name: string): string => mongo.uri(`sijill_test_planted_${name}`);
    const stores = {
      EVENT_STORE_URL: store.url,
      MONGODB_URI: uri('models'),
      VAULT_MONGODB_URI: uri('vault'),
      LOG_MONGODB_URI: uri('log'),
      SIJILL_MASTER_KEY: randomBytes(32).toString('hex'),
      SIJILL_LOG_KEY: randomBytes(32).toString('hex'),
    };
    const redisUrl = redis && { REDIS_URL: redis.url };
    const server = new Server({ LOG_LEVEL: 'trace', SIJILL_DRAIN_SECONDS: '1', ...stores, ...redisUrl });
    const planting = new Planting(server, stores);
    const lookInStores = async (): Promise<void> => {
      await lookInDatabase(planting, stores.MONGODB_URI, REFERENCE);
      await lookInDatabase(planting, stores.VAULT_MONGODB_URI, planting.party);
      await lookInDatabase(planting, stores.LOG_MONGODB_URI, 'sijill');
      if (redis !== undefined) await lookInRedis(planting, redis.url, 'keep-erasures');
      planting.lookIn(store.folder, REFERENCE);
      if (!isRealMongoDb) planting.lookIn(mongo.folder, REFERENCE);
      if (redis !== undefined) planting.lookIn(redis.folder, 'keep-erasures');
    };
    try {
      await server.start();
      await planting.run();
      await lookInStores();
      planting.writeFiles();
      await server.stop('SIGTERM');
      await lookInStores();
      await Promise.all([store.kill('SIGTERM'), mongo.kill(), redis?.kill()]);
      planting.lookIn(store.folder, REFERENCE);
      planting.lookAtLogs();
      planting.settle();
    } finally {
      planting.dispose();
      await server.dispose();
      await Promise.all([store.dispose(), mongo.dispose(), redis?.dispose()]);
    }
  });

  test('whatever is planted in one of them is found there', async () => {
    const [mongo, redis] = await Promise.all([MongoDb.start(), hasRedis ? RedisServer.start() : undefined]);
    const planting = new Planting(new Server());
    try {
      const client = await MongoClient.connect(mongo.uri('sijill_test_planted_proof'));
      const stored = { _id: 'a', deep: [{ er: Buffer.from(VALUES.name) }], other: VALUES.account };
      await client.db().collection<{ _id: string }>('proof').insertOne(stored);
      await lookInDatabase(planting, mongo.uri('sijill_test_planted_proof'), VALUES.identifier);
      await client.db().dropDatabase();
      await client.close();
      expect(new Set(planting.found.map(({ what }) => what))).toEqual(new Set(['name', 'account']));
      expect(planting.blind).toEqual(['sijill_test_planted_proof']); // what should be there, and is not
      if (redis === undefined) return;
      planting.found.length = 0;
      const bull = new Bull('proof', redis.url);
      await bull.add('a', { mobile: VALUES.mobile }, { jobId: VALUES.email });
      await bull.client.rpush('list', VALUES.evidence);
      await bull.client.zadd('sorted', 1, VALUES.subject);
      await bull.close();
      await lookInRedis(planting, redis.url, 'proof');
      const whats = new Set(planting.found.map(({ what }) => what));
      expect(whats).toEqual(new Set(['mobile', 'email', 'evidence', 'subject']));
      planting.found.length = 0;
      planting.lookIn(redis.folder, 'proof');
      expect(new Set(planting.found.map(({ what }) => what))).toEqual(whats);
    } finally {
      planting.dispose();
      await planting.server.dispose();
      await Promise.all([mongo.dispose(), redis?.dispose()]);
    }
  });
});
