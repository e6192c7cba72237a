import { isSqliteFault, type Database, type Statement } from '../../sqlite/database.js';
import { checkQuery, checkWhere, isText, valueAt, type CheckedQuery } from '../declaration.js';
import {
  ModelNotOpen,
  ReadModelUnavailable,
  type Checkpoint,
  type Condition,
  type Cursor,
  type Document,
  type JsonPage,
  type Model,
  type Query,
  type QueryPage,
  type ReadModelReader,
  type Versioned,
} from '../read-models.js';
import { selectCount, selectPage, shapeOf, valuesOf } from './select.js';
import { generationOf, PRESENT, SELECT_LIVE, tableOf, type Generation } from './tables.js';
import { Turn } from './turn.js';

/** Documents read at once by a scan. */
const SCAN_PAGE = 500;
/** Most statements kept for one model: callers combine filters freely. */
const MAX_STATEMENTS = 200;

/** What is known of a model's live generation, with its prepared statements by their shape. */
interface Live {
  readonly generation: Generation;
  readonly statements: Map<string, Statement>;
}

/** Documents that are asked for by id in one turn. */
interface Lookups {
  readonly ids: string[];
  readonly texts: Promise<readonly string[]>;
}

/** Answers from one connection. @see ReadModelReader */
export class SqliteReadModelReader implements ReadModelReader {
  readonly #live = new Map<string, Live>();
  readonly #turn: Turn;
  /** Of the turn that has not ended, by the model's name. */
  readonly #lookups = new Map<string, Lookups>();
  readonly #selectCheckpoint: Statement;
  readonly #selectLive: Statement;

  constructor(protected readonly database: Database) {
    this.#turn = new Turn(database);
    this.#selectLive = database.prepare(SELECT_LIVE);
    this.#selectCheckpoint = database.prepare(
      'SELECT position, count FROM checkpoints WHERE consumer = ? AND generation = 0',
    );
  }

  async get<D extends Document>(model: Model<D>, id: string): Promise<D | undefined> {
    const text = await this.getText(model, id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async getText(model: Model, id: string): Promise<string | undefined> {
    if (id.includes('\0')) return undefined; // SQLite would stop reading there
    const { ids, texts } = this.#lookups.get(model.name) ?? this.#gather(model);
    const at = ids.push(id) - 1;
    return (await texts)[at] || undefined;
  }

  async query<D extends Document>(model: Model<D>, query: Query): Promise<QueryPage<D>> {
    const { json, ...rest } = await this.queryJson(model, query);
    const { items } = JSON.parse(json.toString()) as { items: D[] };
    return { documents: items, ...rest };
  }

  async queryJson(model: Model, query: Query): Promise<JsonPage> {
    const checked = checkQuery(model, query);
    const [found, json] = await this.#turn.read(() => this.#page(model, checked));
    return found <= checked.limit ? { json } : cut(json, checked);
  }

  async count(model: Model, where: readonly Condition[] = []): Promise<number> {
    checkWhere(model, where);
    return this.#look(model, (live) => {
      const { sql, values } = selectCount(live.generation, where);
      return this.#statement(live, sql).get(...values)![0];
    });
  }

  async checkpoint(consumer: string): Promise<Checkpoint | undefined> {
    try {
      const row = this.#selectCheckpoint.get(consumer);
      return row && { position: row[0], count: row[1] };
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    const rows = this.database.prepare('SELECT consumer, position, count FROM checkpoints WHERE generation = 0').all();
    return new Map(rows.map(([consumer, position, count]) => [consumer, { position, count }]));
  }

  async *scan<D extends Document>(model: Model<D>): AsyncGenerator<Versioned<D>> {
    const page = (after: string): any[][] =>
      this.#look(model, ({ generation }) => {
        const sql = `SELECT id, sequence, document FROM ${tableOf(generation)} WHERE id > ? AND ${PRESENT}`;
        return this.database.prepare(`${sql} ORDER BY id LIMIT ${SCAN_PAGE}`).all(after);
      });
    for (let last = ''; ;) {
      const rows = page(last);
      for (const [id, sequence, document] of rows) yield { id, sequence, document: JSON.parse(document) };
      if (rows.length < SCAN_PAGE) return;
      last = rows.at(-1)![0];
    }
  }

  async versions<D extends Document>(model: Model<D>, ids: readonly string[]): Promise<readonly Versioned<D>[]> {
    const rows = this.#look(model, ({ generation }) => {
      const sql = `SELECT id, sequence, document FROM ${tableOf(generation)} WHERE id IN (SELECT value FROM json_each(?))`;
      return this.database.prepare(sql).all(JSON.stringify(ids.filter(isText)));
    });
    return rows.map(([id, sequence, document]) => ({ id, sequence, document: document && JSON.parse(document) }));
  }

  async liveVersion(model: Model): Promise<number | undefined> {
    return this.findLive(model)?.version;
  }

  async close(): Promise<void> {
    this.database.close();
  }

  protected findLive(model: Model): Generation | undefined {
    const row = this.#selectLive.get(model.name);
    return row && generationOf(row);
  }

  /** Begins to gather the lookups of one turn. */
  #gather(model: Model): Lookups {
    const ids: string[] = [];
    const texts = this.#turn.read(() => {
      this.#lookups.delete(model.name);
      return this.#texts(model, ids);
    });
    const lookups = { ids, texts };
    this.#lookups.set(model.name, lookups);
    return lookups;
  }

  /** The documents of the ids, in their order; empty where there is none. */
  #texts(model: Model, ids: readonly string[]): readonly string[] {
    const [joined] = this.#look(model, (live) => {
      const prepare = (): string => joinedLookups(live.generation);
      return this.#statement(live, 'by id', prepare).get(JSON.stringify(ids))!;
    });
    return joined.split(SEPARATOR);
  }

  /** How many documents there are, at most one more than the limit, and the answer with all of them. */
  #page(model: Model, checked: CheckedQuery): [found: number, json: Buffer] {
    return this.#look(model, (live) => {
      const prepare = (): string => joinedPage(live.generation, selectPage(live.generation, checked));
      return this.#statement(live, shapeOf(checked), prepare).get(...valuesOf(checked)) as [number, Buffer];
    });
  }

  /**
   * A swap drops the old table in the transaction that makes the new one live: a statement on a table that is still
   * there reads the live documents, and one that fails because its table or index has gone says to look again.
   */
  #look<T>(model: Model, read: (live: Live) => T): T {
    for (let attempt = 1; ; attempt++) {
      try {
        return read(this.#liveOf(model));
      } catch (error) {
        const isSwapped = /no such (table|index|column)/.test((error as Error).message);
        if (attempt === 3 || !isSwapped) throw asUnavailable(error);
        this.#live.delete(model.name);
      }
    }
  }

  #liveOf(model: Model): Live {
    let live = this.#live.get(model.name);
    if (!live) {
      const generation = this.findLive(model);
      if (!generation) throw new ModelNotOpen(`the read model ${model.name} has not been opened in this store`);
      live = { generation, statements: new Map() };
      this.#live.set(model.name, live);
    }
    return live;
  }

  /** @param shape what tells the statement from the model's others */
  #statement({ statements }: Live, shape: string, sql = (): string => shape): Statement {
    let statement = statements.get(shape);
    if (!statement) {
      statement = this.database.prepare(sql());
      if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value!);
      statements.set(shape, statement);
    }
    return statement;
  }
}

/**
 * What SQLite cannot do now (a disk, a lock, a damaged page) is the read models' not answering, for whoever asks; a wrong
 * statement is a fault of this program.
 */
const asUnavailable = (error: unknown): unknown =>
  isSqliteFault(error) && error.code !== 'SQLITE_ERROR'
    ? new ReadModelUnavailable(`the read models cannot be read: ${error.message}`, { cause: error })
    : error;

/** JSON text, as it is written here, has no line break. */
const SEPARATOR = '\n';
const LINE_BREAK = 0x0a;

/**
 * The documents with the ids of a JSON list, in its order, as one text; nothing between two separators where there is
 * none. However many there are, this is one call, and that costs as much as four more documents.
 */
const joinedLookups = (generation: Generation): string =>
  `SELECT group_concat(ifnull(document, ''), char(10)) FROM json_each(?) LEFT JOIN ${tableOf(generation)} AS d ON d.id = value`;

/**
 * The number of documents and the whole answer in bytes, each document on a line of its own: a row costs twice as much
 * to hand over as to find, and text would be decoded to be encoded again. The order is the page's: its limit keeps
 * SQLite from doing anything but running it as it stands, and a cross join from seeking the documents in another order.
 */
const joinedPage = (generation: Generation, rows: string): string =>
  `SELECT count(*), CAST('{"items":[\n' || ifnull(group_concat(document, ',\n'), '') || ']}' AS BLOB)
   FROM (${rows}) AS page CROSS JOIN ${tableOf(generation)} AS d ON d.rowid = page.row`;

/** The page without its last document, which only told that there is a next page. */
function cut(json: Buffer, { sort }: CheckedQuery): JsonPage {
  const end = json.lastIndexOf(LINE_BREAK) - 1;
  const last = JSON.parse(json.toString('utf8', json.lastIndexOf(LINE_BREAK, end) + 1, end)) as Document;
  json.write(']}', end); // in the place of the comma and the line break
  return {
    json: json.subarray(0, end + 2),
    next: { value: (valueAt(last, sort.field) ?? null) as Cursor['value'], id: last.id },
  };
}
