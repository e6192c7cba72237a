import { setTimeout as wait } from 'node:timers/promises';
import { START, streamNameFilter, type AllStreamSubscription } from '@eventstore/db-client';
import { UnusableLog, type LogPage, type LogQuery, type Place } from '../event-store.js';
import type { Connection } from './connection.js';
import { readFailure } from './errors.js';
import { Passage, wantsBookkeeping } from './passage.js';
import { isMetadataOfOurs, refuseRetentionOf } from './retention.js';
import { checkpointReached, itemsOf, type Item } from './subscription.js';

/** In windows of 32 events, as the server considers them. */
const CHECKPOINT_INTERVAL = 8;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Pages of the log for ever. A subscription that ends, fails or is cut off is taken up again where the last page ended;
 * while the server cannot be reached that is tried again and again.
 * @throws EventsMayVanish, ForeignEvent, RangeError (no such position), each after the events before it
 */
export async function* followLog(
  connection: Connection,
  query: LogQuery,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  let at: Place | undefined = query.after;
  for (let failures = 0; !signal.aborted; failures++) {
    const passage = new Passage(at, query.filter ?? {});
    let failure: Error | undefined;
    try {
      for await (const page of pagesOf(
        subscribe(connection, query, passage, limit),
        passage,
        limit,
        connection,
        signal,
      )) {
        yield page;
        failures = 0;
      }
    } catch (error) {
      failure = readFailure(error);
    }
    if (signal.aborted) return;
    if (passage.moved) yield passage.page(false);
    at = passage.at;
    if (isLasting(failure)) throw failure;
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    await wait(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** The server leaves out its own events, and bookkeeping that nobody asked for; counting needs all others. */
function subscribe(
  { client, call }: Connection,
  { filter = {} }: LogQuery,
  passage: Passage,
  limit: number,
): AllStreamSubscription {
  const others = wantsBookkeeping(filter) ? '$' : '$_';
  // With the metadata of streams, `$$…`: it may say that events will vanish.
  const regex = `^(\\$\\$)?[^${others}]`;
  const served = streamNameFilter({ regex, checkpointInterval: CHECKPOINT_INTERVAL, checkpointReached });
  return client.subscribeToAll(
    { ...call, fromPosition: passage.passed ?? START, filter: served },
    { highWaterMark: limit },
  );
}

/** Full pages on the way to the end, and there whatever is waiting when the consumer comes back. */
async function* pagesOf(
  subscription: AllStreamSubscription,
  passage: Passage,
  limit: number,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  let live = false;
  for await (const item of itemsOf(subscription, signal)) {
    if (item.kind === 'caught-up') live = true;
    else await passItem(item, passage, connection);
    const atEnd = live && subscription.readableLength === 0;
    if (passage.moved && (atEnd || passage.length === limit)) yield passage.page(atEnd);
  }
}

async function passItem(item: Exclude<Item, { kind: 'caught-up' }>, passage: Passage, connection: Connection) {
  if (item.kind === 'checkpoint') return passage.reach(item.position);
  if (isMetadataOfOurs(item.record)) await refuseRetentionOf(connection, item.record);
  passage.take(item.record);
}

const isLasting = (failure: Error | undefined): failure is Error =>
  failure instanceof UnusableLog || failure instanceof RangeError;
