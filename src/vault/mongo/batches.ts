interface Request<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/** Most items in one request to the server. */
const MOST = 500;

/** What is asked for in one turn of the event loop goes to the server in one request; answered one by one. */
export class Batches<T, R> {
  #waiting: Request<T, R>[] = [];

  /** @param perform the answers, in the order of the items */
  constructor(private readonly perform: (items: readonly T[]) => Promise<readonly R[]>) {}

  run(item: T): Promise<R> {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => this.#waiting.push({ item, resolve, reject }));
  }

  #flush(): void {
    const requests = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < requests.length; at += MOST) void this.#perform(requests.slice(at, at + MOST));
  }

  async #perform(requests: readonly Request<T, R>[]): Promise<void> {
    try {
      const results = await this.perform(requests.map(({ item }) => item));
      requests.forEach(({ resolve }, i) => resolve(results[i] as R));
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  }
}
