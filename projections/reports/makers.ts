import { setTimeout as wait } from 'node:timers/promises';
import type { Report, Values } from '../report.js';
import { make, type Made, type Places } from './making.js';

/** Made or waiting at once; and rows that are kept for who asks again. */
const MOST_WAITING = 16;
const MOST_ROWS = 200_000;

export interface Order {
  readonly report: Report;
  readonly values: Values;
  readonly sequence: number;
  readonly places: Places;
  /** Resolves true when the read models know the sequence. */
  readonly waitFor?: () => Promise<boolean>;
}

/** A report that is being made, or is. */
export interface Making {
  /** Events considered so far. */
  readonly done: number;
  /** @returns undefined: it is not made yet @throws whatever making it threw */
  within(ms: number): Promise<Made | undefined>;
}

/**
 * One report is made at a time, beside the requests, and kept for who asks again. Nothing of it is stored: whoever asks
 * another process, or after a crash, gets the same from the log (docs/adr/0019-reports-are-made-where-they-are-asked.md).
 */
export class Makers {
  readonly #all = new Map<string, Making & { made?: Made }>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @returns undefined: too many are waiting */
  of(key: string, order: Order): Making | undefined {
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    if (this.#waiting >= MOST_WAITING) return undefined;
    this.#waiting++;
    const progress = { done: 0 };
    const result = this.#last.then(async () => {
      if (order.waitFor !== undefined && !(await order.waitFor())) throw new Error('the read models are far behind');
      const { report, values, sequence, places } = order;
      return make(report, values, sequence, places, (done) => void (progress.done = done));
    });
    const making: Making & { made?: Made } = {
      get done() {
        return progress.done;
      },
      within: (ms) => within(result, ms),
    };
    this.#all.set(key, making);
    this.#last = result.then(
      (made) => this.#keep(making, made),
      () => {
        this.#waiting--;
        this.#all.delete(key); // the next question tries again
      },
    );
    return making;
  }

  /** The oldest are forgotten where the rows are too many; the newest is always kept. */
  #keep(making: Making & { made?: Made }, made: Made): void {
    this.#waiting--;
    making.made = made;
    let rows = 0;
    for (const [key, each] of [...this.#all].reverse()) {
      if (each.made !== undefined) rows += each.made.rows.length + 100; // an empty one takes memory, too
      if (each.made !== undefined && each !== making && rows > MOST_ROWS) this.#all.delete(key);
    }
  }
}

async function within(result: Promise<Made>, ms: number): Promise<Made | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([result, wait(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  } finally {
    timer.abort();
  }
}
