import type { Document, Model, Query, ReadModelReader } from '../../src/read-models/read-models.js';
import { liveId, pageId } from './keys.js';

/** Pages follow each other: each is a document, and the last one is still written. */
interface Page extends Document {
  /** The sequence with which it begins. */
  readonly first: number;
}

/** The page that holds a sequence: one look, or two. Undefined: nothing was there by then. */
export async function pageAt<P extends Page>(
  models: ReadModelReader,
  model: Model<P>,
  key: string,
  sequence: number,
): Promise<P | undefined> {
  const live = await models.get(model, liveId(key));
  return live === undefined || live.first <= sequence ? live : sealedAt(models, model, key, sequence);
}

/** The same of those that are sealed. */
export async function sealedAt<P extends Page>(
  models: ReadModelReader,
  model: Model<P>,
  key: string,
  sequence: number,
): Promise<P | undefined> {
  const where = between(pageId(key, 0), pageId(key, sequence));
  const { documents } = await models.query(model, { where, sort: { field: 'id', direction: 'desc' }, limit: 1 });
  return documents[0];
}

/** All documents of a query, some at a time. */
export async function* all<P extends Document>(
  models: ReadModelReader,
  model: Model<P>,
  query: Query & { readonly limit: number },
): AsyncGenerator<readonly P[]> {
  for (let after: Query['after']; ;) {
    const { documents, next } = await models.query(model, { ...query, ...(after !== undefined && { after }) });
    yield documents;
    if (next === undefined) return;
    after = next;
  }
}

/** Ids of a range, both ends in it. */
export const between = (least: string, most: string): NonNullable<Query['where']> => [
  { field: 'id', is: 'gte', value: least },
  { field: 'id', is: 'lte', value: most },
];
