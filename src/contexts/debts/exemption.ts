import type { CommandContext } from '../../kernel/decider.js';
import { formatMinor, min, parseMoney } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { amountOf, outOfRange, type DataOf } from './amounts.js';
import type { Authority } from './authorities.js';
import type { DebtEvent } from './events.js';
import { loweredPlan, planned } from './plan.js';
import { waived as waivedEntries } from './postings.js';
import { AUTHORITY, NOTHING_OWED } from './rules.js';
import { balanceOf, type Debt, type RequestOf } from './state.js';

/* Exemption (إعفاء, domain.md E2i): the entity waives what is still owed, by an authority that reaches so far (§2). */

/** The ground on which a debt that is waived whole is cancelled. */
export const EXEMPTION = 'exemption';

type Decision = readonly DebtEvent[] | Refusal;

export function requestExemption(debt: Debt, data: DataOf<'RequestExemption'>, context: CommandContext): Decision {
  const amount = amountOf(debt, data);
  if (amount !== null && typeof amount !== 'bigint') return amount;
  const balance = balanceOf(debt);
  if (balance === 0n) return refuse(NOTHING_OWED);
  if (amount !== null && (amount < 1n || amount > balance)) return outOfRange(debt, 1n, balance);
  const request = context.eventId(0);
  const { ground, evidence } = data;
  return [
    {
      type: 'debts.ExemptionRequested',
      data: { request, ground, ...(amount !== null && { amount: formatMinor(amount, debt.currency) }) },
      refs: { ...debt.refs, request },
      ...(evidence !== undefined && { evidence: [evidence] }),
    },
  ];
}

/** Waives what was asked for, as far as it is still owed: receipts may have come since (ours). */
export function approveExemption(
  debt: Debt,
  request: RequestOf<'exemption'>,
  authority: Authority | null,
  context: CommandContext,
): Decision {
  const { currency } = debt;
  const balance = balanceOf(debt);
  if (balance === 0n) return refuse(NOTHING_OWED);
  const minor = min(request.amount ?? balance, balance);
  const waived = debt.waived + minor;
  if (authority === null || !reaches(authority, debt, waived, context)) {
    return refuse(AUTHORITY, { amount: formatMinor(waived, currency), currency });
  }
  const { delegation, revision } = authority;
  const refs = { ...debt.refs, request: request.id };
  const text = (of: bigint): string => formatMinor(of, currency);
  const ofPlan = min(minor, planned(debt)); // 1205 first (domain.md §4)
  const granted: DebtEvent = {
    type: 'debts.ExemptionGranted',
    data: {
      request: request.id,
      ground: request.ground,
      amount: text(minor),
      waived: text(waived),
      balance: text(balance - minor),
      currency,
      delegation,
      delegationRevision: revision,
    },
    refs: { ...refs, delegation },
    entries: waivedEntries(debt, { ofPlan, outside: minor - ofPlan }),
    authority: delegation,
  };
  const closed = closedWhenNothingIsOwed({ ...debt, waived }, request.id);
  return [granted, ...loweredPlan(debt, ofPlan), ...closed.map((event) => ({ ...event, authority: delegation }))];
}

/**
 * Once nothing is owed: a debt that is waived whole is cancelled with the reason `exemption` (ours); one whose payments
 * are all approved is settled by the same approval, for nothing would be left to ask approval for.
 * @param debt after the waiver, or after a reduction down to what was waived or approved
 */
export function closedWhenNothingIsOwed(debt: Debt, request: string): DebtEvent[] {
  const { amount, received, approved, waived, currency } = debt;
  const refs = { ...debt.refs, request };
  const text = (of: bigint): string => formatMinor(of, currency);
  if (amount === waived) {
    const data = { request, ground: EXEMPTION, unpaid: text(0n), received: text(received), waived: text(waived) };
    return [{ type: 'debts.DebtCancelled', data: { ...data, currency }, refs }];
  }
  if (approved === 0n || approved + waived !== amount) return [];
  return [{ type: 'debts.DebtSettled', data: { request, amount: text(0n), approved: text(approved), currency }, refs }];
}

/**
 * Whether the actor may waive so much of the debt by it. All that is waived of the debt counts, or a large exemption
 * would pass in small parts; and both days count, or a date in the past would revive what has expired (ours).
 */
const reaches = (by: Authority, { refs, currency }: Debt, minor: bigint, at: CommandContext): boolean =>
  by.status === 'active' &&
  by.approver === at.actor.id &&
  by.entity === refs.creditor &&
  by.kind === 'exemption' &&
  by.currency === currency &&
  parseMoney({ amount: by.upTo, currency }).minor >= minor &&
  [at.effectiveOn, at.today].every((day) => by.from <= day && day <= by.to);
