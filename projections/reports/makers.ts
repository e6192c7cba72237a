import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../src/http/problems/problem.js';
import type { Report, Values } from '../report.js';
import { make, type Made, type Places } from './making.js';

/** Made or waiting at once; and what is kept for who asks again, by the size of its rows as JSON. */
const MOST_WAITING = 16;
const MOST_KEPT_BYTES = 64 * 1024 * 1024;

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
  /** @param ms 0: does not wait @returns undefined: it is not made yet @throws whatever making it threw */
  within(ms: number): Promise<Made | undefined>;
}

/** What is known of a report once it is made, or cannot be. */
interface Kept extends Making {
  bytes?: number;
}

/**
 * One report is made at a time, beside the requests, and kept for who asks again. Nothing of it is stored: whoever asks
 * another process, or after a crash, gets the same from the log (docs/adr/0019-reports-are-made-where-they-are-asked.md).
 */
export class Makers {
  readonly #all = new Map<string, Kept>();
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
    const making: Kept = {
      get done() {
        return progress.done;
      },
      within: async (ms) => (ms === 0 && making.bytes === undefined ? undefined : within(result, ms)),
    };
    this.#all.set(key, making);
    this.#last = result
      .then(
        (made) => this.#keep(making, made.bytes),
        (error: unknown) => {
          // Who was told to ask again is told why there is nothing; of anything that passes, the next question tries again.
          if (error instanceof Problem) this.#keep(making, 0);
          else this.#all.delete(key);
        },
      )
      .finally(() => this.#waiting--);
    return making;
  }

  /** The oldest are forgotten where all are too large; the newest, which has a largest size of its own, is kept. */
  #keep(making: Kept, size: number): void {
    making.bytes = size + 10_000; // an empty one takes memory, too
    let bytes = 0;
    for (const [key, each] of [...this.#all].reverse()) {
      bytes += each.bytes ?? 0;
      if (each.bytes !== undefined && each !== making && bytes > MOST_KEPT_BYTES) this.#all.delete(key);
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
