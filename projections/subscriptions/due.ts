import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Uuid } from '../../src/kernel/ids.js';
import type { Cursor, ReadModelReader } from '../../src/read-models/read-models.js';
import { subscriptionsModel } from './model.js';

/** Few: a page is read at once, by the thread that answers requests. */
const PAGE = 50;

/** What the clock of the subscriptions asks: which of them owe something until that day, the earliest first. */
export async function dueSubscriptions(
  readModels: ReadModelReader,
  until: BusinessDate,
  after: Cursor | undefined,
): Promise<{ due: { subscription: Uuid; due: string }[]; next?: Cursor }> {
  const { documents, next } = await readModels.query(subscriptionsModel, {
    where: [{ field: 'dueOn', is: 'lte', value: until }],
    sort: { field: 'dueOn', direction: 'asc' },
    limit: PAGE,
    ...(after !== undefined && { after }),
  });
  const found = documents.flatMap(({ id, due }) => (due === null ? [] : [{ subscription: id as Uuid, due }]));
  return { due: found, ...(next !== undefined && { next }) };
}
