import type { ReadModels } from '../../../src/read-models/read-models.js';
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
} from './backend.js';

export function rebuilding(start: StartBackend): void {
  let backend: Backend;
  let models: ReadModels;
  beforeEach(async () => {
    backend = await start();
    models = await backend.open();
    await models.open([things]);
    await put(models, { id: 'old', owner: 'x', size: 1 });
  });
  afterEach(() => backend.dispose());

  const newest = { sort: { field: 'day', direction: 'desc' } } as const;

  test('reads and the live fold go on from the live version until the swap, which everybody sees at once', async () => {
    const reader = await backend.reader();
    expect(await idsOf(reader, newest)).toEqual(['old']);
    const target = await models.beginRebuild(things);
    await models.apply(target, CONSUMER, [write({ id: 'new1', day: '1' }), write({ id: 'new2', day: '2' })], at(2));
    await models.apply(target, CONSUMER, [write({ id: 'new1', day: '3' }, 2, 1), bury('new2', 3, 1)], at(3));
    await models.apply(live, CONSUMER, [write({ id: 'late', day: '9' })], at(4));

    expect(await models.load(target, ['old', 'new1', 'new2'])).toHaveLength(2);
    for (const each of [models, reader]) {
      expect(await idsOf(each, newest)).toEqual(['late', 'old']);
      expect(await each.checkpoint(CONSUMER)).toEqual(at(4));
      expect(await each.getText(things, 'new1')).toBeUndefined();
    }

    await models.finishRebuild(target, CONSUMER);
    for (const each of [reader, models]) {
      expect(await idsOf(each, newest)).toEqual(['new1']);
      expect(await each.get(things, 'old')).toBeUndefined();
      expect(await each.getText(things, 'new1')).toBe(JSON.stringify({ id: 'new1', day: '3' }));
      expect(await each.count(things, [where('day', 'eq', '3')])).toBe(1);
      expect(await each.checkpoint(CONSUMER)).toEqual(at(3));
    }
    expect(await scanned(models)).toEqual([{ id: 'new1', sequence: 2, document: { id: 'new1', day: '3' } }]);
  });

  test('the live fold goes on after the swap, in the new documents', async () => {
    const target = await models.beginRebuild(things);
    await models.apply(target, CONSUMER, [write({ id: 'new' })], at(1));
    await models.finishRebuild(target, CONSUMER);
    expect(await models.load(live, ['old', 'new'])).toEqual([{ id: 'new', sequence: 1, document: { id: 'new' } }]);
    await models.apply(live, CONSUMER, [write({ id: 'new', size: 2 }, 2, 1), write({ id: 'old' })], at(2));
    expect(await models.checkpoint(CONSUMER)).toEqual(at(2));
    expect(await models.count(things)).toBe(2);
  });

  test('writes of a rebuild are conditional too', async () => {
    const target = await models.beginRebuild(things);
    await expect(models.apply(target, CONSUMER, [write({ id: 'old' }, 2, 1)], at(2))).rejects.toMatchObject({
      name: 'StaleWrite',
    });
    expect(await models.load(target, ['old'])).toEqual([]);
  });

  test('an empty rebuild starts the consumer from the beginning', async () => {
    await models.finishRebuild(await models.beginRebuild(things), CONSUMER);
    expect(await models.count(things)).toBe(0);
    expect(await models.checkpoint(CONSUMER)).toBeUndefined();
  });

  test('leaves the checkpoints of other consumers alone', async () => {
    await models.saveCheckpoint('apply-receipts', at(8));
    await models.finishRebuild(await models.beginRebuild(things), CONSUMER);
    expect(await models.checkpoint('apply-receipts')).toEqual(at(8));
  });

  test('a second rebuild of a model ends the first', async () => {
    const first = await models.beginRebuild(things);
    const second = await models.beginRebuild(things);
    const lost = { name: 'UnknownTarget' };
    await expect(models.apply(first, CONSUMER, [write({ id: 'a' })], at(1))).rejects.toMatchObject(lost);
    await expect(models.load(first, ['a'])).rejects.toMatchObject(lost);
    await expect(models.finishRebuild(first, CONSUMER)).rejects.toMatchObject(lost);
    expect(await models.get(things, 'old')).toBeDefined();
    await models.finishRebuild(second, CONSUMER);
    await expect(models.finishRebuild(second, CONSUMER)).rejects.toMatchObject(lost);
    await expect(models.finishRebuild(live, CONSUMER)).rejects.toMatchObject(lost);
    expect(await models.count(things)).toBe(0);
  });

  test('a rebuild that a crash ended leaves the live version, and cannot be finished later', async () => {
    const target = await models.beginRebuild(things);
    await models.apply(target, CONSUMER, [write({ id: 'new' })], at(9));
    const after = await backend.open();
    await after.takeOver(1);
    await after.open([things]);
    expect(await idsOf(after, {})).toEqual(['old']);
    expect(await after.checkpoint(CONSUMER)).toEqual(at(1));
    await expect(after.finishRebuild(target, CONSUMER)).rejects.toMatchObject({ name: 'UnknownTarget' });
    const next = await after.beginRebuild(things);
    expect(next.generation).not.toBe(target.generation);
    await expect(after.apply(target, CONSUMER, [write({ id: 'late' })], at(9))).rejects.toMatchObject({
      name: 'UnknownTarget',
    });
    expect(await after.load(next, ['new', 'late'])).toEqual([]);
  });

  test('a new version of a model is live only when its rebuild is finished', async () => {
    const next = { ...things, version: 2 };
    const reader = await backend.reader();
    await models.open([next]);
    expect(await models.liveVersion(next)).toBe(1);
    await expect(
      models.apply({ model: next, generation: 'live' }, CONSUMER, [write({ id: 'a' })], at(2)),
    ).rejects.toMatchObject({ name: 'UnknownTarget' });
    expect(await reader.get(next, 'old')).toBeDefined();

    const target = await models.beginRebuild(next);
    await models.apply(target, CONSUMER, [write({ id: 'new' })], at(2));
    await models.finishRebuild(target, CONSUMER);
    expect(await models.liveVersion(next)).toBe(2);
    await models.apply({ model: next, generation: 'live' }, CONSUMER, [write({ id: 'newer' })], at(3));
    expect(await idsOf(reader, {})).toEqual(['new', 'newer']);
  });

  test('models are rebuilt independently', async () => {
    const others = { ...things, name: 'others' };
    await models.open([others]);
    const target = await models.beginRebuild(others);
    await models.finishRebuild(await models.beginRebuild(things), CONSUMER);
    await models.apply(target, 'other-list', [{ ...write({ id: 'a' }), model: 'others' }], at(1));
    await models.finishRebuild(target, 'other-list');
    expect(await models.count(others)).toBe(1);
    expect(await models.count(things)).toBe(0);
  });

  test('a scan gives every document once, by id, and no tombstone', async () => {
    const ids = Array.from({ length: 1_201 }, (_, n) => `id${`${n}`.padStart(5, '0')}`);
    await put(models, ...[...ids].reverse().map((id) => ({ id })));
    await models.apply(live, CONSUMER, [bury('old', 5, 1)], at(1_500));
    expect((await scanned(models)).map(({ id }) => id)).toEqual(ids);
  });
}
