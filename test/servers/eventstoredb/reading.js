/** Reads and subscriptions: pages of the log, sent as fast as the reader takes them. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { matcherOf } from './filter.js';
import * as wire from './wire.js';

const PAGE = 256;
/** Events that a filtered subscription considers at a time. */
const WINDOW = 32;
/** A subscriber that is further behind than this has lost its live place, and catches up anew. */
const LIVE_EVENTS = 500;
/** Before the first record; on the wire it is 2^64-1. */
const NOWHERE = { commit: -1n, prepare: -1n };
const MAX = { commit: 2n ** 64n - 1n, prepare: 2n ** 64n - 1n };

/**
 * @typedef {import('./log.js').Log} Log
 * @typedef {import('./records.js').StoredRecord} StoredRecord
 * @typedef {{ commit: bigint, prepare: bigint }} Position
 * @typedef {import('@grpc/grpc-js').ServerWritableStream<import('@eventstore/db-client/generated/streams_pb.js').ReadReq, any>} Call
 */

/** @param {Position} a @param {Position} b */
const isAfter = (a, b) => a.commit > b.commit || (a.commit === b.commit && a.prepare > b.prepare);

/** @param {StoredRecord} record @returns {Position} */
const at = ({ position }) => ({ commit: position, prepare: position });

/**
 * `/Read`
 * @param {Log} log
 * @param {import('./faults.js').Faults} faults
 * @param {Set<() => void>} open how to fail each call that is open
 */
export const readHandler = (log, faults, open) => (/** @type {Call} */ call) => {
  const stop = () => fail(call, wire.errors.stopping());
  open.add(stop);
  for (const name of ['close', 'cancelled']) call.on(name, () => open.delete(stop));
  const options = call.request.getOptions();
  if (options === undefined) return fail(call, wire.errors.thrown());
  const outlet = new Outlet(call, faults, options.hasSubscription() ? 'subscribe' : 'read');
  const work = options.hasStream()
    ? readStream(log, outlet, options)
    : options.hasSubscription()
      ? subscribe(log, outlet, options)
      : readAll(log, outlet, options);
  work.catch((error) => fail(call, 'details' in error ? error : wire.errors.thrown()));
};

/** @param {Call} call @param {import('./wire.js').GrpcError} error */
function fail(call, error) {
  if (!call.destroyed && !call.writableEnded) call.emit('error', error);
}

/** The way out to one reader, with the fault that waits for it. */
class Outlet {
  #call;
  #faults;
  #fault;
  #events = 0;
  #ended = new AbortController();

  /**
   * @param {Call} call
   * @param {import('./faults.js').Faults} faults
   * @param {import('./faults.js').Fault['on']} on
   */
  constructor(call, faults, on) {
    this.#call = call;
    this.#faults = faults;
    this.#fault = faults.take(on);
    for (const name of ['cancelled', 'close', 'error']) call.on(name, () => this.#ended.abort());
  }

  get ended() {
    return this.#ended.signal;
  }

  /** @param {StoredRecord} record */
  async event(record) {
    await this.#suffer();
    this.#events++;
    await this.send(wire.eventOf(record));
  }

  /** @param {unknown} message */
  async send(message) {
    if (this.ended.aborted) return;
    if (this.#call.write(message)) return;
    await once(this.#call, 'drain', { signal: this.ended }).catch(() => undefined);
  }

  /** What befalls the reader instead of the next event. */
  async #suffer() {
    const fault = this.#fault;
    if (fault === undefined || this.#events < (fault.after ?? 0)) return;
    this.#fault = undefined;
    switch (fault.kind) {
      case 'reset':
        this.#faults.reset(this.#call);
        break;
      case 'internal':
        fail(this.#call, wire.errors.stopping());
        break;
      case 'unavailable':
        fail(this.#call, wire.errors.notReady());
        break;
      case 'end':
        this.#call.end();
        break;
      case 'hang':
        await new Promise((resolve) => this.ended.addEventListener('abort', resolve));
        break;
      case 'checkpoint':
        return this.send(wire.checkpoint(MAX));
    }
    this.#ended.abort();
  }

  end() {
    if (!this.ended.aborted) this.#call.end();
  }
}

/**
 * @param {Log} log
 * @param {Outlet} outlet
 * @param {import('@eventstore/db-client/generated/streams_pb.js').ReadReq.Options} options
 */
async function readStream(log, outlet, options) {
  const wanted = options.getStream();
  const stream = wire.nameOf(wanted?.getStreamIdentifier());
  if (options.hasSubscription()) throw wire.errors.thrown(); // nobody here subscribes to one stream
  if (log.records.lastOf(stream) < 0n) {
    await outlet.send(wire.streamNotFound(stream));
    return outlet.end();
  }
  const backwards = options.getReadDirection() === 1;
  let left = countOf(options);
  let from = wanted?.hasRevision() ? BigInt(wanted.getRevision()) : wanted?.hasEnd() ? 2n ** 63n : 0n;
  if (wanted?.hasEnd() && !backwards) left = 0;
  while (left > 0 && !outlet.ended.aborted && from >= 0n) {
    const page = log.records.readStream(stream, from, Math.min(left, PAGE), backwards);
    for (const record of page) await outlet.event(record);
    left -= page.length;
    const last = page.at(-1);
    if (last === undefined) break;
    from = last.revision + (backwards ? -1n : 1n);
  }
  outlet.end();
}

/**
 * @param {Log} log
 * @param {Outlet} outlet
 * @param {import('@eventstore/db-client/generated/streams_pb.js').ReadReq.Options} options
 */
async function readAll(log, outlet, options) {
  const backwards = options.getReadDirection() === 1;
  const start = startOf(options);
  if (start !== 'end' && !log.records.isBoundary(start.commit)) throw wire.errors.invalidPosition();
  let left = countOf(options);
  let from = start === 'end' ? log.records.end : start.commit;
  if (start === 'end' && !backwards) left = 0;
  while (left > 0 && !outlet.ended.aborted) {
    const page = log.records.readAll(from, Math.min(left, PAGE), backwards);
    for (const record of page) await outlet.event(record);
    left -= page.length;
    const last = page.at(-1);
    if (last === undefined) break;
    from = last.position + (backwards ? 0n : 1n);
  }
  outlet.end();
}

/**
 * A subscription to all, filtered or not: from a position on, exclusive. With a filter come checkpoints.
 * @param {Log} log
 * @param {Outlet} outlet
 * @param {import('@eventstore/db-client/generated/streams_pb.js').ReadReq.Options} options
 */
async function subscribe(log, outlet, options) {
  const start = startOf(options);
  if (start !== 'end' && !log.records.isBoundary(start.commit)) throw wire.errors.invalidPosition();
  const filter = options.getFilter();
  const matches = filter === undefined ? () => true : matcherOf(filter);
  const interval = WINDOW * Math.max(1, filter?.getCheckpointintervalmultiplier() ?? 1);
  await outlet.send(wire.confirmation(randomUUID()));

  /** The event or checkpoint that was sent last. */
  let sent = start === 'end' ? { commit: log.records.end - 1n, prepare: log.records.end - 1n } : start;
  /** Where the next page begins. */
  let next = start === 'end' ? log.records.end : start.commit < 0n ? 0n : start.commit;
  let considered = 0;
  let live = false;

  const sendCheckpoint = async () => {
    if (filter !== undefined) await outlet.send(wire.checkpoint(sent));
  };

  while (!outlet.ended.aborted) {
    const pageStart = next === 0n ? NOWHERE : { commit: next, prepare: 0n };
    const page = log.records.readAll(next, WINDOW);
    if (live && page.length === WINDOW && log.records.readAll(next, LIVE_EVENTS).length === LIVE_EVENTS) {
      live = false;
      await sendCheckpoint();
    }
    for (const record of page) {
      next = record.position + 1n;
      considered++;
      const position = at(record);
      if (matches(record) && isAfter(position, sent)) {
        await outlet.event(record);
        sent = position;
      }
      if (live && considered >= interval) {
        considered = 0;
        if (isAfter(position, sent)) sent = position;
        await sendCheckpoint();
      }
    }
    const last = page.at(-1);
    if (last !== undefined) next = log.records.readAll(next, 1)[0]?.position ?? log.records.end;
    if (page.length === WINDOW) {
      if (!live && considered >= interval) {
        considered %= interval;
        if (isAfter(pageStart, sent)) sent = pageStart;
        if (sent.commit >= 0n) await sendCheckpoint();
      }
      continue;
    }
    if (!live) {
      if (isAfter(pageStart, sent)) sent = pageStart;
      await sendCheckpoint();
      await outlet.send(wire.caughtUp());
      live = true;
      considered = 0;
      continue; // what was committed while that was sent
    }
    if (next >= log.records.end) await once(log.events, 'committed', { signal: outlet.ended }).catch(() => undefined);
  }
}

/**
 * @param {import('@eventstore/db-client/generated/streams_pb.js').ReadReq.Options} options
 * @returns {Position | 'end'}
 */
function startOf(options) {
  const all = options.getAll();
  if (all?.hasEnd()) return 'end';
  const position = all?.getPosition();
  if (position === undefined) return options.hasSubscription() ? NOWHERE : { commit: 0n, prepare: 0n };
  const [commit, prepare] = [BigInt(position.getCommitPosition()), BigInt(position.getPreparePosition())];
  // As measured: it acts as the end.
  return commit === MAX.commit ? 'end' : { commit, prepare };
}

/** @param {import('@eventstore/db-client/generated/streams_pb.js').ReadReq.Options} options */
const countOf = (options) => Number(options.getCount());
