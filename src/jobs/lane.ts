import { setTimeout as wait } from 'node:timers/promises';

/** Of each turn of the event loop, in milliseconds: so much may begin in it, and what began last is finished. */
const TURN_MS = 1;
/** Between two such turns while requests come, in milliseconds. */
const REST_MS = 3;

/** The event loop, as the lane sees it. */
export interface EventLoop {
  /** Milliseconds. */
  now(): number;
  /** Resolves in the next turn, after what has come in over sockets was seen to. */
  nextTurn(): Promise<void>;
  /** Resolves when what was let go has done all that it can without waiting. */
  settled(): Promise<void>;
  rest(ms: number): Promise<void>;
}

/**
 * Where the work of jobs begins, between the requests that the same thread answers. Each turn of the event loop lets
 * begin what fits into a millisecond, in the order of asking, and at least one piece: whatever is asked over HTTP the
 * jobs go on, and whatever the jobs have to do an answer waits little longer than that. While requests come there is a rest
 * before the next turn: what a job begins has more work to follow, here and in other threads, and would leave no
 * processor to spare. Where nobody asks, turn follows turn, and nothing is lost
 * (docs/adr/0026-jobs-give-way-in-each-turn.md).
 */
export class Lane {
  readonly #waiting: (() => void)[] = [];
  #isServing = false;
  #asked = 0;

  /** @param asked how many requests have come */
  constructor(
    private readonly asked: () => number,
    private readonly loop: EventLoop = EVENT_LOOP,
  ) {}

  /** Resolves when the next piece of work may begin. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isServing) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    while (this.#waiting.length > 0) {
      await this.loop.nextTurn();
      if (this.#isAskedAgain()) await this.loop.rest(REST_MS);
      const until = this.loop.now() + TURN_MS;
      do {
        this.#waiting.shift()?.();
        await this.loop.settled();
      } while (this.#waiting.length > 0 && this.loop.now() < until);
    }
    this.#isServing = false;
  }

  /** Since the last look. */
  #isAskedAgain(): boolean {
    const before = this.#asked;
    this.#asked = this.asked();
    return this.#asked > before;
  }
}

const EVENT_LOOP: EventLoop = {
  now: () => performance.now(),
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
  // Asked for in a microtask, Node calls it after all of them.
  settled: () => new Promise((resolve) => process.nextTick(resolve)),
  rest: (ms) => wait(ms),
};
