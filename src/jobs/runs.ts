import { setTimeout as wait } from 'node:timers/promises';
import type { Job, JobDoors, Progress, Retry } from './jobs.js';
import { Lane } from './lane.js';
import { perform, type Attempt } from './performing.js';

/** How long a run that was told to leave off may take, in milliseconds. */
const GRACE_MS = 2_000;
/** How soon a store that failed is asked again, in milliseconds. */
const RETRY_MS = 500;
const MAX_ERROR = 500;
const NOBODY = (): number => 0;

/** The run's lease ran out, and another has it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The process stops; the run is handed back and begins anew elsewhere. */
export class Stopping extends Error {
  override readonly name = 'Stopping';
}

/**
 * One attempt, as the store of an adapter holds it. Each method may throw where the store does not answer; false: the
 * lease is another's by now, and nothing was changed (fencing).
 */
export interface Lease {
  renew(): Promise<boolean>;
  progress(progress: Progress): Promise<unknown>;
  complete(): Promise<boolean>;
  fail(error: string): Promise<boolean>;
  /** Hands it back as if it had not begun. */
  release(): Promise<unknown>;
}

interface Running {
  readonly job: Job;
  readonly attempt: Attempt;
  readonly lease: Lease;
  readonly abort: AbortController;
  renewal?: NodeJS.Timeout;
  /** Nothing is left to do but to say so. */
  isSettling: boolean;
  ended: Promise<void>;
}

/** What runs in this process: its leases are renewed, its end is put down, and it ends with the process. */
export class Runs {
  readonly #running = new Set<Running>();
  readonly #failures = new Map<string, number>();
  #isOver = false;
  private readonly doors: JobDoors;

  constructor(doors: JobDoors) {
    const lane = new Lane(doors.asked ?? NOBODY);
    const send: JobDoors['send'] = (command, request) => lane.turn().then(() => doors.send(command, request));
    this.doors = { ...doors, send };
  }

  /** @returns when it has ended, however it has */
  begin(job: Job, attempt: Attempt, lease: Lease): Promise<void> {
    const abort = new AbortController();
    const running: Running = { job, attempt, lease, abort, isSettling: false, ended: Promise.resolve() };
    this.#running.add(running);
    running.ended = this.#run(running).finally(() => this.#running.delete(running));
    return running.ended;
  }

  /** How many places of a job are taken. */
  taken(job: Job): number {
    return [...this.#running].filter((running) => running.job === job && !running.isSettling).length;
  }

  /** Attempts that failed since the start. */
  failures(name: string): number {
    return this.#failures.get(name) ?? 0;
  }

  /** Waits so long, in milliseconds, for what runs; then it is told to leave off, and what does not is handed back. */
  async drain(ms: number): Promise<void> {
    await this.#ended(ms);
    for (const { abort } of this.#running) abort.abort(new Stopping('the process stops'));
    await this.#ended(GRACE_MS);
    this.#isOver = true;
    const left = [...this.#running];
    for (const { renewal } of left) clearInterval(renewal);
    await Promise.all(left.map(({ lease }) => lease.release().catch(() => undefined)));
  }

  async #ended(ms: number): Promise<void> {
    const timer = new AbortController();
    const late = wait(ms, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.all([...this.#running].map(({ ended }) => ended)), late]);
    timer.abort();
  }

  async #run(running: Running): Promise<void> {
    const { job, attempt, lease, abort } = running;
    const { signal } = abort;
    running.renewal = setInterval(() => void this.#renew(running), job.leaseMs / 3);
    try {
      await perform(
        job,
        attempt,
        signal,
        (progress) => void lease.progress(progress).catch(() => undefined),
        this.doors,
      );
      await this.#settle(running, () => lease.complete());
    } catch (error) {
      if (signal.reason instanceof LeaseLost) return;
      if (signal.reason instanceof Stopping) return await this.#settle(running, () => lease.release());
      const text = textOf(error);
      this.#failures.set(job.name, this.failures(job.name) + 1);
      const level = attempt.attempt < job.retry.attempts ? 'warn' : 'error';
      this.doors.log(level, `${whichOf(running)}, attempt ${attempt.attempt} of ${job.retry.attempts}: ${text}`);
      await this.#settle(running, () => lease.fail(text.slice(0, MAX_ERROR)));
    } finally {
      clearInterval(running.renewal);
    }
  }

  /** As often as the store needs; if it needs longer than the lease, another does it all again. */
  async #settle(running: Running, work: () => Promise<unknown>): Promise<void> {
    running.isSettling = true;
    while (!(running.abort.signal.reason instanceof LeaseLost) && !this.#isOver) {
      try {
        if ((await work()) === false) this.doors.log('warn', `${whichOf(running)} ended after its lease had run out`);
        return;
      } catch {
        await wait(RETRY_MS);
      }
    }
  }

  async #renew({ lease, abort }: Running): Promise<void> {
    try {
      if (!(await lease.renew())) abort.abort(new LeaseLost('the lease ran out, and another process has it'));
    } catch {
      // The next one may succeed in time; if not, another process takes it, and ours changes nothing any more.
    }
  }
}

/** How long to wait after an attempt that failed, in milliseconds: half of it is left to chance. */
export function backOff({ firstMs, mostMs }: Retry, attempt: number, random: number): number {
  const most = Math.min(mostMs, firstMs * 2 ** (attempt - 1));
  return Math.round(most / 2 + (most / 2) * random);
}

/** Why something is dead that never came to an end: it may well be what kills who runs it. */
export const worn = (attempts: number): string =>
  `no attempt of ${attempts} came to an end: the process died, or stood still`;

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const whichOf = ({ job, attempt }: Running): string =>
  `job ${job.name} ${attempt.key} of ${new Date(attempt.at).toISOString()}`;
