import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StreamName } from '../../kernel/ids.js';

/** Bits of the filter, 2 MiB: of a hundred thousand streams one look in ten thousand is in vain, of a million 3 %. */
const BITS = 2 ** 24;
/** Names that are taken in at a time: a millisecond. */
const PAGE = 1_000;

/** Gives the names of streams after one and before another, in order, at most so many. */
export type ListStreams = (after: string, before: string, limit: number) => readonly string[];

/**
 * Knows of streams of a few categories that they do not exist (a Bloom filter), where it is told of every append before
 * that is made: so that a look that nearly always is in vain need not go to the disk. Until it has read what was there
 * it knows of none.
 */
export class AbsentStreams {
  readonly #words = new Uint32Array(BITS / 32);
  readonly #prefixes: readonly string[];
  #isComplete = false;

  constructor(categories: readonly string[]) {
    this.#prefixes = categories.map((category) => `${category}-`);
  }

  /** Takes in what is there, in parts, between which others have their turn. */
  async fill(list: ListStreams, signal: AbortSignal): Promise<void> {
    for (const prefix of this.#prefixes) {
      const end = `${prefix.slice(0, -1)}.`; // the character after the hyphen
      for (let after = prefix, isLast = false; !isLast;) {
        await nextTurn();
        if (signal.aborted) return;
        const names = list(after, end, PAGE);
        for (const name of names) this.#add(name);
        after = names.at(-1) ?? after;
        isLast = names.length < PAGE;
      }
    }
    this.#isComplete = true;
  }

  /** Before each append, which may fail. */
  expect(stream: StreamName): void {
    if (this.#watches(stream)) this.#add(stream);
  }

  /** @returns true: it certainly does not exist */
  knows(stream: StreamName): boolean {
    if (!this.#isComplete || !this.#watches(stream)) return false;
    const [first, step] = hashesOf(stream);
    for (let i = 0; i < HASHES; i++) {
      const bit = (first + i * step) & (BITS - 1);
      if (((this.#words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return true;
    }
    return false;
  }

  #watches(stream: string): boolean {
    return this.#prefixes.some((prefix) => stream.startsWith(prefix));
  }

  #add(stream: string): void {
    const [first, step] = hashesOf(stream);
    for (let i = 0; i < HASHES; i++) {
      const bit = (first + i * step) & (BITS - 1);
      (this.#words[bit >>> 5] as number) |= 1 << (bit & 31);
    }
  }
}

const HASHES = 3;

/** Two hashes of a text, of which the others are made (Kirsch and Mitzenmacher). */
function hashesOf(text: string): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995) ^ (b >>> 15);
  }
  return [a >>> 4, (b >>> 4) | 1];
}
