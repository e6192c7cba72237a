import { NO_STREAM, WrongExpectedVersionError, type AppendResult } from '@eventstore/db-client';
import type { StreamName } from '../../kernel/ids.js';
import { OutcomeUnknown, StoreUnavailable, WrongRevision, type Appended, type Expected } from '../event-store.js';
import type { Connection } from './connection.js';
import { appendFailure } from './errors.js';
import { positionOf } from './positions.js';
import { readRecords } from './reading.js';
import type { Proposed } from './recorded-event.js';

/** The client's own deadline comes first; ours holds where the client forgets it. */
const GRACE_MS = 1_000;

/**
 * One call, never repeated here: whoever is told that the outcome is unknown repeats it.
 * @throws WrongRevision, InvalidEvent, StoreUnavailable, OutcomeUnknown
 */
export async function appendTo(
  connection: Connection,
  ms: number,
  stream: StreamName,
  expected: Expected,
  batch: readonly Proposed[],
): Promise<Appended> {
  const { client, call } = connection;
  const expectedRevision = expected === 'none' ? NO_STREAM : expected;
  const events = batch.map(({ event }) => event);
  let result: AppendResult;
  try {
    const answer = client.appendToStream(stream, events, { ...call, expectedRevision, deadline: ms });
    result = await within(ms + GRACE_MS, answer);
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return disbelieve(error, connection, stream, expected, batch);
    throw appendFailure(error);
  }
  if (result.position === undefined) throw new OutcomeUnknown('EventStoreDB told no position');
  return { revision: result.nextExpectedRevision, position: positionOf(result.position) };
}

/** A wrong revision is also what the server may say of an append that it did write: the stream knows. */
async function disbelieve(
  { actualVersion }: WrongExpectedVersionError,
  connection: Connection,
  stream: StreamName,
  expected: Expected,
  batch: readonly Proposed[],
): Promise<Appended> {
  const first = expected === 'none' ? 0n : expected + 1n;
  const stored = await readRecords(connection, stream, { from: first, limit: batch.length }).catch((error: unknown) => {
    throw error instanceof StoreUnavailable ? new OutcomeUnknown(error.message, { cause: error }) : error;
  });
  const last = stored.at(-1);
  if (last !== undefined && stored.length === batch.length && stored.every(({ id }, i) => id === batch[i]?.id)) {
    return { revision: last.revision, position: positionOf(last.position) };
  }
  const actual = typeof actualVersion === 'bigint' ? actualVersion : 'none';
  const end = actual === 'none' ? -1n : actual;
  const unread = stored.length < batch.length && end >= first + BigInt(stored.length);
  if (unread || end === first - 1n) {
    throw new OutcomeUnknown(`an append to ${stream} is on its way: it cannot be read yet`);
  }
  throw new WrongRevision(stream, expected, actual);
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutcomeUnknown(`EventStoreDB gave no answer for ${ms / 1_000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
