/** The two ways in which the client appends: a call for each append, or one stream of calls for all of them. */
import * as wire from './wire.js';

/** How long an append waits for its commit before it is given up. */
const COMMIT_TIMEOUT_MS = 2_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @typedef {import('./log.js').Log} Log
 * @typedef {import('./log.js').Answer} Answer
 * @typedef {import('./records.js').NewRecord} NewRecord
 * @typedef {import('./faults.js').Fault} Fault
 * @typedef {import('@eventstore/db-client/generated/streams_pb.js')} Pb
 */

/** @param {NewRecord[]} records */
const tooLarge = (records) => records.reduce((sum, { data }) => sum + data.length, 0) > wire.MAX_APPEND_BYTES;

/** @param {string} stream @param {NewRecord[]} records */
const malformed = (stream, records) => stream === '' || records.some(({ id }) => !UUID.test(id));

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const forever = () => new Promise(() => undefined);

/**
 * `/Append`: with credentials.
 * @param {Log} log
 * @param {import('./faults.js').Faults} faults
 * @param {Set<() => void>} open how to fail each call that is open
 * @param {() => number} leader the port of another node that leads
 */
export const appendHandler =
  (log, faults, open, leader) =>
  /**
   * @param {import('@grpc/grpc-js').ServerReadableStream<import('@eventstore/db-client/generated/streams_pb.js').AppendReq, unknown>} call
   * @param {(error: any, response?: any) => void} callback
   */
  (call, callback) => {
    const answer = (/** @type {any} */ error, /** @type {any[]} */ ...response) => {
      if (open.delete(stop)) callback(error, ...response);
    };
    const stop = () => answer(wire.errors.stopping());
    open.add(stop);
    /** @type {import('@eventstore/db-client/generated/streams_pb.js').AppendReq.Options | undefined} */
    let options;
    /** @type {NewRecord[]} */
    const records = [];
    call.on('data', (request) => {
      if (request.hasOptions()) options = request.getOptions();
      else records.push(wire.recordOf(request.getProposedMessage()));
    });
    call.on('error', () => undefined);
    call.on('end', () => {
      if (options !== undefined) void decide(options);
    });

    /** @param {import('@eventstore/db-client/generated/streams_pb.js').AppendReq.Options} options */
    async function decide(options) {
      const stream = wire.nameOf(options.getStreamIdentifier());
      const expected = wire.expectedOf(options);
      if (tooLarge(records)) return answer(wire.errors.tooLarge());
      if (malformed(stream, records)) return answer(wire.errors.thrown());
      const fault = faults.take('append');
      if (fault !== undefined && (await before(fault))) return;
      const outcome = await log.append(stream, expected, records);
      if (fault !== undefined && (await after(fault, expected, outcome))) return;
      if (outcome.kind === 'written') return answer(null, wire.written(outcome.revision, outcome.position));
      if (outcome.kind === 'wrong') return answer(null, wire.wrongVersion(expected, outcome.current));
      await pause(COMMIT_TIMEOUT_MS);
      answer(wire.errors.timeout());
    }

    /** @param {Fault} fault @returns {Promise<boolean>} whether this was its end */
    async function before({ kind, ms }) {
      switch (kind) {
        case 'reset-before':
          faults.reset(call);
          return true;
        case 'hang-before':
          return true;
        case 'not-ready':
          answer(wire.errors.notReady());
          return true;
        case 'internal':
          answer(wire.errors.stopping());
          return true;
        case 'not-leader':
          answer(wire.errors.notLeader(leader()));
          return true;
        case 'stall':
          log.stall(ms ?? 0);
          return false;
        default:
          return false;
      }
    }

    /** @param {Fault} fault @param {import('./log.js').Expected} expected @param {Answer} outcome */
    async function after({ kind, ms }, expected, outcome) {
      switch (kind) {
        case 'reset-after':
          faults.reset(call);
          return true;
        case 'hang-after':
          return true;
        case 'late':
          await pause(ms ?? 0);
          return false;
        case 'wrong-after':
          if (outcome.kind !== 'written') return false;
          answer(null, wire.wrongVersion(expected, outcome.revision));
          return true;
        default:
          return false;
      }
    }
  };

/**
 * `/BatchAppend`: without credentials.
 * @param {Log} log
 * @param {import('./faults.js').Faults} faults
 */
export const batchAppendHandler =
  (log, faults) =>
  /** @param {import('@grpc/grpc-js').ServerDuplexStream<import('@eventstore/db-client/generated/streams_pb.js').BatchAppendReq, any>} call */
  (call) => {
    /** @type {Map<string, { options: import('@eventstore/db-client/generated/streams_pb.js').BatchAppendReq.Options, records: NewRecord[] }>} */
    const open = new Map();
    call.on('data', (request) => {
      const correlation = request.getCorrelationId();
      const key = correlation?.getString() ?? '';
      const options = request.getOptions();
      if (options !== undefined) open.set(key, { options, records: [] });
      const batch = open.get(key);
      if (batch === undefined) return;
      batch.records.push(...request.getProposedMessagesList().map(wire.recordOf));
      if (!request.getIsFinal()) return;
      open.delete(key);
      void decide(batch.options, batch.records).then((response) => {
        if (call.cancelled || call.destroyed) return;
        response.setCorrelationId(correlation).setStreamIdentifier(batch.options.getStreamIdentifier());
        call.write(response);
      });
    });
    call.on('error', () => undefined);
    call.on('end', () => call.end());

    /**
     * @param {import('@eventstore/db-client/generated/streams_pb.js').BatchAppendReq.Options} options
     * @param {NewRecord[]} records
     */
    async function decide(options, records) {
      const stream = wire.nameOf(options.getStreamIdentifier());
      const expected = wire.batchExpectedOf(options);
      if (tooLarge(records)) return wire.batchTooLarge();
      if (malformed(stream, records)) return wire.batchThrown();
      const fault = faults.take('append');
      if (fault?.kind === 'reset-before') faults.reset(call);
      if (fault?.kind === 'hang-before') await forever();
      const outcome = await log.append(stream, expected, records);
      if (fault?.kind === 'reset-after') faults.reset(call);
      if (fault?.kind === 'hang-after') await forever();
      if (outcome.kind === 'written') return wire.batchWritten(outcome.revision, outcome.position);
      if (outcome.kind === 'wrong') return wire.batchWrongVersion(expected, outcome.current);
      await pause(COMMIT_TIMEOUT_MS);
      return wire.batchTimeout();
    }
  };
