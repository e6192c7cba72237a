import { setImmediate as turn } from 'node:timers/promises';
import type { EventReader } from '../../event-store/event-store.js';
import { closed } from '../../event-store/schemas.js';
import { defineJob, type Job, type Run } from '../../jobs/jobs.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import { periodsId, type EventId } from '../../kernel/ids.js';
import type { Result } from './commands.js';
import { Results } from './results.js';

/** A closing that waits for the clock, as the read model knows it. */
export interface DueClosing {
  readonly request: EventId;
  readonly entity: string;
  readonly through: BusinessDate;
  /** When it was approved, in milliseconds since 1970. */
  readonly approvedAt: number;
  /** Of its PeriodClosed; null: that is what it waits for. Else it waits for its year's result. */
  readonly closedAt: number | null;
}

/**
 * From an approval on nothing counts in the period any more, once every process knows: within a second. A command that was
 * decided just before is written, or given up, within the rest of these milliseconds (docs/adr/0018).
 */
export const SETTLING_MS = 15_000;
/** Read at once: requests are answered between two pages. */
const PAGE = 256;

/**
 * Ends closings: a period is closed when what was decided before its approval has been written; then a year's result is
 * worked out from the log, up to the period's own sequence, and carried to 3000. All of it follows from the log: a run that is repeated
 * sends the same again, and the books do each once.
 */
export const keepPeriods = (
  find: (readModels: Run['readModels']) => Promise<readonly DueClosing[]>,
  log: Pick<EventReader, 'readAll'>,
): Job =>
  defineJob({
    name: 'keep-periods',
    schema: closed({}),
    repeats: [{ key: 'often', cron: '*/10 * * * * *', data: {}, missed: 'latest' }],
    async handle(run) {
      for (const { request, entity, through, approvedAt, closedAt } of await find(run.readModels)) {
        const target = periodsId(entity);
        if (closedAt === null) {
          if (run.at < approvedAt + SETTLING_MS) continue;
          await run.send({ type: 'ClosePeriod', target, data: { request } }, { once: request });
        } else {
          const results = await resultsOf(log, entity, through, closedAt, run.signal);
          const command = { type: 'CloseYear', target, data: { request, results } };
          await run.send(command, { effectiveOn: through, once: request });
        }
      }
    },
  });

/** @param sequence of the last event that counts */
async function resultsOf(
  log: Pick<EventReader, 'readAll'>,
  entity: string,
  through: BusinessDate,
  sequence: number,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results = new Results(entity, through);
  let read = await log.readAll({ limit: PAGE });
  for (let count = 0; ;) {
    signal.throwIfAborted();
    for (const { event } of read.events) {
      if (event.stream.startsWith('_')) continue;
      if (count++ > sequence) return results.list();
      results.take(event);
    }
    if (read.atEnd || read.next === undefined) return results.list();
    await turn();
    read = await log.readAll({ after: read.next, limit: PAGE });
  }
}
