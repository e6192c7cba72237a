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

/** Documents, one more than the limit: whether there is a next page. No other column: each costs as much to hand over. */
export function selectPage(generation: Generation, query: CheckedQuery): Select {
  const parts = segments(query).map((segment) => selectSegment(generation, query, segment));
  const values = parts.flatMap((part) => part.values);
  if (parts.length === 1) return { sql: parts[0]!.sql, values };
  // One statement, so one snapshot; SQLite runs the second part only where the first has not filled the page.
  const sql = parts.map((part) => `SELECT * FROM (${part.sql})`).join(' UNION ALL ');
  return { sql: `${sql} LIMIT ?`, values: [...values, query.limit + 1] };
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

function selectSegment(generation: Generation, query: CheckedQuery, segment: Segment): Select {
  const { where, sort, after, limit } = query;
  const column = columnOf(generation, sort.field);
  const conditions = [PRESENT, ...where.map((condition) => sqlOf(generation, condition))];
  const values = where.map(({ value }) => sqlValue(value));
  if (segment !== 'all') conditions.push(`${column} IS ${segment === 'nulls' ? 'NULL' : 'NOT NULL'}`);

  const beyond = sort.direction === 'asc' ? '>' : '<';
  const startsHere = after && (segment === 'all' || segment === startOf(after));
  if (startsHere && segment !== 'values') {
    conditions.push(`id ${beyond} ?`);
    values.push(after.id);
  } else if (startsHere) {
    const value = sqlValue(after.value);
    // The first of the two seems redundant; without it SQLite does not seek in the index.
    conditions.push(`${column} ${beyond}= ?`, `(${column}, id) ${beyond} (?, ?)`);
    values.push(value, value, after.id);
  }

  const keys = segment === 'values' ? [column, 'id'] : ['id'];
  const order = keys.map((key) => `${key} ${sort.direction}`).join(', ');
  return {
    sql:
      `SELECT document FROM ${source(generation, where, sort)} ` +
      `WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`,
    values: [...values, limit + 1],
  };
}

function source(generation: Generation, where: readonly Condition[], sort: CheckedQuery['sort'] | undefined): string {
  const index = chooseIndex(generation.indexes, where, sort);
  return index ? `${tableOf(generation)} INDEXED BY ${indexNameOf(generation, index)}` : tableOf(generation);
}

const sqlOf = (generation: Generation, { field, is }: Condition): string =>
  `${columnOf(generation, field)} ${OPERATORS[is]} ?`;

export const sqlValue = (value: Scalar | null): string | number | null =>
  typeof value === 'boolean' ? Number(value) : value;
