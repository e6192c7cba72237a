import { differenceOf, saidOf } from '../../src/read-models/difference.js';
import type { Document } from '../../src/read-models/read-models.js';

const at = (sequence: number, fields: object | null = {}) => ({
  id: 'a',
  sequence,
  document: fields && ({ id: 'a', ...fields } as Document),
});

describe('the first difference between what the events say and what is stored', () => {
  test.each([
    ['a value', { total: { amount: '5.00' } }, { total: { amount: '4.00' } }, 'total.amount', '5.00', '4.00'],
    ['a field that is missing', { state: 'paid' }, {}, 'state', 'paid', undefined],
    ['a field too many', {}, { note: null }, 'note', undefined, null],
    ['an item of a list', { of: [1, { n: 2 }] }, { of: [1, { n: 3 }] }, 'of[1].n', 2, 3],
    ['a list that is shorter', { of: [1, 2] }, { of: [1] }, 'of[1]', 2, undefined],
    ['another kind', { of: [] }, { of: {} }, 'of', [], {}],
  ])('%s', (_, expected, found, field, one, other) => {
    expect(differenceOf('debt-list', 'a', at(7, expected), at(7, found))).toEqual({
      model: 'debt-list',
      id: 'a',
      field,
      ...(one !== undefined && { expected: one }),
      ...(other !== undefined && { found: other }),
    });
  });

  test('is none where only the order of the fields is another', () => {
    expect(differenceOf('m', 'a', at(1, { x: 1, y: [2] }), at(1, { y: [2], x: 1 }))).toBeUndefined();
  });

  test('a tombstone is as good as no document', () => {
    expect(differenceOf('m', 'a', at(1, null), undefined)).toBeUndefined();
    expect(differenceOf('m', 'a', undefined, at(2, null))).toBeUndefined();
    expect(differenceOf('m', 'a', at(1), at(1, null))).toMatchObject({ field: '', expected: { id: 'a' } });
  });

  test('the same fields after another event are a difference, too', () => {
    const difference = differenceOf('m', 'a', at(4), at(3))!;
    expect(difference).toEqual({ model: 'm', id: 'a', field: '(last event)', expected: 4, found: 3 });
    expect(saidOf(difference)).toBe('m a, (last event): the events say 4, stored is 3');
    expect(saidOf(differenceOf('m', 'a', at(4), undefined)!)).toBe('m a: the events say {"id":"a"}, stored is nothing');
  });
});
