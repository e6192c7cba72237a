import { debtListModel } from '../../projections/debt-list/model.js';
import { subscriptionsModel } from '../../projections/subscriptions/model.js';
import { declarationOf } from '../../src/read-models/declaration.js';
import { chooseIndex } from '../../src/read-models/plan.js';
import type { Condition, Model } from '../../src/read-models/read-models.js';
import { where } from '../contract/read-models/backend.js';

/** Opening a document costs twenty times what its entry in an index does: what many could be walked for stands there. */
function expectInIndex(model: Model, asked: readonly Condition[], field: string): void {
  const index = chooseIndex(declarationOf(model).indexes, asked, { field, direction: 'desc' });
  expect(index).toEqual(expect.arrayContaining(asked.map((each) => each.field)));
}

const creditor = where('creditor', 'eq', 'x');
const outstanding = where('state', 'eq', 'outstanding');
test.each([
  ['of a creditor', [creditor]],
  ['of a creditor in a state', [creditor, outstanding]],
  ['of everybody in a state', [outstanding]],
])('the debts %s are filtered in the index, however few pass (E6)', (_, given) => {
  const balance = where('balanceKey', 'gte', 1);
  const others = [where('underReview', 'eq', true), where('currency', 'eq', 'SAR'), where('listedOn', 'gte', '2026')];
  expectInIndex(debtListModel, [...given, balance, ...others], 'listedOn');
});

test('the debts of a debtor in a state are filtered in the index: a fleet has paid fifty thousand, and owes a few (E2a)', () => {
  expectInIndex(debtListModel, [where('debtor', 'eq', 'x'), outstanding, creditor], 'listedOn');
});

test.each(['entity', 'establishment', null])(
  'the subscriptions of %s in a state are filtered in the index (Q3)',
  (field) => {
    const whose = field === null ? [] : [where(field, 'eq', 'x')];
    const asked = [...whose, where('state', 'eq', 'active'), where('endsOn', 'lt', '2026-01-01')];
    expectInIndex(subscriptionsModel, asked, 'endsOn');
  },
);
