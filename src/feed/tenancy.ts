import { StoreUnavailable } from '../event-store/event-store.js';
import type { Json } from '../kernel/envelope.js';
import { LeasesUnavailable, type Holder, type Lease, type Leases } from '../leases/leases.js';
import { ReadModelUnavailable, StaleWrite } from '../read-models/read-models.js';
import { text } from './feed-page.js';
import { aborted, pause, type Log } from './log-follower.js';
import type { ConsumerStatus } from './status.js';

/** Consumers that run together, as long as this process holds their lease. */
export interface Runner {
  /** Until the signal of its log ends it, and what it began is finished. */
  run(): Promise<void>;
  status(head: number): readonly ConsumerStatus[];
}

/** What is known of a consumer that nobody says anything of. */
type Name = Pick<ConsumerStatus, 'name' | 'kind'>;

interface Held<R> {
  readonly lease: Lease;
  readonly runner: R;
}

/** What is around consumers that run together. */
export interface Surroundings {
  readonly log: Log;
  readonly leases: Leases;
  /** Business events in the log, as far as it is known. */
  readonly head: () => number;
}

/**
 * Runs consumers whenever this process holds their lease, and knows who runs them otherwise. One that stopped at an
 * event keeps its lease: any other process would stop there, too.
 */
export class Tenancy<R extends Runner> {
  #held: Held<R> | undefined;
  #other: Holder | undefined;
  /** When somebody was last known to hold it, by the monotonic clock. */
  #lastHeld = performance.now();

  /**
   * @param lease its name
   * @param begin opens a runner; its log's signal ends when the lease does
   * @param end called when the runner has ended, before the lease is given away
   */
  constructor(
    private readonly around: Surroundings,
    private readonly lease: string,
    private readonly consumers: readonly Name[],
    private readonly begin: (log: Log, lease: Lease) => Promise<R>,
    private readonly end: (runner: R) => Promise<void> = async () => undefined,
  ) {}

  /** What runs here now. */
  get held(): Held<R> | undefined {
    return this.#held;
  }

  /**
   * Until the end of it all.
   * @param known called when it is known first who runs the consumers: this process then has opened them
   */
  async run(known: () => void): Promise<void> {
    const { leases, log } = this.around;
    for (let failures = 0; !log.stopped.aborted;) {
      try {
        const { lease, ...other } = await leases.take(this.lease, () => this.#note());
        if (lease !== undefined) await this.#serve(lease, known);
        else this.#seen(other as Holder);
        failures = 0;
      } catch (error) {
        if (!isTransient(error)) throw error;
        if (failures++ === 0) log.listener.log('error', `the ${this.lease} wait for their stores: ${text(error)}`);
      }
      known();
      log.moved();
      await pause(leases.paceMs, log.stopped);
    }
  }

  status(): readonly ConsumerStatus[] {
    const head = this.around.head();
    if (this.#held !== undefined) return this.#held.runner.status(head);
    const unknown = (known: Pick<ConsumerStatus, 'state' | 'holder' | 'waitingMs'>): readonly ConsumerStatus[] =>
      this.consumers.map((each) => ({ ...each, count: 0, lag: head, ...known }));
    const waitingMs = Math.round(performance.now() - this.#lastHeld);
    if (this.#other === undefined || waitingMs > this.around.leases.lifetimeMs) {
      return unknown({ state: 'waiting', waitingMs });
    }
    const { holder, note } = this.#other;
    if (note === null) return unknown({ state: 'running', holder });
    const said = note as unknown as readonly ConsumerStatus[];
    return said.map((each) => ({ ...each, holder, lag: Math.max(0, head - each.count) }));
  }

  async #serve(lease: Lease, known: () => void): Promise<void> {
    const { log, leases } = this.around;
    const stopped = AbortSignal.any([log.stopped, lease.lost]);
    try {
      const runner = await this.begin({ ...log, stopped }, lease);
      if (this.#other !== undefined) log.listener.log('info', `this process, ${leases.holder}, runs the ${this.lease}`);
      this.#held = { lease, runner };
      this.#other = undefined;
      known();
      log.moved();
      await runner.run();
      await aborted(stopped);
      await this.end(runner);
    } finally {
      if (!log.stopped.aborted) this.#held = undefined; // else it is shown as it was
      this.#lastHeld = performance.now();
      const isLost = lease.lost.aborted;
      if (isLost) log.listener.log('error', `this process, ${leases.holder}, lost the lease of the ${this.lease}`);
      await lease.release();
    }
  }

  #seen(other: Holder): void {
    if (other.holder !== this.#other?.holder) {
      this.around.log.listener.log('info', `process ${other.holder} runs the ${this.lease}`);
    }
    this.#other = other;
    this.#lastHeld = performance.now();
  }

  #note(): Json {
    return (this.#held?.runner.status(this.around.head()) ?? null) as unknown as Json;
  }
}

const isTransient = (error: unknown): boolean =>
  [LeasesUnavailable, ReadModelUnavailable, StaleWrite, StoreUnavailable].some((each) => error instanceof each);
