import type { Batch, Model, ReadModels, Write } from '../../../src/read-models/read-models.js';
import {
  at,
  bury,
  CONSUMER,
  idsOf,
  live,
  put,
  scanned,
  things,
  where,
  write,
  type Backend,
  type StartBackend,
  type Thing,
} from './backend.js';

export function writing(start: StartBackend): void {
  let backend: Backend;
  let models: ReadModels;
  beforeEach(async () => {
    backend = await start();
    models = await backend.open();
    await models.open([things]);
  });
  afterEach(() => backend.dispose());

  const apply = (writes: readonly Write[], count = 9) => models.apply(live, CONSUMER, writes, at(count));

  test('gives back a document as it was written, as JSON and as text', async () => {
    const document = { id: 'a', owner: 'o', note: 'n', list: [1, { x: null }, true], total: { size: 3 } };
    await put(models, document);
    expect(await models.get(things, 'a')).toEqual(document);
    expect(JSON.parse((await models.getText(things, 'a'))!)).toEqual(document);
    const { json, next } = await models.queryJson(things, {});
    expect(JSON.parse(json.toString())).toEqual({ items: [document] });
    expect(next).toBeUndefined();
  });

  test('knows nothing of an id that was never written', async () => {
    await put(models, { id: 'a' });
    for (const id of ['', 'b', 'A', 'a ', 'a\0', '\ud800']) {
      expect(await models.get(things, id)).toBeUndefined();
      expect(await models.getText(things, id)).toBeUndefined();
      expect(await models.load(live, [id])).toEqual([]);
    }
  });

  test('keeps unicode, quotes and line ends in ids and fields, and exact integers', async () => {
    const document = {
      id: 'مديونية "1" \'; DROP TABLE things; -- 🏛\n',
      owner: 'جهة\u200f\r\n\t"\\',
      size: Number.MAX_SAFE_INTEGER,
      total: { size: -Number.MAX_SAFE_INTEGER },
    };
    await put(models, document);
    expect(await models.get(things, document.id)).toEqual(document);
    expect(await idsOf(models, { where: [{ field: 'owner', is: 'eq', value: document.owner }] })).toEqual([
      document.id,
    ]);
    expect(await idsOf(models, { where: [{ field: 'size', is: 'gte', value: document.size }] })).toEqual([document.id]);
  });

  test('what is written once stays as it was written first, and is there already where it is written again', async () => {
    const once = (id: string, size: number, sequence: number): Write =>
      ({ ...write({ id, size, history: [] }, sequence, null), once: true }) as const;
    await apply([once('a', 1, 5), write({ id: 'b' }, 5, null)], 6);
    await apply([write({ id: 'b', size: 7 }, 8, 5), once('a', 2, 8), once('c', 3, 8)], 9);
    expect((await scanned(models)).map(({ sequence, document }) => [sequence, document])).toEqual([
      [5, { id: 'a', size: 1, history: [] }],
      [8, { id: 'b', size: 7 }],
      [8, { id: 'c', size: 3, history: [] }],
    ]);
  });

  test('keeps a large document', async () => {
    const document = {
      id: 'a',
      owner: 'o',
      history: Array.from({ length: 20_000 }, (_, n) => ({ n, text: `حدث ${n}` })),
    };
    await put(models, document);
    expect(await models.get(things, 'a')).toEqual(document);
  });

  test('loads what a fold needs: documents, tombstones and their sequences, no more', async () => {
    await put(models, { id: 'a' }, { id: 'b' });
    await apply([bury('b', 7, 1)]);
    const loaded = await models.load(live, ['a', 'b', 'c']);
    expect([...loaded].sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual([
      { id: 'a', sequence: 1, document: { id: 'a' } },
      { id: 'b', sequence: 7, document: null },
    ]);
  });

  test('hides a tombstone from every read, and lets the id come back', async () => {
    await put(models, { id: 'a', size: 1 }, { id: 'b', size: 1 });
    await apply([bury('a', 2, 1), bury('c', 2, null)]);
    expect(await models.get(things, 'a')).toBeUndefined();
    expect(await models.getText(things, 'a')).toBeUndefined();
    expect(await idsOf(models, {})).toEqual(['b']);
    expect(await idsOf(models, { sort: { field: 'size', direction: 'asc' } })).toEqual(['b']);
    expect(await idsOf(models, { sort: { field: 'day', direction: 'asc' } })).toEqual(['b']);
    expect(await models.count(things)).toBe(1);
    expect((await scanned(models)).map(({ id }) => id)).toEqual(['b']);
    await expect(apply([write({ id: 'a' }, 3, null)])).rejects.toMatchObject({ name: 'StaleWrite' });
    await apply([write({ id: 'a', size: 2 }, 3, 2)]);
    expect(await models.get(things, 'a')).toEqual({ id: 'a', size: 2 });
  });

  test.each([
    ['new, but it is there', write({ id: 'a' }, 9, null)],
    ['read at another sequence', write({ id: 'a' }, 9, 2)],
    ['read, but it is not there', write({ id: 'b' }, 9, 1)],
    ['buried at another sequence', bury('a', 9, 0)],
  ])('stops at a stale write: %s', async (_, stale) => {
    await put(models, { id: 'a', size: 1 });
    const batch = [write({ id: 'first' }), stale, write({ id: 'last' })];
    await expect(apply(batch, 5)).rejects.toMatchObject({ name: 'StaleWrite' });
    expect(await models.checkpoint(CONSUMER)).toEqual(at(1));
    expect(await models.load(live, ['a', 'b'])).toEqual([{ id: 'a', sequence: 1, document: { id: 'a', size: 1 } }]);
    // Of the others each is there whole, or not at all: they come again with their events.
    for (const { id, ...rest } of await models.load(live, ['first', 'last'])) {
      expect(rest).toEqual({ sequence: 1, document: { id } });
    }
  });

  test('of two processes that fold the same consumer, the second to write is stopped', async () => {
    const other = await backend.open();
    await put(models, { id: 'a', size: 1 });
    await other.apply(live, CONSUMER, [write({ id: 'a', size: 2 }, 2, 1)], at(2));
    await expect(apply([write({ id: 'a', size: 3 }, 2, 1)], 2)).rejects.toMatchObject({ name: 'StaleWrite' });
    expect(await models.get(things, 'a')).toEqual({ id: 'a', size: 2 });
  });

  test('a checkpoint never goes back: whoever is behind is stopped, also where it has nothing to write', async () => {
    await apply([write({ id: 'a' })], 3);
    await expect(apply([], 2)).rejects.toMatchObject({ name: 'StaleWrite' });
    expect(await models.checkpoint(CONSUMER)).toEqual(at(3));
    await apply([], 3);
    await models.apply(live, 'another', [], at(1));
  });

  describe('several batches at once', () => {
    const models3 = ['first', 'second', 'third'].map((name): Model<Thing> => ({ ...things, name }));
    const [first, second, third] = models3 as [Model<Thing>, Model<Thing>, Model<Thing>];
    const of = (model: Model, writes: readonly Write[], count: number): Batch => ({
      target: { model, generation: 'live' },
      consumer: `${model.name}-list`,
      writes: writes.map((each) => ({ ...each, model: model.name })),
      checkpoint: at(count),
    });
    const checkpoints = () => Promise.all(models3.map(({ name }) => models.checkpoint(`${name}-list`)));
    beforeEach(async () => {
      await models.open(models3);
      expect(await models.applyEach([of(second, [], 2)])).toEqual([undefined]);
    });

    test.each([
      ['a stale write', [write({ id: 'x' }), write({ id: 'b' }, 9, 2)], 5, 'StaleWrite'],
      ['a document that cannot be stored', [write({ id: 'b', size: 1.5 })], 5, 'InvalidDocument'],
      ['a checkpoint that goes back', [write({ id: 'b' })], 1, 'StaleWrite'],
    ])('%s keeps its own from being written, and none of the others', async (_, bad, count, name) => {
      const batches = [of(first, [write({ id: 'a' })], 3), of(second, bad, count), of(third, [write({ id: 'c' })], 4)];
      expect(await models.applyEach(batches)).toEqual([undefined, expect.objectContaining({ name }), undefined]);
      expect(await models.get(first, 'a')).toEqual({ id: 'a' });
      expect(await models.get(third, 'c')).toEqual({ id: 'c' });
      expect(await checkpoints()).toEqual([at(3), at(2), at(4)]);
    });

    test('are all written, and one without documents moves its checkpoint alone', async () => {
      const batches = [of(first, [write({ id: 'a' })], 7), of(second, [], 7), of(third, [write({ id: 'c' })], 7)];
      expect(await models.applyEach(batches)).toEqual([undefined, undefined, undefined]);
      expect(await models.applyEach([])).toEqual([]);
      expect(await models.get(first, 'a')).toEqual({ id: 'a' });
      expect(await checkpoints()).toEqual([at(7), at(7), at(7)]);
    });

    test('are written however many documents each of them changes', async () => {
      const ids = Array.from({ length: 150 }, (_, n) => `thing-${n}`);
      const each = (of1: (id: string) => Write): Batch[] => models3.map((model) => of(model, ids.map(of1), 7));
      const isWritten = models3.map(() => undefined);
      expect(await models.applyEach(each((id) => write({ id, size: 1 }, 1, null)))).toEqual(isWritten);
      expect(await models.applyEach(each((id) => write({ id, size: 2 }, 2, 1)))).toEqual(isWritten);
      for (const model of models3) expect(await models.count(model, [where('size', 'eq', 2)])).toBe(150);
    });
  });

  test('writes one document twice in a batch when the second follows the first', async () => {
    await apply([write({ id: 'a', size: 1 }, 1, null), write({ id: 'a', size: 2 }, 2, 1)]);
    expect(await scanned(models)).toEqual([{ id: 'a', sequence: 2, document: { id: 'a', size: 2 } }]);
  });

  test('moves a document in every index when a declared field changes or goes', async () => {
    await put(models, { id: 'a', owner: 'x', size: 1, open: true, day: '2020-01-01' });
    await apply([write({ id: 'a', owner: 'y', open: false }, 2, 1)]);
    const found = (field: string, value: string | number | boolean) =>
      models.count(things, [{ field, is: 'eq', value }]);
    expect(await found('owner', 'x')).toBe(0);
    expect(await found('owner', 'y')).toBe(1);
    expect(await found('open', true)).toBe(0);
    expect(await found('open', false)).toBe(1);
    expect(await found('size', 1)).toBe(0);
    expect(await found('day', '2020-01-01')).toBe(0);
  });

  test.each([
    ['a fraction', { id: 'a', size: 1.5 }],
    ['an integer beyond 2^53', { id: 'a', size: 2 ** 53 }],
    ['a text for a number', { id: 'a', size: '1' }],
    ['a number for a text', { id: 'a', owner: 1 }],
    ['a number for a boolean', { id: 'a', open: 1 }],
    ['a list', { id: 'a', owner: ['x'] }],
    ['a lone surrogate', { id: 'a', owner: '\udc00' }],
    ['a NUL', { id: 'a', owner: 'x\0y' }],
    ['another id', { id: 'b' }],
  ])('refuses a document whose declared field holds %s', async (_, document) => {
    const batch = [write({ id: 'first' }), { ...write({ id: 'a' }), document: document as never }];
    await expect(apply(batch)).rejects.toMatchObject({ name: 'InvalidDocument' });
    expect(await models.count(things)).toBe(0);
    expect(await models.checkpoint(CONSUMER)).toBeUndefined();
  });

  test.each([
    ['a key that begins with $', { id: 'a', facts: [{ $set: 1 }] }],
    ['a key with a dot', { id: 'a', facts: { 'x.y': 1 } }],
    ['a key with a NUL', { id: 'a', facts: { 'x\0': 1 } }],
    ['an empty key', { id: 'a', facts: { '': 1 } }],
    ['a key of its own that begins with _', { id: 'a', _sequence: 1 }],
    ['a lone surrogate anywhere', { id: 'a', facts: ['\ud800'] }],
  ])('refuses a document with %s: not every adapter can keep it', async (_, document) => {
    await expect(apply([write({ id: 'first' }), write(document)])).rejects.toMatchObject({ name: 'InvalidDocument' });
    expect(await models.count(things)).toBe(0);
    expect(await models.checkpoint(CONSUMER)).toBeUndefined();
  });

  test('keeps an object with any other keys, in their order', async () => {
    const document = { id: 'z', facts: { b: 1, _a: [{ constructor: '$x', 'e f': '.' }], مبلغ: -1 }, size: 0 };
    await put(models, document);
    expect(await models.get(things, 'z')).toEqual(document);
    expect(await models.getText(things, 'z')).toBe(JSON.stringify(document));
  });

  test('refuses an id that not every adapter can keep, and a write of another model', async () => {
    for (const id of ['a\0', '\ud800']) {
      await expect(apply([write({ id })])).rejects.toMatchObject({ name: 'InvalidDocument' });
      await expect(apply([bury(id, 1, null)])).rejects.toMatchObject({ name: 'InvalidDocument' });
    }
    const foreign = { ...write({ id: 'a' }), model: 'others' };
    await expect(apply([foreign])).rejects.toMatchObject({ name: 'InvalidDocument' });
  });

  test('keeps a checkpoint for each consumer, with and without documents', async () => {
    expect(await models.checkpoint(CONSUMER)).toBeUndefined();
    await apply([], 3);
    await models.saveCheckpoint('apply-receipts', at(5));
    await models.saveCheckpoint('apply-receipts', at(8));
    expect(await models.checkpoint(CONSUMER)).toEqual(at(3));
    expect(await models.checkpoint('apply-receipts')).toEqual(at(8));
    const reader = await backend.reader();
    expect(await reader.checkpoint('apply-receipts')).toEqual(at(8));
    const all = Object.fromEntries(await reader.checkpoints());
    expect(all).toEqual({ 'apply-receipts': at(8), [CONSUMER]: at(3) });
  });

  test('moves no checkpoint back, of a consumer without documents neither', async () => {
    await models.saveCheckpoint('apply-receipts', at(8));
    await expect(models.saveCheckpoint('apply-receipts', at(7))).rejects.toMatchObject({ name: 'StaleWrite' });
    await models.saveCheckpoint('apply-receipts', at(8));
    expect(await models.checkpoint('apply-receipts')).toEqual(at(8));
  });

  test('finds everything again after it was closed and opened', async () => {
    await put(models, { id: 'a', size: 1 }, { id: 'b', size: 2 });
    await models.saveCheckpoint('apply-receipts', at(8));
    await models.close();
    const again = await backend.open();
    expect(await again.liveVersion(things)).toBe(1);
    await again.open([things]);
    expect(await idsOf(again, { sort: { field: 'size', direction: 'desc' } })).toEqual(['b', 'a']);
    expect(await again.checkpoint(CONSUMER)).toEqual(at(2));
    expect(await again.checkpoint('apply-receipts')).toEqual(at(8));
  });

  test('says so where a model was never opened', async () => {
    const unopened = { ...things, name: 'unopened' };
    expect(await models.liveVersion(unopened)).toBeUndefined();
    for (const reader of [models, await backend.reader()]) {
      await expect(reader.get(unopened, 'a')).rejects.toMatchObject({ name: 'ModelNotOpen' });
      await expect(reader.query(unopened, {})).rejects.toMatchObject({ name: 'ModelNotOpen' });
      await expect(reader.count(unopened)).rejects.toMatchObject({ name: 'ModelNotOpen' });
    }
  });
}
