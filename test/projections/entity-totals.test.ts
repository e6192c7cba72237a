import { entityTotals } from '../../projections/entity-totals/projection.js';
import { parseMoney } from '../../src/kernel/money.js';
import { foldAll, lives } from './life.js';

test('the totals are those of the books, and they add up', () => {
  let seen = 0;
  for (const { log, books } of lives(60)) {
    for (const [id, totals] of foldAll(entityTotals, log)) {
      const { entity, currency } = totals;
      expect(id).toBe(`${entity}:${currency}`);
      const sum = (account: string): bigint => books.postings.sum(account, { entity, currency });
      const minor = (amount: string): bigint => parseMoney({ amount, currency }).minor;
      const debts = [...books.debts.values()].filter((debt) => debt.creditor === entity && debt.currency === currency);
      expect(minor(totals.outstanding)).toBe(sum('1200') + sum('1205'));
      expect(minor(totals.waived)).toBe(sum('5100'));
      expect(minor(totals.received)).toBe(sum('1100') + sum('1110') + sum('1120'));
      expect([minor(totals.refundable), minor(totals.unmatched)]).toEqual([-sum('2300'), -sum('2310')]);
      expect(minor(totals.inTransit)).toBe(0n);
      // Gross applied is what debts still hold, what cancellations and reductions gave back, less what was reversed.
      const held = debts.reduce((all, { received }) => all + received, 0n);
      expect(minor(totals.applied) >= held).toBe(true);
      expect(minor(totals.received)).toBe(held + minor(totals.refundable) + minor(totals.unmatched));
      seen++;
    }
  }
  expect(seen).toBeGreaterThan(50);
});
