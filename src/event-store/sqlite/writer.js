/**
 * The main half of the committing thread: collects appends into groups and keeps two full groups on their way, so that
 * one is collected while the other commits. With a single one all callers wait in lockstep. What makes no full group
 * waits for the one before it: it would wait in the thread as well, and could not grow there.
 */
import { Worker } from 'node:worker_threads';
import { APPENDED } from './committer.js';

/**
 * What became of an append. `sequence` and `position` are of its last event; -1 stands for none.
 * `unavailable`: nothing was written; `unknown`: written or not.
 * @typedef {{ kind: 'appended', revision: number, position: number, sequence: number }
 *   | { kind: 'conflict', revision: number }
 *   | { kind: 'unavailable' | 'unknown', message: string }} Outcome
 */

/** @typedef {{ append: (string | number)[], size: number, resolve: (outcome: Outcome) => void }} Waiting */

const MAX_GROUPS = 2;
/** Fewer appends than this are not worth splitting over two groups. */
const SPLIT_FROM = 32;
/** Most UTF-16 units in one group, beyond its first append. */
const MAX_GROUP_SIZE = 4 * 2 ** 20;
/** UTF-16 units that may wait before appends are turned away. */
const MAX_WAITING_SIZE = 128 * 2 ** 20;

export class Writer {
  #worker;
  /** @type {Waiting[]} */
  #waiting = [];
  #waitingSize = 0;
  /** @type {Waiting[][]} groups on their way, oldest first: the thread answers in order */
  #sent = [];
  #sentAppends = 0;
  #scheduled = false;
  /** Why no further append is taken; empty while they are. */
  #stopped = '';
  /** @type {(() => void) | undefined} */
  #onIdle;

  /**
   * @param {string} path
   * @param {URL} [thread]
   * @returns {Promise<Writer>}
   */
  static start(path, thread = new URL('./writer.worker.js', import.meta.url)) {
    const worker = new Worker(thread, { workerData: { path } });
    return new Promise((resolve, reject) => {
      const ended = (/** @type {number} */ code) => reject(new Error(`the committing thread ended with code ${code}`));
      worker.once('error', reject);
      worker.once('exit', ended);
      worker.once('message', () => {
        worker.off('error', reject);
        worker.off('exit', ended);
        resolve(new Writer(worker));
      });
    });
  }

  /** @param {Worker} worker that has said it is ready */
  constructor(worker) {
    this.#worker = worker;
    worker.unref();
    worker.on('message', (answer) => this.#settle(answer));
    worker.on('error', (error) => this.#fail(`the committing thread failed: ${error.message}`));
    worker.on('exit', (code) => this.#fail(`the committing thread ended with code ${code}`));
  }

  /**
   * @param {string} stream
   * @param {number} expected -1: none
   * @param {string[]} events id, type and canonical text of each
   * @returns {Promise<Outcome>}
   */
  append(stream, expected, events) {
    let size = 0;
    for (const text of events) size += text.length;
    if (this.#stopped !== '') return Promise.resolve({ kind: 'unavailable', message: this.#stopped });
    if (this.#waiting.length > 0 && this.#waitingSize + size > MAX_WAITING_SIZE) {
      return Promise.resolve({ kind: 'unavailable', message: 'too many appends are waiting; try again later' });
    }
    return new Promise((resolve) => {
      this.#waiting.push({ append: [stream, expected, events.length / 3, ...events], size, resolve });
      this.#waitingSize += size;
      if (this.#hasFullGroup()) this.#send();
      else this.#schedule();
    });
  }

  /** Answers what is on its way, then ends the thread. */
  async close() {
    if (this.#stopped !== '') return;
    this.#stopped = 'the store is closed';
    if (this.#waiting.length + this.#sent.length > 0) {
      await new Promise((resolve) => (this.#onIdle = () => resolve(undefined)));
    }
    this.#worker.ref();
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('close');
    await ended;
  }

  /**
   * What makes no full group goes after the callers of this turn of the event loop have all had their say. A full one
   * does not wait for that: a turn may take the answers of both groups, and the thread would have nothing to do until
   * the callers of both have come back.
   */
  #schedule() {
    if (this.#scheduled || this.#sent.length >= MAX_GROUPS) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#waiting.length > 0 && this.#sent.length === 0) this.#send();
      while (this.#hasFullGroup()) this.#send();
    });
  }

  #hasFullGroup() {
    return this.#sent.length < MAX_GROUPS && this.#waiting.length >= this.#share();
  }

  /** How many appends make a full group: as many callers wait for one as for the other. */
  #share() {
    return Math.max(SPLIT_FROM, Math.ceil((this.#waiting.length + this.#sentAppends) / MAX_GROUPS));
  }

  #send() {
    const share = this.#share();
    let size = 0;
    let length = 0;
    for (const { size: next } of this.#waiting) {
      if (length === share || (length > 0 && size + next > MAX_GROUP_SIZE)) break;
      size += next;
      length++;
    }
    const group = this.#waiting.splice(0, length);
    this.#waitingSize -= size;
    if (this.#sent.length === 0) this.#worker.ref();
    this.#sent.push(group);
    this.#sentAppends += length;
    this.#worker.postMessage(group.flatMap(({ append }) => append));
  }

  /** @param {import('./committer.js').Answers | import('./committer.js').Failure} answer */
  #settle(answer) {
    const group = this.#sent.shift() ?? [];
    this.#sentAppends -= group.length;
    if (this.#sent.length === 0) this.#worker.unref();
    if (this.#waiting.length > 0) this.#schedule();
    group.forEach(({ resolve }, i) => resolve('failed' in answer ? failure(answer) : outcome(answer, 4 * i)));
    if (this.#waiting.length + this.#sent.length === 0) this.#onIdle?.();
  }

  /** @param {string} message */
  #fail(message) {
    if (this.#stopped === '') this.#stopped = message;
    for (const { resolve } of this.#sent.splice(0).flat()) resolve({ kind: 'unknown', message });
    for (const { resolve } of this.#waiting.splice(0)) resolve({ kind: 'unavailable', message });
    this.#waitingSize = 0;
    this.#onIdle?.();
  }
}

/**
 * @param {import('./committer.js').Failure} answer
 * @returns {Outcome}
 */
const failure = ({ failed, message }) => ({ kind: failed, message });

/**
 * @param {import('./committer.js').Answers} answers
 * @param {number} at
 * @returns {Outcome}
 */
function outcome(answers, at) {
  const revision = /** @type {number} */ (answers[at + 1]);
  if (answers[at] !== APPENDED) return { kind: 'conflict', revision };
  return {
    kind: 'appended',
    revision,
    position: /** @type {number} */ (answers[at + 2]),
    sequence: /** @type {number} */ (answers[at + 3]),
  };
}
