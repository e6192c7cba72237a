import type { CommandContext } from '../../kernel/decider.js';
import { formatMinor } from '../../kernel/money.js';
import type { DataOf } from './amounts.js';
import type { DebtEvent } from './events.js';
import { planned, runningPlan, sumOpen } from './plan.js';
import { outOfPlan } from './postings.js';
import type { Debt, Instalment, Plan } from './state.js';

/*
 * What time does to a plan (domain.md §2, §3): an instalment that its day has passed is missed; a written notice gives
 * 30 working days; then the plan falls due as a whole. A job of the clock sends these; one that is no longer, or not
 * yet, called for changes nothing, so that a job that runs twice, late or on old readings does no harm.
 */

export function missInstalment(
  debt: Debt,
  { plan: id, instalment, occurrence }: DataOf<'MissInstalment'>,
  { today }: CommandContext,
): readonly DebtEvent[] {
  const plan = running(debt, id);
  const found = plan?.instalments[instalment - 1];
  if (found === undefined || found.open === 0n || found.late || found.dueOn >= today) return [];
  if (occurrence !== found.missed + 1) return [];
  const { refs, currency } = debt;
  const { dueOn, open } = found;
  const data = { plan: id, instalment, occurrence, dueOn, open: formatMinor(open, currency), currency };
  return [{ type: 'debts.InstalmentMissed', data, refs }];
}

/** Of all that is late by now. Whoever counted the days did so for a notice of today. */
export function serveNotice(
  debt: Debt,
  { plan: id, notice, on, until }: DataOf<'ServeNotice'>,
  { today }: CommandContext,
): readonly DebtEvent[] {
  const plan = running(debt, id);
  if (plan === null || plan.notice !== null || on !== today || notice !== plan.notices + 1) return [];
  const instalments = plan.instalments.flatMap(({ late }, index) => (late ? [index + 1] : []));
  if (instalments.length === 0) return [];
  const { refs, currency } = debt;
  const overdue = sumOpen(instalments.map((number) => plan.instalments[number - 1] as Instalment));
  const data = { plan: id, notice, instalments, overdue: formatMinor(overdue, currency), currency, on, until };
  return [{ type: 'debts.NoticeServed', data, refs }];
}

export function defaultPlan(
  debt: Debt,
  { plan: id, notice }: DataOf<'DefaultPlan'>,
  { today }: CommandContext,
): readonly DebtEvent[] {
  const plan = running(debt, id);
  if (plan?.notice == null || notice !== plan.notices || plan.notice.until >= today) return [];
  const { refs, currency } = debt;
  const minor = planned(debt);
  const data = { plan: id, notice, amount: formatMinor(minor, currency), currency };
  return [{ type: 'debts.PlanDefaulted', data, refs, entries: outOfPlan(debt, minor) }];
}

function running(debt: Debt, id: string): Plan | null {
  const plan = runningPlan(debt);
  return plan?.id === id ? plan : null;
}
