import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { EventId, Uuid } from '../../src/kernel/ids.js';
import type { Cursor, ReadModelReader } from '../../src/read-models/read-models.js';
import { instalmentPlansModel, type PlanView } from './model.js';

/** Plans of a page: the clock brings them up to date at once. */
const PAGE = 64;

/** What the clock of the instalments asks: the plans that time alone changes until that day, the earliest first. */
export async function duePlans(
  readModels: ReadModelReader,
  until: BusinessDate,
  after: Cursor | undefined,
): Promise<{ due: ReturnType<typeof duePlan>[]; next?: Cursor }> {
  const { documents, next } = await readModels.query(instalmentPlansModel, {
    where: [{ field: 'actOn', is: 'lte', value: until }],
    sort: { field: 'actOn', direction: 'asc' },
    limit: PAGE,
    ...(after !== undefined && { after }),
  });
  return { due: documents.map(duePlan), ...(next !== undefined && { next }) };
}

const duePlan = ({ id, plan, instalments, notices, notice }: PlanView) => ({
  debt: id as Uuid,
  plan: plan as EventId,
  open: instalments
    .filter(({ open }) => /[1-9]/.test(open))
    .map(({ instalment, dueOn, missed, late }) => ({ instalment, dueOn: dueOn as BusinessDate, missed, late })),
  notices,
  until: (notice?.until ?? null) as BusinessDate | null,
});
