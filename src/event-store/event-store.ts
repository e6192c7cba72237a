import type { Brand } from '../kernel/brand.js';
import type { Envelope } from '../kernel/envelope.js';
import type { EventId, StreamName } from '../kernel/ids.js';

/** Where an event stands in its store, as text. Opaque; `comparePositions` orders two of the same store. */
export type Position = Brand<string, 'Position'>;

/** 0-based number of an event within its stream. */
export type Revision = bigint;

/** The revision that the stream must have; `'none'`: it must not exist. There is no "any". */
export type Expected = Revision | 'none';

/** A canonical event is refused above this many bytes (DESIGN.md, Envelope). */
export const MAX_EVENT_BYTES = 60_000;
/** Most events in one append. */
export const MAX_APPEND_EVENTS = 1_000;
/** Most bytes of canonical events in one append: what EventStoreDB takes. */
export const MAX_APPEND_BYTES = 1_048_576;

/** An event as it was read, upcast to nothing: exactly what was appended. */
export interface StoredEvent {
  readonly position: Position;
  /** 0-based rank in commit order among business events; absent for bookkeeping (`_`) or where not yet known. */
  readonly sequence?: number;
  readonly event: Envelope;
}

/** The same event as its canonical text, for whoever hashes it: nothing is parsed to be written again. */
export interface EventText extends Omit<StoredEvent, 'event'> {
  readonly id: EventId;
  readonly text: string;
}

export interface Appended {
  /** Of the append's last event. */
  readonly revision: Revision;
  readonly position: Position;
  readonly sequence?: number;
}

/**
 * A point in the log, with what a reader who goes on from there has to know: no store has to keep sequences, so that
 * the count travels with the position (docs/adr/0008-the-count-travels-with-the-position.md). A fact of the log: it
 * stays true for ever, for every reader.
 */
export interface Place {
  readonly position: Position;
  /** Number of business events up to and including the position: the next one's sequence. */
  readonly count: number;
}

/** Which events of the whole log a reader wants; absent fields want all. Bookkeeping is read only by category. */
export interface Filter {
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
}

export interface StreamQuery {
  /** First revision to give, inclusive. Default: the first (forwards) or the last (backwards). */
  readonly from?: Revision;
  readonly direction?: 'forwards' | 'backwards';
  /** Default 256, at most 4096. */
  readonly limit?: number;
}

export interface LogQuery {
  /** Exclusive; absent: from the start. */
  readonly after?: Place;
  readonly filter?: Filter;
  /** Most events in the page: default 256, at most 4096. */
  readonly limit?: number;
}

/** A page of the log. With a filter it may be empty before the end is reached; `next` always moves on. */
export interface LogPage<E = StoredEvent> {
  readonly events: readonly E[];
  /** Pass as `after` for what follows. Absent only where the log is empty. */
  readonly next?: Place;
  /** True when everything that was committed at the time of reading has been considered. */
  readonly atEnd: boolean;
}

/** The reading half; several threads and processes may read. */
export interface EventReader {
  /** @returns events in the direction asked for; none for a stream that does not exist. */
  readStream(stream: StreamName, query?: StreamQuery): Promise<readonly StoredEvent[]>;
  /** Committed events in commit order. No reader ever sees position n+1 before n. */
  readAll(query?: LogQuery): Promise<LogPage>;
  /** The same page, as texts. */
  readTexts(query?: LogQuery): Promise<LogPage<EventText>>;
  /**
   * Pages of the log for ever, waiting for new commits at the end; ends when the signal aborts. No gap, no double.
   * @throws UnusableLog, RangeError (no such place): for good, while everything else may pass
   */
  follow(query: LogQuery, signal: AbortSignal): AsyncIterable<LogPage>;
  /**
   * The last committed position, and how many business events there are; a store that has to count stops after some
   * 30,000 events, and says so: whoever wants all of it asks `wholeHead`.
   * @param from a place that is known already: a store that has to count begins there
   * @throws RangeError where the place lies beyond the end: it is of another log, or of a longer one
   */
  head(from?: Place): Promise<Head>;
  /** The last business event, without reading the log; its sequence where the store knows it. */
  last(): Promise<StoredEvent | undefined>;
  comparePositions(a: Position, b: Position): number;
  close(): Promise<void>;
}

export interface Head {
  readonly position?: Position;
  /** Number of business events: the next one gets this sequence. */
  readonly count: number;
  /** The log goes on behind the position: the count is a part of it. */
  readonly partial?: true;
}

/** One contract suite, every adapter: `test/contract/event-store.contract.ts` (DESIGN.md, Event store). */
export interface EventStore extends EventReader {
  /**
   * Appends to one stream, atomically and durably: an answered append survives `kill -9`, a rejected one leaves no
   * trace. The same events, byte for byte, at the same expected revision return the first answer; the same ids with
   * other content are what any other late append is, a wrong revision (docs/adr/0006).
   * Each event's `stream` and `revision` must be the ones it is appended at.
   * @throws WrongRevision, InvalidEvent, StoreUnavailable (nothing written), OutcomeUnknown (retry the same call)
   */
  append(stream: StreamName, expected: Expected, events: readonly Envelope[]): Promise<Appended>;
  /** True: the stream does not exist, which is known without looking. The method is missing where a store cannot know. */
  isAbsent?(stream: StreamName): boolean;
}

export class WrongRevision extends Error {
  override readonly name = 'WrongRevision';
  constructor(
    readonly stream: StreamName,
    readonly expected: Expected,
    readonly actual: Expected,
  ) {
    super(`${stream} is at revision ${actual}, not ${expected}`);
  }
}

/** The event cannot be stored, ever: too large, not JSON, a float, a wrong stream or revision … */
export class InvalidEvent extends Error {
  override readonly name = 'InvalidEvent';
}

/** Nothing was written; try again later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** No ledger can be read from there, now or later: the message says why, and what to do. */
export class UnusableLog extends Error {
  override readonly name: string = 'UnusableLog';
}

/** Written or not: retrying the same ids at the same revision finds out and is safe. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Injection token of the EventReader that answers requests. */
export const EVENT_READER = Symbol('EventReader');
