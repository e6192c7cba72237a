/**
 * Reads that are asked for in one turn of the event loop, done one after another at its end. A read finds the database's
 * pages and code in the processor's caches where another has just been; between two requests' work it does not, and
 * takes twice as long (docs/performance.md). What is read later than it was asked for is never older than what the caller has seen.
 */
export class Turn {
  #reads: (() => void)[] = [];

  read<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const isFirst = this.#reads.length === 0;
      this.#reads.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error as Error);
        }
      });
      if (isFirst) setImmediate(() => this.#end());
    });
  }

  #end(): void {
    const reads = this.#reads;
    this.#reads = [];
    for (const read of reads) read();
  }
}
