import { setTimeout as wait } from 'node:timers/promises';
import Bull, { type Queue } from 'bull';
import type { Uuid } from '../../kernel/ids.js';
import { latestUpTo, nextAfter } from '../cron.js';
import { JobsUnavailable } from '../jobs.js';
import type { Job, JobDoors, JobFigures, JobQuery, Jobs, JobView, Once, Repeat } from '../jobs.js';
import { checkData, jobId, knownJobs } from '../performing.js';
import { backOff, Runs, textOf, worn } from '../runs.js';
import { lossesOf } from './durability.js';
import { HeldJob, type Kept, type Stored } from './held-job.js';
import { openConnections } from './connections.js';
import { redisOptions } from './redis-url.js';
import { figuresOf, listOf } from './views.js';

/** How soon a clock that jumped is noticed, and a server that was away is asked again; milliseconds. */
const POLL_MS = 1_000;
const NEVER_MS = 2 ** 31 - 1;
/** Of what is furthest ahead. */
const MOST_MENDED = 1_000;
/** How often it is looked whether the standing repetitions are there: a Redis may lose what it was given. */
const RESTORE_POLLS = 60;

export interface BullOptions {
  /** `redis://…`; may hold a password. */
  readonly url: string;
  /** Ledgers that share a server must not share jobs. */
  readonly ledger: string;
  readonly jobs: readonly Job[];
  readonly doors: JobDoors;
  readonly pollMs?: number;
}

interface Place {
  readonly job: Job;
  readonly queue: Queue<Stored>;
}

/** Jobs in Redis, one queue of Bull for each. What the server does not answer is asked again. */
export const openBullJobs = (options: BullOptions): Jobs => new BullJobs(options);

class BullJobs implements Jobs {
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #places: readonly Place[];
  readonly #runs: Runs;
  readonly #held = new Map<string, HeldJob>();
  readonly #halt = new AbortController();
  readonly #pollMs: number;
  #isAmiss = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(private readonly options: BullOptions) {
    this.#pollMs = options.pollMs ?? POLL_MS;
    this.#jobs = knownJobs(options.jobs);
    this.#runs = new Runs(options.doors);
    this.#places = options.jobs.map((job) => ({ job, queue: this.#queueOf(job) }));
  }

  start(): void {
    for (const place of this.#places) void this.#start(place);
    void this.#warn();
    this.#watch = setInterval(() => void this.#restore(), this.#pollMs * RESTORE_POLLS);
  }

  async schedule<Data>(job: Job<Data>, { key, at, data }: Once<Data>): Promise<void> {
    const { name } = checkData(this.#jobs, job.name, data);
    await this.#ask(() => this.#add(this.#place(name), jobId(name, key, null), { key, at, due: at, data, begun: 0 }));
  }

  async cancel<Data>({ name }: Job<Data>, key: string): Promise<boolean> {
    return this.#ask(async () => {
      const found = await this.#place(name).queue.getJob(jobId(name, key, null));
      if (found === null || found.data.begun > 0) return false;
      return found.remove().then(
        () => true,
        () => false, // it has just begun
      );
    });
  }

  async list(query: JobQuery): Promise<readonly JobView[]> {
    return this.#ask(() => listOf(this.#places, query));
  }

  async retry(id: Uuid): Promise<'waiting' | 'not dead' | undefined> {
    return this.#ask(async () => {
      for (const { queue } of this.#places) {
        const found: Kept | null = await queue.getJob(id);
        if (found === null) continue;
        if (!(await found.isFailed())) return 'not dead';
        const { buried: _, ...stored } = found.data;
        await found.update({ ...stored, begun: 0, due: this.#now() });
        await found.retry();
        return 'waiting';
      }
      return undefined;
    });
  }

  async figures(): Promise<readonly JobFigures[]> {
    return this.#ask(() =>
      Promise.all(
        this.#places.map(async ({ job, queue }) => ({
          name: job.name,
          failures: this.#runs.failures(job.name),
          ...(await figuresOf(queue, this.#now())),
        })),
      ),
    );
  }

  async close(drainMs: number): Promise<void> {
    if (this.#halt.signal.aborted) return;
    this.#halt.abort();
    clearInterval(this.#watch);
    await Promise.all(this.#places.map(({ queue }) => queue.pause(true, true).catch(() => undefined)));
    await this.#runs.drain(drainMs);
    await Promise.all(this.#places.map(({ queue }) => queue.close(true).catch(() => undefined)));
  }

  #now(): number {
    return this.options.doors.clock.now();
  }

  #queueOf(job: Job): Queue<Stored> {
    const queue = new Bull<Stored>(job.name, {
      redis: redisOptions(this.options.url),
      prefix: `{sijill-${this.options.ledger}}`,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: false, stackTraceLimit: 1 },
      settings: {
        lockDuration: job.leaseMs,
        lockRenewTime: NEVER_MS, // a run renews its own, and learns of it where it cannot
        stalledInterval: Math.ceil(job.leaseMs / 3), // Redis takes whole milliseconds only
        maxStalledCount: NEVER_MS, // we count attempts ourselves
        guardInterval: this.#pollMs,
        retryProcessDelay: this.#pollMs,
        drainDelay: 2, // seconds; less than the server may take to answer
      },
    });
    // It would name the connection, and where that fails nobody would hear: an unhandled rejection.
    Object.assign(queue, { setWorkerName: () => Promise.resolve() });
    queue.on('error', (error) => {
      if (!this.#isAmiss && !this.#halt.signal.aborted) {
        this.options.doors.log('error', `jobs wait for Redis: ${textOf(error)}`);
      }
      this.#isAmiss = true;
    });
    return queue;
  }

  #place(name: string): Place {
    return this.#places.find(({ job }) => job.name === name)!;
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#halt.signal.aborted) throw new JobsUnavailable('the jobs are closed');
    try {
      const answer = await work();
      if (this.#isAmiss) this.options.doors.log('info', 'Redis answers again: jobs go on');
      this.#isAmiss = false;
      return answer;
    } catch (error) {
      throw new JobsUnavailable(`Redis does not answer: ${textOf(error)}`, { cause: error });
    }
  }

  async #start(place: Place): Promise<void> {
    const { signal } = this.#halt;
    openConnections(place.queue);
    while (!signal.aborted) {
      try {
        await this.#ask(() => this.#mend(place));
        await this.#ask(() => this.#reconcile(place));
        if (!signal.aborted) await place.queue.process(place.job.concurrency, (kept) => this.#take(place, kept));
        return;
      } catch {
        await wait(this.#pollMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Of a server that is set to lose what it was given. */
  async #warn(): Promise<void> {
    const info = await this.#places[0]?.queue.client.info().catch(() => ''); // of little weight, if it is away now
    for (const loss of lossesOf(info ?? '')) this.options.doors.log('warn', loss);
  }

  /** A back-off that ends further ahead than any can is of a clock that has gone back since. */
  async #mend({ job, queue }: Place): Promise<void> {
    const now = this.#now();
    for (const kept of await queue.getJobs(['delayed'], 0, MOST_MENDED - 1, false)) {
      if (kept === null || kept.data.begun === 0 || kept.data.due <= now + job.retry.mostMs) continue;
      await kept.update({ ...kept.data, due: now });
      await kept.promote().catch(() => undefined); // another process was faster
    }
  }

  /** What a Redis has lost that stands by itself. */
  async #restore(): Promise<void> {
    const add = this.#places.map(async (place) => {
      for (const repeat of place.job.repeats) await this.#declare(place, repeat, nextAfter(repeat.cron, this.#now()));
    });
    await this.#ask(() => Promise.all(add)).catch(() => undefined); // the next time, then
  }

  /** Without effect where it is there. */
  #declare(place: Place, { key, cron, data }: Repeat, at: number): Promise<void> {
    return this.#add(place, repetitionId(place.job, key), { key, at, due: at, data, begun: 0, cron });
  }

  /** Makes the standing repetitions of a job what the program declares; those that it does not end when they are due. */
  async #reconcile(place: Place): Promise<void> {
    const now = this.#now();
    for (const repeat of place.job.repeats) {
      const { key, cron } = repeat;
      const next = nextAfter(cron, now);
      const found: Kept | null = await place.queue.getJob(repetitionId(place.job, key));
      if (found !== null) {
        const { at, begun } = found.data;
        // What was missed stays. What is to come is anew where the expression changed, or where a clock that was ahead
        // has since gone back, by an occurrence at least.
        const isWrong = at > now && begun === 0 && (found.data.cron !== cron || at > nextAfter(cron, next));
        if (!isWrong) continue;
        await found.remove();
      }
      await this.#declare(place, repeat, next);
    }
  }

  /** Without effect where the id is there. */
  async #add({ queue }: Place, id: string, stored: Stored): Promise<void> {
    const timestamp = this.#now();
    const options = { jobId: id, timestamp, delay: Math.max(0, stored.due - timestamp) }; // Bull knows `timestamp`, its types do not
    await queue.add(stored, options);
  }

  /** What Bull says to be due: in the end it is put off, completed or buried, unless its lock was lost. */
  async #take(place: Place, kept: Kept): Promise<void> {
    const id = String(kept.id);
    const held = new HeldJob(place.queue, kept, place.job.leaseMs);
    this.#held.get(id)?.lose();
    this.#held.set(id, held);
    await this.#attend(place, held).finally(() => {
      if (this.#held.get(id) === held) this.#held.delete(id);
    });
  }

  async #attend(place: Place, held: HeldJob): Promise<void> {
    const { job } = place;
    const { key, at, due, begun, cron, error, buried } = held.stored;
    const repeat = cron === undefined ? undefined : job.repeats.find((each) => each.key === key);
    const now = this.#now();
    if (this.#halt.signal.aborted) return void (await held.putOff(due));
    if (cron !== undefined && repeat === undefined) return void (await held.complete());
    if (buried === true) return void (await held.bury(error ?? worn(begun)));
    if (due > now) return void (await held.putOff(due));
    if (begun >= job.retry.attempts) return void (await this.#die(place, held, repeat, worn(begun)));
    // Only before the first attempt: later ones must send what the first one sent.
    const occurrence = repeat?.missed === 'latest' && begun === 0 ? Math.max(at, latestUpTo(repeat.cron, now)) : at;
    const data = repeat === undefined || begun > 0 ? held.stored.data : repeat.data;
    if (!(await held.save({ at: occurrence, begun: begun + 1, data }))) return;
    await this.#runs.begin(
      job,
      { key, at: occurrence, data, attempt: begun + 1 },
      {
        renew: () => held.renew(),
        progress: (progress) => held.progress(progress),
        complete: () => (repeat === undefined ? held.complete() : this.#advance(held, repeat)),
        fail: (reason) => this.#fail(place, held, repeat, reason),
        release: () => held.putOff(due, { begun }),
      },
    );
  }

  #fail(place: Place, held: HeldJob, repeat: Repeat | undefined, error: string): Promise<boolean> {
    const { retry } = place.job;
    const { begun } = held.stored;
    if (begun >= retry.attempts) return this.#die(place, held, repeat, error);
    const random = (this.options.doors.random ?? Math.random)();
    return held.putOff(this.#now() + backOff(retry, begun, random), { error });
  }

  /** A dead occurrence of a repetition is left behind under an id of its own, and the next one's turn comes. */
  async #die(place: Place, held: HeldJob, repeat: Repeat | undefined, error: string): Promise<boolean> {
    if (repeat === undefined) return held.bury(error);
    if (!(await held.renew())) return false;
    const { cron: _, ...stored } = held.stored;
    await this.#add(place, jobId(place.job.name, stored.key, stored.at), { ...stored, error, buried: true });
    return this.#advance(held, repeat);
  }

  #advance(held: HeldJob, { cron, missed }: Repeat): Promise<boolean> {
    const now = this.#now();
    const next = nextAfter(cron, held.stored.at);
    const at = missed === 'latest' && next <= now ? latestUpTo(cron, now) : next;
    return held.putOff(at, { at, begun: 0, cron, error: undefined });
  }
}

const repetitionId = ({ name }: Job, key: string): string => jobId(name, key, 'repeated');
