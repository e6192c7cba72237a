import type { Catalogue } from '../event-store/catalogue.js';
import type { EventReader, Place } from '../event-store/event-store.js';
import type { ReadModels } from '../read-models/read-models.js';
import type { Policy, Projection } from './consumers.js';
import { text } from './feed-page.js';
import { PAGE_SIZE, pause, type Log } from './log-follower.js';
import { PolicyRunner, type SendCommand } from './policy-runner.js';
import { ProjectionRunner } from './projection-runner.js';
import type { FeedListener, FeedStatus } from './status.js';

export interface FeedOptions {
  readonly reader: EventReader;
  readonly readModels: ReadModels;
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

/**
 * Hands the log to its consumers, in order: projections in one loop, policies in another, so that neither waits for the
 * other. Looks after both: stored checkpoints, stores that come back, the status.
 */
export class Feed {
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #projections: ProjectionRunner;
  readonly #policies: PolicyRunner;
  readonly #names: readonly string[];
  /** The furthest place that anybody has come to. */
  #at: Place | undefined;
  /** Whether it was the end of the log, a moment ago: else nobody knows how long the log is. */
  #atEnd = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ projections, policies, send, ...options }: FeedOptions) {
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
    this.#projections = new ProjectionRunner(this.#log, projections);
    this.#policies = new PolicyRunner(this.#log, policies, send);
  }

  /** Opens the models and starts; what needs a rebuild gets one while the others go on. @throws AheadOfLog */
  async start(): Promise<void> {
    await this.#findHead();
    const stale = await this.#projections.open(this.#head);
    await this.#policies.open(this.#at);
    this.#running = Promise.all([this.#projections.run(), this.#policies.run(), this.#housekeeping()]);
    if (stale.length > 0) this.rebuild(stale).catch(() => undefined); // it is logged, and shown in the status
  }

  /** Stops after the page in hand and the commands that were sent; the rest follows after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#policies.save();
  }

  /** Fills new versions of projections beside the live ones, in one pass over the log, and swaps. */
  rebuild(names: readonly string[]): Promise<void> {
    return this.#projections.rebuild(names, this.#head);
  }

  status(): FeedStatus {
    const head = this.#head;
    const at = this.#at && { at: this.#at };
    return {
      head,
      ...at,
      isWhole: this.#atEnd,
      consumers: [...this.#projections.status(head), ...this.#policies.status(head)],
    };
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

  async #housekeeping(): Promise<void> {
    let before: Place | undefined;
    for (let failures = 0; !this.#stop.signal.aborted;) {
      await pause(this.#log.retryMs, this.#stop.signal);
      try {
        // A store that counts would read all that the consumers are about to read.
        if (this.#atEnd || this.#at === before) await this.#lookForEnd(this.#at);
        before = this.#at;
        this.#log.moved();
        await this.#policies.save();
        await this.#projections.retry();
        failures = 0;
      } catch (error) {
        if (failures++ === 0) this.#log.listener.log('error', `the feed cannot reach its stores: ${text(error)}`);
      }
    }
  }
}
