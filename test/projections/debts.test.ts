import { debtDetail } from '../../projections/debt-detail/projection.js';
import { debtList } from '../../projections/debt-list/projection.js';
import { balanceKey } from '../../projections/debt-list/model.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { foldAll, lives } from './life.js';

test('the debts in list and detail are those of the books (E5, E6, E7)', () => {
  for (const { log, books } of lives(60)) {
    const [lines, details] = [foldAll(debtList, log), foldAll(debtDetail, log)];
    const there = [...books.debts].filter(([, { state }]) => state !== 'discarded');
    for (const documents of [lines, details]) {
      expect([...documents.keys()].sort()).toEqual(there.map(([id]) => id).sort());
    }
    for (const [id, debt] of there) {
      const currency = parseCurrency(debt.currency);
      const money = (minor: bigint) => ({ amount: formatMinor(minor, currency), currency });
      const isOpen = debt.state !== 'cancelled';
      const balance = money(isOpen ? debt.amount - debt.received : 0n);
      const same = {
        debtor: debt.debtor,
        creditor: debt.creditor,
        sector: debt.sector,
        state: debt.state,
        underReview: debt.request !== undefined,
        // A cancelled debt keeps the amount that it had: the books have nothing left to ask for.
        ...(isOpen && { amount: money(debt.amount) }),
        balance,
        revision: log.filter(({ stream }) => stream === `debt-${id}`).length - 1,
      };
      expect(lines.get(id)).toMatchObject({ ...same, balanceKey: balanceKey(balance.amount) });
      expect(details.get(id)).toMatchObject({
        ...same,
        received: money(debt.received),
        approved: money(debt.approved),
        waived: money(0n),
        request: debt.request === undefined ? null : { id: debt.request },
      });
    }
  }
});
