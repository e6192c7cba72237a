import type { Json } from '../kernel/envelope.js';
import {
  InvalidDocument,
  InvalidModel,
  InvalidQuery,
  UndeclaredField,
  type Condition,
  type Cursor,
  type Document,
  type Model,
  type Query,
  type Scalar,
} from './read-models.js';

/** What a model's schema says about queries, in the adapters' own terms: `id` is the document's id. */
export interface Declaration {
  /** The declared fields but `id`. */
  readonly fields: readonly DeclaredField[];
  readonly indexes: readonly Index[];
}

export interface DeclaredField {
  /** `creditor`, `total.amount`. */
  readonly name: string;
  /** Its steps. */
  readonly path: readonly string[];
  readonly type: FieldType;
}

/** Field names in order; `id` is always among them, and what follows it only filters. */
export type Index = readonly string[];
export type FieldType = 'string' | 'number' | 'boolean';

/** A query with its defaults filled in and every value checked. */
export interface CheckedQuery {
  readonly where: readonly Condition[];
  readonly sort: { readonly field: string; readonly direction: 'asc' | 'desc' };
  readonly limit: number;
  readonly after: Cursor | undefined;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;
const COMPARISONS: readonly Condition['is'][] = ['eq', 'gt', 'gte', 'lt', 'lte'];
const MODEL_NAME = /^[A-Za-z]+$/;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$/;
const TYPES: Readonly<Record<string, FieldType>> = { String: 'string', Number: 'number', Boolean: 'boolean' };
const declarations = new WeakMap<Model, Declaration>();

/** @throws InvalidModel for an index that cannot mean the same in every adapter */
export function declarationOf(model: Model): Declaration {
  let declaration = declarations.get(model);
  if (!declaration) declarations.set(model, (declaration = readDeclaration(model)));
  return declaration;
}

function readDeclaration(model: Model): Declaration {
  if (!MODEL_NAME.test(model.name)) throw new InvalidModel(`model ${model.name}: a name has letters only`);
  const indexes = model.schema.indexes().map(([keys, options]) => {
    for (const option of ['unique', 'sparse', 'partialFilterExpression', 'collation', 'expireAfterSeconds']) {
      if (option in options) throw new InvalidModel(`model ${model.name}: an index cannot be ${option}`);
    }
    for (const direction of Object.values(keys)) {
      if (direction !== 1 && direction !== -1) throw new InvalidModel(`model ${model.name}: an index is 1 or -1`);
    }
    const names = Object.keys(keys).map((name) => (name === '_id' ? 'id' : name));
    return names.includes('id') ? names : [...names, 'id'];
  });
  const names = [...new Set(indexes.flat())].filter((name) => name !== 'id');
  return { indexes, fields: names.map((name) => ({ name, path: name.split('.'), type: typeOf(model, name) })) };
}

function typeOf(model: Model, name: string): FieldType {
  const type = TYPES[model.schema.path(name)?.instance ?? ''];
  if (!type || !FIELD_NAME.test(name)) {
    throw new InvalidModel(`model ${model.name}: an index needs ${name} to be a String, a Number or a Boolean`);
  }
  return type;
}

/** @throws UndeclaredField, InvalidQuery */
export function checkQuery(model: Model, query: Query): CheckedQuery {
  const sort = query.sort ?? { field: 'id', direction: 'asc' };
  const type = fieldType(model, sort.field);
  if (sort.direction !== 'asc' && sort.direction !== 'desc') throw new InvalidQuery('a direction is asc or desc');
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new InvalidQuery(`limit must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  if (query.after) checkCursor(query.after, sort.field, type);
  return { where: checkWhere(model, query.where ?? []), sort, limit, after: query.after };
}

function checkCursor({ value, id }: Cursor, field: string, type: FieldType): void {
  const fits = field === 'id' ? value === id : value === null || holds(type, value);
  if (!fits || !isText(id))
    throw new InvalidQuery(`a cursor by ${field} holds an id and a ${DESCRIPTION[type]} or null`);
}

/** @throws UndeclaredField, InvalidQuery */
export function checkWhere(model: Model, where: readonly Condition[]): readonly Condition[] {
  for (const { field, is, value } of where) {
    if (!COMPARISONS.includes(is)) throw new InvalidQuery(`a comparison is one of ${COMPARISONS.join(', ')}`);
    const type = fieldType(model, field);
    if (!holds(type, value)) throw new InvalidQuery(`${field} must be compared with a ${DESCRIPTION[type]}`);
  }
  return where;
}

function fieldType(model: Model, name: string): FieldType {
  if (name === 'id') return 'string';
  const { fields } = declarationOf(model);
  const field = fields.find((each) => each.name === name);
  if (field) return field.type;
  const known = ['id', ...fields.map((each) => each.name)].join(', ');
  throw new UndeclaredField(`${model.name} cannot be queried by ${name}, only by ${known}`);
}

/**
 * The values of the declared fields, in their order; null where a field is missing, and for a tombstone.
 * @throws InvalidDocument
 */
export function declaredValues(model: Model, id: string, document: Document | null): (Scalar | null)[] {
  if (!isText(id) || (document && document.id !== id)) {
    throw new InvalidDocument(`${model.name} ${id}: the document must hold its own id, a well-formed text`);
  }
  if (document && !(isKeepable(document) && hasNoHiddenKey(document))) {
    throw new InvalidDocument(
      `${model.name} ${id}: texts are well-formed; a key is not empty, has no dot or NUL and does not begin with $, nor ` +
        'the document’s own with _',
    );
  }
  return declarationOf(model).fields.map(({ name, type, path }) => {
    const value = document && at(document, path);
    if (value === undefined || value === null) return null;
    if (holds(type, value)) return value;
    throw new InvalidDocument(`${model.name} ${id}: ${name} must be a ${DESCRIPTION[type]}`);
  });
}

/** The same of a document that is stored, and was checked then. */
export const storedValues = (model: Model, document: Document | null): (Scalar | null)[] =>
  declarationOf(model).fields.map(({ path }) => ((document && at(document, path)) ?? null) as Scalar | null);

function hasNoHiddenKey(document: Document): boolean {
  for (const key in document) if (key.startsWith('_')) return false;
  return true;
}

/** Whether every adapter gives it back as it was: to MongoDB a dot and a dollar in a key mean something. */
function isKeepable(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isKeepable);
  const object = value as { readonly [key: string]: Json };
  for (const key in object) if (!isKey(key) || !isKeepable(object[key] as Json)) return false;
  return true;
}

const KEY = /^[^$.\0][^.\0]*$/;
/** Good keys that were seen first: those that models declare are few, and met in every document. */
const KEYS = new Set<string>();
const MOST_KEYS = 1_000;

function isKey(key: string): boolean {
  if (KEYS.has(key)) return true;
  const isGood = KEY.test(key) && key.isWellFormed();
  if (isGood && KEYS.size < MOST_KEYS) KEYS.add(key);
  return isGood;
}

/** The value of a field by its dotted name; undefined where it, or an object on the way, is missing. */
export const valueAt = (document: Document, name: string): Json | undefined => at(document, name.split('.'));

function at(document: Document, path: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as { readonly [key: string]: Json })[step];
  }
  return value;
}

const DESCRIPTION: Readonly<Record<FieldType, string>> = {
  string: 'well-formed text without NUL',
  number: 'whole number within ±(2^53 - 1)',
  boolean: 'true or false',
};

function holds(type: FieldType, value: Json): value is Scalar {
  if (type === 'string') return isText(value);
  return type === 'number' ? Number.isSafeInteger(value) : typeof value === 'boolean';
}

/** A lone surrogate or a NUL does not survive every adapter. */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
