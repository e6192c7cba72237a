import { InvalidDocument, type Checkpoint, type Target } from '../read-models/read-models.js';
import type { Projection } from './consumers.js';
import { PoisonEvent, text, type FeedPage } from './feed-page.js';
import { aborted, followPages, pause, type Log } from './log-follower.js';
import { Projector, type Staged } from './projector.js';
import { beginFilling, fill, swap, type Filling } from './rebuild.js';
import type { ConsumerStatus } from './status.js';

interface Live {
  readonly projector: Projector;
  state: ConsumerStatus['state'];
  /** Everything up to here is folded. */
  taken: Checkpoint | undefined;
  /** Its documents are being swapped: no page is folded into them. */
  isSwapping: boolean;
  error?: string;
  rebuild?: { count: number; total: number };
}

/** A new projection this far behind is filled as a rebuild: indexes last. */
const REBUILD_BEHIND = 20_000;

/**
 * From one small page to the next, in milliseconds, and rather as long again as it took: commits come a few at a time,
 * and a page costs a transaction, however little is in it. So folding takes half of a processor from those who answer
 * for as long as it keeps up, and all of one when a page is full. What comes after a rest is folded at once.
 */
const GATHERING_MS = 20;

/**
 * Folds the log into every projection's live documents, each from its own checkpoint. One loop reads each page once for
 * all; it starts at the projection that is furthest behind. A poison event stops its projection, and no other.
 */
export class ProjectionRunner {
  readonly #live: Live[] = [];
  /** The page in hand, until all have folded it. */
  #folding: Promise<void> = Promise.resolve();
  #restart = new AbortController();
  #rebuilding: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: Log,
    private readonly projections: readonly Projection[],
  ) {}

  /** Finds where each stands. @returns the names of those that a rebuild fills best */
  async open(head: number): Promise<readonly string[]> {
    const { readModels } = this.log;
    for (const projection of this.projections) {
      const { model, name } = projection;
      const isOther = (await readModels.liveVersion(model)) !== model.version;
      const taken = isOther ? undefined : await readModels.checkpoint(name);
      const isStale = isOther || (taken === undefined && head > REBUILD_BEHIND);
      const projector = new Projector(projection, readModels);
      this.#live.push({ projector, state: isStale ? 'rebuilding' : 'running', taken, isSwapping: false });
    }
    return this.#live.filter(({ state }) => state === 'rebuilding').map(nameOf);
  }

  async run(): Promise<void> {
    while (!this.log.stopped.aborted) {
      this.#restart = new AbortController();
      const signal = AbortSignal.any([this.log.stopped, this.#restart.signal]);
      const running = this.#live.filter(({ state }) => state === 'running');
      if (running.length === 0) {
        await aborted(signal);
        continue;
      }
      for await (const page of followPages(this.log, this.#furthestBehind(running), signal)) {
        const began = performance.now();
        await (this.#folding = this.#fold(page));
        this.log.moved(page);
        const took = performance.now() - began;
        if (page.events.length < this.log.pageSize) await pause(Math.max(GATHERING_MS - took, took), signal);
      }
    }
    await this.#rebuilding;
  }

  /** Lets those that a store refused begin again at the stored checkpoint. @throws when it still does not answer */
  async retry(): Promise<void> {
    for (const each of this.#live.filter(({ state }) => state === 'retrying')) {
      each.taken = await this.log.readModels.checkpoint(nameOf(each));
      each.state = 'running';
      this.#restart.abort();
    }
  }

  /** Fills new versions of projections beside the live ones, in one pass over the log, and swaps each. */
  rebuild(names: readonly string[], head: number): Promise<void> {
    const next = this.#rebuilding.then(() => this.#rebuild(names, head));
    this.#rebuilding = next.catch(() => undefined);
    return next;
  }

  status(head: number): readonly ConsumerStatus[] {
    return this.#live.map(({ projector, state, taken, error, rebuild }) => {
      const count = taken?.count ?? 0;
      const more = { ...(error !== undefined && { error }), ...(rebuild !== undefined && { rebuild }) };
      const lag = Math.max(0, head - count);
      return { name: projector.projection.name, kind: 'projection', state, count, lag, ...more };
    });
  }

  /** Into all documents in one write. */
  async #fold(page: FeedPage): Promise<void> {
    const staged: (Staged & { readonly each: Live })[] = [];
    for (const each of this.#live) {
      if (each.state !== 'running' || each.isSwapping || !this.#isBehind(each.taken, page.end)) continue;
      // A swap moved it back behind this page: the loop begins again there.
      if (page.from !== undefined && this.#isBehind(each.taken, page.from)) this.#restart.abort();
      else await this.#attempt(each, async () => void staged.push({ each, ...(await stageOf(each, page)) }));
    }
    const batches = staged.flatMap(({ batch }) => batch ?? []);
    const refusals = new Map((await this.log.readModels.applyEach(batches)).map((why, i) => [batches[i], why]));
    for (const { each, batch, poison } of staged) {
      await this.#attempt(each, async () => {
        const refusal = batch && refusals.get(batch);
        if (refusal instanceof InvalidDocument) {
          await each.projector.fold(targetOf(each), page, each.taken); // finds the event after which it cannot be stored
        } else if (refusal !== undefined) {
          throw refusal;
        } else {
          if (batch !== undefined) each.projector.written(batch);
          if (poison !== undefined) throw poison;
        }
        each.taken = page.end;
        delete each.error;
      });
    }
  }

  async #attempt(each: Live, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.#failed(each, error);
    }
  }

  /** A poison event stops its projection for good; anything else is tried again from the stored checkpoint. */
  async #failed(each: Live, error: unknown): Promise<void> {
    const { listener, readModels } = this.log;
    const isNews = each.error === undefined;
    each.error = text(error);
    if (!(error instanceof PoisonEvent)) {
      each.projector.forget();
      each.state = 'retrying';
      if (isNews) listener.log('error', `${nameOf(each)} cannot write, and tries again: ${each.error}`);
      return;
    }
    each.state = 'stopped';
    each.taken = await readModels.checkpoint(nameOf(each)).catch(() => each.taken);
    listener.log('error', `${nameOf(each)} stopped: ${each.error}. Nothing was skipped; mend and restart.`);
  }

  async #rebuild(names: readonly string[], head: number): Promise<void> {
    const { log } = this;
    const chosen = this.#live.filter((each) => names.includes(nameOf(each)));
    if (chosen.length < new Set(names).size) throw new Error(`there is no such projection among ${names.join(', ')}`);
    log.listener.log('info', `rebuilding ${names.join(', ')} from ${head} events`);
    try {
      const fillings = await beginFilling(
        log,
        chosen.map(({ projector }) => projector.projection),
      );
      const isFilled = await fill(log, fillings, log.stopped, (count) => {
        for (const each of chosen) each.rebuild = { count, total: Math.max(head, count) };
        log.moved();
      });
      if (!isFilled) return;
      for (const [index, each] of chosen.entries()) {
        await this.#swap(each, fillings[index] as Filling);
      }
      log.listener.log('info', `rebuilt ${names.join(', ')}`);
    } catch (error) {
      for (const each of chosen) if (each.state === 'rebuilding') [each.state, each.error] = ['stopped', text(error)];
      log.listener.log('error', `the rebuild of ${names.join(', ')} failed, the old version stays: ${text(error)}`);
      throw error;
    } finally {
      for (const each of chosen) delete each.rebuild;
      log.moved();
    }
  }

  /** First takes what came in since, while the live fold waits: no answer ever goes back in time. */
  async #swap(each: Live, filling: Filling): Promise<void> {
    each.isSwapping = true;
    await this.#folding;
    try {
      if (!(await fill(this.log, [filling], this.log.stopped))) return;
      await swap(this.log, filling);
      each.projector.forget();
      each.taken = filling.taken;
      each.state = 'running';
      delete each.error;
    } finally {
      each.isSwapping = false;
      this.#restart.abort();
    }
  }

  #furthestBehind(running: readonly Live[]): Checkpoint | undefined {
    return running.map(({ taken }) => taken).reduce((a, b) => (b !== undefined && this.#isBehind(a, b) ? a : b));
  }

  #isBehind(a: Checkpoint | undefined, b: Checkpoint): boolean {
    return a === undefined || this.log.reader.comparePositions(a.position as never, b.position as never) < 0;
  }
}

const targetOf = ({ projector }: Live): Target => ({ model: projector.projection.model, generation: 'live' });

const stageOf = (each: Live, page: FeedPage): Promise<Staged> => each.projector.stage(targetOf(each), page, each.taken);

const nameOf = ({ projector }: Live): string => projector.projection.name;
