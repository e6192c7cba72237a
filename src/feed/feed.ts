import type { Catalogue } from '../event-store/catalogue.js';
import type { EventReader, Place } from '../event-store/event-store.js';
import type { Model, ReadModels } from '../read-models/read-models.js';
import type { Policy, Projection } from './consumers.js';
import { text } from './feed-page.js';
import { PAGE_SIZE, pause, type Log } from './log-follower.js';
import type { Lease, Leases } from '../leases/leases.js';
import { PolicyRunner, type SendCommand } from './policy-runner.js';
import { ProjectionRunner } from './projection-runner.js';
import type { FeedListener, FeedStatus } from './status.js';
import { Tenancy } from './tenancy.js';

export interface FeedOptions {
  readonly reader: EventReader;
  readonly readModels: ReadModels;
  /** Of those that fold into these read models. */
  readonly leases: Leases;
  readonly catalogue: Catalogue;
  readonly projections: readonly Projection[];
  readonly policies: readonly Policy[];
  readonly send: SendCommand;
  readonly listener: FeedListener;
  /** Most events folded at once: bounds memory. */
  readonly pageSize?: number;
  /** How long to wait before a store or the ledger is asked again, and between looks after it all, in milliseconds. */
  readonly retryMs?: number;
}

/**
 * The read models are of a longer log, such as after a restore, or of another store: they would leave out the events
 * that come next.
 */
export class AheadOfLog extends Error {
  override readonly name = 'AheadOfLog';
  /** @param head absent: the log does not know the place where they stand */
  constructor(taken: number, head?: number) {
    const ledger = head === undefined ? 'the ledger does not know where they stand' : `the ledger has ${head}`;
    super(
      `the read models hold ${taken} events, ${ledger}: remove the read models (read-models.db*, or drop the database ` +
        'of MONGODB_URI), they are made again',
    );
  }
}

const RETRY_MS = 100;

/** The projections' lease: they take each page of the log together (docs/adr/0015-leases.md). */
export const PROJECTIONS = 'projections';
export const POLICIES = 'policies';

/**
 * Hands the log to its consumers, in order: projections in one loop, policies in another, so that neither waits for the
 * other; each where this process holds its lease. Looks after both: stored checkpoints, stores that come back, the status.
 */
export class Feed {
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #leases: Leases;
  readonly #projections: Tenancy<ProjectionRunner>;
  readonly #policies: Tenancy<PolicyRunner>;
  readonly #models: readonly Model[];
  readonly #names: readonly string[];
  /** Rebuilds that others asked for and that run. */
  readonly #asked = new Set<string>();
  /** The furthest place that anybody has come to. */
  #at: Place | undefined;
  /** Whether it was the end of the log, a moment ago: else nobody knows how long the log is. */
  #atEnd = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ projections, policies, send, leases, ...options }: FeedOptions) {
    this.#leases = leases;
    this.#models = projections.map(({ model }) => model);
    this.#names = [...projections, ...policies].map(({ name }) => name);
    if (new Set(this.#names).size < this.#names.length)
      throw new Error(`two consumers share a name: ${this.#names.join(', ')}`);
    this.#log = {
      pageSize: PAGE_SIZE,
      retryMs: RETRY_MS,
      ...options,
      stopped: this.#stop.signal,
      moved: (to) => {
        if (to !== undefined) this.#cameTo(to.end as Place, to.atEnd);
        options.listener.status(this.status());
      },
    };
    const around = { log: this.#log, leases, head: () => this.#head };
    this.#projections = new Tenancy(
      around,
      PROJECTIONS,
      projections.map(({ name }) => ({ name, kind: 'projection' })),
      async (log, lease) => {
        await log.readModels.takeOver(lease.token);
        const runner = new ProjectionRunner(log, projections);
        const stale = await runner.open(this.#head);
        if (stale.length > 0) runner.rebuild(stale, this.#head).catch(() => undefined); // logged, and in the status
        return runner;
      },
    );
    this.#policies = new Tenancy(
      around,
      POLICIES,
      policies.length === 0 ? [] : [{ name: POLICIES, kind: 'policy' }],
      async (log) => {
        const runner = new PolicyRunner(log, policies, send);
        await runner.open(this.#at);
        return runner;
      },
      (runner) => runner.save(),
    );
  }

  /**
   * Opens the models and starts what this process holds the lease of; a projection that needs a rebuild gets one while
   * the others go on.
   * @throws AheadOfLog
   */
  async start(): Promise<void> {
    await this.#findHead();
    await this.#log.readModels.open(this.#models); // idempotent; builds an index that was added within a version
    const begun = [this.#projections, this.#policies].map(begin);
    this.#running = Promise.all([...begun.map(({ running }) => running), this.#housekeeping()]);
    await Promise.all(begun.map(({ known, running }) => Promise.race([known, running])));
  }

  /**
   * Stops after the page in hand and the commands that were sent, and gives the leases away; the rest follows after the
   * next start.
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /**
   * Fills new versions of projections beside the live ones, in one pass over the log, and swaps. Where another process
   * holds their lease it is asked to, and will, also when it is not the same one by then.
   * @throws LeasesUnavailable
   */
  async rebuild(names: readonly string[]): Promise<void> {
    const { held } = this.#projections;
    if (held !== undefined) return held.runner.rebuild(names, this.#head);
    for (const name of names) await this.#leases.ask(PROJECTIONS, name);
  }

  status(): FeedStatus {
    const at = this.#at && { at: this.#at };
    const consumers = [...this.#projections.status(), ...this.#policies.status()];
    return { head: this.#head, ...at, isWhole: this.#atEnd, consumers };
  }

  get #head(): number {
    return this.#at?.count ?? 0;
  }

  #cameTo(place: Place, atEnd: boolean): void {
    const isFurther = !this.#at || this.#log.reader.comparePositions(place.position, this.#at.position) > 0;
    if (isFurther) this.#at = place;
    if (isFurther || atEnd) this.#atEnd = atEnd;
  }

  /** From where the consumers stand: what is behind them is not counted again. @throws AheadOfLog */
  async #findHead(): Promise<void> {
    const { readModels } = this.#log;
    let furthest: Place | undefined;
    try {
      for (const name of this.#names) {
        const stored = (await readModels.checkpoint(name)) as Place | undefined;
        if (stored !== undefined && stored.count >= (furthest?.count ?? 0)) furthest = stored;
      }
      await this.#lookForEnd(furthest);
    } catch (error) {
      throw error instanceof RangeError && furthest !== undefined ? new AheadOfLog(furthest.count) : error;
    }
    if (furthest !== undefined && furthest.count > this.#head) throw new AheadOfLog(furthest.count, this.#head);
  }

  async #lookForEnd(from: Place | undefined): Promise<void> {
    const { position, count, partial } = await this.#log.reader.head(from);
    if (position === undefined) this.#atEnd = true;
    else this.#cameTo({ position, count }, partial !== true);
  }

  /** What other processes asked of whoever folds. It is asked until it is done: its holder may be killed on the way. */
  #rebuildAsAsked(): void {
    const { held } = this.#projections;
    if (held === undefined) return;
    const { lease, runner } = held;
    for (const name of lease.asked) {
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      void this.#rebuildAsked(name, lease, runner).finally(() => this.#asked.delete(name));
    }
  }

  async #rebuildAsked(name: string, lease: Lease, runner: ProjectionRunner): Promise<void> {
    await runner.rebuild([name], this.#head).catch(() => undefined); // logged, and in the status
    if (lease.lost.aborted || this.#stop.signal.aborted) return;
    await lease.answer(name).catch(() => undefined); // else it is done once more
  }

  async #housekeeping(): Promise<void> {
    let before: Place | undefined;
    for (let failures = 0; !this.#stop.signal.aborted;) {
      await pause(this.#log.retryMs, this.#stop.signal);
      try {
        // A store that counts would read all that the consumers are about to read.
        if (this.#atEnd || this.#at === before) await this.#lookForEnd(this.#at);
        before = this.#at;
        this.#log.moved();
        await this.#policies.held?.runner.save();
        await this.#projections.held?.runner.retry();
        this.#rebuildAsAsked();
        failures = 0;
      } catch (error) {
        if (failures++ === 0) this.#log.listener.log('error', `the feed cannot reach its stores: ${text(error)}`);
      }
    }
  }
}

/** @returns when it is known first who runs the consumers, and the end of it all */
function begin(tenancy: Tenancy<ProjectionRunner> | Tenancy<PolicyRunner>) {
  let running: Promise<void> = Promise.resolve();
  const known = new Promise<void>((resolve) => (running = tenancy.run(resolve)));
  return { known, running };
}
