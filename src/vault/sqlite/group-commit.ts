import type { Database } from '../../sqlite/database.js';
import { VaultUnavailable } from '../vault.js';

interface Write {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Most writes in one transaction: it holds the thread for some ten milliseconds at most. */
const MAX_WRITES = 64;

/** The writes asked for in one turn of the event loop share one transaction, so one fsync; answered when durable. */
export class GroupCommit {
  readonly #waiting: Write[] = [];
  #closed = false;

  constructor(private readonly database: Database) {}

  /** @param work runs inside the transaction and sees what the writes before it wrote. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new VaultUnavailable('the vault is closed'));
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
    }) as Promise<T>;
  }

  flush(): void {
    const writes = this.#waiting.splice(0, MAX_WRITES);
    if (writes.length === 0) return;
    if (this.#waiting.length > 0) setImmediate(() => this.flush());
    let answers: unknown[];
    try {
      answers = this.database.transaction(() => writes.map(({ work }) => work()));
    } catch (error) {
      this.#abandonTransaction();
      // The driver's own words name tables and reasons, never values.
      const reason = new VaultUnavailable(`the vault could not write: ${(error as Error).message}`, { cause: error });
      for (const write of writes) write.reject(reason);
      return;
    }
    writes.forEach(({ resolve }, i) => resolve(answers[i]));
  }

  /** A COMMIT that failed, of a full disk for one, can leave its transaction open: the next one could not begin. */
  #abandonTransaction(): void {
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // It was rolled back already.
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @returns false where it was closed before */
  close(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    while (this.#waiting.length > 0) this.flush();
    return true;
  }
}
