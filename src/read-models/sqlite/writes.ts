import type { Database, SqlValue, Statement } from '../../sqlite/database.js';
import { declarationOf, declaredValues, storedValues } from '../declaration.js';
import { InvalidDocument, type Model, type Write } from '../read-models.js';
import { sqlValue } from './select.js';
import { columnOf, tableOf, type Generation } from './tables.js';

/** A write, ready to be bound. */
export interface Row extends Pick<Write, 'id' | 'sequence' | 'previous' | 'once'> {
  /** What indexes are made of: whether the document is there, then the declared fields in their order. */
  readonly indexed: readonly SqlValue[];
  /** Places in it of what may not be as it is stored. */
  readonly changed: readonly number[];
  readonly text: string | null;
}

/** The statements that fold a batch into one generation. */
export interface Statements {
  /** Documents with what was folded into them, by a JSON list of ids: as the items of a JSON list, null where there are none. */
  readonly select: Statement;
  readonly insert: Statement;
  /** Sets those of the indexed values that changed: SQLite touches no index whose columns are not set. */
  update(changed: readonly number[]): Statement;
}

/** @throws InvalidDocument */
export function rowOf(model: Model, { id, sequence, previous, model: name, document, was, once }: Write): Row {
  if (name !== model.name) throw new InvalidDocument(`a write of ${name} cannot go to ${model.name}`);
  const indexed = [document ? 1 : 0, ...declaredValues(model, id, document).map(sqlValue)];
  const before = was === undefined ? undefined : [was ? 1 : 0, ...storedValues(model, was).map(sqlValue)];
  const changed: number[] = [];
  for (const [i, value] of indexed.entries()) if (before === undefined || value !== before[i]) changed.push(i);
  const text = document && JSON.stringify(document);
  return { id, sequence, previous, ...(once && { once }), indexed, changed, text };
}

export function prepareStatements(database: Database, generation: Generation, model: Model): Statements {
  const table = tableOf(generation);
  const indexed = ['present', ...declarationOf(model).fields.map(({ name }) => columnOf(generation, name))];
  const marks = ['id', 'sequence', ...indexed, 'document'].map(() => '?').join(', ');
  /** As many as there are sets of fields that change together: few. */
  const updates = new Map<string, Statement>();
  return {
    select: database.prepare(
      `SELECT group_concat('[' || json_quote(id) || ',' || sequence || ',' || ifnull(document, 'null') || ']')
       FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
    ),
    insert: database.prepare(
      `INSERT INTO ${table} (id, sequence, ${indexed.join(', ')}, document) VALUES (${marks}) ON CONFLICT (id) DO NOTHING`,
    ),
    update(changed) {
      const key = changed.join();
      let update = updates.get(key);
      if (update === undefined) {
        const set = ['sequence', 'document', ...changed.map((i) => indexed[i])].map((column) => `${column} = ?`);
        update = database.prepare(`UPDATE ${table} SET ${set.join(', ')} WHERE id = ? AND sequence = ?`);
        updates.set(key, update);
      }
      return update;
    },
  };
}

/** @returns false where the document was no longer as it was read, and nothing was written */
export function writeRow(statements: Statements, row: Row): boolean {
  const { id, sequence, previous, once, indexed, changed, text } = row;
  if (previous === null) return statements.insert.run(id, sequence, ...indexed, text) === 1 || once === true;
  const values = changed.map((i) => indexed[i]!);
  return statements.update(changed).run(sequence, text, ...values, id, previous) === 1;
}
