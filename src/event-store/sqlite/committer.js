/** Checks each append of a group against its stream's head and commits what fits, in one durable transaction. */
import { openForWriting } from './schema.js';

/**
 * Appends one after the other, each as: stream, expected revision (-1: none), number of events, and for each event
 * its id, type and canonical text. Flat, because that is the cheapest thing to send between threads.
 * @typedef {(string | number)[]} Group
 */

/**
 * Four numbers for each append of the group. `APPENDED`, revision, position, sequence (-1: bookkeeping) of its last
 * event; or `CONFLICT`, the stream's revision (-1: none), 0, 0.
 * @typedef {number[]} Answers
 */
export const APPENDED = 0;
export const CONFLICT = 1;

/**
 * Of the whole group. `unavailable`: nothing was written; `unknown`: the commit itself failed.
 * @typedef {{ failed: 'unavailable' | 'unknown', message: string }} Failure
 */

/** Streams whose head is kept in memory: about 15 MiB. */
const MAX_HEADS = 100_000;

export class Committer {
  #database;
  #begin;
  #commit;
  #insert;
  #headOf;
  #rowAt;
  #lastRow;
  #lastSequence;
  /** @type {Map<string, number>} the last revision of the streams used last; -1: none */
  #heads = new Map();
  /** False after a failure: position and sequence are then read again. */
  #current = false;
  /** Of the last row; 0: none. */
  #position = 0;
  /** Number of business events. */
  #count = 0;

  /** @param {string} path */
  constructor(path) {
    this.#database = openForWriting(path);
    const prepare = (/** @type {string} */ sql) => this.#database.prepare(sql);
    this.#begin = prepare('BEGIN IMMEDIATE');
    this.#commit = prepare('COMMIT');
    this.#insert = prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#headOf = prepare('SELECT max(revision) FROM events WHERE stream = ?');
    this.#rowAt = prepare('SELECT event, position, sequence FROM events WHERE stream = ? AND revision = ?');
    this.#lastRow = prepare('SELECT max(position) FROM events');
    this.#lastSequence = prepare(
      'SELECT sequence FROM events WHERE sequence IS NOT NULL ORDER BY position DESC LIMIT 1',
    );
  }

  /**
   * @param {Group} group
   * @returns {Answers | Failure}
   */
  commit(group) {
    /** @type {Failure['failed']} */
    let failed = 'unavailable';
    try {
      this.#begin.run();
      if (!this.#current) this.#readCounters();
      const answers = this.#appendAll(group);
      failed = 'unknown';
      this.#commit.run();
      return answers;
    } catch (error) {
      this.#forget();
      return { failed, message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Folds the write-ahead log into the file. */
  close() {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }

  #readCounters() {
    this.#position = this.#lastRow.get()?.[0] ?? 0;
    this.#count = (this.#lastSequence.get()?.[0] ?? -1) + 1;
    this.#current = true;
  }

  #forget() {
    this.#current = false;
    this.#heads.clear();
    try {
      this.#database.rollback();
    } catch {
      // The next group's BEGIN fails as well, and says why.
    }
  }

  /** @param {Group} group */
  #appendAll(group) {
    /** @type {Answers} */
    const answers = [];
    for (let at = 0; at < group.length;) {
      const stream = String(group[at]);
      const expected = Number(group[at + 1]);
      const events = at + 3;
      const end = events + 3 * Number(group[at + 2]);
      const head = this.#head(stream);
      if (head === expected) this.#insertEvents(stream, expected, group, events, end, answers);
      else if (!this.#repeat(stream, expected, group, events, end, answers)) answers.push(CONFLICT, head, 0, 0);
      at = end;
    }
    return answers;
  }

  /**
   * @param {string} stream
   * @param {number} expected
   * @param {Group} group
   * @param {number} from
   * @param {number} end
   * @param {Answers} answers
   */
  #insertEvents(stream, expected, group, from, end, answers) {
    // As `isBookkeeping` of the kernel has it (DESIGN.md, Sequence).
    const bookkeeping = stream.startsWith('_') || stream.startsWith('$');
    let revision = expected;
    for (let i = from; i < end; i += 3) {
      const sequence = bookkeeping ? null : this.#count++;
      // @ts-expect-error: the three are the texts that `Group` says
      this.#insert.run(++this.#position, stream, ++revision, sequence, group[i], group[i + 1], group[i + 2]);
    }
    this.#remember(stream, revision);
    answers.push(APPENDED, revision, this.#position, bookkeeping ? -1 : this.#count - 1);
  }

  /**
   * The same events at the same expected revision get the first answer.
   * @param {string} stream
   * @param {number} expected
   * @param {Group} group
   * @param {number} from
   * @param {number} end
   * @param {Answers} answers
   * @returns {boolean} whether this is such a repeat
   */
  #repeat(stream, expected, group, from, end, answers) {
    let revision = expected;
    let row;
    for (let i = from; i < end; i += 3) {
      row = this.#rowAt.get(stream, ++revision);
      if (row === undefined || row[0] !== group[i + 2]) return false;
    }
    if (row === undefined) return false;
    answers.push(APPENDED, revision, row[1], row[2] ?? -1);
    return true;
  }

  /** @param {string} stream */
  #head(stream) {
    return this.#heads.get(stream) ?? this.#headOf.get(stream)?.[0] ?? -1;
  }

  /**
   * @param {string} stream
   * @param {number} revision
   */
  #remember(stream, revision) {
    this.#heads.delete(stream);
    this.#heads.set(stream, revision);
    if (this.#heads.size <= MAX_HEADS) return;
    const [oldest = stream] = this.#heads.keys();
    this.#heads.delete(oldest);
  }
}
