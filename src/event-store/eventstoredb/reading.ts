import {
  BACKWARDS,
  END,
  FORWARDS,
  START,
  type AllStreamRecordedEvent,
  type Position as LogPosition,
  type RecordedEvent,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import type { StreamName } from '../../kernel/ids.js';
import { StoreUnavailable, type StreamQuery } from '../event-store.js';
import type { Connection } from './connection.js';
import { readFailure } from './errors.js';
import { EventsMayVanish, ForeignEvent } from './faults.js';

/** A read in which nothing comes for so long has failed: the client itself would wait for 20 seconds and more. */
const SILENCE_MS = 10_000;

/** Beyond every stream's end, and still a number to the server. */
const BEYOND = 2n ** 62n;

/** An event of the whole log: there the server always knows the position. */
export type LogRecord = AllStreamRecordedEvent;

export type StreamRecord = RecordedEvent & { readonly position: LogPosition };

/**
 * The events of a stream, one revision after the other.
 * @throws StoreUnavailable; EventsMayVanish where one is missing
 */
export async function readRecords(
  { client, call }: Connection,
  stream: StreamName,
  { from, direction = 'forwards', limit }: StreamQuery & { readonly limit: number },
): Promise<StreamRecord[]> {
  const backwards = direction === 'backwards';
  if (backwards && from !== undefined && from < 0n) return [];
  const read = client.readStream(stream, {
    ...call,
    fromRevision: from === undefined || from < 0n ? (backwards ? END : START) : from < BEYOND ? from : BEYOND,
    direction: backwards ? BACKWARDS : FORWARDS,
    maxCount: limit,
  });
  const records: StreamRecord[] = [];
  let next = backwards ? undefined : from === undefined || from < 0n ? 0n : from;
  for await (const record of recordsOf(read)) {
    const { revision, position } = record;
    if (next !== undefined && revision !== next) throw new EventsMayVanish(`event ${next} of ${stream} is gone`);
    if (position === undefined) throw new ForeignEvent(`event ${revision} of ${stream} was written in a transaction`);
    records.push({ ...record, position });
    next = revision + (backwards ? -1n : 1n);
  }
  return records;
}

/** A stream of the client's: it stays open at the server until its call is cancelled. */
interface Call {
  on(event: 'error', listener: () => void): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** How long a call that was cancelled may take to end. */
const LEAVING_MS = 1_000;

/** Late errors of a call find no reader any more; an error without a listener would end the process. */
export const listenToErrors = (call: Call): unknown => call.on('error', () => undefined);

/**
 * Ends a call, wherever its reader stopped. To destroy the stream would do less: what had come already would keep the
 * call open, and the client from closing.
 */
export function leave(call: Call, cancel: () => Promise<void>): void {
  cancel().catch(() => undefined);
  call.resume();
  setTimeout(() => call.destroy(), LEAVING_MS).unref();
}

interface Reading {
  _transform(answer: { hasStreamNotFound?(): boolean }, encoding: BufferEncoding, next: () => void): void;
}

/**
 * A stream that does not exist is a read that ends without an event. The client would break off the call: the ledger
 * looks for a stream with each new command, and a server closes a connection on which too many calls are broken off
 * (CVE-2023-44487), with all appends that are on their way.
 */
function endWhereNothingIs(read: object): void {
  const reading = read as Reading;
  const transform = reading._transform.bind(reading);
  reading._transform = (answer, encoding, next) =>
    answer.hasStreamNotFound?.() === true ? next() : transform(answer, encoding, next);
}

/**
 * The events of one read, in the server's order; none for a stream that does not exist. However the reader leaves, the
 * call ends.
 * @throws StoreUnavailable, RangeError (no such position), EventsMayVanish
 */
export async function* recordsOf<E extends RecordedEvent>(
  read: StreamingRead<ResolvedEvent & { event?: E }>,
): AsyncGenerator<E, void> {
  listenToErrors(read);
  endWhereNothingIs(read);
  const silence = setTimeout(
    () => read.destroy(new StoreUnavailable(`EventStoreDB said nothing for ${SILENCE_MS / 1_000} s`)),
    SILENCE_MS,
  );
  try {
    const events: AsyncIterable<{ event?: E }> = read.iterator({ destroyOnReturn: false });
    for await (const { event } of events) {
      silence.refresh();
      if (event !== undefined) yield event;
    }
  } catch (error) {
    throw error instanceof StoreUnavailable ? error : readFailure(error);
  } finally {
    clearTimeout(silence);
    leave(read, () => read.cancel());
  }
}
