import type { ServerResponse } from 'node:http';

/** Why a stream ended. `slow`: the reader did not take what was sent; `failed`: the store could not be read. */
export type Ending = 'client' | 'slow' | 'expired' | 'shutdown' | 'failed';

/** What the reader is told, as a comment, where it is ended from here. */
const FAREWELLS: Partial<Record<Ending, string>> = {
  expired: 'the token has expired',
  shutdown: 'the server is stopping',
  failed: 'the ledger cannot be read now',
};

/**
 * The response that a stream is written to. Never holds more than one event that the reader has not taken: `send`
 * resolves when the next one may follow.
 */
export class Connection {
  #ending: Ending | undefined;
  #woken = false;
  #wake: () => void = () => undefined;

  /** @param patienceMs how long a reader may leave what was sent */
  constructor(
    private readonly response: ServerResponse,
    private readonly patienceMs: number,
  ) {
    if (response.destroyed) this.#ending = 'client';
    response.once('close', () => this.end('client'));
    response.once('error', () => this.end('client'));
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Ends the next `send` or `sleep`, and all that follow. The first reason stands. */
  end(reason: Ending): void {
    this.#ending ??= reason;
    this.#wake();
  }

  /** Ends the `sleep`, now or the next one. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** @returns whether the stream goes on */
  async send(text: string): Promise<boolean> {
    if (this.#ending === undefined && !this.response.write(text)) {
      const drained = (): void => this.#wake();
      this.response.once('drain', drained);
      const until = performance.now() + this.patienceMs;
      while (this.#ending === undefined && this.response.writableNeedDrain) {
        const left = until - performance.now();
        if (left <= 0) this.end('slow');
        else await this.#turn(left);
      }
      this.response.off('drain', drained);
    }
    return this.#ending === undefined;
  }

  /** Resolves when it was woken since the last sleep, or after the time. @returns whether it was woken or ended */
  async sleep(ms: number): Promise<boolean> {
    if (!this.#woken && this.#ending === undefined) await this.#turn(ms);
    const awake = this.#woken || this.#ending !== undefined;
    this.#woken = false;
    return awake;
  }

  /** A reader who takes nothing is cut off: whoever else is told so, and may take the rest. */
  close(): void {
    const farewell = FAREWELLS[this.#ending ?? 'client'];
    if (farewell === undefined || this.response.writableNeedDrain) this.response.destroy();
    else this.response.end(`: ${farewell}\n\n`);
  }

  #turn(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
