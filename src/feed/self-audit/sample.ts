/**
 * A part of what comes by, chosen by the name alone: what is in it has been from its first appearance on. It holds all
 * until there are too many, then every other one, and so on; another salt chooses others.
 */
export class Sample<T> {
  readonly held = new Map<string, T>();
  /** A power of two: one in so many is held. */
  #part = 1;
  #isClosed = false;

  /** @param always names that are never left out */
  constructor(
    private readonly most: number,
    private readonly salt: number,
    private readonly always: ReadonlySet<string> = new Set(),
  ) {}

  /** From now on no name comes or goes. */
  close(): void {
    this.#isClosed = true;
  }

  has(name: string): boolean {
    if (this.#isClosed) return this.held.has(name);
    return this.#part === 1 || (mixed(name, this.salt) & (this.#part - 1)) === 0 || this.always.has(name);
  }

  /** Of a name that it has. */
  set(name: string, value: T): void {
    this.held.set(name, value);
    while (!this.#isClosed && this.held.size > this.most + this.always.size) {
      this.#part *= 2;
      for (const each of this.held.keys()) if (!this.has(each)) this.held.delete(each);
    }
  }
}

/** FNV-1a with the last mixing of MurmurHash3, of 32 bits. */
function mixed(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
