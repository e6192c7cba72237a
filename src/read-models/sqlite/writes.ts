import type { Database, SqlValue, Statement } from '../../sqlite/database.js';
import { declarationOf, declaredValues } from '../declaration.js';
import { InvalidDocument, type Model, type Write } from '../read-models.js';
import { sqlValue } from './select.js';
import { columnOf, tableOf, type Generation } from './tables.js';

/** A write, ready to be bound. */
export interface Row extends Pick<Write, 'id' | 'sequence' | 'previous'> {
  /** What indexes are made of: whether the document is there, then the declared fields in their order. */
  readonly indexed: readonly SqlValue[];
  readonly text: string | null;
}

/** The statements that fold a batch into one generation. */
export interface Statements {
  /** Documents with what was folded into them, by a JSON list of ids: as the items of a JSON list, null where there are none. */
  readonly select: Statement;
  readonly insert: Statement;
  /** For a document whose indexed values stay as they are: no index is touched then. */
  readonly updateText: Statement;
  readonly update: Statement;
}

/** @throws InvalidDocument */
export function rowOf(model: Model, { id, sequence, previous, model: name, document }: Write): Row {
  if (name !== model.name) throw new InvalidDocument(`a write of ${name} cannot go to ${model.name}`);
  const values = declaredValues(model, id, document).map(sqlValue);
  return { id, sequence, previous, indexed: [document ? 1 : 0, ...values], text: document && JSON.stringify(document) };
}

export function prepareStatements(database: Database, generation: Generation, model: Model): Statements {
  const table = tableOf(generation);
  const indexed = ['present', ...declarationOf(model).fields.map(({ name }) => columnOf(generation, name))];
  const marks = ['id', 'sequence', ...indexed, 'document'].map(() => '?').join(', ');
  const unchanged = indexed.map((column) => `${column} IS ?`).join(' AND ');
  const set = indexed.map((column) => `${column} = ?`).join(', ');
  const asRead = 'WHERE id = ? AND sequence = ?';
  return {
    select: database.prepare(
      `SELECT group_concat('[' || json_quote(id) || ',' || sequence || ',' || ifnull(document, 'null') || ']')
       FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
    ),
    insert: database.prepare(
      `INSERT INTO ${table} (id, sequence, ${indexed.join(', ')}, document) VALUES (${marks}) ON CONFLICT (id) DO NOTHING`,
    ),
    updateText: database.prepare(`UPDATE ${table} SET sequence = ?, document = ? ${asRead} AND ${unchanged}`),
    update: database.prepare(`UPDATE ${table} SET sequence = ?, document = ?, ${set} ${asRead}`),
  };
}

/** @returns false where the document was no longer as it was read, and nothing was written */
export function writeRow(statements: Statements, { id, sequence, previous, indexed, text }: Row): boolean {
  if (previous === null) return statements.insert.run(id, sequence, ...indexed, text) === 1;
  if (statements.updateText.run(sequence, text, id, previous, ...indexed) === 1) return true;
  return statements.update.run(sequence, text, ...indexed, id, previous) === 1;
}
