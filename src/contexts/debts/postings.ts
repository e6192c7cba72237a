import type { Leg } from '../../kernel/accounts.js';
import { between, entry, type Entry, type PostedLeg, type Share } from '../../kernel/entries.js';
import { takeFrom } from './revenue.js';
import type { Debt, DebtRefs } from './state.js';

export const registered = (debt: Debt): Entry[] => raised(debt, debt.ground, debt.amount);

/** A registration or a raise: 1200 / 4300. */
export const raised = ({ refs, currency }: Debt, ground: string, minor: bigint): Entry[] =>
  entry(receivable(refs), revenue(refs, ground), { minor, currency });

/** What pays a debt off, or is owed again: of its running plan (1205) and outside it (1200). Minor units. */
interface Receivable {
  readonly ofPlan: bigint;
  readonly outside: bigint;
}

/** 2310 / 1205, 2310 / 1200: the receipt's money pays the debt off. */
export const applied = (debt: Debt, receipt: string, payer: string, of: Receivable): Entry[] =>
  between([{ leg: unmatched(debt.refs, receipt, payer), minor: sumOf(of) }], shares(debt.refs, of), debt.currency);

/** 1205 / 2310, 1200 / 2310: the debt is owed again, and the money waits for the receipt's own reversal. */
export const unapplied = (debt: Debt, receipt: string, payer: string, of: Receivable): Entry[] =>
  between(shares(debt.refs, of), [{ leg: unmatched(debt.refs, receipt, payer), minor: sumOf(of) }], debt.currency);

/** 5100 / 1205, 5100 / 1200 (domain.md §4). */
export const waived = (debt: Debt, of: Receivable): Entry[] =>
  between([{ leg: waivers(debt.refs), minor: sumOf(of) }], shares(debt.refs, of), debt.currency);

/** 1205 / 1200: an instalment plan is approved. */
export const intoPlan = ({ refs, currency }: Debt, minor: bigint): Entry[] =>
  entry(instalments(refs), receivable(refs), { minor, currency });

/** 1200 / 1205: it falls due as a whole. */
export const outOfPlan = ({ refs, currency }: Debt, minor: bigint): Entry[] =>
  entry(receivable(refs), instalments(refs), { minor, currency });

/** What stops being owed, for each reason. Minor units. */
export interface Lowered {
  readonly unpaid: bigint;
  /** Of what was unpaid: in its running plan. */
  readonly ofPlan: bigint;
  readonly waived: bigint;
  /** Of what was received. */
  readonly back: bigint;
  /** The event that these entries are of: what it gives back waits under its id in 2330. */
  readonly transit: string;
  /** In which it counts. */
  readonly year: string;
}

/**
 * What was waived is undone as a whole, or not at all. 4300 / 1200, then 4300 / 1205 for what was unpaid, 4300 / 5100 for what was waived, 4300 / 2330 for what goes back to
 * the payers.
 */
export function lowered(debt: Debt, { unpaid, ofPlan, waived: undone, back, transit, year }: Lowered): Entry[] {
  const { refs } = debt;
  // Of an earlier year, whose result may be closed: the ledger knows (docs/adr/0018).
  const of = (leg: Leg, earlier: string): PostedLeg => (earlier === year ? leg : { ...leg, of: earlier });
  const credits: Share[] = [
    { leg: receivable(refs), minor: unpaid - ofPlan },
    { leg: instalments(refs), minor: ofPlan },
    ...(undone === 0n ? [] : debt.waivers).map((each) => ({ leg: of(waivers(refs), each.year), minor: each.minor })),
    { leg: { account: '2330', dims: { entity: refs.creditor, transit } }, minor: back },
  ];
  const total = credits.reduce((sum, { minor }) => sum + minor, 0n);
  const debits = takeFrom(debt.revenue, total).taken.map(({ ground, year: earned, minor }) => ({
    leg: of(revenue(refs, ground), earned),
    minor,
  }));
  return between(debits, credits, debt.currency);
}

const sumOf = ({ ofPlan, outside }: Receivable): bigint => ofPlan + outside;

const shares = (refs: DebtRefs, { ofPlan, outside }: Receivable): Share[] => [
  { leg: instalments(refs), minor: ofPlan },
  { leg: receivable(refs), minor: outside },
];

const route = ({ sector, debt }: DebtRefs) => ({ sector, debt });

const receivable = (refs: DebtRefs): Leg => ({
  account: '1200',
  dims: { entity: refs.creditor, party: refs.debtor, ...route(refs) },
});

const instalments = (refs: DebtRefs): Leg => ({
  account: '1205',
  dims: { entity: refs.creditor, party: refs.debtor, ...route(refs) },
});

const waivers = (refs: DebtRefs): Leg => ({
  account: '5100',
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
