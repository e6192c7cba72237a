import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StoreUnavailable, type EventReader, type Place } from '../../event-store/event-store.js';
import type { StreamName } from '../../kernel/ids.js';

/** How long to wait before a store that failed is followed again, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * Tells who listens that a stored stream grew. One reader follows the log for all of them, and only while there are
 * any: however many listen, each commit is read once.
 */
export class Wakings {
  readonly #listeners = new Map<StreamName, Set<() => void>>();
  #following: { readonly begun: Promise<void>; readonly stop: AbortController } | undefined;

  constructor(
    private readonly events: EventReader,
    private readonly logger: Logger,
  ) {}

  /**
   * Wakes at each event that the stream gets from now on. Await it, then read: what comes in between wakes, too.
   * @returns ends it
   * @throws StoreUnavailable
   */
  async listen(stream: StreamName, wake: () => void): Promise<() => void> {
    const listeners = this.#listeners.get(stream) ?? new Set();
    this.#listeners.set(stream, listeners.add(wake));
    const leave = (): void => {
      listeners.delete(wake);
      if (listeners.size === 0 && this.#listeners.get(stream) === listeners) this.#listeners.delete(stream);
      if (this.#listeners.size > 0) return;
      this.#following?.stop.abort();
      this.#following = undefined;
    };
    try {
      this.#following ??= this.#begin();
      await this.#following.begun;
      return leave;
    } catch (error) {
      this.#following = undefined; // the next one tries again
      leave();
      throw error;
    }
  }

  #begin() {
    const stop = new AbortController();
    const begun = this.events.head().then(({ position, count }) => {
      void this.#follow(position === undefined ? undefined : { position, count }, stop.signal);
    });
    return { begun, stop };
  }

  /** Goes on from the last page after a failure: nobody sleeps through an event. */
  async #follow(from: Place | undefined, signal: AbortSignal): Promise<void> {
    let after = from;
    while (!signal.aborted) {
      try {
        for await (const page of this.events.follow(after === undefined ? {} : { after }, signal)) {
          for (const { event } of page.events) this.#listeners.get(event.stream)?.forEach((wake) => wake());
          after = page.next ?? after;
        }
      } catch (error) {
        const level = error instanceof StoreUnavailable ? 'warn' : 'error';
        this.logger[level]({ err: error }, 'streams of events cannot follow the log, and try again');
      }
      await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
