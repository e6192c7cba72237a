import { sha256 } from '../event-store/canonical.js';
import {
  InvalidQuery,
  type Cursor,
  type Model,
  type Query,
  type ReadModelReader,
  type Scalar,
} from '../read-models/read-models.js';
import { storedJson, type Exchange } from './exchange.js';
import { Problem } from './problems/problem.js';

export interface Page {
  readonly limit: number;
  readonly after?: Cursor;
  /** Binds a cursor to its query. */
  readonly query: string;
}

interface Paged {
  readonly cursor?: string;
  readonly limit?: string;
}

export const DEFAULT_LIMIT = 20;

/**
 * The page that a query asks for. A cursor holds for the same route, filters, order and party; the limit may change.
 * @throws Problem `CURSOR_INVALID`
 */
export function pageOf({ route, caller }: Exchange, asked: Paged): Page {
  const { cursor, limit } = asked;
  // In the order in which the DTO declares its fields, whatever the order of the query.
  const bound = [route, caller.role, caller.party ?? null, { ...asked, cursor: undefined, limit: undefined }];
  const query = sha256(JSON.stringify(bound)).slice(0, 16);
  const page = { limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), query };
  return cursor === undefined ? page : { ...page, after: decode(cursor, query) };
}

export const encode = ({ value, id }: Cursor, query: string): string =>
  Buffer.from(JSON.stringify([query, value, id])).toString('base64url');

function decode(cursor: string, query: string): Cursor {
  const [bound, value, id, ...more] = parse(cursor);
  const scalar =
    value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
  if (bound !== query || !scalar || typeof id !== 'string' || more.length > 0) throw new Problem('CURSOR_INVALID');
  return { value: value as Scalar | null, id };
}

function parse(cursor: string): unknown[] {
  try {
    const json: unknown = /^[A-Za-z0-9_-]+$/.test(cursor) && JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(json) ? json : [];
  } catch {
    return [];
  }
}

/**
 * One page of a list of documents, with the link to the next: `{"items": […]}` in bytes, as the documents are stored.
 * Parsing and writing them again would be a third of the time of a page.
 * @throws Problem `CURSOR_INVALID`
 */
export async function listPage(
  exchange: Exchange,
  asked: Paged,
  models: ReadModelReader,
  model: Model,
  wanted: Pick<Query, 'where' | 'sort'>,
): Promise<Buffer> {
  const page = pageOf(exchange, asked);
  const { limit, after } = page;
  try {
    const { json, next } = await models.queryJson(model, { ...wanted, limit, ...(after !== undefined && { after }) });
    linkNext(exchange, next, page);
    return storedJson(exchange, json);
  } catch (error) {
    // A cursor is not signed: it may name a place that no document of this list could have.
    if (error instanceof InvalidQuery && after !== undefined) throw new Problem('CURSOR_INVALID');
    throw error;
  }
}

/** Sets `Link: <…>; rel="next"` (RFC 8288) where another page follows. @returns its cursor */
export function linkNext({ request, reply }: Exchange, next: Cursor | undefined, page: Page): string | undefined {
  if (next === undefined) return undefined;
  const cursor = encode(next, page.query);
  const [path = '', search = ''] = request.url.split('?', 2);
  reply.header('link', `<${path}?${withCursor(search, cursor)}>; rel="next"`);
  return cursor;
}

/** What `URLSearchParams` would leave as it is. */
const PLAIN = /^[A-Za-z0-9._=&-]+$/;

function withCursor(search: string, cursor: string): string {
  if (PLAIN.test(search) && !search.includes('cursor=')) return `${search}&cursor=${cursor}`;
  const parameters = new URLSearchParams(search);
  parameters.set('cursor', cursor);
  return parameters.toString();
}
