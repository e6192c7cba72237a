import type { Query, ReadModelReader } from '../../src/read-models/read-models.js';
import { Closings, type Closing, type ClosingsOf } from '../closings-of.js';
import { closingsModel } from './model.js';

/** Read at once: of sixteen years that were closed month by month. */
const LIMIT = 200;

export const closingsOf =
  (models: ReadModelReader): ClosingsOf =>
  async (entity, sequence) => {
    const closed: Closing[] = [];
    const where = [{ field: 'entity', is: 'eq', value: entity }] as const;
    const sort = { field: 'through', direction: 'asc' } as const;
    for (let after: Query['after']; ;) {
      const page = await models.query(closingsModel, {
        where,
        sort,
        limit: LIMIT,
        ...(after !== undefined && { after }),
      });
      for (const { through, closedAt } of page.documents) {
        if (closedAt !== null && closedAt <= sequence) closed.push({ through, closedAt });
      }
      if (page.next === undefined) return new Closings(closed);
      after = page.next;
    }
  };
