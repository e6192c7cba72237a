import { closed } from '../../event-store/schemas.js';
import { catchUp, type FindDue } from '../../jobs/catching-up.js';
import { defineJob, type Job, type Run } from '../../jobs/jobs.js';
import { addDays, type BusinessDate } from '../../kernel/calendar.js';
import type { CommandOf } from '../../kernel/decider.js';
import type { EventId, Uuid } from '../../kernel/ids.js';
import type { DefaultPlan, MissInstalment, ServeNotice } from './commands.js';
import { workingDaysAfter, type WorkingDays } from './working-days.js';

/** A running plan of which something is due, as the read model knows it. */
export interface DuePlan {
  readonly debt: Uuid;
  readonly plan: EventId;
  /** What is still open, in the order of the dates. */
  readonly open: readonly {
    readonly instalment: number;
    readonly dueOn: BusinessDate;
    readonly missed: number;
    readonly late: boolean;
  }[];
  readonly notices: number;
  /** The last day of the notice whose days run. */
  readonly until: BusinessDate | null;
}

/** domain.md §2: a written notice of 30 working days. */
const NOTICE_DAYS = 30;

/**
 * The clock of the instalments (domain.md E2j): missed, noticed, fallen due as a whole. Each thing is done in order and
 * as of its own day, however late; but a notice is served on the day of the run, for nobody can be told in the past.
 * A command's id comes from the debt, the plan, and the instalment or the notice with its count; and the debt decides by
 * its own state: a run that is repeated, or finds a read model that is behind, changes nothing.
 */
export const keepInstalments = <Next>(find: FindDue<DuePlan, Next>, calendar: WorkingDays): Job =>
  defineJob({
    name: 'keep-instalments',
    schema: closed({}),
    repeats: [{ key: 'daily', cron: '10 0 * * *', data: {}, missed: 'latest' }],
    handle: (run) => catchUp(run, 'plans', find, (plan, today) => keep(run, plan, today, calendar)),
  });

type ClockCommand = CommandOf<MissInstalment | ServeNotice | DefaultPlan>;

/** One command after the other: the debt must know what is late before a notice of it is served. */
async function keep(run: Run, plan: DuePlan, today: BusinessDate, calendar: WorkingDays): Promise<void> {
  for (const { command, on, once } of stepsOf(plan, today, calendar)) {
    await run.send(command, { effectiveOn: on, once });
  }
}

export interface Step {
  readonly command: ClockCommand;
  readonly on: BusinessDate;
  /** What it does, once for ever. */
  readonly once: string;
}

/** What a plan owes to the calendar by a day, in the order of the days. */
export function stepsOf(
  { debt, plan, open, notices, until }: DuePlan,
  today: BusinessDate,
  calendar: WorkingDays,
): Step[] {
  const missed = open.filter(({ late, dueOn }) => !late && dueOn < today);
  const steps = missed.map(({ instalment, dueOn, missed: before }): Step => {
    const data = { plan, instalment, occurrence: before + 1 };
    return {
      command: { type: 'MissInstalment', target: debt, data },
      on: addDays(dueOn, 1),
      once: `${plan} ${instalment} ${before + 1}`,
    };
  });
  if (until !== null) {
    if (until >= today) return steps;
    const command = { type: 'DefaultPlan', target: debt, data: { plan, notice: notices } } as const;
    const whole: Step = { command, on: addDays(until, 1), once: `${plan} ${notices}` };
    return [...steps, whole].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  }
  if (missed.length === 0 && !open.some(({ late }) => late)) return [];
  const notice = notices + 1;
  const data = { plan, notice, on: today, until: workingDaysAfter(calendar, today, NOTICE_DAYS) };
  const served: Step = {
    command: { type: 'ServeNotice', target: debt, data },
    on: today,
    once: `${plan} ${notice} ${today}`,
  };
  return [...steps, served];
}
