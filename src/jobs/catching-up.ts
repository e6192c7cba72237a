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

/** Brought up to date at once: many commands share a commit. */
const AT_ONCE = 32;

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
  await eachOf(pageByPage(run, find, today), AT_ONCE, async (each) => {
    await bring(each, today).catch((fault: unknown) => faults.push(fault));
    run.progress(++done);
  });
  run.signal.throwIfAborted();
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} of ${done} ${what} failed`);
}

/** No page is asked for before the one before it is under way, and none after the run was told to leave off. */
async function* pageByPage<Due, Next>(
  { readModels, signal }: Run,
  find: FindDue<Due, Next>,
  today: BusinessDate,
): AsyncGenerator<Due, void> {
  let after: Next | undefined;
  do {
    const page = await find(readModels, today, after);
    for (const each of page.due) {
      signal.throwIfAborted();
      yield each;
    }
    after = page.next;
  } while (after !== undefined);
}

/** @throws what the items throw, after all that began has ended */
async function eachOf<T>(
  items: AsyncIterator<T, void>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let next = await items.next(); next.done !== true; next = await items.next()) await work(next.value);
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
