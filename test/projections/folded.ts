import type { Projection } from '../../src/feed/consumers.js';
import { Projector } from '../../src/feed/projector.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Checkpoint, Document, ReadModels } from '../../src/read-models/read-models.js';

/** Folds a log into a store's live documents, some events at a time: each one's sequence is its place in the list. */
export async function foldInto<D extends Document>(
  models: ReadModels,
  projection: Projection<D>,
  log: readonly Envelope[],
  pageSize = 100,
): Promise<void> {
  const { model, name } = projection;
  await models.open([model]);
  const projector = new Projector(projection as unknown as Projection, models);
  let from = await models.checkpoint(name);
  while ((from?.count ?? 0) < log.length) {
    const start = from?.count ?? 0;
    const events = log.slice(start, start + pageSize).map((event, i) => ({ event, ...placeOf(start + i) }));
    const end: Checkpoint = { position: `p${start + events.length}`, count: start + events.length };
    const page = { from, events, end, atEnd: end.count === log.length };
    from = await projector.fold({ model, generation: 'live' }, page, from);
  }
}

const placeOf = (sequence: number) => ({ sequence, position: `p${sequence + 1}` as never });
