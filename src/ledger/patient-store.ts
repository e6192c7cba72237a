import type { Catalogue } from '../event-store/catalogue.js';
import {
  OutcomeUnknown,
  StoreUnavailable,
  type Appended,
  type EventStore,
  type StoredEvent,
  type StreamQuery,
} from '../event-store/event-store.js';
import type { Envelope } from '../kernel/envelope.js';
import type { StreamName } from '../kernel/ids.js';
import { LedgerUnavailable } from './outcome.js';

const UNKNOWN_RETRIES = 5;
const FIRST_WAIT_MS = 50;
const PAGE = 256;

/** The event store as the ledger uses it: an unknown outcome is found out, and old events come in their type's version of today. */
export class PatientStore {
  constructor(
    private readonly store: EventStore,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * @param revision that the stream must have; -1: it must not exist
   * @throws WrongRevision, InvalidEvent; LedgerUnavailable: written or not, a repeat of the command will find out
   */
  async append(stream: StreamName, revision: number, events: readonly Envelope[]): Promise<Appended> {
    const expected = revision < 0 ? 'none' : BigInt(revision);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.store.append(stream, expected, events);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw unavailable(error);
        if (!(error instanceof OutcomeUnknown)) throw error;
        // The same events at the same revision: finds out whether they were written, and is safe.
        if (attempt >= UNKNOWN_RETRIES) throw unavailable(error);
        await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
      }
    }
  }

  /** The events of a stream from a revision on, some at a time. @throws LedgerUnavailable */
  async *pages(stream: StreamName, from: number): AsyncIterable<readonly Envelope[]> {
    for (let next = from; ;) {
      const page = await this.#read(stream, { from: BigInt(next), limit: PAGE });
      yield page.map(({ event }) => this.catalogue.upcast(event));
      if (page.length < PAGE) return;
      next += page.length;
    }
  }

  /** True: the stream does not exist, which is known without looking. */
  isAbsent(stream: StreamName): boolean {
    return this.store.isAbsent?.(stream) === true;
  }

  /** One event, as it was stored. @throws LedgerUnavailable */
  async at(stream: StreamName, revision: number): Promise<StoredEvent | undefined> {
    if (this.isAbsent(stream)) return undefined;
    const [stored] = await this.#read(stream, { from: BigInt(revision), limit: 1 });
    return stored;
  }

  async #read(stream: StreamName, query: StreamQuery): Promise<readonly StoredEvent[]> {
    try {
      return await this.store.readStream(stream, query);
    } catch (error) {
      throw error instanceof StoreUnavailable ? unavailable(error) : error;
    }
  }
}

const unavailable = (cause: Error): LedgerUnavailable => new LedgerUnavailable(cause.message, { cause });
