import { setTimeout as wait } from 'node:timers/promises';
import { Check } from 'typebox/value';
import { canonicalJson, sha256 } from '../event-store/canonical.js';
import { businessDateAt, type BusinessDate } from '../kernel/calendar.js';
import type { Command, CommandRequest } from '../kernel/decider.js';
import { NAMESPACE, uuid5, type ActorId, type CommandId, type Uuid } from '../kernel/ids.js';
import { LedgerUnavailable, type Outcome } from '../ledger/outcome.js';
import { InvalidJob, type Job, type JobDoors, type Progress, type Run } from './jobs.js';

const FIRST_WAIT_MS = 50;
const MOST_WAIT_MS = 2_000;
/** Progress is stored at most so often, in milliseconds: the thread that answers requests waits for the disk. */
const PROGRESS_MS = 2_000;

export interface Attempt {
  readonly key: string;
  readonly at: number;
  readonly data: unknown;
  readonly attempt: number;
}

/** By name. @throws InvalidJob where two share one */
export function knownJobs(jobs: readonly Job[]): ReadonlyMap<string, Job> {
  const known = new Map(jobs.map((job) => [job.name, job]));
  if (known.size !== jobs.length) throw new InvalidJob('two jobs share a name');
  return known;
}

/** @throws InvalidJob where the program has no such job, or it cannot have such data */
export function checkData(jobs: ReadonlyMap<string, Job>, name: string, data: unknown): Job {
  const job = jobs.get(name);
  if (job === undefined) throw new InvalidJob(`no job is called ${name}`);
  if (!Check(job.schema, data)) throw new InvalidJob(`the data of ${name} is not of its schema`);
  return job;
}

/**
 * What is done once has one id for its name and key (null), what is repeated another, and each occurrence of it that
 * died, or that sends commands, its own.
 */
export const jobId = (name: string, key: string, occurrence: number | 'repeated' | null): Uuid =>
  uuid5(NAMESPACE.job, name, key, occurrence);

/**
 * Hands an attempt to its job.
 * @param saveProgress must not throw
 * @throws whatever the job throws; the signal's reason where that aborted; DayToCome
 */
export async function perform(
  job: Job,
  attempt: Attempt,
  signal: AbortSignal,
  saveProgress: (progress: Progress) => void,
  doors: JobDoors,
): Promise<void> {
  // A release with another schema may have stored it.
  if (!Check(job.schema, attempt.data)) throw new InvalidJob('the stored data is not of the schema');
  const requests = new Requests(job.name, attempt);
  const progress = new LatestOnly(saveProgress);
  const run: Run = {
    ...attempt,
    signal,
    readModels: doors.readModels,
    send: (command, { once, ...dated } = {}) => {
      const request = requests.next(command, once);
      return sendUntilAnswered(command, { ...request, ...dated }, signal, job.name, doors);
    },
    progress: (done, total) => progress.save({ done, ...(total !== undefined && { total }) }),
  };
  try {
    await job.handle(run);
  } finally {
    progress.end();
  }
}

type Dated = CommandRequest & { readonly effectiveOn: BusinessDate };

/** The requests of one run: the same again in every attempt (DESIGN.md, Ids; Envelope). */
class Requests {
  readonly #sent = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly attempt: Attempt,
  ) {}

  next({ type, target, data }: Command, once: string | undefined): Dated {
    const { key, at } = this.attempt;
    return {
      id:
        once === undefined
          ? (uuid5(NAMESPACE.job, this.name, key, at, type, target, this.#count(`${type} ${target}`)) as CommandId)
          : (uuid5(NAMESPACE.job, this.name, type, target, once) as CommandId),
      digest: sha256(canonicalJson({ type, data })),
      actor: { id: `actor_${uuid5(NAMESPACE.job, this.name)}` as ActorId, role: 'system', client: this.name },
      source: 'clock',
      effectiveOn: businessDateAt(at),
      mayBackdate: true, // what was missed counts on its own day
      correlation: jobId(this.name, key, at),
    };
  }

  /** How many of these were sent before. */
  #count(which: string): number {
    const before = this.#sent.get(which) ?? 0;
    this.#sent.set(which, before + 1);
    return before;
  }
}

/**
 * The clock was set back since the run became due, to before the day of its commands. The ledger would refuse them, for
 * ever: a refusal is final for the id. So nothing is sent, and the attempt fails.
 */
class DayToCome extends Error {
  override readonly name = 'DayToCome';
  constructor(day: BusinessDate, today: BusinessDate) {
    super(`${day} has not come: the clock says ${today}, and must have been ahead before`);
  }
}

/** The ledger's trouble is not the job's: waiting for it costs no attempt, and holds the place. */
async function sendUntilAnswered(
  command: Command,
  request: Dated,
  signal: AbortSignal,
  name: string,
  doors: JobDoors,
): Promise<Outcome> {
  const today = businessDateAt(doors.clock.now());
  if (request.effectiveOn > today) throw new DayToCome(request.effectiveOn, today);
  for (let ms = FIRST_WAIT_MS; ; ms = Math.min(2 * ms, MOST_WAIT_MS)) {
    signal.throwIfAborted();
    try {
      const outcome = await doors.send(command, request);
      if (outcome.kind === 'refused' && !outcome.repeated) {
        const what = `job ${name}: ${command.type} on ${command.target}`;
        doors.log('warn', `${what} was refused by ${outcome.code} (${outcome.attempt})`);
      }
      return outcome;
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
    }
    await wait(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** Saves the first at once, and of those that follow quickly the last. */
class LatestOnly {
  #timer: NodeJS.Timeout | undefined;
  #latest: Progress | undefined;

  constructor(private readonly write: (progress: Progress) => void) {}

  save(progress: Progress): void {
    this.#latest = progress;
    if (this.#timer === undefined) this.#flush();
  }

  /** What is not saved yet is not worth it: the run is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = undefined;
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#latest === undefined) return;
    this.write(this.#latest);
    this.#latest = undefined;
    this.#timer = setTimeout(() => this.#flush(), PROGRESS_MS);
  }
}
