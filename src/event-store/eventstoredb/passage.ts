import type { Position as LogPosition } from '@eventstore/db-client';
import { categoryOf, isBookkeeping, type StreamName } from '../../kernel/ids.js';
import type { Filter, LogPage, Place, StoredEvent } from '../event-store.js';
import { compareLogPositions, isSomewhere, logPositionOf, positionOf } from './positions.js';
import type { LogRecord } from './reading.js';
import { envelopeOf } from './recorded-event.js';

/** Bookkeeping is read only by its category. */
export const wantsBookkeeping = ({ categories }: Filter): boolean => categories?.some(isBookkeeping) ?? false;

/**
 * A way through the log: counts every business event from a place on (ADR 8), and picks up what a filter wants. What
 * was passed already is not taken twice, however often it comes.
 */
export class Passage {
  #events: StoredEvent[] = [];
  #at: Place | undefined;
  #passed: LogPosition | undefined;
  #moved = false;
  readonly #categories: ReadonlySet<string> | undefined;
  readonly #types: ReadonlySet<string> | undefined;

  /** @throws RangeError where the place is none of this store */
  constructor(after: Place | undefined, { categories, types }: Filter) {
    this.#at = after;
    this.#passed = after && logPositionOf(after.position);
    this.#categories = categories && new Set(categories);
    this.#types = types && new Set(types);
  }

  get at(): Place | undefined {
    return this.#at;
  }

  /** What the server is asked to go on from. */
  get passed(): LogPosition | undefined {
    return this.#passed;
  }

  /** Events picked up since the last page. */
  get length(): number {
    return this.#events.length;
  }

  /** Whether there is anything to say since the last page. */
  get moved(): boolean {
    return this.#moved;
  }

  /** @throws ForeignEvent */
  take(record: LogRecord): void {
    if (this.#isPassed(record.position)) return;
    const count = this.#at?.count ?? 0;
    const position = positionOf(record.position);
    const business = !isBookkeeping(record.streamId);
    if (this.#wants(record, business)) {
      this.#events.push({ position, ...(business && { sequence: count }), event: envelopeOf(record) });
    }
    this.#move(record.position, { position, count: count + (business ? 1 : 0) });
  }

  /**
   * Everything up to here was considered, and what is wanted of it has come. A checkpoint may be the very end of the
   * log, where nothing stands yet; the places that are handed out stay at events, so that one behind the end is always
   * that of a longer log.
   */
  reach(checkpoint: LogPosition): void {
    if (!isSomewhere(checkpoint) || this.#isPassed(checkpoint)) return;
    this.#move(checkpoint, this.#at ?? { position: positionOf(checkpoint), count: 0 });
  }

  /** What came since the last page. */
  page(atEnd: boolean): LogPage {
    const events = this.#events;
    this.#events = [];
    this.#moved = false;
    return { events, ...(this.#at !== undefined && { next: this.#at }), atEnd };
  }

  #isPassed(position: LogPosition): boolean {
    return this.#passed !== undefined && compareLogPositions(position, this.#passed) <= 0;
  }

  #wants({ streamId, type }: LogRecord, business: boolean): boolean {
    if (streamId.startsWith('$') || this.#types?.has(type) === false) return false;
    return this.#categories === undefined ? business : this.#categories.has(categoryOf(streamId as StreamName));
  }

  #move(position: LogPosition, place: Place): void {
    this.#passed = position;
    this.#at = place;
    this.#moved = true;
  }
}
