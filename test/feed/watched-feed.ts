import { Schema } from 'mongoose';
import type { Projection } from '../../src/feed/consumers.js';
import { Feed, type FeedOptions } from '../../src/feed/feed.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import type { ConsumerStatus, FeedStatus } from '../../src/feed/status.js';
import type { Document, ReadModels } from '../../src/read-models/read-models.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';
import { MemoryLog, samples } from './memory-log.js';

/** The numbers of the events that were folded, by the document that they name. */
export type Seen = Document & { readonly numbers: readonly number[] };

/** Lists the numbers of what happened to each id; throws at the number that it cannot digest. */
export const lister = (name: string, indigestible?: number, version = 1): Projection<Seen> => ({
  name,
  model: {
    name: name.replaceAll('-', ''),
    version,
    schema: new Schema({ _id: String, last: Number }).index({ last: 1 }),
  },
  types: ['tests.Happened'],
  identify: ({ data }) => [(data as { id: string }).id],
  evolve(document, { event }, id) {
    const { number } = event.data as { number: number };
    if (number === indigestible) throw new Error('cannot digest');
    return { id, numbers: [...(document?.numbers ?? []), number], last: number };
  },
});

/** A log in which the events 0, 1, 2 … happen to the ids, one after the other. */
export function logOf(count: number, ids: readonly string[] = ['x']): MemoryLog {
  const log = new MemoryLog();
  for (let number = 0; number < count; number++) happen(log, ids[number % ids.length] as string, number);
  return log;
}

export const happen = (log: MemoryLog, id: string, number: number): void => log.happened({ id, number });

/** A feed whose status can be waited for. */
export class WatchedFeed {
  readonly logged: string[] = [];
  readonly readModels: ReadModels;
  readonly feed: Feed;
  readonly #waiters = new Set<() => void>();

  constructor(options: Partial<FeedOptions> & Pick<FeedOptions, 'reader' | 'projections'>) {
    this.readModels = options.readModels ?? new InMemoryReadModels();
    this.feed = new Feed({
      readModels: this.readModels,
      leases: new EmbeddedLeases(),
      catalogue: samples,
      policies: [],
      send: () => Promise.reject(new Error('no policy here')),
      pageSize: 4,
      retryMs: 0,
      ...options,
      listener: {
        status: () => this.#waiters.forEach((look) => look()),
        alarm: () => undefined,
        log: (level, message) => level === 'error' && this.logged.push(message),
      },
    });
  }

  of(name: string): ConsumerStatus {
    return this.feed.status().consumers.find((each) => each.name === name) as ConsumerStatus;
  }

  until(holds: (status: FeedStatus) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds(this.feed.status())) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }

  /** Until every consumer has stopped or taken so many events. */
  settle(count: number): Promise<void> {
    return this.until(({ consumers }) => consumers.every((each) => each.state === 'stopped' || each.count >= count));
  }

  async numbers(projection: Projection<Seen>, id = 'x'): Promise<readonly number[] | undefined> {
    return (await this.readModels.get(projection.model, id))?.numbers;
  }
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
