import { closed } from '../../event-store/schemas.js';
import { defineJob, type Job, type Run } from '../../jobs/jobs.js';
import { businessDateAt, type BusinessDate } from '../../kernel/calendar.js';
import type { Uuid } from '../../kernel/ids.js';
import { readDue } from './schedule.js';
import { COMMAND } from './subscription.js';

/** A subscription that owes something to the calendar, as the read model knows it. */
export interface DueSubscription {
  readonly subscription: Uuid;
  /** `2027-03-14.expire.1.0` */
  readonly due: string;
}

export interface DuePage<Next> {
  readonly subscriptions: readonly DueSubscription[];
  /** Absent on the last page. */
  readonly next?: Next;
}

/** Finds, page by page, what is due on a day; the composition root provides it, since projections are not for here. */
export type FindDue<Next> = (
  readModels: Run['readModels'],
  until: BusinessDate,
  after: Next | undefined,
) => Promise<DuePage<Next>>;

/** Subscriptions that are brought up to date at once: many commands share a commit, and people's come in between. */
const AT_ONCE = 64;

/**
 * The clock of the subscriptions: months earned, reminders, lapses and expiries (domain.md §3, Expire). Each thing is
 * done as of its own day and in order, however late; its command's id comes from the subscription and from what is due
 * alone, so that a run that is repeated, or finds a read model that is behind, changes nothing
 * (docs/adr/0012-a-subscription-says-what-it-owes-to-the-calendar.md).
 */
export const keepSubscriptions = <Next>(find: FindDue<Next>): Job =>
  defineJob({
    name: 'keep-subscriptions',
    schema: closed({}),
    repeats: [{ key: 'hourly', cron: '0 * * * *', data: {}, missed: 'latest' }],
    async handle(run) {
      const today = businessDateAt(run.at);
      const faults: unknown[] = [];
      let done = 0;
      let after: Next | undefined;
      do {
        const page = await find(run.readModels, today, after);
        await eachOf(page.subscriptions, AT_ONCE, async (each) => {
          await catchUp(run, each, today).catch((fault: unknown) => faults.push(fault));
          run.progress(++done);
        });
        run.signal.throwIfAborted();
        after = page.next;
      } while (after !== undefined);
      // One that cannot be brought up to date keeps nobody else waiting; the attempt has failed all the same.
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} of ${done} subscriptions failed`);
    },
  });

/** Everything that one subscription owes until today, in order: each answer says what is next. */
async function catchUp(run: Run, { subscription, due }: DueSubscription, today: BusinessDate): Promise<void> {
  for (let next: string | undefined = due; next !== undefined;) {
    const { on, what } = readDue(next);
    if (on > today) return;
    const command = { type: COMMAND[what], target: subscription, data: { due: next } };
    const outcome = await run.send(command, { effectiveOn: on, once: next });
    const following = outcome.kind === 'accepted' ? outcome.state['due'] : undefined;
    if (following === next) throw new Error(`${next} of subscription ${subscription} was not done`);
    next = typeof following === 'string' ? following : undefined;
  }
}

async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
