/** The stand-in's transaction log: a real server's own rules of what may be written, as they were measured. */
import { EventEmitter } from 'node:events';
import { Records } from './records.js';

/** How long an append is on its way: what a disk takes. A retry that comes meanwhile is dropped. */
const COMMIT_MS = 1;

/**
 * @typedef {import('./records.js').NewRecord} NewRecord
 * @typedef {bigint | 'no_stream' | 'any' | 'stream_exists'} Expected
 * @typedef {{ kind: 'written', revision: bigint, position: bigint }
 *   | { kind: 'wrong', current: bigint }
 *   | { kind: 'dropped' }} Answer `current` -1: no stream. `dropped`: nobody will ever answer
 * @typedef {import('./records.js').Batch & { answer: (answer: Answer) => void }} Pending
 */

export class Log {
  /** Emits `committed` after each commit. */
  events = new EventEmitter().setMaxListeners(0);
  /** What can be read. */
  records;
  /** @type {Pending[]} written, not yet readable */
  #pending = [];
  /** @type {Map<string, bigint>} last revision of a stream, what is on its way included */
  #versions = new Map();
  /**
   * Where an id was written first since the start: the only thing that recognises a repeat without a revision.
   * @type {Map<string, { stream: string, revision: bigint }>}
   */
  #recent = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #flushing;
  #stalledUntil = 0;

  /** @param {string} path */
  constructor(path) {
    this.records = new Records(path);
  }

  /**
   * What a new process would find: what was committed, and nothing of what was on its way or kept in memory.
   * @param {string} path the same file, or another one
   */
  restart(path) {
    for (const { answer } of this.#pending) answer({ kind: 'dropped' });
    this.#pending = [];
    this.#versions.clear();
    this.#recent.clear();
    this.#stalledUntil = 0;
    this.records.close();
    this.records = new Records(path);
  }

  /** Nothing that is on its way gets through to the disk before the time is over. @param {number} ms */
  stall(ms) {
    this.#stalledUntil = Date.now() + ms;
  }

  /**
   * @param {string} stream
   * @param {Expected} expected
   * @param {NewRecord[]} records
   * @returns {Promise<Answer>}
   */
  append(stream, expected, records) {
    const current = this.#versions.get(stream) ?? this.records.lastOf(stream);
    const decision = this.#decide(stream, expected, records, current);
    if (decision !== undefined) return Promise.resolve(decision);
    const first = current + 1n;
    records.forEach(({ id }, i) => {
      if (!this.#recent.has(id)) this.#recent.set(id, { stream, revision: first + BigInt(i) });
    });
    this.#versions.set(stream, current + BigInt(records.length));
    return new Promise((answer) => {
      this.#pending.push({ stream, first, records, answer });
      if (this.#flushing === undefined) this.#flushing = setTimeout(() => this.#flush(), COMMIT_MS);
    });
  }

  /** Commits what is on its way. */
  close() {
    this.#stalledUntil = 0;
    this.#flush();
    this.records.close();
  }

  /**
   * @param {string} stream
   * @param {Expected} expected
   * @param {NewRecord[]} records
   * @param {bigint} current
   * @returns {Answer | undefined} undefined: to be written
   */
  #decide(stream, expected, records, current) {
    if (expected === 'any') return this.#decideInMemory(stream, records, current);
    if (expected === 'stream_exists') {
      return current < 0n ? { kind: 'wrong', current } : this.#decideInMemory(stream, records, current);
    }
    const from = expected === 'no_stream' ? -1n : expected;
    if (from === current) return undefined; // also where an id is stored already: it is written again
    if (from > current) return { kind: 'wrong', current };
    let isStored = true;
    for (const [i, { id }] of records.entries()) {
      const revision = from + 1n + BigInt(i);
      if (this.records.at(stream, revision)?.id === id) continue;
      // Not readable yet: known by its id alone, and only where no other stream had that id before.
      const recent = this.#recent.get(id);
      if (recent?.stream !== stream || recent.revision !== revision) return { kind: 'wrong', current };
      isStored = false;
    }
    return isStored ? this.#repeated(stream, from + BigInt(records.length)) : { kind: 'dropped' };
  }

  /**
   * @param {string} stream
   * @param {NewRecord[]} records
   * @param {bigint} current
   * @returns {Answer | undefined}
   */
  #decideInMemory(stream, records, current) {
    const recent = records.map(({ id }) => this.#recent.get(id)).filter((known) => known?.stream === stream);
    const last = recent.at(-1);
    if (last === undefined) return undefined;
    return recent.length < records.length ? { kind: 'wrong', current } : this.#repeated(stream, last.revision);
  }

  /**
   * @param {string} stream
   * @param {bigint} revision
   * @returns {Answer}
   */
  #repeated(stream, revision) {
    const stored = this.records.at(stream, revision);
    return stored === undefined ? { kind: 'dropped' } : { kind: 'written', revision, position: stored.position };
  }

  #flush() {
    const wait = this.#stalledUntil - Date.now();
    this.#flushing = wait > 0 ? setTimeout(() => this.#flush(), wait) : undefined;
    if (wait > 0) return;
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const positions = this.records.commit(pending);
    this.#versions.clear();
    pending.forEach(({ first, records, answer }, i) => {
      answer({ kind: 'written', revision: first + BigInt(records.length - 1), position: positions[i] ?? 0n });
    });
    this.events.emit('committed');
  }
}
