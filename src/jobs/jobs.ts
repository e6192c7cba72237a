import type { Static, TSchema } from 'typebox';
import type { BusinessDate } from '../kernel/calendar.js';
import type { Clock } from '../kernel/clock.js';
import type { Command, CommandRequest } from '../kernel/decider.js';
import type { Uuid } from '../kernel/ids.js';
import type { Outcome } from '../ledger/outcome.js';
import type { ReadModelReader } from '../read-models/read-models.js';

/**
 * What time does by itself: something that is to happen at an instant, or again and again. A job reads and sends
 * commands; it never writes. It runs at least once for each occurrence: its commands' ids come from the job's name, its
 * key and the occurrence, so that running again changes nothing (docs/adr/0010-jobs-run-at-least-once-in-order.md).
 */
export interface Job<Data = unknown> {
  /** Part of its commands' ids: kebab-case, for ever. */
  readonly name: string;
  /** Of its data: ids and codes, never what is personal. */
  readonly schema: TSchema;
  readonly retry: Retry;
  /** Most runs of this job at once in one process. The runs of one key never overlap. */
  readonly concurrency: number;
  /** Milliseconds; how long a run belongs to a process that no longer renews it. */
  readonly leaseMs: number;
  /** What stands by itself, from the first start on. One that is no longer declared ends. */
  readonly repeats: readonly Repeat<Data>[];
  /**
   * Everything that it sends must follow from `run` and the read models, not from the moment of the attempt. Throwing
   * has it tried again.
   */
  handle(run: Run<Data>): Promise<void>;
}

export interface Retry {
  /** How often one occurrence is begun before it is put with the dead; a process that dies counts. */
  readonly attempts: number;
  /** Milliseconds, at most, before the second attempt; doubled each time, and half of it left to chance. */
  readonly firstMs: number;
  readonly mostMs: number;
}

export interface Repeat<Data = unknown> {
  readonly key: string;
  /** Five fields, or six with seconds, in Asia/Riyadh. */
  readonly cron: string;
  readonly data: Data;
  /** After a stop: `each` missed occurrence runs, in order; or only the `latest`. */
  readonly missed: 'each' | 'latest';
}

/** One attempt at one occurrence. */
export interface Run<Data = unknown> {
  readonly key: string;
  readonly data: Data;
  /** The instant that it was scheduled for, in milliseconds since 1970: the same for every attempt. */
  readonly at: number;
  /** From 1. */
  readonly attempt: number;
  /** Aborts when the run belongs to another, or the process stops: leave off then. */
  readonly signal: AbortSignal;
  readonly readModels: ReadModelReader;
  /**
   * Sends a command, again until the ledger answers. It counts on the business day of `at`, unless said otherwise. The
   * id comes from the occurrence, the type, the target, and how many of these were sent before in this run.
   * @throws the signal's reason
   */
  readonly send: (command: Command, options?: SendOptions) => Promise<Outcome>;
  /** Shown to operators. */
  readonly progress: (done: number, total?: number) => void;
}

export interface SendOptions {
  readonly effectiveOn?: BusinessDate;
  /**
   * What the command does, of its type and target, once for ever: the id then comes from this and not from the
   * occurrence. For what is found in a read model, which has moved on when an attempt is repeated.
   */
  readonly once?: string;
}

/** Something to do once. */
export interface Once<Data = unknown> {
  /** One of a name and key at a time: while it is there, be it dead, another is not added. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly data: Data;
}

export const JOB_STATES = ['scheduled', 'waiting', 'running', 'dead'] as const;
/** `scheduled`: its time, or that of its next attempt, has not come; `waiting`: it has; `dead`: every attempt failed. */
export type JobState = (typeof JOB_STATES)[number];

/** An occurrence as operators see it. */
export interface JobView {
  readonly id: Uuid;
  readonly name: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: JobState;
  /** Begun so far. */
  readonly attempts: number;
  readonly progress?: Progress;
  /** Why the last attempt failed. */
  readonly error?: string;
}

export interface Progress {
  readonly done: number;
  readonly total?: number;
}

export interface JobQuery {
  readonly state?: JobState;
  readonly limit: number;
  readonly after?: JobPlace;
}

/** Lists are in this order. */
export interface JobPlace {
  readonly at: number;
  readonly id: string;
}

/** One job in figures. */
export interface JobFigures extends Readonly<Record<JobState, number>> {
  readonly name: string;
  /** How long what waits longest has been due, in milliseconds. */
  readonly lagMs: number;
  /** Attempts that failed in this process. */
  readonly failures: number;
}

/** What runs jobs needs of the rest; the composition root hands it over. */
export interface JobDoors {
  readonly clock: Clock;
  readonly readModels: ReadModelReader;
  /** The CommandBus. @throws LedgerUnavailable when it should be tried again */
  send(command: Command, request: CommandRequest): Promise<Outcome>;
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** How many requests have come to this process; jobs give way to them. Absent: it answers none. */
  readonly asked?: () => number;
  /** From 0 to 1; Math.random, but in tests. */
  readonly random?: () => number;
}

/**
 * Jobs, their state and who runs them. One contract suite, every adapter: `test/contract/jobs.contract.ts`.
 * @throws JobsUnavailable from any method when it should be tried again
 */
export interface Jobs {
  /** Begins with what is due, in the background. */
  start(): void;
  /** Durable when it resolves; without effect while one of its key is there. @throws InvalidJob */
  schedule<Data>(job: Job<Data>, once: Once<Data>): Promise<void>;
  /** Takes back what was scheduled once and has not begun. @returns whether there was such a thing */
  cancel<Data>(job: Job<Data>, key: string): Promise<boolean>;
  /** By (at, id). */
  list(query: JobQuery): Promise<readonly JobView[]>;
  /** A dead one begins anew, with all its attempts. `undefined`: there is none of this id. */
  retry(id: Uuid): Promise<'waiting' | 'not dead' | undefined>;
  figures(): Promise<readonly JobFigures[]>;
  /** Begins nothing more; what still runs after the time is told to leave off, and is handed back. */
  close(drainMs: number): Promise<void>;
}

/** A fault of who schedules: an unknown job, or data that is not of its schema. */
export class InvalidJob extends Error {
  override readonly name = 'InvalidJob';
}

/** The store of jobs does not answer. Nothing is lost; what was asked for may have been done. */
export class JobsUnavailable extends Error {
  override readonly name = 'JobsUnavailable';
}

type Defaults = Pick<Job, 'retry' | 'concurrency' | 'leaseMs' | 'repeats'>;

/** A job with the usual settings where it names none: ten attempts within some 25 minutes, one run at a time. */
export const defineJob = <S extends TSchema>(
  job: Omit<Job<Static<S>>, keyof Defaults> & { readonly schema: S } & Partial<Pick<Job<Static<S>>, keyof Defaults>>,
): Job<Static<S>> => ({
  retry: { attempts: 10, firstMs: 2_000, mostMs: 600_000 },
  concurrency: 1,
  leaseMs: 30_000,
  repeats: [],
  ...job,
});
