import type { Json } from '../../kernel/envelope.js';
import { LeasesUnavailable, type Lease } from '../leases.js';

/** Renewals in the lifetime of a lease: some may fail before it is lost. */
const RENEWALS = 4;

/** A lease as it stands in the store. */
export interface Standing {
  readonly asked: readonly string[];
}

/** What a holder does in the store. @throws LeasesUnavailable */
export interface LeaseStore {
  readonly lifetimeMs: number;
  /** @returns how it stands after that; undefined: the tenure is over */
  renew(name: string, token: number, beat: number, note: Json): Promise<Standing | undefined>;
  answer(name: string, request: string): Promise<void>;
  release(name: string, token: number): Promise<void>;
}

interface Taking {
  readonly leases: LeaseStore;
  readonly name: string;
  readonly token: number;
  readonly note: () => Json;
  /** When it was asked for, by the monotonic clock. */
  readonly began: number;
  readonly asked: readonly string[];
}

/** A lease that this process has taken, and renews. */
export class HeldLease implements Lease {
  readonly name: string;
  readonly token: number;
  asked: readonly string[];
  readonly #ended = new AbortController();
  readonly #leases: LeaseStore;
  readonly #note: () => Json;
  #beat = 0;
  /** When it is lost, unless it is renewed before. */
  #until: number;
  #next: NodeJS.Timeout;
  #end: NodeJS.Timeout;

  constructor({ leases, name, token, note, began, asked }: Taking) {
    this.name = name;
    this.token = token;
    this.asked = asked;
    this.#leases = leases;
    this.#note = note;
    this.#until = began + leases.lifetimeMs;
    this.#end = this.#endsThen();
    this.#next = this.#renewsSoon();
  }

  get lost(): AbortSignal {
    return this.#ended.signal;
  }

  async answer(request: string): Promise<void> {
    await this.#leases.answer(this.name, request);
    this.asked = this.asked.filter((each) => each !== request);
  }

  async release(): Promise<void> {
    if (this.lost.aborted) return;
    this.#lose();
    try {
      await this.#leases.release(this.name, this.token);
    } catch (error) {
      if (!(error instanceof LeasesUnavailable)) throw error;
    }
  }

  #renewsSoon(): NodeJS.Timeout {
    return setTimeout(() => void this.#renew(), this.#leases.lifetimeMs / RENEWALS);
  }

  #endsThen(): NodeJS.Timeout {
    return setTimeout(() => this.#lose(), Math.max(0, this.#until - performance.now()));
  }

  async #renew(): Promise<void> {
    const began = performance.now();
    try {
      const standing = await this.#leases.renew(this.name, this.token, ++this.#beat, this.#note());
      // One that comes too late counts for nothing: another may have counted to the end meanwhile.
      if (standing === undefined || performance.now() >= this.#until) return this.#lose();
      this.asked = standing.asked;
      this.#until = began + this.#leases.lifetimeMs;
      clearTimeout(this.#end);
      if (!this.lost.aborted) this.#end = this.#endsThen();
    } catch (error) {
      if (!(error instanceof LeasesUnavailable)) return this.#lose(); // asking for it anew will say why
    }
    if (!this.lost.aborted) this.#next = this.#renewsSoon();
  }

  #lose(): void {
    clearTimeout(this.#next);
    clearTimeout(this.#end);
    this.#ended.abort();
  }
}
