import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { EventId } from '../../src/kernel/ids.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { closingsModel } from './model.js';

/** Closings at once: the others are found by the next run. */
const MOST = 64;

/** What the clock of the closings asks. */
export async function dueClosings(readModels: ReadModelReader): Promise<
  {
    request: EventId;
    entity: string;
    through: BusinessDate;
    approvedAt: number;
    closedAt: number | null;
  }[]
> {
  const { documents } = await readModels.query(closingsModel, {
    where: [{ field: 'waits', is: 'eq', value: 'clock' }],
    limit: MOST,
  });
  return documents.map(({ id, entity, through, approvedAt, closedAt }) => ({
    request: id as EventId,
    entity,
    through: through as BusinessDate,
    approvedAt: Date.parse(approvedAt as string),
    closedAt,
  }));
}
