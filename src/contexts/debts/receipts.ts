import { formatMinor, min } from '../../kernel/money.js';
import type { Refusal } from '../../kernel/refusal.js';
import { amountOf, type DataOf } from './amounts.js';
import type { DebtEvent } from './events.js';
import { giveBackOf } from './giving-back.js';
import { changedPlan, oldestFirst, partsData, planned, reopenedBy, runningPlan, sum, sumOpen } from './plan.js';
import { applied, unapplied } from './postings.js';
import { balanceOf, type Debt, type Part, type ReceiptPart } from './state.js';

/**
 * Never refused for the state that the debt is in (domain.md §3); a receipt that was applied before changes nothing.
 * Another currency than the debt's is a fault of the caller: its refusal leaves the money in 2310 and raises an alarm.
 */
export function applyReceipt(debt: Debt, data: DataOf<'ApplyReceipt'>): readonly DebtEvent[] | Refusal {
  const amount = amountOf(debt, data);
  if (typeof amount !== 'bigint') return amount;
  const { receipt, payer } = data;
  if (debt.receipts.some((each) => each.receipt === receipt)) return [];
  const paid = min(amount, balanceOf(debt)); // a settled or cancelled debt has no balance
  const ofPlan = min(paid, planned(debt));
  const text = (minor: bigint): string => formatMinor(minor, debt.currency);
  return [
    {
      type: 'debts.ReceiptApplied',
      data: {
        receipt,
        payer,
        amount: text(amount),
        applied: text(paid),
        excess: text(amount - paid),
        received: text(debt.received + paid),
        balance: text(balanceOf(debt) - paid),
        currency: debt.currency,
      },
      refs: { ...debt.refs, receipt, payer },
      entries: applied(debt, receipt, payer, { ofPlan, outside: paid - ofPlan }),
    },
    ...paidPlan(debt, receipt, payer, ofPlan),
  ];
}

/** The oldest instalment first (domain.md E2j). */
function paidPlan(debt: Debt, receipt: string, payer: string, minor: bigint): readonly DebtEvent[] {
  const plan = runningPlan(debt);
  if (plan === null) return [];
  return changedPlan(debt, oldestFirst(plan, minor), (data) => ({
    type: 'debts.InstalmentsPaid',
    data: { ...data, receipt },
    refs: { ...debt.refs, receipt, payer },
  }));
}

/** What the debt had of the receipt is owed again, and a settlement that rested on it falls. */
export function reverseReceipt(
  debt: Debt,
  { receipt, reference, on }: DataOf<'ReverseReceipt'>,
  atOnce: number,
): readonly DebtEvent[] {
  const part = debt.receipts.find((each) => each.receipt === receipt);
  if (part === undefined || part.reversed) return [];
  const reopened = reopenedBy(debt, part);
  const { currency, refs } = debt;
  const received = debt.received - part.applied;
  const approved = min(debt.approved, received);
  const text = (minor: bigint): string => formatMinor(minor, currency);
  const reversed: DebtEvent = {
    type: 'debts.ReceiptReversed',
    data: {
      receipt,
      payer: part.payer,
      reference,
      on,
      applied: text(part.applied),
      credited: text(part.credited),
      received: text(received),
      approved: text(approved),
      balance: text(balanceOf(debt) + part.applied),
      currency,
    },
    refs: { ...refs, receipt, payer: part.payer },
    entries: unapplied(debt, receipt, part.payer, { ofPlan: sum(reopened), outside: part.applied - sum(reopened) }),
    corrects: part.event,
  };
  const before = [...giveBackOf(debt, receipt, atOnce), reversed, ...reopenedPlan(debt, part, reopened)];
  if (debt.status !== 'settled' || part.applied === 0n) return before;
  return [
    ...before,
    {
      type: 'debts.DebtReopened',
      data: { receipt, approved: text(approved), currency },
      refs: { ...refs, receipt, payer: part.payer },
    },
  ];
}

function reopenedPlan(debt: Debt, { receipt, payer }: ReceiptPart, parts: readonly Part[]): readonly DebtEvent[] {
  const { plan, refs } = debt;
  if (plan === null || parts.length === 0) return [];
  const open = sumOpen(plan.instalments) + sum(parts); // of a completed plan, too
  const data = { ...partsData(debt, plan, parts, open), receipt };
  return [{ type: 'debts.InstalmentsReopened', data, refs: { ...refs, receipt, payer } }];
}
