import type { Queue, Job as BullJob } from 'bull';
import type { Progress } from '../jobs.js';

/** What Bull keeps of one of ours. */
export interface Stored {
  readonly key: string;
  /** The occurrence, and when its next attempt may begin: milliseconds since 1970. */
  readonly at: number;
  readonly due: number;
  readonly data: unknown;
  /** How often the occurrence was begun: unlike Bull's own count, one that died with its process is among them. */
  readonly begun: number;
  /** Of a repetition: its expression; the job is then put off to the next occurrence and never completed. */
  readonly cron?: string;
  readonly error?: string | undefined;
  /** On its way to the dead. */
  readonly buried?: true;
}

export type Kept = BullJob<Stored>;

/** What Bull has and its types leave out. */
interface Untyped {
  readonly token: string;
}
interface UntypedJob {
  moveToDelayed(timestamp: number): Promise<void>;
}

/** Whoever has not the lock any more changes nothing. */
const SAVE = `
  if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('HSET', KEYS[1], 'data', ARGV[3])
  return 1
`;

/**
 * A job of Bull's that this process has the lock of. What becomes of it is said here alone: Bull's own handling writes
 * to a job whose lock it has lost, and its retries know neither occurrences nor attempts that died with their process.
 */
export class HeldJob {
  #stored: Stored;
  #isLost = false;
  readonly #complete: Kept['moveToCompleted'];
  readonly #fail: Kept['moveToFailed'];

  constructor(
    private readonly queue: Queue<Stored>,
    private readonly job: Kept,
    private readonly leaseMs: number,
  ) {
    this.#stored = job.data;
    this.#complete = job.moveToCompleted.bind(job);
    this.#fail = job.moveToFailed.bind(job);
    // Bull calls one of them after the handler.
    job.moveToCompleted = () => Promise.resolve(null);
    job.moveToFailed = () => Promise.resolve(null);
  }

  get stored(): Stored {
    return this.#stored;
  }

  /** Its lock ran out, and it is this very process that has it now: Bull's token tells only processes apart. */
  lose(): void {
    this.#isLost = true;
  }

  /** Keeps the lock anew. @returns false where another has it */
  async save(change: Partial<Stored>): Promise<boolean> {
    if (this.#isLost) return false;
    const next = { ...this.#stored, ...change };
    const key = this.queue.toKey(String(this.job.id));
    const { token } = this.queue as unknown as Untyped;
    const answer = await this.queue.client.eval(SAVE, 2, key, `${key}:lock`, token, this.leaseMs, JSON.stringify(next));
    if (answer !== 1) return false;
    this.#stored = next;
    this.job.data = next;
    return true;
  }

  async renew(): Promise<boolean> {
    return !this.#isLost && Boolean(await this.job.extendLock(this.leaseMs));
  }

  async progress(progress: Progress): Promise<void> {
    await this.job.progress(progress);
  }

  complete(): Promise<boolean> {
    return this.#unlessLost(() => this.#complete(undefined, false, true));
  }

  /** Gives it back, to begin at the instant. */
  async putOff(due: number, change: Partial<Stored> = {}): Promise<boolean> {
    if (!(await this.save({ ...change, due }))) return false;
    return this.#unlessLost(() => (this.job as unknown as UntypedJob).moveToDelayed(due));
  }

  async bury(error: string): Promise<boolean> {
    if (!(await this.save({ error, buried: true }))) return false;
    return this.#unlessLost(() => this.#fail({ message: error }));
  }

  async #unlessLost(move: () => Promise<unknown>): Promise<boolean> {
    if (this.#isLost) return false;
    try {
      await move();
      return true;
    } catch (error) {
      // Bull tells them apart in words only.
      if (/^(Missing (key|lock|Job)|Lock mismatch|Job \S+ (is not in|was locked))/.test((error as Error).message)) {
        return false;
      }
      throw error;
    }
  }
}
