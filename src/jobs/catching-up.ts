import { businessDateAt, type BusinessDate } from '../kernel/calendar.js';
import type { Run } from './jobs.js';

export interface DuePage<Due, Next> {
  readonly due: readonly Due[];
  /** Absent on the last page. */
  readonly next?: Next;
}

/** Finds, page by page, what is due on a day; the composition root provides it, since projections are not for contexts. */
export type FindDue<Due, Next> = (
  readModels: Run['readModels'],
  until: BusinessDate,
  after: Next | undefined,
) => Promise<DuePage<Due, Next>>;

/** Brought up to date at once: many commands share a commit, and people's come in between. */
const AT_ONCE = 64;

/**
 * Brings up to date whatever a run finds due, as of the run's day.
 * @param what is due, in the plural, for operators
 * @throws AggregateError after all were tried: one that fails keeps nobody else waiting
 */
export async function catchUp<Due, Next>(
  run: Run,
  what: string,
  find: FindDue<Due, Next>,
  bring: (due: Due, today: BusinessDate) => Promise<void>,
): Promise<void> {
  const today = businessDateAt(run.at);
  const faults: unknown[] = [];
  let done = 0;
  let after: Next | undefined;
  do {
    const page = await find(run.readModels, today, after);
    await eachOf(page.due, AT_ONCE, async (each) => {
      await bring(each, today).catch((fault: unknown) => faults.push(fault));
      run.progress(++done);
    });
    run.signal.throwIfAborted();
    after = page.next;
  } while (after !== undefined);
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} of ${done} ${what} failed`);
}

async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
