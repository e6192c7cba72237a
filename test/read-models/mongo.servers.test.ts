import { Schema } from 'mongoose';
import { openMongoReadModelReader, openMongoReadModels } from '../../src/read-models/mongo/mongo-read-models.js';
import type { Model, ReadModelReader, ReadModels } from '../../src/read-models/read-models.js';
import { at, bury, CONSUMER, idsOf, live, put, things, where, write } from '../contract/read-models/backend.js';
import { describeMongoDb, isRealMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { inDatabase, startMongo, type MongoBackend } from './mongo-backend.js';

describeMongoDb('read models in MongoDB', () => {
  let server: MongoDb;
  let backend: MongoBackend;
  let models: ReadModels;
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());
  beforeEach(async () => {
    backend = await startMongo(server);
    models = await backend.open();
    await models.open([things]);
  });
  afterEach(() => backend.dispose());

  const collections = () =>
    inDatabase(backend.uri, async (db) => {
      const found = await db.listCollections({}, { nameOnly: true }).toArray();
      return found.map(({ name }) => name).filter((name) => name.startsWith('things_'));
    });
  const theCollection = async () => {
    const [name, ...more] = await collections();
    expect(more).toEqual([]);
    return name!;
  };
  const indexes = async () => {
    const name = await theCollection();
    const found = await inDatabase(backend.uri, (db) => db.collection(name).listIndexes().toArray());
    return found.map((index) => index['name'] as string).sort();
  };

  test('a document stands as it is, under its id, with the sequence that was folded last', async () => {
    await put(models, { id: 'a', owner: 'x', total: { size: 2 } }, { id: 'b' });
    await models.apply(live, CONSUMER, [bury('b', 2, 1)], at(3));
    const name = await theCollection();
    const stored = await inDatabase(backend.uri, (db) => db.collection(name).find().sort({ _id: 1 }).toArray());
    expect(stored).toEqual([
      { _id: 'a', owner: 'x', total: { size: 2 }, _sequence: 1 },
      { _id: 'b', _sequence: 2, _deleted: true },
    ]);
  });

  test('the indexes are those of the schema, and become those that it has now', async () => {
    const declared = ['_id_', 'day__id', 'open_day__id', 'owner_day__id', 'owner_state_day__id_size_open'];
    expect(await indexes()).toEqual([...declared, 'size__id', 'total.size__id']);
    await put(models, { id: 'a', note: 'n', owner: 'x' });
    const reader = await backend.reader();
    expect(await reader.count(things, [where('owner', 'eq', 'x')])).toBe(1); // by an index that goes

    const schema = new Schema({ _id: String, note: String, size: Number });
    schema.index({ note: 1 });
    schema.index({ size: 1 });
    const changed: Model = { name: 'things', version: 1, schema };
    await models.open([changed]);
    expect(await indexes()).toEqual(['_id_', 'note__id', 'size__id']);
    expect(await reader.count(changed, [where('note', 'eq', 'n')])).toBe(1);
    expect(await reader.count(things, [where('owner', 'eq', 'x')])).toBe(1);
  });

  test('a batch of thousands arrives, and comes back', async () => {
    const ids = Array.from({ length: 2_345 }, (_, n) => `id${n}`);
    await put(models, ...ids.map((id) => ({ id })));
    expect(await models.count(things)).toBe(ids.length);
    expect(await models.load(live, ids)).toHaveLength(ids.length);
  });

  test('a document that is larger than MongoDB keeps is refused: its event is a poison, not one to try again', async () => {
    const large = { id: 'a', text: 'x'.repeat(17 * 1024 * 1024) };
    await expect(put(models, large)).rejects.toMatchObject({ name: 'InvalidDocument' });
    expect(await models.checkpoint(CONSUMER)).toBeUndefined();
  });

  test('whoever still folds a generation that was swapped away is stopped, and what it left goes', async () => {
    const late = await backend.open();
    await late.load(live, ['a']); // and is about to insert it
    const old = await theCollection();
    const target = await models.beginRebuild(things);
    const swapped = models.apply(target, CONSUMER, [write({ id: 'new' })], at(1));
    await swapped.then(() => models.finishRebuild(target, CONSUMER));
    // What arrives after the drop makes the collection anew: nobody reads it.
    await inDatabase(backend.uri, (db) => db.collection<{ _id: string }>(old).insertOne({ _id: 'late' }));
    expect(await collections()).toHaveLength(2);
    await expect(late.apply(live, CONSUMER, [write({ id: 'new' }, 3)], at(2))).rejects.toMatchObject({
      name: 'StaleWrite',
    });
    expect(await idsOf(models, {})).toEqual(['new']);
    await models.takeOver(1);
    expect(await theCollection()).not.toBe(old);
  });

  test('an unfinished rebuild goes when another process takes over, and not before', async () => {
    await models.takeOver(1);
    await models.beginRebuild(things);
    const target = await models.beginRebuild(things);
    const next = await backend.open();
    await next.open([things]);
    await models.apply(target, CONSUMER, [write({ id: 'new' })], at(1));
    expect(await collections()).toHaveLength(2);
    await next.takeOver(2);
    await theCollection();
    expect(await next.liveVersion(things)).toBe(1);
  });

  test('who was overtaken moves no checkpoint, and begins and finishes no rebuild; what it writes is right', async () => {
    await models.takeOver(7);
    await put(models, { id: 'a', owner: 'x' });
    const frozen = await models.beginRebuild(things);
    await models.apply(frozen, CONSUMER, [write({ id: 'old' })], at(1));
    const next = await backend.open();
    await next.takeOver(8);
    const target = await next.beginRebuild(things);
    await next.apply(target, CONSUMER, [write({ id: 'a', owner: 'y' })], at(2));

    const stale = { name: 'StaleWrite' };
    await expect(models.apply(live, CONSUMER, [write({ id: 'b' }, 2)], at(3))).rejects.toMatchObject(stale);
    await expect(models.beginRebuild(things)).rejects.toMatchObject(stale);
    await expect(models.finishRebuild(frozen, CONSUMER)).rejects.toMatchObject({ name: 'UnknownTarget' });
    await expect(models.takeOver(7)).rejects.toMatchObject(stale);
    // The event's document is there, and its event comes again to who folds now.
    expect([await next.checkpoint(CONSUMER), await idsOf(next, {})]).toEqual([at(1), ['a', 'b']]);
    await expect(next.apply(live, CONSUMER, [write({ id: 'b' }, 2)], at(3))).rejects.toMatchObject(stale);
    await next.apply(live, CONSUMER, [write({ id: 'b', owner: 'z' }, 3, 2)], at(4));
    await next.finishRebuild(target, CONSUMER);
    expect([await next.checkpoint(CONSUMER), await idsOf(next, {})]).toEqual([at(2), ['a']]);
  });

  test('two processes that open a model for the first time open the same one', async () => {
    const others = { ...things, name: 'others' };
    const stores = await Promise.all([1, 2, 3].map(() => backend.open()));
    if (isRealMongoDb) await Promise.all(stores.map((store) => store.open([others])));
    else for (const store of stores) await store.open([others]); // FerretDB panics where two make one collection
    const theirs = { ...write({ id: 'a' }), model: 'others' };
    await stores[0]!.apply({ model: others, generation: 'live' }, 'other-list', [theirs], at(1));
    for (const store of stores) expect(await store.count(others)).toBe(1);
  });

  test('a reader that knew the old generation answers from the new one', async () => {
    const reader = await backend.reader();
    await put(models, { id: 'a', owner: 'x' });
    for (let round = 1; round <= 3; round++) {
      expect(await reader.get(things, 'a')).toBeDefined();
      const target = await models.beginRebuild(things);
      await models.apply(target, CONSUMER, [write({ id: 'a', owner: 'x', size: round })], at(1));
      await models.finishRebuild(target, CONSUMER);
      expect(await reader.get(things, 'a')).toEqual({ id: 'a', owner: 'x', size: round });
      expect(await reader.count(things, [where('owner', 'eq', 'x')])).toBe(1);
      expect(await idsOf(reader, { where: [where('size', 'eq', round)] })).toEqual(['a']);
    }
  });

  const explains = isRealMongoDb ? test : test.skip;
  explains.each([
    ['the newest of an owner in a state', [where('owner', 'eq', 'x'), where('state', 'eq', 'new')], 'day'],
    ['those of an owner', [where('owner', 'eq', 'x')], 'day'],
    ['everything by day', [], 'day'],
    ['a span of sizes', [where('size', 'gte', 1), where('size', 'lt', 9)], 'size'],
    ['everything by id', [], 'id'],
  ] as const)('no query looks at every document: %s (set MONGODB_TEST_URI)', async (_, conditions, field) => {
    await put(
      models,
      ...Array.from({ length: 300 }, (__, n) => ({ id: `${n}`, owner: n < 5 ? 'x' : 'y', size: n % 50, day: `${n}` })),
    );
    const explained = await inDatabase(backend.uri, async (db) => {
      await db.command({ profile: 2 });
      await models.query(things, { where: conditions, sort: { field, direction: 'desc' }, limit: 5 });
      await db.command({ profile: 0 });
      return db
        .collection('system.profile')
        .find({ op: 'query', ns: /things_/ })
        .toArray();
    });
    expect(explained.length).toBeGreaterThan(0);
    for (const each of explained) {
      expect(each['planSummary']).toMatch(/^IXSCAN/);
      expect(each['hasSortStage']).toBeUndefined();
      expect(each['docsExamined']).toBeLessThanOrEqual(20);
    }
  });
});

/** "In seconds" is sooner than the driver alone, which looks for a server for half a minute: a busy machine is as right. */
const DRIVERS_OWN_MS = 25_000;

/** A test that kills and freezes has a server of its own, which a real one cannot be. */
describeMongoDb(isRealMongoDb ? 'a MongoDB that fails (without MONGODB_TEST_URI)' : 'a MongoDB that fails', () => {
  if (isRealMongoDb) {
    test.skip('is only tested on the server that the tests start', () => undefined);
    return;
  }
  let server: MongoDb;
  let backend: MongoBackend;
  let models: ReadModels;
  let reader: ReadModelReader;
  beforeEach(async () => {
    server = await MongoDb.start();
    backend = await startMongo(server);
    models = await backend.open();
    reader = await backend.reader();
    await models.open([things]);
    await put(models, { id: 'a', owner: 'x' });
  });
  afterEach(async () => {
    server.thaw();
    await server.start();
    await backend.dispose();
    await server.dispose();
  });

  /** All that a request or the feed asks. */
  const questions = (): readonly Promise<unknown>[] => [
    reader.get(things, 'a'),
    reader.query(things, {}),
    reader.count(things),
    reader.checkpoint(CONSUMER),
    models.load(live, ['a']),
    models.apply(live, CONSUMER, [write({ id: 'b' }, 2)], at(2)),
    models.saveCheckpoint('policy', at(1)),
  ];

  async function allAreRefusedInSeconds(): Promise<void> {
    const began = performance.now();
    for (const question of await Promise.allSettled(questions())) {
      expect(question).toMatchObject({ status: 'rejected', reason: { name: 'ReadModelUnavailable' } });
    }
    expect(performance.now() - began).toBeLessThan(DRIVERS_OWN_MS);
  }

  test('killed, it refuses in seconds; started again, all goes on by itself', async () => {
    await server.kill();
    await allAreRefusedInSeconds();
    await server.start();
    expect(await reader.get(things, 'a')).toEqual({ id: 'a', owner: 'x' });
    await models.apply(live, CONSUMER, [write({ id: 'b' }, 2)], at(2));
    expect(await idsOf(reader, {})).toEqual(['a', 'b']);
  });

  test('frozen, it refuses in seconds, and never hangs', async () => {
    server.freeze();
    await allAreRefusedInSeconds();
    server.thaw();
    expect(await reader.get(things, 'a')).toEqual({ id: 'a', owner: 'x' });
  });

  test('out of reach at the start, it is named without its password', async () => {
    await server.kill();
    const uri = backend.uri.replace('//', '//sijill:secret@');
    for (const open of [openMongoReadModels, openMongoReadModelReader]) {
      const began = performance.now();
      const error = await open(uri).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).toMatchObject({ name: 'ReadModelUnavailable' });
      expect(error!.message).toContain(new URL(backend.uri).host);
      expect(error!.message).not.toContain('secret');
      expect(performance.now() - began).toBeLessThan(DRIVERS_OWN_MS);
    }
  });
});
