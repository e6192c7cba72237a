import type { StreamName } from '../kernel/ids.js';
import type { Aggregate } from './aggregate.js';
import { sizeOf } from './size-of.js';

interface Held {
  readonly aggregate: Aggregate;
  bytes: number;
  /** When it was last measured, and what it was then. */
  measured: { readonly events: number; readonly bytes: number };
}

/** An entry of this cache, with its key and the hidden classes of what it holds. */
const ENTRY_BYTES = 600;

/** Least recently used aggregates, bounded by an estimate of their memory. */
export class AggregateCache {
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
    this.#held.delete(stream); // a Map keeps insertion order: moving to the end marks it as recently used
    this.#held.set(stream, held);
    return held.aggregate;
  }

  /** Call again after every change, so that the estimate follows. What is held already was just asked for. */
  put(stream: StreamName, aggregate: Aggregate): void {
    const held = this.#held.get(stream);
    const measured = this.#measured(aggregate, held);
    const bytes = ENTRY_BYTES + Math.ceil((measured.bytes * aggregate.summaries.length) / measured.events);
    if (held?.aggregate === aggregate && bytes <= this.maxBytes) {
      this.#bytes += bytes - held.bytes;
      held.bytes = bytes;
      held.measured = measured;
    } else {
      this.drop(stream);
      if (bytes > this.maxBytes) return;
      this.#held.set(stream, { aggregate, bytes, measured });
      this.#bytes += bytes;
    }
    if (this.#bytes > this.maxBytes) this.#giveUpOldest();
  }

  drop(stream: StreamName): void {
    const held = this.#held.get(stream);
    if (held === undefined) return;
    this.#held.delete(stream);
    this.#bytes -= held.bytes;
  }

  #giveUpOldest(): void {
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  /** Measured anew when it has grown by an eighth, and by two events; in between it is taken to grow with its events. */
  #measured(aggregate: Aggregate, held: Held | undefined): Held['measured'] {
    const events = aggregate.summaries.length;
    if (held !== undefined && held.aggregate === aggregate && events < held.measured.events * 1.125 + 1) {
      return held.measured;
    }
    return { events, bytes: sizeOf(aggregate) };
  }
}
