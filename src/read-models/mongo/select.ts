import type { mongo } from 'mongoose';
import type { CheckedQuery, Declaration, FieldType, Index } from '../declaration.js';
import { chooseIndex } from '../plan.js';
import type { Condition, Cursor, Scalar } from '../read-models.js';
import { NOT_DELETED, type Stored } from './stored.js';

/** A query in MongoDB's terms. */
export interface Find {
  readonly filter: mongo.Filter<Stored>;
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /** The index's name; undefined: by id, or no index helps. */
  readonly hint: string | undefined;
}

export const nameOf = (field: string): string => (field === 'id' ? '_id' : field);
export const indexNameOf = (index: Index): string => index.map(nameOf).join('_');

/** Below every other value of its type: a comparison never leaves the value's type, so null and missing stay out. */
const LEAST: Readonly<Record<FieldType, Scalar>> = { string: '', number: Number.MIN_SAFE_INTEGER, boolean: false };

/** The documents without a sort value and those with one: between the two there is no place to seek to in one filter. */
type Segment = 'all' | 'nulls' | 'values';

/** What to ask one after the other until the page is full. */
export function findsOf(declaration: Declaration, indexes: readonly Index[], query: CheckedQuery): readonly Find[] {
  const index = chooseIndex(indexes, query.where, query.sort);
  const hint = index && indexNameOf(index);
  return segments(query).map((segment) => ({ ...findOf(declaration, query, segment), hint }));
}

export function countOf(indexes: readonly Index[], where: readonly Condition[]): Pick<Find, 'filter' | 'hint'> {
  const index = chooseIndex(indexes, where, undefined);
  return { filter: filterOf(conditionsOf(where)), hint: index && indexNameOf(index) };
}

/** In the order of the query, from where it starts. */
function segments({ sort, where, after }: CheckedQuery): readonly Segment[] {
  if (sort.field === 'id') return ['all'];
  if (where.some(({ field }) => field === sort.field))
    return after?.value === null && sort.direction === 'desc' ? [] : ['values'];
  const order: readonly Segment[] = sort.direction === 'asc' ? ['nulls', 'values'] : ['values', 'nulls'];
  return after ? order.slice(order.indexOf(startOf(after))) : order;
}

const startOf = (after: Cursor): Segment => (after.value === null ? 'nulls' : 'values');

function findOf(declaration: Declaration, query: CheckedQuery, segment: Segment): Pick<Find, 'filter' | 'sort'> {
  const { where, sort, after } = query;
  const conditions = conditionsOf(where);
  const type = declaration.fields.find(({ name }) => name === sort.field)?.type ?? 'string';
  if (segment === 'nulls') conditions.push({ [sort.field]: null });
  if (segment === 'values') conditions.push({ [sort.field]: { $gte: LEAST[type] } });

  const beyond = sort.direction === 'asc' ? '$gt' : '$lt';
  const startsHere = after && (segment === 'all' || segment === startOf(after));
  if (startsHere && segment !== 'values') {
    conditions.push({ _id: { [beyond]: after.id } });
  } else if (startsHere) {
    const { value, id } = after;
    // The first of the two seems redundant; it is what bounds the walk along the index.
    conditions.push({ [sort.field]: { [`${beyond}e`]: value } });
    conditions.push({ $or: [{ [sort.field]: { [beyond]: value } }, { _id: { [beyond]: id } }] });
  }
  const direction = sort.direction === 'asc' ? 1 : -1;
  const keys = segment === 'values' ? [sort.field, '_id'] : ['_id'];
  return { filter: filterOf(conditions), sort: Object.fromEntries(keys.map((key) => [key, direction])) };
}

type Part = Readonly<Record<string, unknown>>;

const conditionsOf = (where: readonly Condition[]): Part[] =>
  where.map(({ field, is, value }) => ({ [nameOf(field)]: { [`$${is}`]: value } }));

function filterOf(parts: readonly Part[]): mongo.Filter<Stored> {
  const isAlive = parts.some((part) =>
    Object.entries(part).some(([name, value]) => !/^[_$]/.test(name) && value !== null),
  );
  return { $and: isAlive ? parts : [...parts, NOT_DELETED] } as mongo.Filter<Stored>;
}
