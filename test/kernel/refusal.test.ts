import { isRefusal, refuse, type Rule } from '../../src/kernel/refusal.js';

const RULE: Rule = {
  code: 'SELF_APPROVAL',
  rule: 'E7',
  version: 1,
  kind: 'state',
  en: 'Whoever asked must not approve.',
  ar: 'لا يجوز لمقدم الطلب اعتماده.',
};

describe('a refusal (domain.md §3, "Refusals are evidence")', () => {
  test('carries its rule, and the facts that explain it', () => {
    expect(refuse(RULE, { limit: '5.00' })).toEqual({ refused: RULE, facts: { limit: '5.00' } });
    expect(refuse(RULE).facts).toEqual({});
  });

  test('is told apart from events and from an earlier answer', () => {
    expect([refuse(RULE), [], [{ type: 'debts.DebtSettled' }], { earlier: 'x' }].map(isRefusal)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
