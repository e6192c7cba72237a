import type { ReadModelReader } from '../read-models/read-models.js';
import type { ConsumerStatus, FeedStatus } from './status.js';

/** How far consumers have come by what is stored: the process that runs them stores it, and the others see it there. */
export class StoredProgress {
  /** @param policies the names under which their one runner stores where it stands */
  constructor(
    private readonly readModels: Pick<ReadModelReader, 'checkpoints'>,
    private readonly policies: readonly string[],
  ) {}

  /** @returns how many events each consumer has considered. @throws ReadModelUnavailable */
  async look(): Promise<(consumer: ConsumerStatus) => number> {
    const stored = await this.readModels.checkpoints();
    const countOf = (name: string): number => stored.get(name)?.count ?? 0;
    const policies = Math.min(...this.policies.map(countOf));
    return ({ kind, name }) => (kind === 'policy' ? policies : countOf(name));
  }
}

/** Whether this process runs it. */
export const isHeldHere = ({ holder, state }: ConsumerStatus): boolean => holder === undefined && state !== 'waiting';

export const runsAllHere = ({ consumers }: FeedStatus): boolean => consumers.every(isHeldHere);

/** What runs here is known best; of the others whatever is known to be further. */
export function withCounts(status: FeedStatus, countOf: (consumer: ConsumerStatus) => number): FeedStatus {
  const consumers = status.consumers.map((each) => {
    if (isHeldHere(each)) return each;
    const count = Math.max(each.count, countOf(each));
    return { ...each, count, lag: Math.max(0, status.head - count) };
  });
  return { ...status, consumers };
}
