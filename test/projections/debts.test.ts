import { debtDetail } from '../../projections/debt-detail/projection.js';
import { debtList } from '../../projections/debt-list/projection.js';
import { instalmentPlans } from '../../projections/instalment-plans/projection.js';
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
      const balance = money(isOpen ? debt.amount - debt.received - debt.waived : 0n);
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
      const { registeredOn, listedOn } = lines.get(id)!;
      expect([null, listedOn]).toContain(registeredOn);
      expect(details.get(id)).toMatchObject({
        ...same,
        received: money(debt.received),
        approved: money(debt.approved),
        ...(isOpen && { waived: money(debt.waived) }),
        plan:
          debt.plan === undefined
            ? null
            : {
                id: debt.plan.id,
                state: debt.plan.status,
                open: money(debt.plan.instalments.reduce((sum, { open }) => sum + open, 0n)),
                instalments: debt.plan.instalments.length,
              },
        request: debt.request === undefined ? null : { id: debt.request },
      });
    }
  }
});

test('the instalment plans are those of the books (E2j)', () => {
  let seen = 0;
  for (const { log, books } of lives(60)) {
    const plans = foldAll(instalmentPlans, log);
    for (const [id, { plan, currency }] of books.debts) {
      const view = plans.get(id);
      if (plan === undefined) {
        expect(view).toBeUndefined();
        continue;
      }
      const text = (minor: bigint) => formatMinor(minor, parseCurrency(currency));
      const late = view!.instalments.filter((each) => each.late).map(({ instalment }) => instalment);
      expect(view).toMatchObject({
        plan: plan.id,
        open: text(plan.instalments.reduce((sum, { open }) => sum + open, 0n)),
        instalments: plan.instalments.map(({ dueOn, open, missed }) => ({ dueOn, open: text(open), missed })),
        notices: plan.notices,
      });
      if (plan.status !== 'running') expect(view).toMatchObject({ state: plan.status, actOn: null, notice: null });
      else if (view!.notice === null) expect(view!.state).toBe(late.length > 0 ? 'late' : 'active');
      else expect(view!.state).toBe('noticed');
      seen++;
    }
  }
  expect(seen).toBeGreaterThan(20);
});
