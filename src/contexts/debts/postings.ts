import type { Leg } from '../../kernel/accounts.js';
import { between, entry, type Entry, type Share } from '../../kernel/entries.js';
import { takeFrom, type Debt, type DebtRefs } from './state.js';

export const registered = (debt: Debt): Entry[] => raised(debt, debt.ground, debt.amount);

/** A registration or a raise: 1200 / 4300. */
export const raised = ({ refs, currency }: Debt, ground: string, minor: bigint): Entry[] =>
  entry(receivable(refs), revenue(refs, ground), { minor, currency });

/** 2310 / 1200: the receipt's money pays the debt off. */
export const applied = ({ refs, currency }: Debt, receipt: string, payer: string, minor: bigint): Entry[] =>
  entry(unmatched(refs, receipt, payer), receivable(refs), { minor, currency });

/** 1200 / 2310: the debt is owed again, and the money waits for the receipt's own reversal. */
export const unapplied = ({ refs, currency }: Debt, receipt: string, payer: string, minor: bigint): Entry[] =>
  entry(receivable(refs), unmatched(refs, receipt, payer), { minor, currency });

/** What stops being owed, for each reason. Minor units. */
export interface Lowered {
  readonly unpaid: bigint;
  readonly waived: bigint;
  /** Of what was received. */
  readonly back: bigint;
  /** The event that these entries are of: what it gives back waits under its id in 2330. */
  readonly transit: string;
}

/** 4300 / 1200 for what was unpaid, 4300 / 5100 for what was waived, 4300 / 2330 for what goes back to the payers. */
export function lowered(debt: Debt, { unpaid, waived, back, transit }: Lowered): Entry[] {
  const { refs } = debt;
  const credits: Share[] = [
    { leg: receivable(refs), minor: unpaid },
    { leg: { account: '5100', dims: { entity: refs.creditor, party: refs.debtor, ...route(refs) } }, minor: waived },
    { leg: { account: '2330', dims: { entity: refs.creditor, transit } }, minor: back },
  ];
  const total = credits.reduce((sum, { minor }) => sum + minor, 0n);
  const debits = takeFrom(debt.revenue, total).taken.map(({ ground, minor }) => ({
    leg: revenue(refs, ground),
    minor,
  }));
  return between(debits, credits, debt.currency);
}

const route = ({ sector, debt }: DebtRefs) => ({ sector, debt });

const receivable = (refs: DebtRefs): Leg => ({
  account: '1200',
  dims: { entity: refs.creditor, party: refs.debtor, ...route(refs) },
});

const revenue = (refs: DebtRefs, ground: string): Leg => ({
  account: '4300',
  dims: { entity: refs.creditor, party: refs.debtor, ...route(refs), ground },
});

/** Without the debt: the receipt's own postings do not know it, and the two must add up to zero. */
const unmatched = ({ creditor }: DebtRefs, receipt: string, payer: string): Leg => ({
  account: '2310',
  dims: { entity: creditor, party: payer, receipt },
});
