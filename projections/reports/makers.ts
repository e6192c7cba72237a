import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../src/http/problems/problem.js';
import type { Progress } from './replaying.js';

/** Made or waiting at once; and what is kept for who asks again, by the size of its rows as JSON. */
const MOST_WAITING = 64;
const MOST_KEPT_BYTES = 64 * 1024 * 1024;

/** What is made, with the size of its rows. */
export interface Sized {
  readonly bytes: number;
}

/** Something that is being made, or is. */
export interface Making<T> {
  /** Events considered so far. */
  readonly done: number;
  /** @param ms 0: does not wait @returns undefined: it is not made yet @throws whatever making it threw */
  within(ms: number): Promise<T | undefined>;
}

/** What is known of a report once it is made, or cannot be. */
interface Kept extends Making<Sized> {
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

  /**
   * @param key names what is made: the same key, the same thing
   * @returns undefined: too many are waiting
   */
  of<T extends Sized>(key: string, make: (progress: Progress) => Promise<T>): Making<T> | undefined {
    const known = this.#all.get(key);
    if (known !== undefined) return known as Making<T> & Kept;
    if (this.#waiting >= MOST_WAITING) return undefined;
    this.#waiting++;
    const progress = { done: 0 };
    const result = this.#last.then(() => make((done) => void (progress.done = done)));
    const making: Making<T> & { bytes?: number } = {
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

async function within<T>(result: Promise<T>, ms: number): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([result, wait(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  } finally {
    timer.abort();
  }
}
