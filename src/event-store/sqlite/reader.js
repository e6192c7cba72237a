/** Reads the file of events, from any thread or process. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreUnavailable } from '../event-store.js';
import { limitOf } from '../page-limit.js';
import { Bell } from './bell.js';
import { isSqliteFault } from '../../sqlite/database.js';
import { bellOf, openForReading } from './schema.js';

/**
 * @typedef {import('../event-store.js').EventReader} EventReader
 * @typedef {import('../event-store.js').StoredEvent} StoredEvent
 * @typedef {import('../event-store.js').EventText} EventText
 * @typedef {import('../event-store.js').StreamQuery} StreamQuery
 * @typedef {import('../event-store.js').LogQuery} LogQuery
 * @typedef {import('../event-store.js').LogPage} LogPage
 * @typedef {import('../event-store.js').Position} Position
 * @typedef {import('../event-store.js').Place} Place
 */

/** Rows that one page considers at most: a filter that matches nothing holds the thread for a few milliseconds. */
const MAX_SCAN = 8192;

/**
 * @param {string} path
 * @returns {EventReader}
 * @throws {import('../../sqlite/database.js').ForeignFile} also where the file is missing
 */
export const openSqliteEventReader = (path) => new SqliteEventReader(path);

/** @implements {EventReader} */
export class SqliteEventReader {
  #path;
  #database;
  #forwards;
  #backwards;
  #lastPosition;
  #last;
  #lastSequence;
  #countUpTo;
  #names;
  /** @type {Map<string, import('../../sqlite/database.js').Statement>} by the parts of the filter that are there */
  #scans = new Map();
  /** @type {Bell | undefined} */
  #bell;
  #closed = false;
  /** The last answer of `head`: a later one looks only at what came since. */
  #known = { position: 0, count: 0 };

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
    this.#database = openForReading(path);
    const prepare = (/** @type {string} */ sql) => this.#database.prepare(sql);
    const columns = 'SELECT position, sequence, event FROM events WHERE stream = ?';
    this.#forwards = prepare(`${columns} AND revision >= ? ORDER BY revision LIMIT ?`);
    this.#backwards = prepare(`${columns} AND revision <= ? ORDER BY revision DESC LIMIT ?`);
    this.#lastPosition = prepare('SELECT max(position) FROM events');
    this.#last = prepare(
      'SELECT position, sequence, event FROM events WHERE sequence IS NOT NULL ORDER BY position DESC LIMIT 1',
    );
    this.#lastSequence = prepare(
      'SELECT sequence FROM events WHERE position > ? AND sequence IS NOT NULL ORDER BY position DESC LIMIT 1',
    );
    this.#names = prepare('SELECT DISTINCT stream FROM events WHERE stream > ? AND stream < ? ORDER BY stream LIMIT ?');
    this.#countUpTo = prepare(
      'SELECT sequence + 1 FROM events WHERE position <= ? AND sequence IS NOT NULL ORDER BY position DESC LIMIT 1',
    );
  }

  /**
   * Names of streams between two texts, in their order.
   * @param {string} after
   * @param {string} before
   * @param {number} limit
   * @returns {string[]}
   */
  streamNames(after, before, limit) {
    return this.#names.all(after, before, limit).map(([name]) => name);
  }

  /**
   * @param {import('../../kernel/ids.js').StreamName} stream
   * @param {StreamQuery} query
   * @returns {Promise<readonly StoredEvent[]>}
   */
  async readStream(stream, query = {}) {
    const backwards = query.direction === 'backwards';
    const from = query.from ?? (backwards ? BigInt(Number.MAX_SAFE_INTEGER) : 0n);
    const statement = backwards ? this.#backwards : this.#forwards;
    const limit = limitOf(query.limit);
    return this.#ask(() => {
      if (limit > 1) return statement.all(stream, clamped(from), limit).map(stored);
      const row = statement.get(stream, clamped(from), limit);
      return row === undefined ? [] : [stored(row)];
    });
  }

  /**
   * @param {LogQuery} query
   * @returns {Promise<LogPage>}
   */
  async readAll(query = {}) {
    return this.#ask(() => this.#page(query, stored));
  }

  /**
   * @param {LogQuery} query
   * @returns {Promise<import('../event-store.js').LogPage<EventText>>}
   */
  async readTexts(query = {}) {
    return this.#ask(() => this.#page(query, textStored));
  }

  /**
   * @param {LogQuery} query
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<LogPage, void>}
   */
  async *follow(query, signal) {
    let after = query.after;
    this.#bell ??= new Bell(bellOf(this.#path));
    const ear = this.#bell.listen(signal);
    try {
      while (!signal.aborted && !this.#closed) {
        ear.reset();
        const page = this.#ask(() => this.#page(after === undefined ? query : { ...query, after }, stored));
        if (page.next !== undefined && page.next.position !== after?.position) {
          after = page.next;
          yield page;
        }
        // Reading is synchronous: without a pause a long way to the end would leave the thread no turn for others.
        if (page.atEnd) await ear.wait();
        else await nextTurn();
      }
    } finally {
      ear.close();
    }
  }

  /** @returns {Promise<import('../event-store.js').Head>} */
  async head() {
    return this.#ask(() => {
      const position = this.#headPosition();
      if (position > this.#known.position) {
        const [sequence = this.#known.count - 1] = this.#lastSequence.get(this.#known.position) ?? [];
        this.#known = { position, count: sequence + 1 };
      }
      return position === 0 ? { count: 0 } : { position: textOf(position), count: this.#known.count };
    });
  }

  /** @returns {Promise<StoredEvent | undefined>} */
  async last() {
    return this.#ask(() => {
      const row = this.#last.get();
      return row && stored(row);
    });
  }

  /**
   * @param {Position} a
   * @param {Position} b
   */
  comparePositions(a, b) {
    return numberOf(a) - numberOf(b);
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#bell?.close();
    this.#database.close();
  }

  /**
   * What SQLite cannot do now (a lock, a disk, a damaged page) is the store's not answering, for whoever asks.
   * @template T
   * @param {() => T} read
   * @returns {T}
   * @throws {StoreUnavailable}
   */
  #ask(read) {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
    try {
      return read();
    } catch (error) {
      if (!isSqliteFault(error)) throw error;
      throw new StoreUnavailable(`the events cannot be read: ${error.message}`, { cause: error });
    }
  }

  /**
   * Rows below the head never change and are never added, so that the head, read first, makes the page consistent.
   * @template E
   * @param {LogQuery} query
   * @param {(row: any[]) => E} eventOf
   * @returns {import('../event-store.js').LogPage<E>}
   */
  #page({ after, filter = {}, limit }, eventOf) {
    const most = limitOf(limit);
    const from = after === undefined ? 0 : numberOf(after.position);
    const head = this.#headPosition();
    const upTo = Math.min(from + MAX_SCAN, head);
    const lists = [filter.categories, filter.types].filter((list) => list !== undefined);
    const rows = this.#scan(filter).all(from, upTo, ...lists.map((list) => JSON.stringify(list)), most);
    const considered = rows.length === most ? rows[most - 1]?.[0] : Math.max(from, upTo);
    return {
      events: rows.map(eventOf),
      ...(considered > 0 && { next: this.#place(considered) }),
      atEnd: considered >= head,
    };
  }

  /**
   * @param {number} position
   * @returns {Place}
   */
  #place(position) {
    const [count = 0] = this.#countUpTo.get(position) ?? [];
    return { position: textOf(position), count };
  }

  /** @param {import('../event-store.js').Filter} filter */
  #scan({ categories, types }) {
    const conditions = [
      // Bookkeeping is read only by its category.
      categories === undefined ? 'sequence IS NOT NULL' : `substr(stream, 1, instr(stream, '-') - 1) IN ${LISTED}`,
      ...(types === undefined ? [] : [`type IN ${LISTED}`]),
    ];
    const where = conditions.join(' AND ');
    let statement = this.#scans.get(where);
    if (statement === undefined) {
      statement = this.#database.prepare(
        `SELECT position, sequence, event, id FROM events WHERE position > ? AND position <= ? AND ${where}
         ORDER BY position LIMIT ?`,
      );
      this.#scans.set(where, statement);
    }
    return statement;
  }

  /** @returns {number} 0: the log is empty */
  #headPosition() {
    return this.#lastPosition.get()?.[0] ?? 0;
  }
}

const LISTED = '(SELECT value FROM json_each(?))';

/**
 * @param {any[]} row
 * @returns {StoredEvent}
 */
function stored([position, sequence, event]) {
  return { position: textOf(position), ...(sequence !== null && { sequence }), event: JSON.parse(event) };
}

/**
 * @param {any[]} row
 * @returns {EventText}
 */
function textStored([position, sequence, text, id]) {
  return { position: textOf(position), ...(sequence !== null && { sequence }), id, text };
}

/** @param {number} position */
const textOf = (position) => /** @type {Position} */ (/** @type {unknown} */ (String(position)));

/**
 * @param {Position} position
 * @throws {RangeError}
 */
function numberOf(position) {
  if (!/^[1-9]\d{0,15}$/.test(position)) throw new RangeError(`"${position}" is no position of this store`);
  return Number(position);
}

/** @param {bigint} revision */
const clamped = (revision) => {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(revision > most ? most : revision < -1n ? -1n : revision);
};
