/**
 * A thin shim over libsql 0.5 (better-sqlite3's API, prebuilt in npm). Plain JavaScript, because a worker thread is
 * loaded by Node itself, from the source as well as from the build. What it mends, each with a test:
 * `readonly` and `fileMustExist` are silently ignored; `.get()` rows carry `_metadata` (rows here are arrays);
 * undefined binds as NULL; integers beyond 2^53 lose digits.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';

const Libsql = createRequire(import.meta.url)('libsql');

/** @typedef {string | number | null | Uint8Array} SqlValue an integer, a text, a blob or NULL; floats are refused */
/** @typedef {readonly SqlValue[]} SqlRow */

/** The file is not what it should be; it was left untouched. */
export class ForeignFile extends Error {
  /** @override */
  name = 'ForeignFile';
}

/**
 * Looks at a file before SQLite touches it.
 * @param {string} path
 * @param {number} applicationId the `application_id` that a file of ours carries at byte 68
 * @returns {'missing' | 'ours'}
 * @throws {ForeignFile} for anything else
 */
export function inspectFile(path, applicationId) {
  if (!existsSync(path)) return 'missing';
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  let length;
  try {
    length = readSync(file, header, 0, 100, 0);
  } finally {
    closeSync(file);
  }
  if (length === 0) return 'missing';
  if (length < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw new ForeignFile(`${path} is not an SQLite database, or its header is damaged; it was left untouched`);
  }
  if (header.readUInt32BE(68) !== applicationId) {
    throw new ForeignFile(`${path} is an SQLite database of another program; it was left untouched`);
  }
  return 'ours';
}

export class Statement {
  #inner;
  /** @param {any} inner */
  constructor(inner) {
    this.#inner = inner;
  }
  /**
   * @param {SqlRow} values
   * @returns {number} the number of rows changed
   */
  run(...values) {
    return this.#inner.run(checked(values)).changes;
  }
  /**
   * @param {SqlRow} values
   * @returns {any[] | undefined} the first row, as an array in the order of the columns
   */
  get(...values) {
    return this.#inner.get(checked(values));
  }
  /**
   * @param {SqlRow} values
   * @returns {any[][]}
   */
  all(...values) {
    return this.#inner.all(checked(values));
  }
  /**
   * @param {SqlRow} values
   * @returns {IterableIterator<any[]>}
   */
  iterate(...values) {
    return this.#inner.iterate(checked(values));
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
    const fresh = inspectFile(path, applicationId) === 'missing';
    const database = new Database(new Libsql(path));
    database.exec('PRAGMA busy_timeout = 5000');
    if (fresh) database.exec(`PRAGMA application_id = ${applicationId}`);
    return database;
  }

  /**
   * Opens an existing file; every write is refused.
   * @param {string} path
   * @param {number} applicationId
   * @throws {ForeignFile} also where the file is missing
   */
  static openReadOnly(path, applicationId) {
    if (inspectFile(path, applicationId) === 'missing') throw new ForeignFile(`${path} does not exist`);
    const database = new Database(new Libsql(path));
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA query_only = 1');
    return database;
  }

  /** @param {string} sql */
  exec(sql) {
    this.#inner.exec(sql);
  }

  /** @param {string} sql */
  prepare(sql) {
    const statement = this.#inner.prepare(sql);
    // Only statements that answer rows can be in raw mode.
    if (statement.reader) statement.raw(true);
    return new Statement(statement);
  }

  /**
   * Runs `work` in one transaction that takes the write lock at once; a throw rolls it back.
   * @template T
   * @param {() => T} work
   * @returns {T}
   */
  transaction(work) {
    this.exec('BEGIN IMMEDIATE');
    let result;
    try {
      result = work();
    } catch (error) {
      this.exec('ROLLBACK');
      throw error;
    }
    this.exec('COMMIT');
    return result;
  }

  close() {
    this.#inner.close();
  }
}

/** @param {SqlRow} values */
function checked(values) {
  for (const value of values) {
    if (value === undefined) throw new TypeError('undefined cannot be bound: say null where NULL is meant');
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new TypeError(`${value} cannot be bound: only integers within ±(2^53 - 1)`);
    }
  }
  return values;
}
