import type { SqlValue } from '../../sqlite/database.js';
import type { CheckedQuery } from '../declaration.js';
import { chooseIndex } from '../plan.js';
import type { Condition, Cursor, Scalar } from '../read-models.js';
import { columnOf, indexNameOf, PRESENT, tableOf, type Generation } from './tables.js';

/** An SQL text that is the same for every query of the same shape, and the values for it. */
export interface Select {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const OPERATORS = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** What decides about the text of a page's SQL; the rest of a query is values. */
export function shapeOf({ where, sort, after }: CheckedQuery): string {
  let shape = `${sort.field} ${sort.direction} ${after === undefined ? 'all' : startOf(after)}`;
  for (const { field, is } of where) shape += ` ${field} ${is}`;
  return shape;
}

/**
 * The rows of a page, one more than the limit: whether there is a next page. Not their documents: SQLite would note the
 * place of each that a filter then leaves out.
 */
export function selectPage(generation: Generation, query: CheckedQuery): string {
  const parts = segments(query).map((segment) => selectSegment(generation, query, segment));
  if (parts.length === 1) return parts[0]!;
  // One statement, so one snapshot; SQLite runs the second part only where the first has not filled the page.
  return `${parts.map((part) => `SELECT * FROM (${part})`).join(' UNION ALL ')} LIMIT ?`;
}

/** The values for it. */
export function valuesOf(query: CheckedQuery): SqlValue[] {
  const { where, after, limit } = query;
  const parts = segments(query);
  const values: SqlValue[] = [];
  for (const segment of parts) {
    for (const { value } of where) values.push(sqlValue(value));
    if (after && segment === 'values' && startsIn(segment, after))
      values.push(sqlValue(after.value), sqlValue(after.value));
    if (after && startsIn(segment, after)) values.push(after.id);
    values.push(limit + 1);
  }
  if (parts.length > 1) values.push(limit + 1);
  return values;
}

export function selectCount(generation: Generation, where: readonly Condition[]): Select {
  const conditions = where.map((condition) => sqlOf(generation, condition));
  const sql = [PRESENT, ...conditions].join(' AND ');
  return {
    sql: `SELECT count(*) FROM ${source(generation, where, undefined)} WHERE ${sql}`,
    values: where.map(({ value }) => sqlValue(value)),
  };
}

/**
 * The documents without a sort value and those with one: SQLite cannot seek to a place between NULL and a value in one
 * condition.
 */
type Segment = 'all' | 'nulls' | 'values';

/** In the order of the query, from where it starts. */
function segments({ sort, where, after }: CheckedQuery): readonly Segment[] {
  if (sort.field === 'id') return ['all'];
  const order: readonly Segment[] = sort.direction === 'asc' ? ['nulls', 'values'] : ['values', 'nulls'];
  const rest = after ? order.slice(order.indexOf(startOf(after))) : order;
  // A condition on the sort field leaves none without a value.
  const withValue = where.some(({ field }) => field === sort.field) && rest.includes('values');
  return withValue ? ['values'] : rest;
}

const startOf = (after: Cursor): Segment => (after.value === null ? 'nulls' : 'values');

const startsIn = (segment: Segment, after: Cursor): boolean => segment === 'all' || segment === startOf(after);

function selectSegment(generation: Generation, query: CheckedQuery, segment: Segment): string {
  const { where, sort, after } = query;
  const column = columnOf(generation, sort.field);
  const conditions = [PRESENT, ...where.map((condition) => sqlOf(generation, condition))];
  if (segment !== 'all') conditions.push(`${column} IS ${segment === 'nulls' ? 'NULL' : 'NOT NULL'}`);

  const beyond = sort.direction === 'asc' ? '>' : '<';
  if (after && startsIn(segment, after)) {
    // The first of the two seems redundant; without it SQLite does not seek in the index.
    if (segment === 'values') conditions.push(`${column} ${beyond}= ?`, `(${column}, id) ${beyond} (?, ?)`);
    else conditions.push(`id ${beyond} ?`);
  }

  const keys = segment === 'values' ? [column, 'id'] : ['id'];
  const order = keys.map((key) => `${key} ${sort.direction}`).join(', ');
  return (
    `SELECT rowid AS row FROM ${source(generation, where, sort)} ` +
    `WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`
  );
}

function source(generation: Generation, where: readonly Condition[], sort: CheckedQuery['sort'] | undefined): string {
  const index = chooseIndex(generation.indexes, where, sort);
  return index ? `${tableOf(generation)} INDEXED BY ${indexNameOf(generation, index)}` : tableOf(generation);
}

const sqlOf = (generation: Generation, { field, is }: Condition): string =>
  `${columnOf(generation, field)} ${OPERATORS[is]} ?`;

export const sqlValue = (value: Scalar | null): string | number | null =>
  typeof value === 'boolean' ? Number(value) : value;
