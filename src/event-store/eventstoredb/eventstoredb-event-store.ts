import { BACKWARDS, END, START } from '@eventstore/db-client';
import type { Envelope } from '../../kernel/envelope.js';
import { isBookkeeping, type StreamName } from '../../kernel/ids.js';
import {
  StoreUnavailable,
  type Appended,
  type EventReader,
  type EventStore,
  type EventText,
  type Expected,
  type Head,
  type LogPage,
  type LogQuery,
  type Place,
  type Position,
  type StoredEvent,
  type StreamQuery,
} from '../event-store.js';
import { checkedAppend } from '../checked-append.js';
import { textsOf } from '../texts-of.js';
import { limitOf } from '../page-limit.js';
import { appendTo } from './appending.js';
import { connect, type Connection } from './connection.js';
import { followLog } from './following.js';
import { Passage } from './passage.js';
import { compareLogPositions, logPositionOf, positionOf } from './positions.js';
import { readRecords, recordsOf } from './reading.js';
import { envelopeOf, isOurs, proposed } from './recorded-event.js';
import { isMetadataOfOurs, refuseRetention, refuseRetentionOf } from './retention.js';

export { BadEventStoreUrl, EventsMayVanish, ForeignEvent } from './faults.js';

const APPEND_MS = 5_000;
/** Events that one page considers at most where a filter picks few. */
const MAX_SCAN = 4_096;
const MOST_COUNTED = 32_768;
/** Among so many of the last events there is mostly a business event. */
const FEW = 64;

export interface EventStoreDbOptions {
  /** How long an append may take, in milliseconds; after it nobody knows whether it was written. Default 5,000. */
  readonly appendMs?: number;
  /** Most events that are counted for one `head`. Default 32,768. */
  readonly mostCounted?: number;
}

/**
 * Opens a ledger's events in EventStoreDB or KurrentDB.
 * @param url as `connect` has it
 * @throws BadEventStoreUrl, StoreUnavailable, EventsMayVanish (a stream carries `$maxAge`, `$maxCount` or `$tb`)
 */
export async function openEventStoreDb(url: string, options: EventStoreDbOptions = {}): Promise<EventStore> {
  const connection = connect(url);
  try {
    await refuseRetention(connection);
    return new EventStoreDb(connection, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** For a thread or process that only reads. @throws BadEventStoreUrl */
export const openEventStoreDbReader = (url: string, options: EventStoreDbOptions = {}): EventReader =>
  new EventStoreDb(connect(url), options);

/** Looks for streams that may lose events. @throws EventsMayVanish, BadEventStoreUrl, StoreUnavailable */
export async function refuseRetentionAt(url: string): Promise<void> {
  const connection = connect(url);
  try {
    await refuseRetention(connection);
  } finally {
    await connection.close();
  }
}

class EventStoreDb implements EventStore {
  readonly #connection: Connection;
  readonly #appendMs: number;
  readonly #mostCounted: number;
  readonly #closing = new AbortController();
  readonly #appends = new Set<Promise<unknown>>();
  /** The last place that was counted to: `head` goes on from there. */
  #known: Place | undefined;

  constructor(connection: Connection, { appendMs = APPEND_MS, mostCounted = MOST_COUNTED }: EventStoreDbOptions) {
    this.#connection = connection;
    this.#appendMs = appendMs;
    this.#mostCounted = mostCounted;
  }

  async append(stream: StreamName, expected: Expected, events: readonly Envelope[]): Promise<Appended> {
    const checked = checkedAppend(stream, expected, events);
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the event store is closed');
    const batch = events.map(({ type }, i) => proposed(type, checked[3 * i + 2] as string));
    const append = appendTo(this.#connection, this.#appendMs, stream, expected, batch);
    this.#appends.add(append);
    try {
      return await append;
    } finally {
      this.#appends.delete(append);
    }
  }

  async readStream(stream: StreamName, query: StreamQuery = {}): Promise<readonly StoredEvent[]> {
    const records = await readRecords(this.#connection, stream, { ...query, limit: limitOf(query.limit) });
    return records.map((record) => ({ position: positionOf(record.position), event: envelopeOf(record) }));
  }

  async readAll(query: LogQuery = {}): Promise<LogPage> {
    const limit = limitOf(query.limit);
    const { filter } = query;
    const passage = new Passage(query.after, filter ?? {});
    for (;;) {
      // The server leaves nothing out, and gives the first event again that was passed.
      const maxCount = (filter === undefined ? limit - passage.length : MAX_SCAN) + 1;
      const seen = await this.#pass(passage, maxCount, limit, filter !== undefined);
      if (seen < maxCount || filter !== undefined || passage.length === limit) {
        // The places passed are as true as the one to begin after, which may have been made up to count from.
        if (query.after === undefined) this.#know(passage.at);
        return passage.page(seen < maxCount && passage.length < limit);
      }
    }
  }

  /** The server's client has parsed what comes. */
  async readTexts(query: LogQuery = {}): Promise<LogPage<EventText>> {
    return textsOf(await this.readAll(query));
  }

  async *follow(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    for await (const page of followLog(this.#connection, query, limitOf(query.limit), either)) {
      this.#know(page.next);
      yield page;
    }
  }

  async head(from?: Place): Promise<Head> {
    const later = this.#laterOf(from, this.#known);
    const known = later?.count === 0 ? undefined : later; // before the first event of ours it may be a checkpoint
    const passage = new Passage(known, { types: [] });
    const seen = await this.#pass(passage, this.#mostCounted, 1);
    // The server gives what stands at the place again, or what comes after it.
    if (seen === 0 && known !== undefined) throw new RangeError(`the log ends before ${known.position}`);
    this.#know(passage.at);
    return { ...(passage.at ?? { count: 0 }), ...(seen === this.#mostCounted && { partial: true as const }) };
  }

  async last(): Promise<StoredEvent | undefined> {
    const { client, call } = this.#connection;
    for (let maxCount = FEW; ; maxCount *= 8) {
      let seen = 0;
      const read = client.readAll({ ...call, direction: BACKWARDS, fromPosition: END, maxCount });
      for await (const record of recordsOf(read)) {
        seen++;
        if (!isOurs(record.streamId) || isBookkeeping(record.streamId)) continue;
        return { position: positionOf(record.position), event: envelopeOf(record) };
      }
      if (seen < maxCount) return undefined;
    }
  }

  comparePositions(a: Position, b: Position): number {
    return compareLogPositions(logPositionOf(a), logPositionOf(b));
  }

  /** Appends that are on their way are answered first. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#appends);
    await this.#connection.close();
  }

  /**
   * Takes a passage on through the log.
   * @param breakOff whether to leave the call when the limit is reached: else it ends soon, and by itself
   * @returns how many events the server gave
   */
  async #pass(passage: Passage, maxCount: number, limit: number, breakOff = false): Promise<number> {
    const { client, call } = this.#connection;
    let seen = 0;
    for await (const record of recordsOf(
      client.readAll({ ...call, fromPosition: passage.passed ?? START, maxCount }),
    )) {
      seen++;
      if (passage.length === limit && breakOff) break;
      if (passage.length === limit) continue;
      if (isMetadataOfOurs(record)) await refuseRetentionOf(this.#connection, record);
      passage.take(record);
    }
    return seen;
  }

  #know(place: Place | undefined): void {
    this.#known = this.#laterOf(this.#known, place);
  }

  #laterOf(a: Place | undefined, b: Place | undefined): Place | undefined {
    if (a === undefined || b === undefined) return a ?? b;
    return this.comparePositions(a.position, b.position) >= 0 ? a : b;
  }
}
