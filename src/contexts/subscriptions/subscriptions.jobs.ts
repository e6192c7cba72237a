import { closed } from '../../event-store/schemas.js';
import { catchUp, type FindDue } from '../../jobs/catching-up.js';
import { defineJob, type Job, type Run } from '../../jobs/jobs.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { Uuid } from '../../kernel/ids.js';
import { readDue } from './schedule.js';

/** A subscription that owes something to the calendar, as the read model knows it. */
export interface DueSubscription {
  readonly subscription: Uuid;
  /** `2027-03-14.expire.1.0` */
  readonly due: string;
}

/**
 * The clock of the subscriptions: months earned, reminders, lapses and expiries (domain.md §3, Expire). Each day's
 * things are done as of that day and in order, however late, by one command, whose id comes from the subscription and
 * from what is due alone, so that a run that is repeated, or finds a read model that is behind, changes nothing
 * (docs/adr/0012-a-subscription-says-what-it-owes-to-the-calendar.md).
 */
export const keepSubscriptions = <Next>(find: FindDue<DueSubscription, Next>): Job =>
  defineJob({
    name: 'keep-subscriptions',
    schema: closed({}),
    repeats: [{ key: 'hourly', cron: '0 * * * *', data: {}, missed: 'latest' }],
    handle: (run) => catchUp(run, 'subscriptions', find, (each, today) => keep(run, each, today)),
  });

/** Everything that one subscription owes until today, day by day: each answer says what is next. */
async function keep(run: Run, { subscription, due }: DueSubscription, today: BusinessDate): Promise<void> {
  for (let next: string | undefined = due; next !== undefined;) {
    const { on } = readDue(next);
    if (on > today) return;
    const command = { type: 'BringUpToDate', target: subscription, data: { due: next } };
    const outcome = await run.send(command, { effectiveOn: on, once: next });
    const following = outcome.kind === 'accepted' ? outcome.state['due'] : undefined;
    if (following === next) throw new Error(`${next} of subscription ${subscription} was not done`);
    next = typeof following === 'string' ? following : undefined;
  }
}
