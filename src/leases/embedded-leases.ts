import type { Json } from '../kernel/envelope.js';
import type { Lease, Leases, Taken } from './leases.js';

const HOLDER = 'this process';

/** Of a process that owns its stores: nobody else could hold anything. */
export class EmbeddedLeases implements Leases {
  readonly holder = HOLDER;
  readonly lifetimeMs = 1_000;
  readonly paceMs = 100;
  readonly #held = new Map<string, () => Json>();
  readonly #asked = new Map<string, Set<string>>();
  #token = 0;

  async take(name: string, note: () => Json = () => null): Promise<Taken> {
    const held = this.#held.get(name);
    if (held !== undefined) return { holder: HOLDER, note: held() };
    this.#held.set(name, note);
    return { lease: this.#lease(name, ++this.#token) };
  }

  async ask(name: string, request: string): Promise<void> {
    this.#askedOf(name).add(request);
  }

  async close(): Promise<void> {}

  #lease(name: string, token: number): Lease {
    const ended = new AbortController();
    const asked = this.#askedOf(name);
    return {
      name,
      token,
      lost: ended.signal,
      get asked() {
        return [...asked];
      },
      answer: async (request) => void asked.delete(request),
      release: async () => {
        if (!ended.signal.aborted) this.#held.delete(name);
        ended.abort();
      },
    };
  }

  #askedOf(name: string): Set<string> {
    const asked = this.#asked.get(name) ?? new Set<string>();
    this.#asked.set(name, asked);
    return asked;
  }
}
