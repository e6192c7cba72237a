import type { Catalogue } from '../event-store/catalogue.js';
import type { EventReader, Place } from '../event-store/event-store.js';
import { Turns } from '../ledger/turns.js';
import { StaleWrite, type Checkpoint, type ReadModels, type Target } from '../read-models/read-models.js';
import type { Policy, Projection } from './consumers.js';
import { PolicyRunner, type SendCommand } from './policy-runner.js';
import { feedPage, PoisonEvent, Projector, type FeedPage } from './projector.js';
import type { ConsumerStatus, FeedListener, FeedStatus } from './status.js';

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
}

interface Consumer {
  readonly name: string;
  readonly kind: ConsumerStatus['kind'];
  state: ConsumerStatus['state'];
  /** Everything up to here was taken. */
  taken: Checkpoint | undefined;
  error?: string;
  rebuild?: { count: number; total: number };
  readonly projector?: Projector;
  readonly runner?: PolicyRunner;
  /** The policy checkpoint that is stored. */
  saved?: Checkpoint | undefined;
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

const PAGE = 1_000;
const RETRY_MS = 1_000;
const HOUSEKEEPING_MS = 200;
/** A new projection this far behind is filled as a rebuild: indexes last. */
const REBUILD_BEHIND = 20_000;

/**
 * Hands the log to projections and policies, in order, each from its own checkpoint. One loop reads every page once
 * for all; it starts at the consumer that is furthest behind.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #pageSize: number;
  readonly #stop = new AbortController();
  #consumers: Consumer[] = [];
  #restart = new AbortController();
  #head = 0;
  #rebuilding: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#pageSize = options.pageSize ?? PAGE;
  }

  /** Opens the models and starts; what needs a rebuild gets one while the others go on. @throws AheadOfLog */
  async start(): Promise<void> {
    const { projections, policies, reader, readModels } = this.#options;
    this.#head = (await reader.head()).count;
    const turns = new Turns<string>();
    const stale: string[] = [];
    for (const projection of projections) {
      const live = await readModels.liveVersion(projection.model);
      const taken = live === projection.model.version ? await readModels.checkpoint(projection.name) : undefined;
      await readModels.open([projection.model]); // idempotent; builds an index that was added within a version
      if (live !== undefined ? live !== projection.model.version : this.#head > REBUILD_BEHIND) {
        stale.push(projection.name);
      }
      const projector = new Projector(projection, readModels);
      this.#consumers.push({ name: projection.name, kind: 'projection', state: 'running', taken, projector });
    }
    for (const policy of policies) {
      const taken = await readModels.checkpoint(policy.name);
      const { send, listener } = this.#options;
      const alarm = listener.alarm.bind(listener);
      const idle = (): void => listener.status(this.status());
      const runner = new PolicyRunner(policy, send, alarm, this.#stop.signal, turns, taken, idle);
      this.#consumers.push({ name: policy.name, kind: 'policy', state: 'running', taken, runner, saved: taken });
    }
    const furthest = Math.max(0, ...this.#consumers.map(({ taken }) => taken?.count ?? 0));
    if (furthest > this.#head) throw new AheadOfLog(furthest, this.#head);
    for (const each of this.#consumers) if (stale.includes(each.name)) each.state = 'rebuilding';
    this.#running = Promise.all([this.#follow(), this.#housekeeping()]).then(() => undefined);
    if (stale.length > 0) void this.rebuild(stale);
  }

  /** Stops after the page in hand; policies' commands in flight are sent again after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#restart.abort();
    await this.#running;
    await this.#rebuilding;
    await this.#savePolicies();
  }

  /** Fills new versions of projections beside the live ones, in one pass over the log, and swaps. */
  rebuild(names: readonly string[]): Promise<void> {
    const next = this.#rebuilding.then(() => this.#rebuild(names));
    this.#rebuilding = next.catch(() => undefined);
    return next;
  }

  status(): FeedStatus {
    return {
      head: this.#head,
      consumers: this.#consumers.map((each) => {
        const count = (each.runner === undefined ? each.taken : each.runner.done)?.count ?? 0;
        return {
          name: each.name,
          kind: each.kind,
          state: each.state,
          count,
          lag: Math.max(0, this.#head - count),
          ...(each.error !== undefined && { error: each.error }),
          ...(each.rebuild !== undefined && { rebuild: each.rebuild }),
        };
      }),
    };
  }

  async #follow(): Promise<void> {
    const { reader, catalogue, listener } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#restart = new AbortController();
      const from = this.#furthestBehind();
      try {
        const query = { limit: this.#pageSize, ...(from !== undefined && { after: from as Place }) };
        const signal = AbortSignal.any([this.#stop.signal, this.#restart.signal]);
        for await (const log of reader.follow(query, signal)) {
          const page = feedPage(log, catalogue);
          if (page === undefined) continue;
          this.#head = Math.max(this.#head, page.end.count);
          await this.#deliver(page);
          listener.status(this.status());
        }
      } catch (error) {
        listener.log('error', `the feed cannot read the log, and tries again: ${text(error)}`);
        await this.#pause(RETRY_MS);
      }
    }
  }

  async #deliver(page: FeedPage): Promise<void> {
    const live = this.#consumers.filter((each) => each.state === 'running' && this.#isAhead(page, each.taken));
    for (const each of live) {
      if (each.state !== 'running') continue;
      try {
        if (each.projector !== undefined) {
          const target = { model: each.projector.projection.model, generation: 'live' };
          each.taken = await each.projector.fold(target, page, each.taken);
        } else {
          await each.runner?.take(page, each.taken);
          each.taken = page.end;
        }
      } catch (error) {
        await this.#failed(each, error);
      }
    }
    await this.#savePolicies();
  }

  /** A poison event stops its consumer for good; anything else is tried again from the stored checkpoint. */
  async #failed(each: Consumer, error: unknown): Promise<void> {
    each.error = text(error);
    if (error instanceof PoisonEvent) {
      each.state = 'stopped';
      // Policies stop together: one that went on could overtake a command that the stopped one still owes.
      if (each.runner !== undefined) {
        for (const other of this.#consumers) if (other.runner !== undefined) other.state = 'stopped';
      }
      this.#options.listener.log(
        'error',
        `${each.name} stopped: ${each.error}. Nothing was skipped; mend and restart.`,
      );
      return;
    }
    each.state = 'retrying';
    if (!(error instanceof StaleWrite)) {
      this.#options.listener.log('error', `${each.name} cannot write, and tries again: ${each.error}`);
    }
    await this.#pause(RETRY_MS);
    try {
      each.taken = await this.#options.readModels.checkpoint(each.name);
      each.state = 'running';
      delete each.error;
    } catch {
      // the store still does not answer: housekeeping tries again
    }
    this.#restart.abort();
  }

  async #rebuild(names: readonly string[]): Promise<void> {
    const { reader, readModels, catalogue, listener } = this.#options;
    const consumers = this.#consumers.filter((each) => each.projector !== undefined && names.includes(each.name));
    const fillings: { consumer: Consumer; projector: Projector; target: Target; taken?: Checkpoint }[] = [];
    for (const consumer of consumers) {
      const projector = consumer.projector as Projector;
      fillings.push({ consumer, projector, target: await readModels.beginRebuild(projector.projection.model) });
      consumer.rebuild = { count: 0, total: this.#head };
    }
    listener.log('info', `rebuilding ${names.join(', ')} from ${this.#head} events`);
    try {
      let after: Checkpoint | undefined;
      for (let atEnd = false; !atEnd;) {
        if (this.#stop.signal.aborted) return;
        const query = { limit: this.#pageSize, ...(after !== undefined && { after: after as Place }) };
        const log = await reader.readAll(query);
        const page = feedPage(log, catalogue);
        if (page === undefined) break;
        for (const each of fillings) {
          each.taken = await each.projector.fold(each.target, page, each.taken);
          each.consumer.rebuild = { count: page.end.count, total: Math.max(this.#head, page.end.count) };
        }
        after = page.end;
        atEnd = log.atEnd;
        listener.status(this.status());
        await yieldThread();
      }
      for (const { consumer, target, taken } of fillings) {
        consumer.state = 'rebuilding'; // no live fold while the versions are swapped
        await readModels.finishRebuild(target, consumer.name);
        consumer.taken = taken;
        consumer.state = 'running';
        delete consumer.error;
      }
      listener.log('info', `rebuilt ${names.join(', ')}`);
    } catch (error) {
      for (const { consumer } of fillings) consumer.error = text(error);
      listener.log('error', `the rebuild of ${names.join(', ')} failed, the old version stays: ${text(error)}`);
      throw error;
    } finally {
      for (const { consumer } of fillings) delete consumer.rebuild;
      this.#restart.abort();
      listener.status(this.status());
    }
  }

  async #housekeeping(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause(HOUSEKEEPING_MS);
      try {
        this.#head = (await this.#options.reader.head()).count;
        await this.#savePolicies();
        for (const each of this.#consumers) if (each.state === 'retrying') await this.#failed(each, each.error);
      } catch (error) {
        this.#options.listener.log('error', `the feed cannot reach its stores: ${text(error)}`);
        await this.#pause(RETRY_MS);
      }
      this.#options.listener.status(this.status());
    }
  }

  async #savePolicies(): Promise<void> {
    for (const each of this.#consumers) {
      const done = each.runner?.done;
      if (done === undefined || done === each.saved) continue;
      await this.#options.readModels.saveCheckpoint(each.name, done);
      each.saved = done;
    }
  }

  #furthestBehind(): Checkpoint | undefined {
    let behind: Checkpoint | undefined;
    for (const each of this.#consumers.filter(({ state }) => state === 'running')) {
      if (each.taken === undefined) return undefined;
      if (behind === undefined || this.#compare(each.taken, behind) < 0) behind = each.taken;
    }
    return behind;
  }

  #isAhead(page: FeedPage, taken: Checkpoint | undefined): boolean {
    return taken === undefined || this.#compare(page.end, taken) > 0;
  }

  #compare(a: Checkpoint, b: Checkpoint): number {
    return this.#options.reader.comparePositions(a.position as never, b.position as never);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#stop.signal.addEventListener('abort', end);
    });
  }
}

const yieldThread = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
