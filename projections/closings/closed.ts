import { BoundedCache } from '../../src/kernel/bounded-cache.js';
import type { Query, ReadModelReader } from '../../src/read-models/read-models.js';
import { Closings, type Closing, type ClosingsOf } from '../closings-of.js';
import { closingsModel } from './model.js';

/** Read at once: of sixteen years that were closed month by month. */
const LIMIT = 200;

/** Entities whose closings are kept. */
const MOST_KEPT = 1_000;

/** What was closed stays closed: of an entity that was asked for before only later days are looked for. */
export function closingsOf(models: ReadModelReader): ClosingsOf {
  const kept = new BoundedCache<string, readonly Closing[]>(MOST_KEPT);
  return async (entity, sequence) => {
    const known = kept.get(entity) ?? [];
    const later = await closedBehind(models, entity, known.at(-1)?.through ?? '');
    const closed = later.length === 0 ? known : new Closings([...known, ...later]).all;
    if (closed !== known) kept.set(entity, closed);
    return new Closings(closed.filter(({ closedAt }) => closedAt <= sequence));
  };
}

async function closedBehind(models: ReadModelReader, entity: string, through: string): Promise<Closing[]> {
  const closed: Closing[] = [];
  const where = [
    { field: 'entity', is: 'eq', value: entity },
    { field: 'through', is: 'gt', value: through },
  ] as const;
  const sort = { field: 'through', direction: 'asc' } as const;
  for (let after: Query['after']; ;) {
    const page = await models.query(closingsModel, {
      where,
      sort,
      limit: LIMIT,
      ...(after !== undefined && { after }),
    });
    for (const { through: last, closedAt } of page.documents) {
      if (closedAt !== null) closed.push({ through: last, closedAt });
    }
    if (page.next === undefined) return closed;
    after = page.next;
  }
}
