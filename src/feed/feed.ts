import type { Catalogue } from '../event-store/catalogue.js';
import type { EventReader } from '../event-store/event-store.js';
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

/** The read models are of a longer log, such as after a restore: they would leave out the events that come next. */
export class AheadOfLog extends Error {
  override readonly name = 'AheadOfLog';
  constructor(taken: number, head: number) {
    super(
      `the read models hold ${taken} events, the ledger has ${head}: remove the read models (read-models.db*), ` +
        'they are made again',
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
  #head = 0;
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
      moved: (count = 0) => {
        this.#head = Math.max(this.#head, count);
        options.listener.status(this.status());
      },
    };
    this.#projections = new ProjectionRunner(this.#log, projections);
    this.#policies = new PolicyRunner(this.#log, policies, send);
  }

  /** Opens the models and starts; what needs a rebuild gets one while the others go on. @throws AheadOfLog */
  async start(): Promise<void> {
    const { reader, readModels } = this.#log;
    this.#head = (await reader.head()).count;
    for (const name of this.#names) {
      const { count } = (await readModels.checkpoint(name)) ?? { count: 0 };
      if (count > this.#head) throw new AheadOfLog(count, this.#head);
    }
    const stale = await this.#projections.open(this.#head);
    await this.#policies.open();
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
    return { head, consumers: [...this.#projections.status(head), ...this.#policies.status(head)] };
  }

  async #housekeeping(): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted;) {
      await pause(this.#log.retryMs, this.#stop.signal);
      try {
        this.#log.moved((await this.#log.reader.head()).count);
        await this.#policies.save();
        await this.#projections.retry();
        failures = 0;
      } catch (error) {
        if (failures++ === 0) this.#log.listener.log('error', `the feed cannot reach its stores: ${text(error)}`);
      }
    }
  }
}
