import { setTimeout as wait } from 'node:timers/promises';
import {
  StoreUnavailable,
  type EventReader,
  type LogPage,
  type Place,
  type Position,
} from '../event-store/event-store.js';
import { sequenceOf } from '../event-store/sequence-of.js';
import type { Cause } from '../http/ports.js';
import { ReadModelUnavailable } from '../read-models/read-models.js';
import { text } from './feed-page.js';
import type { LogStatus } from '../transparency/log-status.js';
import type { AuditStatus } from './self-audit/audit-status.js';
import type { FeedListener, FeedStatus, PolicyAlarm } from './status.js';
import { runsAllHere, withCounts, type StoredProgress } from './stored-progress.js';

/** The feed as the thread that answers requests sees it, whether it runs there or in a worker. */
export interface FeedControl {
  stop(): Promise<void>;
  rebuild(names: readonly string[]): Promise<void>;
}

/** Places of the log that are remembered, and how many events they are apart: from one of them a wait begins to look. */
const PLACES = 32;
const APART = 32;

/** An event this far behind the feed is not looked for: to count back to it would take long. */
const MOST_COUNTED = 4_096;

/** How long whoever asks how far the consumers are waits for what other processes say, in milliseconds. */
const PROGRESS_MS = 500;
/** And for how far the log is. */
const HEAD_MS = 1_000;

/** While somebody waits for what another process does, it is looked for so often, in milliseconds. */
const LOOKING_MS = 25;

/** At the consumers, and then at the log. */
interface Look {
  readonly status: FeedStatus;
  readonly head: Promise<number>;
}

interface Waiter {
  readonly outcome: (status: FeedStatus) => boolean | undefined;
  readonly resolve: (reached: boolean) => void;
}

/** Remembers what the feed last said, and lets callers wait for it to come somewhere. */
export class FeedHost implements FeedListener {
  /** What the feed of this process said last, with what was seen since of consumers that others run. */
  #status: FeedStatus = { head: 0, isWhole: false, consumers: [] };
  readonly #places: Place[] = [];
  readonly #waiters = new Set<Waiter>();
  #control: FeedControl | undefined;
  #progress: StoredProgress | undefined;
  #isLooking = false;
  #audit: AuditStatus = { laps: 0, events: 0, documents: 0, findings: [] };
  #log: LogStatus | undefined;
  #now: Promise<Look> | undefined;
  readonly #refused = new Map<string, number>();

  constructor(
    private readonly write: (level: 'info' | 'error', message: string) => void,
    private readonly reader: Pick<EventReader, 'head' | 'readAll' | 'comparePositions'>,
  ) {}

  /** @param progress where other processes may run the consumers */
  attach(control: FeedControl, progress?: StoredProgress): void {
    this.#control = control;
    this.#progress = progress;
  }

  /**
   * How all consumers stand, whoever runs them, beside the log as it is now: where a store does not answer, as far as it
   * was known before. Where none is behind, nothing is left to do: the log is looked at last, and what a policy does is
   * in it before the policy moves on.
   */
  async current(): Promise<FeedStatus> {
    const { status, head: looked } = await this.#lookNow();
    const head = Math.max(status.head, await within(HEAD_MS, known(looked), 0));
    const consumers = status.consumers.map((each) => ({ ...each, lag: Math.max(0, head - each.count) }));
    return { ...status, head, consumers };
  }

  /** How many business events there are, by the look that `current` takes. @throws StoreUnavailable */
  async events(): Promise<number> {
    return (await this.#lookNow()).head;
  }

  /** How many commands of policies were refused since the start. */
  get alarms(): number {
    return [...this.#refused.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many commands of each policy were refused since the start, where any was. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** How many business events there are, by a look at the store. @throws StoreUnavailable */
  async countHead(): Promise<number> {
    return (await this.reader.head(this.#status.at)).count;
  }

  /**
   * The sequence of a business event that a store without sequences answered a position for: known once the feed has
   * passed it.
   * @returns undefined where the time is over before, the store does not answer, or the event is of long ago
   */
  async sequenceOf(position: Position, timeoutMs: number): Promise<number | undefined> {
    const hasPassed = ({ at }: FeedStatus): true | undefined =>
      at !== undefined && this.reader.comparePositions(position, at.position) <= 0 ? true : undefined;
    if (!(await this.#wait(hasPassed, timeoutMs)) || this.#status.at === undefined) return undefined;
    try {
      return await sequenceOf(this.reader, position, this.#status.at, MOST_COUNTED);
    } catch (error) {
      if (error instanceof StoreUnavailable) return undefined;
      throw error;
    }
  }

  /** @returns whether all projections folded the event of this sequence within the time */
  waitForProjections(sequence: number, timeoutMs: number): Promise<boolean> {
    return this.#wait((status) => reached(status, 'projection', sequence), timeoutMs);
  }

  /** @returns whether what policies do about the event of this sequence is recorded within the time */
  waitForPolicies(sequence: number, timeoutMs: number): Promise<boolean> {
    return this.#wait((status) => reached(status, 'policy', sequence), timeoutMs);
  }

  /**
   * @returns whether all that follows from a command shows within the time: what policies do about its events, what they
   * do about that, and so on to the end, and the documents that come of it. What others do meanwhile is not waited for.
   */
  async waitForEffects({ sequence, event, correlation }: Cause, timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    const left = (): number => Math.max(0, until - performance.now());
    const causes = new Set<string | undefined>(event === undefined ? [] : [event]);
    let [last, after] = [sequence, this.#placeBefore(sequence)];
    for (;;) {
      if (!(await this.waitForPolicies(last, left()))) return false;
      after ??= this.#status.at;
      // What policies did about all up to the last is recorded: whether there is more the log alone can tell.
      let next = last;
      try {
        for (let atEnd = (await this.countHead()) <= last + 1; !atEnd;) {
          if (after === undefined || left() === 0) return false;
          const page: LogPage = await this.reader.readAll({ after });
          for (const { event: found, sequence: at = -1 } of page.events) {
            if (at <= last || (found.correlation !== correlation && !causes.has(found.causation))) continue;
            causes.add(found.id);
            next = at;
          }
          after = page.next ?? after;
          atEnd = page.atEnd;
        }
      } catch (error) {
        if (error instanceof StoreUnavailable) return false;
        throw error;
      }
      if (next === last) return this.waitForProjections(last, left());
      last = next;
    }
  }

  /**
   * Waits until nothing is left to do: every effect is recorded and every projection has folded it.
   * @throws Error where a consumer has stopped, or the feed has, before that
   */
  async drain(): Promise<void> {
    for (let head = await this.countHead(); ;) {
      if (head > 0) {
        const arrived =
          (await this.waitForPolicies(head - 1, Infinity)) && (await this.waitForProjections(head - 1, Infinity));
        if (!arrived) throw new Error(this.#whyNot());
      }
      const now = await this.countHead();
      if (now === head) return;
      head = now;
    }
  }

  async rebuild(names: readonly string[]): Promise<void> {
    if (this.#control === undefined) throw new Error('the feed does not run yet');
    await this.#control.rebuild(names);
  }

  async stop(): Promise<void> {
    await this.#control?.stop();
    for (const waiter of this.#waiters) waiter.resolve(false);
  }

  /** Undefined: the feed has not said anything yet. Of a command of long ago only the newest of what follows is seen. */
  #placeBefore(sequence: number): Place | undefined {
    return this.#places.findLast(({ count }) => count <= sequence + 1) ?? this.#places[0];
  }

  status(said: FeedStatus): void {
    const before = new Map(this.#status.consumers.map(({ name, count }) => [name, count]));
    this.#status = withCounts(said, ({ name }) => before.get(name) ?? 0);
    const { at } = said;
    if (at !== undefined && at.count >= (this.#places.at(-1)?.count ?? -APART) + APART) {
      this.#places.push(at);
      if (this.#places.length > PLACES) this.#places.shift();
    }
    this.#tellWaiters();
    void this.#lookWhileAwaited();
  }

  alarm({ policy, sequence, command, target, reason }: PolicyAlarm): void {
    this.#refused.set(policy, (this.#refused.get(policy) ?? 0) + 1);
    this.write('error', `policy ${policy}, event ${sequence}: ${command} on ${target} did not go through: ${reason}`);
  }

  audited(status: AuditStatus): void {
    this.#audit = status;
  }

  /** What the self-audit of this process said last. */
  get audit(): AuditStatus {
    return this.#audit;
  }

  logged(status: LogStatus): void {
    this.#log = status;
    this.#tellWaiters();
  }

  /** @returns whether a checkpoint that this process signs covers the event of this sequence within the time */
  waitForCheckpoint(sequence: number, timeoutMs: number): Promise<boolean> {
    return this.#wait(() => {
      const { state, size = 0 } = this.#log ?? {};
      if (size > sequence) return true;
      return state === undefined || state === 'halted' ? false : undefined;
    }, timeoutMs);
  }

  /** How the transparency log stands that this process builds; undefined: it builds none. */
  get transparency(): LogStatus | undefined {
    return this.#log;
  }

  log(level: 'info' | 'error', message: string): void {
    this.write(level, message);
  }

  /** Who asks at once, as the gauges and the checks do, shares a look: a call to the store, whatever it is asked for. */
  #lookNow(): Promise<Look> {
    if (this.#now === undefined) {
      this.#now = within(PROGRESS_MS, this.#look(), undefined).then(() => {
        const head = this.countHead();
        head.catch(() => undefined); // whoever needs it is told
        return { status: this.#status, head };
      });
      queueMicrotask(() => (this.#now = undefined));
    }
    return this.#now;
  }

  #tellWaiters(): void {
    for (const waiter of this.#waiters) {
      const outcome = waiter.outcome(this.#status);
      if (outcome !== undefined) waiter.resolve(outcome);
    }
  }

  /** At what other processes have done. */
  async #look(): Promise<void> {
    if (this.#progress === undefined || runsAllHere(this.#status)) return;
    try {
      const countOf = await this.#progress.look();
      this.#status = withCounts(this.#status, countOf);
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable)) throw error;
    }
    this.#tellWaiters();
  }

  /** One look after the other, however many wait. */
  async #lookWhileAwaited(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#waiters.size > 0 && this.#progress !== undefined && !runsAllHere(this.#status)) {
        await this.#look();
        await wait(LOOKING_MS);
      }
    } catch (error) {
      this.write('error', `nobody sees how far the feed is: ${text(error)}`);
    } finally {
      this.#isLooking = false;
    }
  }

  #whyNot(): string {
    const stopped = this.#status.consumers.find(({ state }) => state === 'stopped');
    return stopped === undefined ? 'the feed has stopped' : `${stopped.name} has stopped: ${stopped.error}`;
  }

  #wait(outcomeOf: Waiter['outcome'], timeoutMs: number): Promise<boolean> {
    const now = outcomeOf(this.#status);
    if (now !== undefined) return Promise.resolve(now);
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeoutMs) ? setTimeout(() => waiter.resolve(false), timeoutMs) : undefined;
      const waiter: Waiter = {
        outcome: outcomeOf,
        resolve: (result) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(result);
        },
      };
      this.#waiters.add(waiter);
      void this.#lookWhileAwaited();
    });
  }
}

const known = (head: Promise<number>): Promise<number> =>
  head.catch((error: unknown) => {
    if (error instanceof StoreUnavailable) return 0;
    throw error;
  });

/** @returns `late` where the answer does not come in time */
async function within<T>(ms: number, answer: Promise<T>, late: T): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([answer, wait(ms, late, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

/** Undefined: not yet. False: a consumer that has stopped before the event will not come there. */
function reached(status: FeedStatus, kind: 'projection' | 'policy', sequence: number): boolean | undefined {
  if (status.consumers.length === 0) return undefined;
  const behind = status.consumers.filter((each) => each.kind === kind && each.count <= sequence);
  if (behind.length === 0) return true;
  return behind.every(({ state }) => state === 'stopped') ? false : undefined;
}
