import type { Database, SqlValue, Statement } from '../../sqlite/database.js';
import { declarationOf, declaredValues } from '../declaration.js';
import { InvalidDocument, type Model, type Write } from '../read-models.js';
import { sqlValue } from './select.js';
import { columnOf, tableOf, type Generation } from './tables.js';

/** A write, ready to be bound: the values are the declared fields' in their order, then the document's text. */
export interface Row extends Pick<Write, 'id' | 'sequence' | 'previous'> {
  readonly values: readonly SqlValue[];
}

/** The statements that fold a batch into one generation. */
export interface Statements {
  readonly select: Statement;
  readonly insert: Statement;
  readonly update: Statement;
}

/** @throws InvalidDocument */
export function rowOf(model: Model, { id, sequence, previous, model: name, document }: Write): Row {
  if (name !== model.name) throw new InvalidDocument(`a write of ${name} cannot go to ${model.name}`);
  const declared = declaredValues(model, id, document).map(sqlValue);
  return { id, sequence, previous, values: [...declared, document && JSON.stringify(document)] };
}

/** Both writes are conditional: the number of rows changed says whether the document was still as it was read. */
export function prepareStatements(database: Database, generation: Generation, model: Model): Statements {
  const table = tableOf(generation);
  const columns = [...declarationOf(model).fields.map(({ name }) => columnOf(generation, name)), 'document'];
  const insert = `INSERT INTO ${table} (id, sequence, ${columns.join(', ')}) VALUES (?, ?${', ?'.repeat(columns.length)})`;
  const set = columns.map((column) => `${column} = ?`).join(', ');
  return {
    select: database.prepare(`SELECT sequence, document FROM ${table} WHERE id = ?`),
    insert: database.prepare(`${insert} ON CONFLICT (id) DO NOTHING`),
    update: database.prepare(`UPDATE ${table} SET sequence = ?, ${set} WHERE id = ? AND sequence = ?`),
  };
}
