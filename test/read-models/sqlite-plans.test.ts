import { declarationOf, checkQuery } from '../../src/read-models/declaration.js';
import { selectCount, selectPage, valuesOf, type Select } from '../../src/read-models/sqlite/select.js';
import {
  APPLICATION_ID,
  createGeneration,
  matchDeclaration,
  REGISTRY,
  type Generation,
} from '../../src/read-models/sqlite/tables.js';
import type { Condition, Query } from '../../src/read-models/read-models.js';
import { Database } from '../../src/sqlite/database.js';
import { things, where } from '../contract/read-models/backend.js';

/** SQLite's own words on how it answers; a test below breaks when it stops using an index as it was meant. */
let database: Database;
let generation: Generation;
beforeAll(() => {
  database = Database.open(':memory:', APPLICATION_ID);
  database.exec(REGISTRY);
  const declaration = declarationOf(things);
  const created = createGeneration(database, { model: 'things', version: 1, live: true }, declaration);
  matchDeclaration(database, created, declaration);
  generation = { ...created, indexes: declaration.indexes };
});
afterAll(() => database.close());

const planOf = ({ sql, values }: Select): string =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map(([, , , detail]) => detail)
    .join('\n');
const pagePlan = (query: Query) => {
  const checked = checkQuery(things, query);
  return planOf({ sql: selectPage(generation, checked), values: valuesOf(checked) });
};

const owner = where('owner', 'eq', 'x');
const state = where('state', 'eq', 'new');
const newest = { field: 'day', direction: 'desc' } as const;
const oldest = { field: 'day', direction: 'asc' } as const;
const after = { value: '2020-01-01', id: 'a' };
const OWNER_STATE_DAY = 'things_1_by_owner_state_day_id_size_open';

test.each<[string, Query, string]>([
  [
    'the newest of an owner in a state',
    { where: [owner, state], sort: newest },
    `${OWNER_STATE_DAY} (f_owner=? AND f_state=? AND f_day>?)`,
  ],
  [
    'its next page',
    { where: [owner, state], sort: newest, after },
    `${OWNER_STATE_DAY} (f_owner=? AND f_state=? AND f_day>? AND f_day<?)`,
  ],
  [
    'the oldest, from a cursor',
    { where: [owner, state], sort: oldest, after },
    `${OWNER_STATE_DAY} (f_owner=? AND f_state=? AND f_day>?)`,
  ],
  [
    'a span of days',
    { where: [owner, state, where('day', 'gte', '1'), where('day', 'lt', '9')], sort: newest, after },
    `${OWNER_STATE_DAY} (f_owner=? AND f_state=? AND f_day>? AND f_day<?)`,
  ],
  [
    'those without a day',
    { where: [owner, state], sort: oldest, after: { value: null, id: 'a' } },
    `${OWNER_STATE_DAY} (f_owner=? AND f_state=? AND f_day=? AND id>?)`,
  ],
  [
    'of an owner in any state',
    { where: [owner], sort: newest, after },
    'things_1_by_owner_day_id (f_owner=? AND f_day>? AND f_day<?)',
  ],
  ['of everybody', { sort: newest, after }, 'things_1_by_day_id (f_day>? AND f_day<?)'],
  [
    'by a field inside an object',
    { sort: { field: 'total.size', direction: 'asc' }, after: { value: 1, id: 'a' } },
    'things_1_by_total.size_id (f_total.size>?)',
  ],
  ['all by id, from a cursor', { after: { value: 'a', id: 'a' } }, 'sqlite_autoindex_things_1_1 (id>?)'],
])('seeks in an index and needs no sorting: %s', (_, query, expected) => {
  const plan = pagePlan(query);
  expect(plan).toContain(`INDEX ${expected}`);
  expect(plan).not.toMatch(/SCAN things|TEMP B-TREE/);
});

test('one document by id is sought by the primary key, whatever else is asked', () => {
  const plan = pagePlan({ where: [where('id', 'eq', 'a'), owner, state], sort: newest });
  expect(plan.match(/SEARCH things_1 USING INDEX sqlite_autoindex_things_1_1 \(id=\?\)/g)).toHaveLength(2);
});

test('a filter that stands behind the id in the index is decided without opening the document', () => {
  const reads = (condition: Condition) => {
    const { sql, values } = selectCount(generation, [owner, state, condition]);
    return planOf({ sql, values });
  };
  expect(reads(where('size', 'gte', 1))).toContain(`USING COVERING INDEX ${OWNER_STATE_DAY}`);
  const page = pagePlan({ where: [owner, state, where('size', 'gte', 1)], sort: newest });
  expect(page.match(/SEARCH things_1 USING COVERING INDEX/g)).toHaveLength(2);
  expect(reads(where('total.size', 'gte', 1))).not.toContain('COVERING');
});

test('a query that no index answers is still answered, by looking at everything', () => {
  expect(pagePlan({ where: [state], sort: { field: 'owner', direction: 'asc' } })).toMatch(/SCAN|TEMP B-TREE/);
});
