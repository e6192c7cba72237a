import type { Database } from '../../sqlite/database.js';

interface Read {
  /** Does it, and settles the promise. */
  readonly run: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads that are asked for in one turn of the event loop, done one after another at its end. A read finds the database's
 * pages and code in the processor's caches where another has just been; between two requests' work it does not, and
 * takes twice as long (docs/performance.md). What is read later than it was asked for is never older than what the
 * caller has seen.
 */
export class Turn {
  #reads: Read[] = [];

  constructor(private readonly database: Database) {}

  read<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        try {
          resolve(work());
        } catch (error) {
          reject(error as Error);
        }
      };
      if (this.#reads.push({ run, reject }) === 1) setImmediate(() => this.#end());
    });
  }

  /** In one transaction: each statement would else take and give back a lock, an eighth of what a page costs. */
  #end(): void {
    const reads = this.#reads;
    this.#reads = [];
    try {
      this.database.exec('BEGIN');
      for (const { run } of reads) run();
      this.database.rollback(); // nothing was written
    } catch (error) {
      for (const { reject } of reads) reject(error as Error);
    }
  }
}
