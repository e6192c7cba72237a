import type { StreamName } from '../kernel/ids.js';
import type { Aggregate } from './aggregate.js';
import { sizeOf } from './size-of.js';

interface Held {
  readonly aggregate: Aggregate;
  /** By the estimate. */
  bytes: number;
  /** When it was last measured, and what it was then. */
  measuredEvents: number;
  measuredBytes: number;
  /** Since it was last looked at for being given up. */
  used: boolean;
}

/** An entry of this cache, with its key. */
const ENTRY_BYTES = 200;

/** So many that were used are passed over at most, until one is given up after all: nobody waits for long. */
const CHANCES = 32;

/**
 * Aggregates that were used of late, bounded by an estimate of their memory. Those that were not used since they were
 * last considered go first, the oldest before the others ("clock"): a hit moves nothing.
 */
export class AggregateCache {
  /** In the order in which they will be considered. */
  readonly #held = new Map<StreamName, Held>();
  #bytes = 0;

  /** @param maxBytes estimated memory to hold at most */
  constructor(private readonly maxBytes: number) {}

  /** What is held now, by the estimate. */
  get bytes(): number {
    return this.#bytes;
  }

  get(stream: StreamName): Aggregate | undefined {
    const held = this.#held.get(stream);
    if (held === undefined) return undefined;
    held.used = true;
    return held.aggregate;
  }

  /** Call again after every change, so that the estimate follows. */
  put(stream: StreamName, aggregate: Aggregate): void {
    const known = this.#held.get(stream);
    const isKnown = known?.aggregate === aggregate;
    if (!isKnown) this.drop(stream);
    const held = isKnown ? known : { aggregate, bytes: 0, measuredEvents: 0, measuredBytes: 0, used: false };
    // Measured anew when it has grown by an eighth, and by two events; in between it is taken to grow with its events.
    const events = aggregate.summaries.length;
    if (!isKnown || events >= held.measuredEvents * 1.125 + 1) {
      held.measuredEvents = events;
      held.measuredBytes = sizeOf(aggregate);
    }
    const bytes = ENTRY_BYTES + Math.ceil((held.measuredBytes * events) / held.measuredEvents);
    if (bytes > this.maxBytes) {
      this.drop(stream);
      return;
    }
    this.#bytes += bytes - held.bytes;
    held.bytes = bytes;
    if (this.#bytes > this.maxBytes) this.#giveUp();
    if (!isKnown) this.#held.set(stream, held);
  }

  drop(stream: StreamName): void {
    const held = this.#held.get(stream);
    if (held === undefined) return;
    this.#held.delete(stream);
    this.#bytes -= held.bytes;
  }

  #giveUp(): void {
    let chances = CHANCES;
    for (const [stream, held] of this.#held) {
      if (this.#bytes <= this.maxBytes) break;
      this.#held.delete(stream);
      if (held.used && chances-- > 0) {
        held.used = false;
        this.#held.set(stream, held); // behind the others
      } else {
        this.#bytes -= held.bytes;
      }
    }
  }
}
