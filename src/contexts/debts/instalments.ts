import type { CommandContext } from '../../kernel/decider.js';
import { formatMinor } from '../../kernel/money.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/refusal.js';
import { amountOf, type DataOf } from './amounts.js';
import type { DebtEvent } from './events.js';
import { runningPlan } from './plan.js';
import { intoPlan } from './postings.js';
import { NOTHING_OWED, PLAN_RUNNING, SCHEDULE } from './rules.js';
import { MOST_INSTALMENTS, printed, scheduled, type Due, type Wish } from './schedule.js';
import { balanceOf, type Debt, type RequestOf } from './state.js';

/* Instalments (تقسيط, domain.md E2j): asked for by the debtor with a proof of inability (§2), approved by the entity. */

type Decision = readonly DebtEvent[] | Refusal;

export function requestInstalments(debt: Debt, data: DataOf<'RequestInstalments'>, context: CommandContext): Decision {
  const wish = wishOf(debt, data);
  if (isRefusal(wish)) return wish;
  const dues = allowed(debt, wish, context);
  if (isRefusal(dues)) return dues;
  const { currency } = debt;
  if ('schedule' in wish && wish.schedule.reduce((total, { minor }) => total + minor, 0n) !== balanceOf(debt)) {
    return refuse(SCHEDULE, { most: MOST_INSTALMENTS, balance: formatMinor(balanceOf(debt), currency), currency });
  }
  const request = context.eventId(0);
  const asked =
    'schedule' in wish
      ? { schedule: wish.schedule.map(({ dueOn, minor }) => ({ dueOn, amount: formatMinor(minor, currency) })) }
      : wish;
  return [
    {
      type: 'debts.InstalmentRequested',
      data: { request, ...asked },
      refs: { ...debt.refs, request },
      evidence: [data.evidence],
    },
  ];
}

/** All that is owed goes into the plan; what the debt is raised by later stays outside it (domain.md §4). */
export function approveInstalments(
  debt: Debt,
  { id: request, wish }: RequestOf<'instalments'>,
  context: CommandContext,
): Decision {
  const dues = allowed(debt, wish, context);
  if (isRefusal(dues)) return dues;
  const { currency } = debt;
  const balance = balanceOf(debt);
  return [
    {
      type: 'debts.InstalmentPlanApproved',
      data: {
        request,
        plan: context.eventId(0),
        amount: formatMinor(balance, currency),
        currency,
        instalments: printed(dues, currency),
      },
      refs: { ...debt.refs, request },
      entries: intoPlan(debt, balance),
    },
  ];
}

function allowed(debt: Debt, wish: Wish, { today }: CommandContext): readonly Due[] | Refusal {
  if (runningPlan(debt) !== null) return refuse(PLAN_RUNNING);
  const balance = balanceOf(debt);
  return balance === 0n ? refuse(NOTHING_OWED) : scheduled(wish, balance, debt.currency, today);
}

function wishOf(debt: Debt, { wish }: DataOf<'RequestInstalments'>): Wish | Refusal {
  if (!('schedule' in wish)) return wish;
  const schedule: Due[] = [];
  for (const { dueOn, ...named } of wish.schedule) {
    const minor = amountOf(debt, named);
    if (typeof minor !== 'bigint') return minor;
    schedule.push({ dueOn, minor });
  }
  return { schedule };
}
