import Type from 'typebox';
import type { Command, CommandRequest } from '../../../src/kernel/decider.js';
import { defineJob, type Job, type Jobs, type JobDoors, type Run } from '../../../src/jobs/jobs.js';
import type { Outcome } from '../../../src/ledger/outcome.js';

/** A store of jobs that a test has to itself, with a clock that it can set. */
export interface OpenedJobs {
  readonly clock: Hand;
  /** How long a lease of these tests lasts, in milliseconds. */
  readonly leaseMs: number;
  /** Lets every lease run out, as if its holder stood still. */
  lapse(): Promise<void>;
  /** Another process, as far as the store can tell; not started yet. */
  worker(jobs: readonly Job[], doors?: Partial<JobDoors>): Jobs;
  /** Closes every worker, and removes the store. */
  dispose(): Promise<void>;
}

export type OpenJobs = () => Promise<OpenedJobs>;

/** A clock that stands where it is put, backwards too. */
export class Hand {
  constructor(private at = Date.parse('2026-03-01T00:00:00Z')) {}

  now(): number {
    return this.at;
  }

  set(instant: string): void {
    this.at = Date.parse(instant);
  }

  pass(ms: number): void {
    this.at += ms;
  }
}

/** Doors that nobody is meant to go through, unless a test says so. */
export const doorsOf = (clock: Hand, doors: Partial<JobDoors> = {}): JobDoors => ({
  clock,
  readModels: {} as JobDoors['readModels'],
  send: () => Promise.reject(new Error('this test sends nothing')),
  log: () => undefined,
  random: () => 0.5,
  ...doors,
});

export const Id = Type.Object({ id: Type.String() }, { additionalProperties: false });
export const NOTHING = Type.Null();

/** A job that does what the test says, with one run at a time. */
export const once = (handle: (run: Run<{ id: string }>) => Promise<void>, more: Partial<Job<{ id: string }>> = {}) =>
  defineJob({ name: 'once', schema: Id, retry: { attempts: 3, firstMs: 1_000, mostMs: 60_000 }, handle, ...more });

/** A job that comes again. */
export const again = (
  cron: string,
  missed: 'each' | 'latest',
  handle: (run: Run<null>) => Promise<void>,
  more: Partial<Job<null>> = {},
) =>
  defineJob({
    name: 'again',
    schema: NOTHING,
    retry: { attempts: 3, firstMs: 1_000, mostMs: 60_000 },
    repeats: [{ key: 'all', cron, missed, data: null }],
    handle,
    ...more,
  });

const PATIENCE_MS = 300_000;

/** Asks until it holds. @throws Error: it never does */
export async function eventually<T>(ask: () => T | Promise<T>, expected: T): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ;) {
    const answer = await ask();
    if (JSON.stringify(answer) === JSON.stringify(expected)) return;
    if (performance.now() > deadline) expect(answer).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A promise that a test settles. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A ledger as jobs see it: the first of each command id has an effect. */
export class Effects {
  readonly had = new Map<string, { readonly command: Command; readonly request: CommandRequest }>();
  sent = 0;

  readonly send = async (command: Command, request: CommandRequest): Promise<Outcome> => {
    this.sent++;
    const repeated = this.had.has(request.id);
    if (!repeated) this.had.set(request.id, { command, request });
    return { kind: 'accepted', id: command.target, revision: 0, state: { state: 'there' }, repeated };
  };
}

/** What an operator sees of each, without what is random. */
export const seen = async (jobs: Jobs): Promise<string[]> =>
  (await jobs.list({ limit: 100 })).map(({ key, state, attempts, error }) =>
    [key, state, attempts, error].filter((part) => part !== undefined).join(' '),
  );

export const instants = (runs: readonly number[]): string[] => runs.map((at) => new Date(at).toISOString());
