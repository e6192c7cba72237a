import type { Clock } from '../kernel/clock.js';
import type { ActorId } from '../kernel/ids.js';
import type { Caller } from './auth/principal.js';
import { Problem } from './problems/problem.js';
import type { ProblemCode } from './problems/texts.js';
import type { SuppressedAttempts } from './ports.js';

const MAX_SUBJECTS = 100_000;

/**
 * Counts for each subject over a sliding window: the window before counts by the share of it that the sliding one
 * still covers. Two counters for each subject that was seen in the last two windows is all the memory it takes.
 */
export class Window {
  #before = new Map<string, number>();
  #current = new Map<string, number>();
  #startedAt = 0;

  constructor(
    readonly limit: number,
    private readonly windowMs: number,
    private readonly clock: Clock,
  ) {}

  /**
   * Whole seconds until one more is allowed; 0: now.
   * @param inFlight how many may yet be counted: what only they stand in the way of may be tried again soon
   */
  secondsToWait(subject: string, inFlight = 0): number {
    if (this.limit === 0) return 0;
    const elapsed = this.#slide();
    const before = this.#before.get(subject) ?? 0;
    const current = this.#current.get(subject) ?? 0;
    const used = before * (this.windowMs - elapsed) + current * this.windowMs;
    if (used + inFlight * this.windowMs < this.limit * this.windowMs) return 0;
    if (used < this.limit * this.windowMs) return 1;
    // Within this window only the share of the one before can fall.
    const wait =
      current < this.limit
        ? this.windowMs - elapsed - ((this.limit - current) * this.windowMs) / before
        : this.windowMs - elapsed + this.windowMs * (1 - this.limit / current);
    return Math.floor(wait / 1000) + 1; // at the very moment the share still weighs its full limit
  }

  count(subject: string): void {
    if (this.limit === 0) return;
    this.#slide();
    if (this.#current.size >= MAX_SUBJECTS && !this.#current.has(subject)) {
      const [oldest] = this.#current.keys();
      if (oldest !== undefined) this.#current.delete(oldest);
    }
    this.#current.set(subject, (this.#current.get(subject) ?? 0) + 1);
  }

  /** @returns milliseconds since the current window began */
  #slide(): number {
    const now = this.clock.now();
    const elapsed = now - this.#startedAt;
    if (elapsed < this.windowMs) return elapsed;
    this.#before = elapsed < 2 * this.windowMs ? this.#current : new Map();
    this.#current = new Map();
    this.#startedAt = now - (now % this.windowMs);
    return now - this.#startedAt;
  }
}

export interface QuotaLimits {
  readonly requestsPerMinute: number;
  readonly refusalsPerHour: number;
}

/** What one subject may ask of the ledger. The importer brings whole years at once and has no quota. */
export class Quotas {
  readonly #requests: Window;
  readonly #refusals: Window;
  readonly #inFlight = new Map<ActorId, number>();
  #suppressed = new Map<ActorId, number>();
  #suppressedFrom: number;

  constructor(
    limits: QuotaLimits,
    private readonly clock: Clock,
  ) {
    this.#requests = new Window(limits.requestsPerMinute, 60_000, clock);
    this.#refusals = new Window(limits.refusalsPerHour, 3_600_000, clock);
    this.#suppressedFrom = clock.now();
  }

  /** @param subject or, without a token, `address …` @throws Problem `TOO_MANY_REQUESTS` */
  countRequest(subject: ActorId | `address ${string}`): void {
    const seconds = this.#requests.secondsToWait(subject);
    if (seconds > 0) throw tooMany('TOO_MANY_REQUESTS', this.#requests.limit, seconds, 60);
    this.#requests.count(subject);
  }

  /**
   * Does what may end in a recorded refusal, where the subject may have one more (DESIGN.md, Refusals: the quota comes
   * first). What is in flight counts as refused until it has its outcome: many at once do not pass together.
   * @throws Problem `TOO_MANY_REFUSALS`, and what the work throws
   */
  async counted<T extends { readonly kind: string; readonly repeated: boolean }>(
    { role, actor }: Caller,
    work: () => Promise<T>,
  ): Promise<T> {
    if (role === 'importer') return work();
    const inFlight = this.#inFlight.get(actor.id) ?? 0;
    const seconds = this.#refusals.secondsToWait(actor.id, inFlight);
    if (seconds > 0) throw this.#suppress(actor.id, seconds);
    this.#inFlight.set(actor.id, inFlight + 1);
    try {
      const outcome = await work();
      if (outcome.kind === 'refused' && !outcome.repeated) this.#refusals.count(actor.id);
      return outcome;
    } finally {
      const left = (this.#inFlight.get(actor.id) ?? 1) - 1;
      if (left === 0) this.#inFlight.delete(actor.id);
      else this.#inFlight.set(actor.id, left);
    }
  }

  #suppress(actor: ActorId, seconds: number): Problem {
    if (this.#suppressed.size < MAX_SUBJECTS || this.#suppressed.has(actor)) {
      this.#suppressed.set(actor, (this.#suppressed.get(actor) ?? 0) + 1);
    }
    return tooMany('TOO_MANY_REFUSALS', this.#refusals.limit, seconds, 3600);
  }

  /** What was suppressed since the last call; undefined: nothing. */
  takeSuppressed(): SuppressedAttempts | undefined {
    const from = this.#suppressedFrom;
    const to = this.clock.now();
    this.#suppressedFrom = to;
    if (this.#suppressed.size === 0) return undefined;
    const counts = [...this.#suppressed].map(([actor, count]) => ({ actor, count }));
    this.#suppressed = new Map();
    return { from, to, counts };
  }
}

const tooMany = (code: ProblemCode, limit: number, seconds: number, window: number): Problem =>
  new Problem(code, {
    facts: { limit, seconds },
    headers: {
      'retry-after': String(seconds),
      'ratelimit-policy': `"subject";q=${limit};w=${window}`,
      ratelimit: `"subject";r=0;t=${seconds}`,
    },
  });
