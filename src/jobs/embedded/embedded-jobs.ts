import type { Uuid } from '../../kernel/ids.js';
import type { Database } from '../../sqlite/database.js';
import { InvalidJob, JobsUnavailable } from '../jobs.js';
import type { Job, JobDoors, JobFigures, JobQuery, Jobs, JobView, Once } from '../jobs.js';
import { checkData, knownJobs } from '../performing.js';
import { Runs, textOf, type Lease } from '../runs.js';
import { openJobFile } from './job-file.js';
import { JobTable, type Claim } from './table.js';

/** How soon a clock that jumped is noticed, and a disk that was full is tried again; milliseconds. */
const POLL_MS = 1_000;

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

/** Jobs in a file of SQLite. Several processes may share it. @throws ForeignFile, the file being left untouched */
export const openEmbeddedJobs = (options: EmbeddedOptions): Jobs =>
  new EmbeddedJobs(openJobFile(options.path), options);

/**
 * Everything is done in turns: what one turn of the event loop asks for shares a transaction, so an fsync, with what
 * begins then.
 */
class EmbeddedJobs implements Jobs {
  readonly #table: JobTable;
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #runs: Runs;
  readonly #pollMs: number;
  readonly #writes: Write[] = [];
  #state: 'idle' | 'started' | 'draining' | 'closed' = 'idle';
  #isReconciled = false;
  #isAmiss = false;
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly options: EmbeddedOptions,
  ) {
    this.#jobs = knownJobs(options.jobs);
    this.#table = new JobTable(database, options.doors.random ?? Math.random);
    this.#runs = new Runs(options.doors);
    this.#pollMs = options.pollMs ?? POLL_MS;
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'started';
    this.#askForTurn();
  }

  async schedule<Data>(job: Job<Data>, once: Once<Data>): Promise<void> {
    const known = checkData(this.#jobs, job.name, once.data);
    return this.#write(() => this.#table.add(known, once));
  }

  async cancel<Data>(job: Job<Data>, key: string): Promise<boolean> {
    return this.#write(() => this.#table.cancel(job.name, key));
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
        failures: this.#runs.failures(name),
        ...this.#table.figures(name, this.#now()),
      })),
    );
  }

  async close(drainMs: number): Promise<void> {
    if (this.#state === 'draining' || this.#state === 'closed') return;
    this.#state = 'draining';
    clearTimeout(this.#timer);
    await this.#runs.drain(drainMs);
    this.#state = 'closed';
    clearImmediate(this.#turn);
    for (const { reject } of this.#writes.splice(0)) reject(closed());
    this.database.close();
  }

  #now(): number {
    return this.options.doors.clock.now();
  }

  #read<T>(query: () => T): T {
    if (this.#state === 'closed') throw closed();
    try {
      return query();
    } catch (error) {
      throw unavailable(error);
    }
  }

  #write<T>(work: () => T): Promise<T> {
    if (this.#state === 'closed') return Promise.reject(closed());
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
      this.#isReconciled ||= this.#state === 'started';
      if (this.#isAmiss) this.options.doors.log('info', 'jobs go on');
      this.#isAmiss = false;
      writes.forEach(({ resolve }, i) => resolve(answers[i]));
      for (const claim of claims) void this.#begin(claim);
      this.#wakeAt(next);
    } catch (error) {
      if (!this.#isAmiss) this.options.doors.log('error', `jobs wait for their store: ${textOf(error)}`);
      this.#isAmiss = true;
      for (const { reject } of writes) reject(unavailable(error));
      this.#wakeAt(Infinity);
    }
  }

  #transact(writes: readonly Write[]): { answers: unknown[]; claims: Claim[]; next: number } {
    const answers = writes.map(({ work }) => work());
    if (this.#state !== 'started') return { answers, claims: [], next: Infinity };
    const now = this.#now();
    const jobs = [...this.#jobs.values()];
    if (!this.#isReconciled) for (const job of jobs) this.#table.reconcile(job, now);
    const claims = jobs.flatMap((job) => {
      const free = job.concurrency - this.#runs.taken(job);
      return free > 0 ? this.#table.claim(job, free, now) : [];
    });
    return { answers, claims, next: Math.min(...jobs.map(({ name }) => this.#table.nextDue(name))) };
  }

  #wakeAt(next: number): void {
    if (this.#state !== 'started') return;
    const ms = next - this.#now();
    // What is due and was not taken waits for a run to end.
    this.#timer = setTimeout(() => this.#askForTurn(), ms <= 0 ? this.#pollMs : Math.min(ms, this.#pollMs));
  }

  async #begin(claim: Claim): Promise<void> {
    const lease: Lease = {
      renew: () => this.#write(() => this.#table.renew(claim, this.#now())),
      progress: (progress) => this.#write(() => this.#table.progress(claim, progress)),
      complete: () => this.#write(() => this.#table.complete(claim, this.#now())),
      fail: (error) => this.#write(() => this.#table.fail(claim, error, this.#now())),
      release: () => this.#write(() => this.#table.release(claim)),
    };
    await this.#runs.begin(claim.job, claim, lease);
  }
}

const closed = (): JobsUnavailable => new JobsUnavailable('the jobs are closed');

const unavailable = (error: unknown): Error =>
  error instanceof InvalidJob
    ? error
    : new JobsUnavailable(`the jobs' store failed: ${textOf(error)}`, { cause: error });
