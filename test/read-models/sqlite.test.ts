import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { jest } from '@jest/globals';
import { Schema } from 'mongoose';
import { openSqliteReadModelReader, openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { APPLICATION_ID } from '../../src/read-models/sqlite/tables.js';
import type { Model, ReadModels } from '../../src/read-models/read-models.js';
import { Database, Statement } from '../../src/sqlite/database.js';
import { at, bury, CONSUMER, idsOf, live, put, things, where, write } from '../contract/read-models/backend.js';
import { startSqlite, type SqliteBackend } from './sqlite-backend.js';

let backend: SqliteBackend;
let models: ReadModels;
beforeEach(async () => {
  backend = await startSqlite();
  models = await backend.open();
  await models.open([things]);
});
afterEach(() => backend.dispose());

/** What the file holds, through a connection of its own. */
function inFile<T>(look: (database: Database) => T, path = backend.path): T {
  const database = Database.open(path, APPLICATION_ID);
  try {
    return look(database);
  } finally {
    database.close();
  }
}
const named = (database: Database, type: 'table' | 'index', like: string): string[] =>
  database
    .prepare(`SELECT name FROM sqlite_master WHERE type = ? AND name LIKE ? ORDER BY name`)
    .all(type, like)
    .map(([name]) => name);
const tables = () => inFile((database) => named(database, 'table', 'things%'));
const indexes = () => inFile((database) => named(database, 'index', 'things%_by_%'));

describe('files', () => {
  test('a file of another program is refused and left untouched', () => {
    const path = `${backend.path}.other`;
    inFile(() => undefined, `${backend.path}.ours`);
    const other = Database.open(path, 0x1234);
    other.exec('CREATE TABLE precious (x)');
    other.close();
    const before = readFileSync(path);
    for (const open of [openSqliteReadModels, openSqliteReadModelReader]) {
      expect(() => open(path)).toThrow(expect.objectContaining({ name: 'ForeignFile' }));
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a file that is no database is refused and left untouched', () => {
    const path = `${backend.path}.txt`;
    writeFileSync(path, 'a letter\n'.repeat(100));
    for (const open of [openSqliteReadModels, openSqliteReadModelReader]) {
      expect(() => open(path)).toThrow(expect.objectContaining({ name: 'ForeignFile' }));
    }
    expect(readFileSync(path, 'utf8')).toBe('a letter\n'.repeat(100));
  });

  test('a reader creates no file', () => {
    const path = `${backend.path}.missing`;
    expect(() => openSqliteReadModelReader(path)).toThrow(expect.objectContaining({ name: 'ForeignFile' }));
    expect(existsSync(path)).toBe(false);
  });

  test('another layout of the file is refused, with the way out', async () => {
    await models.close();
    inFile((database) => database.exec('PRAGMA user_version = 99'));
    expect(() => openSqliteReadModels(backend.path)).toThrow(/layout 99.*delete the file, it will be rebuilt/);
    expect(inFile((database) => database.prepare('PRAGMA user_version').get())).toEqual([99]);
  });

  type Inside = { database: Database; close(): Promise<void> };

  test('a reader maps the file, and none of it where memory is counted', async () => {
    const mapped = async (...bytes: [number?]): Promise<unknown> => {
      const reader = openSqliteReadModelReader(backend.path, ...bytes) as unknown as Inside;
      const [most] = reader.database.prepare('PRAGMA mmap_size').get()!;
      await reader.close();
      return most;
    };
    expect(await mapped()).toBeGreaterThan(2 ** 30);
    expect(await mapped(0)).toBe(0);
  });

  test('a reader cannot write', async () => {
    const reader = openSqliteReadModelReader(backend.path) as unknown as Inside;
    expect(() => reader.database.exec('DELETE FROM generations')).toThrow(/readonly/);
    await reader.close();
  });
});

test('a file whose pages are damaged does not answer: the read models are unavailable, and nothing else fails', async () => {
  const many = Array.from({ length: 2_000 }, (_, n) => write({ id: `thing-${n}`, owner: 'anna', size: n }, n));
  await models.apply(live, CONSUMER, many, at(2_000));
  inFile((database) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  const reader = await backend.reader();
  const ask = (): Promise<unknown>[] => [
    reader.get(things, 'thing-7'),
    reader.query(things, { where: [where('owner', 'eq', 'anna')], limit: 5 }),
    reader.count(things),
    reader.checkpoint(CONSUMER),
  ];
  const file = openSync(backend.path, 'r+');
  const [page, size] = [4_096, fstatSync(file).size];
  for (let at = page; at < size; at += page) writeSync(file, Buffer.alloc(64, 0xff), 0, 64, at);
  closeSync(file);
  for (const answer of await Promise.allSettled(ask())) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { name: 'ReadModelUnavailable' } });
  }
});

test('nothing of a batch is written where one of its writes is stale: all of it is one transaction', async () => {
  await put(models, { id: 'a' });
  const batch = [write({ id: 'first' }), write({ id: 'a' }, 9, 2), write({ id: 'last' })];
  await expect(models.apply(live, CONSUMER, batch, at(5))).rejects.toMatchObject({ name: 'StaleWrite' });
  expect(await idsOf(models, {})).toEqual(['a']);
});

describe('what is asked in one turn', () => {
  test('by id is one statement, however much it is', async () => {
    await put(models, ...Array.from({ length: 100 }, (_, n) => ({ id: `t${n}`, size: n })));
    const reader = await backend.reader();
    await reader.get(things, 't0'); // from here on the live generation is known
    const statements = jest.spyOn(Statement.prototype, 'get');
    const ids = ['t7', 'none', 't3', 't7', '', 't\0', 't99'];
    const found = await Promise.all(ids.map((id) => reader.getText(things, id)));
    const text = (n: number) => JSON.stringify({ id: `t${n}`, size: n });
    expect(found).toEqual([text(7), undefined, text(3), text(7), undefined, undefined, text(99)]);
    expect(statements).toHaveBeenCalledTimes(1);
    await reader.get(things, 't1');
    await reader.get(things, 't2');
    expect(statements).toHaveBeenCalledTimes(3);
    statements.mockRestore();
  });

  test('is read after it was asked, from the documents that are live then', async () => {
    await put(models, { id: 'a', size: 1 }, { id: 'b', size: 1 });
    const reader = await backend.reader();
    expect(await idsOf(reader, { where: [where('size', 'eq', 1)] })).toEqual(['a', 'b']);
    const target = await models.beginRebuild(things);
    await models.apply(target, CONSUMER, [write({ id: 'a', size: 2 }, 2)], at(2));
    const asked = [
      reader.get(things, 'a'),
      reader.get(things, 'b'),
      idsOf(reader, { where: [where('size', 'eq', 2)] }),
    ];
    const swap = models.finishRebuild(target, CONSUMER);
    expect(await Promise.all(asked)).toEqual([{ id: 'a', size: 2 }, undefined, ['a']]);
    await swap;
  });

  test('has seen what was folded while it waited, so whoever was told of it in the same turn sees it', async () => {
    await put(models, { id: 'a', size: 1 });
    const reader = await backend.reader();
    const early = reader.get(things, 'a');
    const folded = models.apply(live, CONSUMER, [write({ id: 'a', size: 2 }, 2, 1)], at(2));
    const late = [reader.get(things, 'a'), idsOf(reader, { where: [where('size', 'eq', 2)] })];
    expect(await Promise.all([early, ...late])).toEqual([{ id: 'a', size: 2 }, { id: 'a', size: 2 }, ['a']]);
    await folded;
  });

  test('fails together where the file is closed, and alone where it alone is wrong', async () => {
    await put(models, { id: 'a' });
    const reader = await backend.reader();
    const unopened = { ...things, name: 'others' };
    const ask = () => [reader.get(things, 'a'), reader.get(things, 'b'), reader.get(unopened, 'a'), idsOf(reader, {})];
    const outcomes = async (asked: readonly Promise<unknown>[]) =>
      (await Promise.allSettled(asked)).map((each) => (each.status === 'fulfilled' ? each.value : each.reason.name));
    expect(await outcomes(ask())).toEqual([{ id: 'a' }, undefined, 'ModelNotOpen', ['a']]);
    const asked = ask();
    await reader.close();
    expect(await outcomes(asked)).toEqual(Array(4).fill('TypeError'));
    expect(await models.get(things, 'a')).toEqual({ id: 'a' });
  });
});

describe('rebuilds', () => {
  test('a power cut in the middle leaves the live version; the rest is cleared by who takes over', async () => {
    await put(models, { id: 'old', day: '1' });
    const target = await models.beginRebuild(things);
    await models.apply(target, CONSUMER, [write({ id: 'new', day: '2' })], at(2));
    const path = `${backend.path}.cut`;
    for (const suffix of ['', '-wal']) copyFileSync(backend.path + suffix, path + suffix);

    const after = openSqliteReadModels(path);
    await after.takeOver(1);
    await after.open([things]);
    expect(await idsOf(after, { sort: { field: 'day', direction: 'asc' } })).toEqual(['old']);
    expect(await after.checkpoint(CONSUMER)).toEqual(at(1));
    await after.close();
    expect(inFile((database) => named(database, 'table', 'things%'), path)).toEqual(['things_1']);
    expect(inFile((database) => database.prepare('SELECT count(*) FROM checkpoints').get(), path)).toEqual([1]);
  });

  test('the old table goes with the swap; indexes come at the end and with every document', async () => {
    const target = await models.beginRebuild(things);
    expect(tables()).toEqual(['things_1', 'things_2']);
    await models.apply(target, CONSUMER, [write({ id: 'a', size: 1 }), write({ id: 'b', size: 2 })], at(2));
    expect(indexes().every((name) => name.startsWith('things_1_'))).toBe(true);
    await models.finishRebuild(target, CONSUMER);
    expect(tables()).toEqual(['things_2']);
    expect(indexes()).toHaveLength(6);
    expect(await models.count(things, [where('size', 'gt', 0)])).toBe(2);
    expect(inFile((database) => database.prepare('PRAGMA integrity_check').get())).toEqual(['ok']);
  });

  test('a reader with statements prepared on the old table answers from the new one', async () => {
    const reader = await backend.reader();
    await put(models, { id: 'a', owner: 'x' });
    for (let round = 1; round <= 3; round++) {
      const target = await models.beginRebuild(things);
      await models.apply(target, CONSUMER, [write({ id: 'a', owner: 'x', size: round })], at(1));
      await models.finishRebuild(target, CONSUMER);
      expect(await reader.get(things, 'a')).toEqual({ id: 'a', owner: 'x', size: round });
      expect(await reader.count(things, [where('owner', 'eq', 'x')])).toBe(1);
      expect(await idsOf(reader, { where: [where('size', 'eq', round)] })).toEqual(['a']);
    }
  });

  test('another process that folds into a table swapped away is stopped, and finds the new one', async () => {
    const other = await backend.open();
    await put(other, { id: 'a', size: 1 });
    await models.load(live, ['a']); // its statements are prepared
    await other.finishRebuild(await other.beginRebuild(things), CONSUMER);
    await expect(models.apply(live, CONSUMER, [write({ id: 'a' }, 2, 1)], at(2))).rejects.toMatchObject({
      name: 'StaleWrite',
    });
    expect(await models.load(live, ['a'])).toEqual([]);
  });
});

describe('a declaration that changed', () => {
  /** The same model with these indexes. */
  function declared(version: number, ...keys: readonly Readonly<Record<string, 1 | -1>>[]): Model {
    const schema = new Schema({ _id: String, owner: String, size: Number, note: String });
    for (const key of keys) schema.index(key);
    return { name: 'things', version, schema };
  }

  test('within a version: new fields and indexes are filled from the documents, old indexes go', async () => {
    await put(models, { id: 'a', owner: 'x', note: 'n' }, { id: 'b', note: 'm' }, { id: 'c', owner: 'x' });
    await models.apply(live, CONSUMER, [bury('c', 2, 1)], at(3));
    const reader = await backend.reader();
    expect(await reader.count(things, [where('owner', 'eq', 'x')])).toBe(1); // prepared on an index that goes

    const changed = declared(1, { note: 1 }, { size: 1, note: 1 });
    await models.open([changed]);
    expect(indexes()).toEqual(['things_1_by_note_id', 'things_1_by_size_note_id']);
    expect(await reader.count(changed, [where('note', 'gte', 'm')])).toBe(2);
    expect(await reader.count(things, [where('owner', 'eq', 'x')])).toBe(1);
    await models.apply({ model: changed, generation: 'live' }, CONSUMER, [write({ id: 'b', note: 'z' }, 3, 1)], at(4));
    expect(await reader.count(changed, [where('note', 'eq', 'z')])).toBe(1);
  });

  test('with a new version: until its rebuild is finished, new fields are found in the old documents', async () => {
    await put(models, { id: 'a', note: 'n' }, { id: 'b', note: 'm' }, { id: 'c' });
    const next = declared(2, { note: 1 });
    await models.open([next]);
    const query = { sort: { field: 'note', direction: 'desc' } } as const;
    const found = async () => (await models.query(next, query)).documents.map(({ id }) => id);
    expect(await found()).toEqual(['a', 'b', 'c']);
    await models.finishRebuild(await models.beginRebuild(next), CONSUMER);
    expect(await found()).toEqual([]);
    expect(indexes()).toEqual(['things_2_by_note_id']);
  });
});

test('keeps answering however many shapes of query callers combine', async () => {
  await put(models, { id: 'a', owner: 'x', state: 'new', size: 1, open: true, day: '1', total: { size: 1 } });
  const conditions = [
    where('owner', 'eq', 'x'),
    where('state', 'eq', 'new'),
    where('size', 'gte', 1),
    where('open', 'eq', true),
    where('day', 'lte', '1'),
    where('total.size', 'gt', 0),
  ];
  for (const field of ['id', 'owner', 'size', 'day', 'open']) {
    for (let chosen = 0; chosen < 64; chosen++) {
      const some = conditions.filter((_, bit) => (chosen >> bit) & 1);
      expect(await idsOf(models, { where: some, sort: { field, direction: 'desc' } })).toEqual(['a']);
    }
  }
});
