import type { Condition, Query, ReadModels } from '../../../src/read-models/read-models.js';
import { idsOf, put, things, walk, where, type Backend, type StartBackend, type Thing } from './backend.js';

export function querying(start: StartBackend): void {
  let backend: Backend;
  let models: ReadModels;
  beforeEach(async () => {
    backend = await start();
    models = await backend.open();
    await models.open([things]);
  });
  afterEach(() => backend.dispose());

  /** The ids that match, by id, as every way to ask gives them. */
  async function matching(...conditions: readonly Condition[]): Promise<string> {
    const ids = await idsOf(models, { where: conditions });
    expect(await models.count(things, conditions)).toBe(ids.length);
    return ids.join('');
  }

  describe('conditions', () => {
    beforeEach(() =>
      put(
        models,
        { id: 'a', owner: 'x', size: -1, open: false, total: { size: 10 } },
        { id: 'b', owner: 'y', size: 0, open: true, total: { size: 20 } },
        { id: 'c', owner: 'y', size: 5, open: true, total: {} },
        { id: 'd', owner: 'Y', size: 10, open: null, total: null },
        { id: 'e' },
      ),
    );

    test('equality on texts, numbers and booleans', async () => {
      expect(await matching(where('owner', 'eq', 'y'))).toBe('bc');
      expect(await matching(where('size', 'eq', 0))).toBe('b');
      expect(await matching(where('open', 'eq', true))).toBe('bc');
      expect(await matching(where('open', 'eq', false))).toBe('a');
      expect(await matching(where('id', 'eq', 'c'))).toBe('c');
      expect(await matching(where('owner', 'eq', ''))).toBe('');
    });

    test('ranges on texts, numbers, booleans and ids', async () => {
      expect(await matching(where('owner', 'gt', 'x'))).toBe('bc');
      expect(await matching(where('owner', 'lt', 'x'))).toBe('d');
      expect(await matching(where('owner', 'gte', 'x'), where('owner', 'lte', 'x'))).toBe('a');
      expect(await matching(where('size', 'gt', 0))).toBe('cd');
      expect(await matching(where('size', 'gte', 0), where('size', 'lt', 10))).toBe('bc');
      expect(await matching(where('open', 'lt', true))).toBe('a');
      expect(await matching(where('id', 'gt', 'b'), where('id', 'lte', 'd'))).toBe('cd');
    });

    test('a number is ordered as a number', async () => {
      expect(await matching(where('size', 'lt', 9))).toBe('abc');
    });

    test('all conditions hold together, in any order', async () => {
      expect(await matching(where('open', 'eq', true), where('size', 'gt', 0))).toBe('c');
      expect(await matching(where('size', 'gt', 0), where('open', 'eq', true))).toBe('c');
      expect(await matching(where('owner', 'eq', 'x'), where('owner', 'eq', 'y'))).toBe('');
    });

    test('a field inside an object', async () => {
      expect(await matching(where('total.size', 'gte', 10))).toBe('ab');
      expect(await matching(where('total.size', 'eq', 20))).toBe('b');
    });

    test('a missing or null field matches no condition', async () => {
      for (const is of ['gt', 'gte', 'lt', 'lte'] as const) {
        expect(await matching(where('open', is, is.startsWith('g') ? false : true))).not.toMatch(/[de]/);
        expect(await matching(where('owner', is, is.startsWith('g') ? '' : '\u{10ffff}'))).not.toMatch(/e/);
      }
    });
  });

  test('texts compare by code point', async () => {
    const owners = ['', 'A', 'a', 'é', 'جهة', '\uffef', '🏛'];
    await put(models, ...[...owners].reverse().map((owner, n) => ({ id: `${n}`, owner, day: owner })));
    const sorted = await walk(models, { sort: { field: 'day', direction: 'asc' }, limit: 2 });
    expect(sorted.map(({ owner }) => owner)).toEqual(owners);
    expect((await walk(models, { where: [where('owner', 'gt', '\uffef')] })).map(({ owner }) => owner)).toEqual(['🏛']);
  });

  describe('order and pages', () => {
    /** Ties, documents without the field, and with null in it. */
    const documents: readonly Thing[] = Array.from({ length: 57 }, (_, n) => ({
      id: `id${100 + ((n * 31) % 57)}`,
      owner: n % 2 ? 'x' : 'y',
      state: ['new', 'paid', 'void'][n % 3]!,
      open: n % 5 === 0 ? null : n % 4 === 0,
      ...(n % 7 !== 0 && { day: `2020-01-0${1 + (n % 4)}`, size: (n * 13) % 10, total: { size: n % 3 } }),
    }));
    beforeEach(() => put(models, ...documents));

    const rank = (value: unknown) => (value === undefined || value === null ? '' : `v${JSON.stringify(value)}`);
    function expected(field: string, direction: 'asc' | 'desc', keep: (thing: Thing) => boolean): string[] {
      const key = (thing: Thing) => `${rank(field === 'total.size' ? thing.total?.size : thing[field])} ${thing.id}`;
      const ids = documents
        .filter(keep)
        .sort((a, b) => (key(a) < key(b) ? -1 : 1))
        .map(({ id }) => id);
      return direction === 'asc' ? ids : ids.reverse();
    }

    const filters: Readonly<Record<string, [readonly Condition[], (thing: Thing) => boolean]>> = {
      'no filter': [[], () => true],
      'one owner': [[where('owner', 'eq', 'x')], ({ owner }) => owner === 'x'],
      'owner and state': [
        [where('state', 'eq', 'paid'), where('owner', 'eq', 'x')],
        ({ owner, state }) => owner === 'x' && state === 'paid',
      ],
      'owner, state and least size': [
        [where('owner', 'eq', 'y'), where('state', 'eq', 'new'), where('size', 'gte', 3)],
        ({ owner, state, size }) => owner === 'y' && state === 'new' && (size ?? -1) >= 3,
      ],
      'open ones': [[where('open', 'eq', true)], ({ open }) => open === true],
      'a span of days': [
        [where('day', 'gt', '2020-01-01'), where('day', 'lt', '2020-01-04')],
        ({ day }) => (day ?? '') > '2020-01-01' && day! < '2020-01-04',
      ],
    };
    for (const [name, [conditions, keep]] of Object.entries(filters)) {
      for (const field of ['id', 'day', 'size', 'open', 'total.size', 'state']) {
        test.each(['asc', 'desc'] as const)(
          `${name}, by ${field} %s: each document once, in order`,
          async (direction) => {
            const query = { where: conditions, sort: { field, direction } };
            const all = expected(field, direction, keep);
            for (const limit of [1, 3, 20, 200]) {
              expect((await walk(models, { ...query, limit })).map(({ id }) => id)).toEqual(all);
            }
            expect(await models.count(things, conditions)).toBe(all.length);
          },
        );
      }
    }

    test('20 documents by id unless asked otherwise; a next page only where there is one', async () => {
      const page = await models.query(things, {});
      expect(page.documents.map(({ id }) => id)).toEqual(expected('id', 'asc', () => true).slice(0, 20));
      expect(page.next).toEqual({ value: page.documents[19]!.id, id: page.documents[19]!.id });
      expect((await models.query(things, { limit: documents.length })).next).toBeUndefined();
      expect((await models.query(things, { limit: documents.length - 1 })).next).toBeDefined();
    });

    test('a cursor holds the sort value in its own type, null where there is none', async () => {
      const last = async (field: string) => {
        const { documents: found, next } = await models.query(things, { sort: { field, direction: 'asc' }, limit: 30 });
        expect(next).toEqual({ value: found[29]![field] ?? null, id: found[29]!.id });
        return next!.value;
      };
      expect(typeof (await last('open'))).toBe('boolean');
      expect(typeof (await last('size'))).toBe('number');
      expect(typeof (await last('day'))).toBe('string');
      const { next } = await models.query(things, { sort: { field: 'day', direction: 'asc' }, limit: 1 });
      expect(next!.value).toBeNull();
    });

    test('a cursor needs no document behind it', async () => {
      const query: Query = { sort: { field: 'day', direction: 'asc' }, after: { value: '2020-01-02', id: 'zzz' } };
      const found = await walk(models, query);
      expect(found.length).toBeGreaterThan(0);
      expect(found.every(({ day }) => day! > '2020-01-02')).toBe(true);
    });

    test('a page in JSON is the same page', async () => {
      const query: Query = { where: [where('owner', 'eq', 'x')], sort: { field: 'day', direction: 'desc' }, limit: 7 };
      const page = await models.query(things, query);
      const { json, next } = await models.queryJson(things, query);
      expect({ documents: JSON.parse(json.toString()).items, next }).toEqual(page);
    });
  });

  describe('refusals', () => {
    test('only declared fields can be asked for; the message names them', async () => {
      for (const field of ['note', 'total', 'size.x', '', 'id; --', '__proto__', 'document', 'sequence', '_id']) {
        const refused = { name: 'UndeclaredField', message: expect.stringContaining('owner') };
        await expect(models.query(things, { where: [where(field, 'eq', 'x')] })).rejects.toMatchObject(refused);
        await expect(models.query(things, { sort: { field, direction: 'asc' } })).rejects.toMatchObject(refused);
        await expect(models.queryJson(things, { sort: { field, direction: 'asc' } })).rejects.toMatchObject(refused);
        await expect(models.count(things, [where(field, 'eq', 'x')])).rejects.toMatchObject(refused);
      }
    });

    test.each<[string, Query]>([
      ['a text for a number', { where: [where('size', 'eq', '1')] }],
      ['a number for a text', { where: [where('owner', 'gt', 1)] }],
      ['a number for a boolean', { where: [where('open', 'eq', 1)] }],
      ['a fraction', { where: [where('size', 'gt', 0.5)] }],
      ['NaN', { where: [where('size', 'gt', NaN)] }],
      ['null', { where: [where('owner', 'eq', null as never)] }],
      ['an operator of the database', { where: [where('owner', 'eq', { $ne: '' } as never)] }],
      ['an unknown comparison', { where: [where('owner', 'ne' as never, 'x')] }],
      ['an unknown direction', { sort: { field: 'day', direction: 'up' as never } }],
      ['no limit', { limit: 0 }],
      ['a limit too high', { limit: 201 }],
      ['a limit that is no whole number', { limit: 1.5 }],
      ['a cursor of another type', { sort: { field: 'size', direction: 'asc' }, after: { value: '1', id: 'a' } }],
      ['a cursor without an id', { after: { value: 'a', id: undefined as never } }],
      ['a cursor by id with another value', { after: { value: 'b', id: 'a' } }],
      ['a cursor by id without a value', { after: { value: null, id: 'a' } }],
    ])('refuses %s', async (_, query) => {
      await expect(models.query(things, query)).rejects.toMatchObject({ name: 'InvalidQuery' });
    });
  });
}
