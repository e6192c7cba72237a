import type { StreamName } from '../kernel/ids.js';
import type { Aggregate } from './aggregates.js';

/** An aggregate's own state, measured on debts with a few receipts; grows with what it remembers of commands. */
const BASE_BYTES = 2_000;
const COMMAND_BYTES = 150;

/** Least recently used aggregates, bounded by an estimate of their memory. */
export class AggregateCache {
  readonly #aggregates = new Map<StreamName, { aggregate: Aggregate; bytes: number }>();
  #bytes = 0;

  /** @param maxBytes estimated memory to hold at most */
  constructor(private readonly maxBytes: number) {}

  get(stream: StreamName): Aggregate | undefined {
    const held = this.#aggregates.get(stream);
    if (held === undefined) return undefined;
    this.#aggregates.delete(stream); // a Map keeps insertion order: moving to the end marks it as recently used
    this.#aggregates.set(stream, held);
    return held.aggregate;
  }

  /** Call again after every change, so that the estimate follows. */
  put(stream: StreamName, aggregate: Aggregate): void {
    this.drop(stream);
    const bytes = BASE_BYTES + aggregate.commands.size * COMMAND_BYTES;
    if (bytes > this.maxBytes) return;
    this.#aggregates.set(stream, { aggregate, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#aggregates.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  drop(stream: StreamName): void {
    const held = this.#aggregates.get(stream);
    if (held === undefined) return;
    this.#aggregates.delete(stream);
    this.#bytes -= held.bytes;
  }
}
