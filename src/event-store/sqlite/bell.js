/** Says that something was committed, so that a follower need not ask again and again. */
import { BroadcastChannel } from 'node:worker_threads';

/** How long a follower waits before it looks by itself: commits of another process ring no bell here. */
const POLL_MS = 250;

/** Hears the commits of one file. Keeps no process alive. */
export class Bell {
  #channel;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {string} name */
  constructor(name) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.unref();
    this.#channel.onmessage = () => this.#ring();
  }

  /**
   * Begin to listen before looking, then wait: what rings in between is not lost.
   * @param {AbortSignal} signal
   */
  listen(signal) {
    return new Ear(this.#listeners, signal);
  }

  close() {
    this.#channel.close();
    this.#ring();
  }

  #ring() {
    for (const hear of this.#listeners) hear();
  }
}

class Ear {
  #heard = false;
  #listeners;
  #signal;
  #wake = () => {};
  #hear = () => {
    this.#heard = true;
    this.#wake();
  };

  /**
   * @param {Set<() => void>} listeners
   * @param {AbortSignal} signal
   */
  constructor(listeners, signal) {
    this.#listeners = listeners;
    this.#signal = signal;
    listeners.add(this.#hear);
    signal.addEventListener('abort', this.#hear);
  }

  /** Forgets what rang before: call it, then look, then wait. */
  reset() {
    this.#heard = false;
  }

  /** @returns {Promise<void>} at the next ring or abort, at once if there was one since the reset, or after a while */
  async wait() {
    if (this.#heard || this.#signal.aborted) return;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      timer = setTimeout(this.#wake, POLL_MS).unref();
    });
    clearTimeout(timer);
  }

  close() {
    this.#listeners.delete(this.#hear);
    this.#signal.removeEventListener('abort', this.#hear);
  }
}
