import type { BusinessDate } from '../../kernel/calendar.js';
import type { Recorded } from '../../kernel/decider.js';
import { formatMinor, min } from '../../kernel/money.js';
import type {
  DebtEvent,
  InstalmentMissed,
  InstalmentPlanApproved,
  InstalmentsLowered,
  InstalmentsPaid,
  InstalmentsReopened,
  NoticeServed,
  PlanCompleted,
  PlanDefaulted,
} from './events.js';
import type { Debt, Instalment, Part, Plan, ReceiptPart } from './state.js';

/*
 * The instalments of a debt (domain.md E2j). They belong to the debt's own stream: a receipt pays both at once, and only
 * the debt posts to 1200 and 1205 (docs/adr/0014-an-instalment-plan-is-part-of-its-debt.md).
 */

export type PlanEvent =
  | InstalmentPlanApproved
  | InstalmentsPaid
  | InstalmentsReopened
  | InstalmentsLowered
  | InstalmentMissed
  | NoticeServed
  | PlanDefaulted
  | PlanCompleted;

/** The plan that receipts pay; null where there is none, or none any more. */
export const runningPlan = ({ plan }: Debt): Plan | null => (plan?.status === 'running' ? plan : null);

/** What of the balance stands in 1205; the rest of it stands in 1200. */
export const planned = (debt: Debt): bigint => sumOpen(runningPlan(debt)?.instalments ?? []);

/** `minor` more is paid: the oldest instalment first. */
export const oldestFirst = (plan: Plan, minor: bigint): Part[] => take(numbered(plan), minor);

/** `minor` less is owed: the latest instalment first, so that what is late stays late (ours). */
const latestFirst = (plan: Plan, minor: bigint): Part[] => take(numbered(plan).reverse(), minor);

/** What the plan gets back of a receipt that the bank takes back: of the instalments that it paid, the oldest first. */
export function reopenedBy({ plan }: Debt, { applied, paid }: ReceiptPart): Part[] {
  const isOpenAgain = plan?.id === paid?.plan && (plan?.status === 'running' || plan?.status === 'completed');
  return paid === undefined || !isOpenAgain ? [] : take(paid.parts, applied);
}

/** What follows in the plan from so much less being paid of it: nothing where it has none of it. */
export function changedPlan(
  debt: Debt,
  parts: readonly Part[],
  change: (data: ReturnType<typeof partsData>) => DebtEvent,
): DebtEvent[] {
  const plan = runningPlan(debt);
  if (plan === null || parts.length === 0) return [];
  const open = planned(debt) - sum(parts);
  const changed = change(partsData(debt, plan, parts, open));
  return open > 0n ? [changed] : [changed, { type: 'debts.PlanCompleted', data: { plan: plan.id }, refs: debt.refs }];
}

/** So much less is owed in it. */
export const loweredPlan = (debt: Debt, minor: bigint): DebtEvent[] => {
  const plan = runningPlan(debt);
  if (plan === null) return [];
  return changedPlan(debt, latestFirst(plan, minor), (data) => ({
    type: 'debts.InstalmentsLowered',
    data,
    refs: debt.refs,
  }));
};

/** The data that every change of instalments has. */
export const partsData = ({ currency }: Debt, { id: plan }: Plan, parts: readonly Part[], open: bigint) => ({
  plan,
  parts: parts.map(({ instalment, minor }) => ({ instalment, amount: formatMinor(minor, currency) })),
  open: formatMinor(open, currency),
  currency,
});

export const sum = (parts: readonly { readonly minor: bigint }[]): bigint =>
  parts.reduce((total, { minor }) => total + minor, 0n);

export const sumOpen = (instalments: readonly Instalment[]): bigint =>
  instalments.reduce((total, { open }) => total + open, 0n);

/** The debt after something happened to its plan. */
export function evolvePlan(debt: Debt, event: Recorded<PlanEvent>, minor: (amount: string) => bigint): Debt {
  if (event.type === 'debts.InstalmentPlanApproved') {
    const instalments = event.data.instalments.map(({ dueOn, amount }) => {
      return { dueOn: dueOn as BusinessDate, open: minor(amount), missed: 0, late: false };
    });
    const plan: Plan = { id: event.id, status: 'running', instalments, notices: 0, notice: null };
    return { ...debt, plan, request: null };
  }
  const { plan } = debt;
  if (plan === null) throw new Error(`${event.stream} has no plan before ${event.type}`);
  switch (event.type) {
    case 'debts.InstalmentsPaid': {
      const parts = partsOf(event.data.parts, minor);
      const { receipt } = event.data;
      const receipts = debt.receipts.map((each) =>
        each.receipt === receipt ? { ...each, paid: { plan: plan.id, parts } } : each,
      );
      return { ...debt, receipts, plan: less(plan, parts, -1n) };
    }
    case 'debts.InstalmentsLowered':
      return { ...debt, plan: less(plan, partsOf(event.data.parts, minor), -1n) };
    case 'debts.InstalmentsReopened':
      return { ...debt, plan: { ...less(plan, partsOf(event.data.parts, minor), 1n), status: 'running' } };
    case 'debts.InstalmentMissed': {
      const { instalment, occurrence } = event.data;
      const instalments = plan.instalments.with(instalment - 1, {
        ...(plan.instalments[instalment - 1] as Instalment),
        missed: occurrence,
        late: true,
      });
      return { ...debt, plan: { ...plan, instalments } };
    }
    case 'debts.NoticeServed': {
      const { notice: notices, instalments, until } = event.data;
      return { ...debt, plan: { ...plan, notices, notice: { instalments, until: until as BusinessDate } } };
    }
    case 'debts.PlanDefaulted':
      return { ...debt, plan: { ...plan, status: 'defaulted', notice: null } };
    case 'debts.PlanCompleted':
      return { ...debt, plan: { ...plan, status: 'completed', notice: null } };
  }
}

const partsOf = (parts: InstalmentsPaid['data']['parts'], minor: (amount: string) => bigint): Part[] =>
  parts.map(({ instalment, amount }) => ({ instalment, minor: minor(amount) }));

/** The plan with its instalments' open parts changed; a notice ends when all that it names is paid. */
function less(plan: Plan, parts: readonly Part[], sign: 1n | -1n): Plan {
  const by = new Map(parts.map(({ instalment, minor }) => [instalment, sign * minor]));
  const instalments = plan.instalments.map((each, index) => {
    const open = each.open + (by.get(index + 1) ?? 0n);
    return { ...each, open, late: each.late && open > 0n };
  });
  const isNoticed = plan.notice?.instalments.some((number) => (instalments[number - 1]?.open ?? 0n) > 0n) === true;
  return { ...plan, instalments, notice: isNoticed ? plan.notice : null };
}

const numbered = ({ instalments }: Plan): Part[] =>
  instalments.map(({ open }, index) => ({ instalment: index + 1, minor: open }));

/** Up to `minor` of what there is, in its order. */
function take(parts: readonly Part[], minor: bigint): Part[] {
  const taken: Part[] = [];
  let rest = minor;
  for (const { instalment, minor: there } of parts) {
    const part = min(there, rest);
    rest -= part;
    if (part > 0n) taken.push({ instalment, minor: part });
  }
  return taken;
}
