import { setTimeout as wait } from 'node:timers/promises';
import type { Uuid } from '../../kernel/ids.js';
import type { Database } from '../../sqlite/database.js';
import { InvalidJob, JobsUnavailable } from '../jobs.js';
import type { Job, JobDoors, JobFigures, JobQuery, Jobs, JobView, Once } from '../jobs.js';
import { checkData, LeaseLost, perform, Stopping } from '../running.js';
import { JobTable, openJobFile, type Claim } from './table.js';

/** How soon a clock that jumped is noticed, and a disk that was full is tried again; milliseconds. */
const POLL_MS = 1_000;
/** How long a run that was told to leave off may take, in milliseconds. */
const GRACE_MS = 2_000;
const MAX_ERROR = 500;

export interface EmbeddedOptions {
  readonly path: string;
  readonly jobs: readonly Job[];
  readonly doors: JobDoors;
  readonly pollMs?: number;
}

interface Write {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

interface Running {
  readonly claim: Claim;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Jobs in a file of SQLite. Several processes may share it. @throws ForeignFile, the file being left untouched */
export function openEmbeddedJobs(options: EmbeddedOptions): Jobs {
  return new EmbeddedJobs(openJobFile(options.path), options);
}

/** Everything is asked for in turns: what one turn of the event loop asks shares a transaction, so an fsync. */
class EmbeddedJobs implements Jobs {
  readonly #table: JobTable;
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #writes: Write[] = [];
  readonly #running = new Set<Running>();
  readonly #failures = new Map<string, number>();
  #state: 'idle' | 'started' | 'draining' | 'closed' = 'idle';
  #isReconciled = false;
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAmiss = false;

  constructor(
    private readonly database: Database,
    private readonly options: EmbeddedOptions,
  ) {
    this.#jobs = new Map(options.jobs.map((job) => [job.name, job]));
    if (this.#jobs.size !== options.jobs.length) throw new InvalidJob('two jobs share a name');
    this.#table = new JobTable(database, options.doors.random ?? Math.random);
  }

  start(): void {
    this.#state = 'started';
    this.#askForTurn();
  }

  async schedule<Data>(job: Job<Data>, once: Once<Data>): Promise<void> {
    const known = this.#known(job.name);
    checkData(known, once.data);
    return this.#write(() => this.#table.add(known, once));
  }

  async cancel<Data>(job: Job<Data>, key: string): Promise<boolean> {
    return this.#write(() => this.#table.cancel(this.#known(job.name), key));
  }

  async list(query: JobQuery): Promise<readonly JobView[]> {
    return this.#read(() => this.#table.list(query, this.#now()));
  }

  async retry(id: Uuid): Promise<'waiting' | 'not dead' | undefined> {
    return this.#write(() => this.#table.retry(id, this.#now()));
  }

  async figures(): Promise<readonly JobFigures[]> {
    return this.#read(() =>
      [...this.#jobs.keys()].map((name) => ({
        name,
        failures: this.#failures.get(name) ?? 0,
        ...this.#table.figures(name, this.#now()),
      })),
    );
  }

  async close(drainMs: number): Promise<void> {
    if (this.#state === 'draining' || this.#state === 'closed') return;
    this.#state = 'draining';
    const all = (): Promise<unknown> => Promise.all([...this.#running].map(({ ended }) => ended));
    await within(drainMs, all());
    for (const { abort } of this.#running) abort.abort(new Stopping('the process stops'));
    await within(GRACE_MS, all());
    const left = [...this.#running];
    await this.#write(() => left.forEach(({ claim }) => this.#table.release(claim))).catch(() => undefined);
    this.#state = 'closed';
    clearImmediate(this.#turn);
    clearTimeout(this.#timer);
    for (const { reject } of this.#writes.splice(0)) reject(new JobsUnavailable('the jobs are closed'));
    this.database.close();
  }

  #now(): number {
    return this.options.doors.clock.now();
  }

  #known(name: string): Job {
    const known = this.#jobs.get(name);
    if (known === undefined) throw new InvalidJob(`no job is called ${name}`);
    return known;
  }

  #read<T>(query: () => T): T {
    if (this.#state === 'closed') throw new JobsUnavailable('the jobs are closed');
    try {
      return query();
    } catch (error) {
      throw unavailable(error);
    }
  }

  #write<T>(work: () => T): Promise<T> {
    if (this.#state === 'closed') return Promise.reject(new JobsUnavailable('the jobs are closed'));
    this.#askForTurn();
    return new Promise<unknown>((resolve, reject) => {
      this.#writes.push({ work, resolve, reject });
    }) as Promise<T>;
  }

  #askForTurn(): void {
    this.#turn ??= setImmediate(() => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#turn = undefined;
    clearTimeout(this.#timer);
    const writes = this.#writes.splice(0);
    try {
      const { answers, claims, next } = this.database.transaction(() => this.#transact(writes));
      this.#isReconciled = this.#state === 'started';
      writes.forEach(({ resolve }, i) => resolve(answers[i]));
      for (const claim of claims) this.#run(claim);
      this.#isAmiss = false;
      this.#wakeAt(next);
    } catch (error) {
      for (const { reject } of writes) reject(unavailable(error));
      if (!this.#isAmiss) this.options.doors.log('error', `jobs wait for their store: ${textOf(error)}`);
      this.#isAmiss = true;
      this.#wakeAt(undefined);
    }
  }

  #transact(writes: readonly Write[]) {
    const answers = writes.map(({ work }) => work());
    if (this.#state !== 'started') return { answers, claims: [], next: undefined };
    const now = this.#now();
    if (!this.#isReconciled) for (const job of this.#jobs.values()) this.#table.reconcile(job, now);
    const claims = [...this.#jobs.values()].flatMap((job) => {
      const free = job.concurrency - [...this.#running].filter(({ claim }) => claim.job === job).length;
      return free > 0 ? this.#table.claim(job, free, now) : [];
    });
    return { answers, claims, next: this.#table.nextDue([...this.#jobs.keys()]) };
  }

  #wakeAt(next: number | undefined): void {
    if (this.#state !== 'started') return;
    const pollMs = this.options.pollMs ?? POLL_MS;
    const ms = next === undefined ? pollMs : Math.min(pollMs, Math.max(0, next - this.#now()));
    // What is due and was not taken waits for a run to end.
    this.#timer = setTimeout(() => this.#askForTurn(), ms === 0 ? pollMs : ms);
  }

  #run(claim: Claim): void {
    const abort = new AbortController();
    const running = { claim, abort, ended: this.#attempt(claim, abort).catch(() => undefined) };
    this.#running.add(running);
    void running.ended.then(() => {
      this.#running.delete(running);
      if (this.#state === 'started') this.#askForTurn();
    });
  }

  async #attempt(claim: Claim, abort: AbortController): Promise<void> {
    const { signal } = abort;
    const renewal = setInterval(() => void this.#renew(claim, abort), claim.job.leaseMs / 3);
    try {
      await perform(claim.job, claim, signal, (progress) => this.#progress(claim, progress), this.options.doors);
      await this.#settle(claim, signal, () => this.#table.complete(claim, this.#now()));
    } catch (error) {
      if (signal.reason instanceof LeaseLost) return;
      if (signal.reason instanceof Stopping) return await this.#write(() => this.#table.release(claim));
      this.#failures.set(claim.job.name, (this.#failures.get(claim.job.name) ?? 0) + 1);
      const { name, retry } = claim.job;
      const level = claim.attempt < retry.attempts ? 'warn' : 'error';
      const which = `job ${name} ${claim.key}, attempt ${claim.attempt} of ${retry.attempts}`;
      this.options.doors.log(level, `${which}: ${textOf(error)}`);
      await this.#settle(claim, signal, () => this.#table.fail(claim, textOf(error).slice(0, MAX_ERROR), this.#now()));
    } finally {
      clearInterval(renewal);
    }
  }

  /** As often as the store needs. */
  async #settle({ job, key }: Claim, signal: AbortSignal, work: () => boolean): Promise<void> {
    while (!signal.aborted && this.#state !== 'closed') {
      try {
        const isOurs = await this.#write(work);
        if (!isOurs)
          this.options.doors.log('warn', `job ${job.name} ${key} came to its end after its lease had run out`);
        return;
      } catch {
        await wait(this.options.pollMs ?? POLL_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #renew(claim: Claim, abort: AbortController): Promise<void> {
    try {
      const isOurs = await this.#write(() => this.#table.renew(claim, this.#now()));
      if (!isOurs) abort.abort(new LeaseLost('the lease ran out, and another process has it'));
    } catch {
      // The next one may succeed in time; if not, another process takes it, and ours changes nothing any more.
    }
  }

  #progress(claim: Claim, progress: Parameters<JobTable['progress']>[1]): void {
    this.#write(() => this.#table.progress(claim, progress)).catch(() => undefined);
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const unavailable = (error: unknown): Error =>
  error instanceof InvalidJob
    ? error
    : new JobsUnavailable(`the jobs' store failed: ${textOf(error)}`, { cause: error });

const within = (ms: number, work: Promise<unknown>): Promise<unknown> => {
  const timer = new AbortController();
  const late = wait(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  return Promise.race([work, late]).finally(() => timer.abort());
};
