/** The file of the stand-in's records, in the order in which they were written. A commit survives `kill -9`. */
import { randomUUID } from 'node:crypto';
import { Database } from '../../../src/sqlite/database.js';

const APPLICATION_ID = 0x45736462;
/** What a record carries beside its event, in bytes: positions are offsets, and leave gaps. */
const RECORD_BYTES = 120;
/** Offset of the first record. */
const LOG_START = 1_024;

/**
 * @typedef {{ id: string, type: string, json: boolean, data: Uint8Array, metadata: Uint8Array }} NewRecord
 * @typedef {NewRecord & { position: bigint, stream: string, revision: bigint, created: string }} StoredRecord
 * @typedef {{ stream: string, first: bigint, records: readonly NewRecord[] }} Batch one stream's records, from a
 *   revision on
 */

const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS records (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, json INTEGER NOT NULL, created TEXT NOT NULL, size INTEGER NOT NULL,
    data BLOB NOT NULL, metadata BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS by_stream ON records (stream, revision);
`;

/** The streams that a new database has of its own; the retention of its statistics is nobody else's business. */
const SYSTEM = /** @type {const} */ ([
  ['$$$stats-127.0.0.1:2113', 0n, '$metadata', { $maxAge: 86_400 }],
  ['$user-admin', 0n, '$UserCreated', { loginName: 'admin' }],
  ['$users', 0n, '$User', 'admin'],
  ['$user-ops', 0n, '$UserCreated', { loginName: 'ops' }],
  ['$users', 1n, '$User', 'ops'],
]);

export class Records {
  #database;
  /** @type {Map<string, import('../../../src/sqlite/database.js').Statement>} */
  #statements = new Map();
  /** Offset at which the next record will begin. */
  #end;

  /** @param {string} path */
  constructor(path) {
    this.#database = Database.open(path, APPLICATION_ID);
    this.#database.exec(SCHEMA);
    const [end] = this.#prepared('SELECT max(position + size) FROM records').get() ?? [];
    this.#end = end ?? LOG_START;
    if (end === null) this.commit(systemBatches());
  }

  /** Offset after the last record. */
  get end() {
    return BigInt(this.#end);
  }

  /**
   * @param {readonly Batch[]} batches
   * @returns {bigint[]} the position of each one's last record
   */
  commit(batches) {
    return this.#database.transaction(() => batches.map((each) => this.#write(each)));
  }

  /**
   * @param {bigint} from an offset: inclusive forwards, exclusive backwards
   * @param {number} limit
   * @param {boolean} [backwards]
   * @returns {StoredRecord[]}
   */
  readAll(from, limit, backwards = false) {
    const where = backwards ? 'position < ? ORDER BY position DESC' : 'position >= ? ORDER BY position';
    return this.#read(where, [capped(from)], limit);
  }

  /**
   * @param {string} stream
   * @param {bigint} from inclusive
   * @param {number} limit
   * @param {boolean} [backwards]
   * @returns {StoredRecord[]}
   */
  readStream(stream, from, limit, backwards = false) {
    const where = backwards ? 'revision <= ? ORDER BY revision DESC' : 'revision >= ? ORDER BY revision';
    return this.#read(`stream = ? AND ${where}`, [stream, capped(from)], limit);
  }

  /** @param {string} stream @returns {bigint} its last revision; -1: there is no such stream */
  lastOf(stream) {
    return BigInt(this.#prepared('SELECT max(revision) FROM records WHERE stream = ?').get(stream)?.[0] ?? -1);
  }

  /** @param {string} stream @param {bigint} revision */
  at(stream, revision) {
    const sql = 'SELECT id, position FROM records WHERE stream = ? AND revision = ?';
    const row = this.#prepared(sql).get(stream, Number(revision));
    return row && { id: /** @type {string} */ (row[0]), position: BigInt(row[1]) };
  }

  /** Whether a record begins here, or ends. @param {bigint} offset */
  isBoundary(offset) {
    if (offset <= 0n || offset >= this.end) return true;
    if (this.readAll(offset, 1)[0]?.position === offset) return true;
    const sql = 'SELECT position + size FROM records WHERE position < ? ORDER BY position DESC LIMIT 1';
    return BigInt(this.#prepared(sql).get(Number(offset))?.[0] ?? LOG_START) === offset;
  }

  close() {
    this.#database.close();
  }

  /** @param {Batch} batch */
  #write({ stream, first, records }) {
    const insert = this.#prepared('INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    // In ticks of 100 ns.
    const created = String(BigInt(Date.now()) * 10_000n);
    let position = this.#end;
    records.forEach(({ id, type, json, data, metadata }, i) => {
      position = this.#end;
      const size = RECORD_BYTES + stream.length + type.length + data.length + metadata.length;
      insert.run(position, stream, Number(first) + i, id, type, json ? 1 : 0, created, size, data, metadata);
      this.#end += size;
    });
    return BigInt(position);
  }

  /** @param {string} sql */
  #prepared(sql) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  /**
   * @param {string} where
   * @param {(string | number)[]} values
   * @param {number} limit
   * @returns {StoredRecord[]}
   */
  #read(where, values, limit) {
    const columns = 'position, stream, revision, id, type, json, created, data, metadata';
    const rows = this.#prepared(`SELECT ${columns} FROM records WHERE ${where} LIMIT ?`).all(...values, limit);
    return rows.map(([position, stream, revision, id, type, json, created, data, metadata]) => ({
      position: BigInt(position),
      stream,
      revision: BigInt(revision),
      id,
      type,
      json: json === 1,
      created,
      data,
      metadata,
    }));
  }
}

/** @returns {Batch[]} */
const systemBatches = () =>
  SYSTEM.map(([stream, first, type, value]) => {
    const data = new TextEncoder().encode(JSON.stringify(value));
    return { stream, first, records: [{ id: randomUUID(), type, json: true, data, metadata: new Uint8Array() }] };
  });

/** SQLite's integers, as JavaScript can give them. @param {bigint} value */
const capped = (value) => Number(value < BigInt(Number.MAX_SAFE_INTEGER) ? value : BigInt(Number.MAX_SAFE_INTEGER));
