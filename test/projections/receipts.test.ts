import { receipts } from '../../projections/receipts/projection.js';
import { parseMoney } from '../../src/kernel/money.js';
import { foldAll, lives } from './life.js';

test('a receipt is as its bank told it, and knows its debt, its reversal and its own revision (domain.md E8)', () => {
  const states = new Set<string>();
  for (const { log, books } of lives(60)) {
    const views = foldAll(receipts, log);
    expect([...views.keys()].sort()).toEqual([...books.receipts.keys()].sort());
    for (const [id, view] of views) {
      const told = books.receipts.get(id)!;
      const own = log.filter(({ stream }) => stream === `receipt-${id}`);
      expect(view).toMatchObject({ payer: told.payer, payee: told.payee, bank: told.bank, debt: told.debt });
      expect(view.revision).toBe(own.length - 1);
      expect(view.conflicts).toBe(own.filter(({ type }) => type === 'billing.ReceiptConflictRecorded').length);
      expect([view.state === 'reversed', view.reversal !== null]).toEqual([told.reversed, told.reversed]);
      expect(view.matched).toBe(told.debt !== null);
      if (view.applied === null || view.credited === null) expect(view.matched).toBe(false);
      else {
        const minor = (amount: string): bigint => parseMoney({ amount, currency: view.currency }).minor;
        expect(minor(view.applied) + minor(view.credited)).toBe(told.amount);
      }
      states.add(view.state);
    }
  }
  expect([...states].sort()).toEqual(['matched', 'reversed', 'unmatched']);
});
