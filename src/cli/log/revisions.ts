import { hash } from 'node:crypto';

/** Of the hash of a stream's name that are kept: by chance two of a thousand million streams share them once in 10²⁰. */
const WORDS = 4;

/** The revision that each stream has reached, in some 40 bytes for each: a `Map` takes three times that, and ends at 2²⁴. */
export class Revisions {
  #size = 1 << 12;
  #used = 0;
  #names = new Uint32Array(WORDS * this.#size);
  /** 0: no stream stands here. */
  #next = new Uint32Array(this.#size);

  /** @returns the revision of the stream's next event, which is counted */
  take(stream: string): number {
    if (this.#used * 3 > this.#size * 2) this.#grow();
    const digest = hash('sha256', stream, 'buffer');
    const name = Array.from({ length: WORDS }, (_, i) => digest.readUInt32LE(4 * i));
    const slot = this.#slotOf(name);
    const next = this.#next[slot] as number;
    if (next === 0) {
      this.#names.set(name, WORDS * slot);
      this.#used++;
    }
    this.#next[slot] = next + 1;
    return next;
  }

  #slotOf(name: ArrayLike<number>): number {
    for (let slot = (name[0] as number) & (this.#size - 1); ; slot = (slot + 1) & (this.#size - 1)) {
      if (this.#next[slot] === 0 || this.#isAt(slot, name)) return slot;
    }
  }

  #isAt(slot: number, name: ArrayLike<number>): boolean {
    for (let i = 0; i < WORDS; i++) if (this.#names[WORDS * slot + i] !== name[i]) return false;
    return true;
  }

  #grow(): void {
    const [names, next] = [this.#names, this.#next];
    this.#size *= 2;
    this.#names = new Uint32Array(WORDS * this.#size);
    this.#next = new Uint32Array(this.#size);
    next.forEach((revision, old) => {
      if (revision === 0) return;
      const name = names.subarray(WORDS * old, WORDS * (old + 1));
      const slot = this.#slotOf(name);
      this.#names.set(name, WORDS * slot);
      this.#next[slot] = revision;
    });
  }
}
