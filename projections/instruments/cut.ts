import type { EventReader, Place, Position, StoredEvent } from '../../src/event-store/event-store.js';
import { wholeHead } from '../../src/event-store/whole-head.js';

/** What is known: every event up to and including this one. */
export interface Cut {
  /** -1: none. */
  readonly sequence: number;
  /** Whether an event of a stream is one of them. */
  readonly includes: (stored: StoredEvent) => boolean;
}

/** Read at once where a store has to count. */
const PAGE = 4096;
/** Places that are kept: whoever asks for the next page asks for the same one again. */
const MOST_PLACES = 256;

/**
 * Which events of a stream are known up to a sequence. A store that keeps sequences says it with each event; one that only
 * counts (docs/adr/0008) is asked for the position of that sequence, counted from the nearest place that is known.
 */
export class Cuts {
  #end: Place | undefined;
  readonly #places = new Map<number, Position>();
  constructor(private readonly events: EventReader) {}

  /** Everything that is recorded by now. */
  async now(): Promise<Cut> {
    const { position, count } = await wholeHead(this.events, this.#end);
    if (position === undefined) return { sequence: -1, includes: () => false };
    this.#end = { position, count };
    this.#remember(this.#end);
    return this.upTo(count - 1);
  }

  /** @param sequence of an event that is there; -1: none */
  async upTo(sequence: number): Promise<Cut> {
    if (sequence < 0) return { sequence, includes: () => false };
    if (await this.#keepsSequences()) {
      return { sequence, includes: ({ sequence: at }) => at !== undefined && at <= sequence };
    }
    const position = await this.#positionOf(sequence);
    return { sequence, includes: (stored) => this.events.comparePositions(stored.position, position) <= 0 };
  }

  async #keepsSequences(): Promise<boolean> {
    const [first] = (await this.events.readAll({ limit: 1 })).events;
    if (first === undefined) return true;
    const [stored] = await this.events.readStream(first.event.stream, { limit: 1 });
    return stored?.sequence !== undefined;
  }

  /** @throws Error where there is no such event */
  async #positionOf(sequence: number): Promise<Position> {
    const known = this.#places.get(sequence);
    if (known !== undefined) return known;
    const before = [...this.#places].filter(([at]) => at < sequence).sort(([a], [b]) => b - a)[0];
    for (let after: Place | undefined = before && { position: before[1], count: before[0] + 1 }; ;) {
      const page = await this.events.readAll({ limit: PAGE, ...(after !== undefined && { after }) });
      const found = page.events.find((each) => each.sequence === sequence);
      if (found !== undefined) {
        this.#remember({ position: found.position, count: sequence + 1 });
        return found.position;
      }
      if (page.next === undefined || page.atEnd) throw new Error(`there is no event ${sequence}`);
      after = page.next;
    }
  }

  #remember({ position, count }: Place): void {
    this.#places.set(count - 1, position);
    const [oldest] = this.#places.keys();
    if (this.#places.size > MOST_PLACES && oldest !== undefined) this.#places.delete(oldest);
  }
}
