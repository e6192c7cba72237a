import { chooseIndex } from '../../src/read-models/plan.js';
import type { Condition } from '../../src/read-models/read-models.js';

const indexes = [
  ['debtor', 'day', 'id', 'creditor'],
  ['creditor', 'day', 'id'],
  ['creditor', 'state', 'day', 'id', 'balance'],
  ['creditor', 'balance', 'id', 'state'],
  ['day', 'id'],
];

const eq = (...fields: readonly string[]) => fields.map((field): Condition => ({ field, is: 'eq', value: 'x' }));
const least = (field: string): Condition => ({ field, is: 'gte', value: 1 });

test.each<[string, readonly Condition[], string | undefined, string | undefined]>([
  ['fixed fields and the order', eq('creditor', 'state'), 'day', 'creditor state day id balance'],
  ['the order of the conditions is no matter', eq('state', 'creditor'), 'day', 'creditor state day id balance'],
  ['a filter inside the index', [...eq('creditor', 'state'), least('balance')], 'day', 'creditor state day id balance'],
  ['the order before one more fixed field', eq('creditor', 'state'), 'balance', 'creditor balance id state'],
  ['nothing fixed after the leader', eq('creditor'), 'day', 'creditor day id'],
  ['the order itself', [], 'day', 'day id'],
  ['the order, filtered', [least('balance')], 'day', 'day id'],
  ['a range on the sort field', [...eq('creditor'), least('day')], 'day', 'creditor day id'],
  ['a range where no order is needed', [...eq('creditor'), least('balance')], undefined, 'creditor balance id state'],
  ['the leader declared first, even out of order', eq('creditor', 'debtor'), 'balance', 'debtor day id creditor'],
  ['everything fixed, by id', eq('creditor', 'state', 'day'), 'id', 'creditor state day id balance'],
  ['a sort field that is fixed', eq('creditor', 'state', 'day'), 'day', 'creditor state day id balance'],
  ['the primary key for one id', eq('id', 'debtor'), 'id', undefined],
  ['the primary key for all by id', [], 'id', undefined],
  ['nothing where nothing fits', eq('state'), 'balance', undefined],
])('chooses %s', (_, where, sort, expected) => {
  const order = sort === undefined ? undefined : { field: sort, direction: 'desc' as const };
  expect(chooseIndex(indexes, where, order)?.join(' ')).toBe(expected);
});
