import { randomInt } from 'node:crypto';
import { prove } from './fault.js';

/** The bits of a UUID, and its count; none: the place is free. */
const WORDS = 5;
const [HYPHEN, ZERO, NINE, A] = [0x2d, 0x30, 0x39, 0x61];

/** How often each UUID was there, in 20 bytes for each, and as much again to grow into: a ledger has many. */
export class Counts {
  /** Open addressing; of a power of two of places. */
  #table = new Uint32Array(WORDS * 1024);
  /** So that nobody can choose UUIDs that all want one place. */
  readonly #seed = randomInt(2 ** 32);
  readonly #uuid = new Uint32Array(WORDS - 1);
  size = 0;

  /** Counts it. @returns how often it was there before @throws NotProved for what is no UUID in lower case */
  add(uuid: string): number {
    prove(isRead(uuid, this.#uuid), `${uuid} is no UUID`);
    let at = this.#placeOf(this.#uuid);
    const before = this.#table[at + 4] as number;
    if (before === 0) {
      if (++this.size * WORDS * 2 > this.#table.length) at = this.#grown(this.#uuid);
      this.#table.set(this.#uuid, at);
    }
    this.#table[at + 4] = before + 1;
    return before;
  }

  /** Where it is, or would be. */
  #placeOf(uuid: Uint32Array): number {
    const [a, b, c, d] = [uuid[0]!, uuid[1]!, uuid[2]!, uuid[3]!];
    const mixed = Math.imul(Math.imul(Math.imul(a ^ this.#seed, 0x9e3779b1) ^ b, 0x85ebca6b) ^ c, 0xc2b2ae35) ^ d;
    const [table, last] = [this.#table, this.#table.length / WORDS - 1];
    for (let place = mixed ^ (mixed >>> 15); ; place++) {
      const at = (place & last) * WORDS;
      if (table[at + 4] === 0) return at;
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) return at;
    }
  }

  /** Makes the table twice as large. @returns where this one would be there */
  #grown(uuid: Uint32Array): number {
    const before = this.#table;
    this.#table = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += WORDS) {
      const each = before.subarray(at, at + WORDS);
      if (each[4] !== 0) this.#table.set(each, this.#placeOf(each));
    }
    return this.#placeOf(uuid);
  }
}

/** Reads a UUID's bits, 32 to a word. @returns whether it was one, in lower case */
function isRead(text: string, words: Uint32Array): boolean {
  for (let [at, digits, bits] = [0, 0, 0]; at < 36; at++) {
    const code = text.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== HYPHEN) return false;
    } else {
      const digit = code >= A ? code - A + 10 : code <= NINE ? code - ZERO : -1;
      if (digit < 0 || digit > 15) return false;
      bits = (bits << 4) | digit;
      if (++digits % 8 === 0) words[digits / 8 - 1] = bits;
    }
  }
  return text.length === 36;
}
