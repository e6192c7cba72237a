/**
 * A cache of bounded size in two generations: what was used since the last turn of generations is kept, the rest is
 * forgotten. (A Map reordered at each hit, the usual LRU, costs up to 60 µs a hit at this size.)
 */
export class BoundedCache<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** @param capacity most entries held; the most recently used half of them is always there. */
  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    this.#old.delete(key);
    this.#young.set(key, value);
    if (this.#young.size < this.capacity / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
