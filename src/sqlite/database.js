/**
 * A thin shim over libsql 0.5 (better-sqlite3's API, prebuilt in npm). Plain JavaScript, because a worker thread is
 * loaded by Node itself, from the source as well as from the build. What it mends, each with a test:
 * `readonly` and `fileMustExist` are silently ignored; `.get()` rows carry `_metadata` (rows here are arrays); undefined
 * binds as NULL; `.get()` after `.all()` of one statement answers by the values of the latter; integers beyond 2^53 lose
 * digits; numbers bind as floats (a text column would store "5.0"); statements go on after `close`. What it cannot mend:
 * a closed file stays open until its statements are collected, so that its write-ahead log is not folded in; who wants
 * that says `PRAGMA wal_checkpoint(TRUNCATE)` before. `iterate` is left out: a loop that is broken off would hold its
 * read transaction, and with it the log, until it is collected.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const Libsql = createRequire(import.meta.url)('libsql');

/** @typedef {string | number | null | Uint8Array} SqlValue an integer, a text, a blob or NULL; floats are refused */
/** @typedef {readonly SqlValue[]} SqlRow */

/** The file is not what it should be; it was left untouched. */
export class ForeignFile extends Error {
  /** @override */
  name = 'ForeignFile';
}

/**
 * Looks at a file without changing it or anything beside it. The look goes through SQLite (immutable: no lock, no
 * recovery, no checkpoint): opening and closing the file ourselves would drop every POSIX lock that this process
 * holds on it, and another process could then checkpoint and delete a write-ahead log that is in use.
 * @param {string} path
 * @param {number} applicationId the `application_id` that a file of ours carries
 * @returns {'missing' | 'ours'}
 * @throws {ForeignFile} for anything else
 */
export function inspectFile(path, applicationId) {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined || file.size === 0) return 'missing';
  if (!file.isFile()) throw new ForeignFile(`${path} is not a file`);
  let found;
  try {
    found = applicationIdOf(path);
  } catch (error) {
    // After a crash in the middle of a checkpoint only the file and its log together make sense.
    if (isDamage(error) && error.code === 'SQLITE_CORRUPT' && sizeOf(`${path}-wal`) > 0) return 'ours';
    throw refusal(path, error);
  }
  if (found !== applicationId) throw notOurs(path);
  return 'ours';
}

/** @param {string} path */
function applicationIdOf(path) {
  const uri = `${pathToFileURL(path).href}?mode=ro&immutable=1`;
  const looker = new Libsql(':memory:');
  try {
    looker.exec(`ATTACH '${uri.replaceAll("'", "''")}' AS file`);
    return looker.prepare('PRAGMA file.application_id').raw(true).get()[0];
  } finally {
    looker.close();
  }
}

/** @param {string} path */
const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** @param {string} path */
const notOurs = (path) =>
  new ForeignFile(`${path} is an SQLite database of another program or purpose; it was left untouched`);

/**
 * @param {unknown} error
 * @returns {error is Error & { code: string }} whether SQLite itself failed: a lock, a disk, a damaged page
 */
export const isSqliteFault = (error) =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');

/**
 * @param {unknown} error
 * @returns {error is Error & { code: string }} whether SQLite found the file damaged, or no database at all
 */
export const isDamage = (error) => isSqliteFault(error) && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);

/**
 * @param {string} path
 * @param {unknown} error
 */
const refusal = (path, error) =>
  isDamage(error)
    ? new ForeignFile(`${path} is not an SQLite database, or it is damaged (${error.message}); it was left untouched`)
    : error;

export class Statement {
  #prepare;
  #database;
  /** Prepared, and not yet claimed for rows or for lists. */
  #spare;
  /** @type {any} */
  #single;
  /** @type {any} */
  #list;
  /**
   * @param {() => any} prepare
   * @param {{ open: boolean }} database
   */
  constructor(prepare, database) {
    this.#prepare = prepare;
    this.#database = database;
    this.#spare = prepare();
  }
  /**
   * @param {SqlRow} values
   * @returns {number} the number of rows changed
   */
  run(...values) {
    return (this.#single ??= this.#claim()).run(this.#checked(values)).changes;
  }
  /**
   * @param {SqlRow} values
   * @returns {any[] | undefined} the first row, as an array in the order of the columns; half the cost of a list of one
   */
  get(...values) {
    return (this.#single ??= this.#claim()).get(this.#checked(values));
  }
  /**
   * @param {SqlRow} values
   * @returns {any[][]}
   */
  all(...values) {
    return (this.#list ??= this.#claim()).all(this.#checked(values));
  }

  #claim() {
    const claimed = this.#spare ?? this.#prepare();
    this.#spare = undefined;
    return claimed;
  }

  /** @param {SqlRow} values */
  #checked(values) {
    if (!this.#database.open) throw new TypeError('The database connection is not open');
    for (const value of values) {
      if (value === undefined) throw new TypeError('undefined cannot be bound: say null where NULL is meant');
      if (typeof value === 'number' && !Number.isSafeInteger(value)) {
        throw new TypeError(`${value} cannot be bound: only integers within ±(2^53 - 1)`);
      }
    }
    return values;
  }
}

export class Database {
  #inner;
  /** @param {any} inner */
  constructor(inner) {
    this.#inner = inner;
  }

  /**
   * Opens a file for reading and writing, creating it where it is missing.
   * @param {string} path
   * @param {number} applicationId
   * @throws {ForeignFile}
   */
  static open(path, applicationId) {
    inspectFile(path, applicationId);
    return Database.#connect(path, applicationId, (database) => {
      const [pages] = database.prepare('PRAGMA page_count').get() ?? [];
      if (pages === 0) database.exec(`PRAGMA application_id = ${applicationId}`);
    });
  }

  /**
   * Opens an existing file; every write is refused.
   * @param {string} path
   * @param {number} applicationId
   * @throws {ForeignFile} also where the file is missing
   */
  static openReadOnly(path, applicationId) {
    if (inspectFile(path, applicationId) === 'missing') throw new ForeignFile(`${path} does not exist`);
    return Database.#connect(path, applicationId, (database) => database.exec('PRAGMA query_only = 1'));
  }

  /**
   * @param {string} path
   * @param {number} applicationId
   * @param {(database: Database) => void} prepare
   */
  static #connect(path, applicationId, prepare) {
    const database = new Database(new Libsql(path));
    try {
      database.exec('PRAGMA busy_timeout = 5000');
      prepare(database);
      const [found] = database.prepare('PRAGMA application_id').get() ?? [];
      if (found !== applicationId) throw notOurs(path);
      return database;
    } catch (error) {
      database.close();
      throw refusal(path, error);
    }
  }

  /** @param {string} sql */
  exec(sql) {
    this.#inner.exec(sql);
  }

  /** @param {string} sql */
  prepare(sql) {
    const prepare = () => {
      const statement = this.#inner.prepare(sql);
      // Only statements that answer rows can be in raw mode.
      return statement.reader ? statement.raw(true) : statement;
    };
    return new Statement(prepare, this.#inner);
  }

  /**
   * Runs `work` in one transaction that takes the write lock at once; a throw, of the commit too, rolls it back.
   * @template T
   * @param {() => T} work
   * @returns {T}
   */
  transaction(work) {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Ends a transaction that failed; SQLite itself has already done so after some errors. */
  rollback() {
    if (this.#inner.inTransaction) this.exec('ROLLBACK');
  }

  close() {
    this.#inner.close();
  }
}
