import {
  OutcomeUnknown,
  StoreUnavailable,
  type Appended,
  type EventStore,
  type Expected,
  type LogQuery,
  type Position,
  type StreamQuery,
} from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { StreamName } from '../../src/kernel/ids.js';

/** What befalls an append: nothing is written; nothing is, but nobody knows; it is written, but nobody knows. */
export type Fault = 'unavailable' | 'lost' | 'written';

export interface AppendCall {
  readonly stream: StreamName;
  readonly expected: Expected;
  readonly events: readonly Envelope[];
}

/** A store between the ledger and the real one, where a test makes things go wrong. */
export class FaultyStore implements EventStore {
  readonly appends: AppendCall[] = [];
  readonly reads: StreamName[] = [];
  /** How many events all reads of streams gave. */
  eventsRead = 0;
  /** Asked before each append reaches the store: what befalls it, or something that happens just before. */
  onAppend: (call: AppendCall) => Fault | undefined | Promise<Fault | undefined | void> = () => undefined;
  /** Asked before each read of a stream: whether the store answers. */
  onRead: (stream: StreamName) => 'unavailable' | undefined = () => undefined;

  constructor(private readonly inner: EventStore) {}

  async append(stream: StreamName, expected: Expected, events: readonly Envelope[]): Promise<Appended> {
    const call = { stream, expected, events };
    this.appends.push(call);
    const fault = await this.onAppend(call);
    if (fault === 'unavailable') throw new StoreUnavailable('the store is down');
    if (fault === 'lost') throw new OutcomeUnknown('no answer');
    const appended = await this.inner.append(stream, expected, events);
    if (fault === 'written') throw new OutcomeUnknown('no answer');
    return appended;
  }

  async readStream(stream: StreamName, query?: StreamQuery) {
    this.reads.push(stream);
    if (this.onRead(stream) !== undefined) throw new StoreUnavailable('the store is down');
    const events = await this.inner.readStream(stream, query);
    this.eventsRead += events.length;
    return events;
  }

  readAll = (query?: LogQuery) => this.inner.readAll(query);
  readTexts = (query?: LogQuery) => this.inner.readTexts(query);
  follow = (query: LogQuery, signal: AbortSignal) => this.inner.follow(query, signal);
  head = () => this.inner.head();
  last = () => this.inner.last();
  comparePositions = (a: Position, b: Position) => this.inner.comparePositions(a, b);
  close = () => this.inner.close();
}

/** The faults one after the other, then none. */
export function inOrder(...faults: readonly (Fault | undefined)[]): () => Fault | undefined {
  const left = [...faults];
  return () => left.shift();
}
