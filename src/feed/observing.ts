import type { Metrics } from '../http/metrics.js';
import type { Indicator } from '../http/ports.js';
import type { FeedHost } from './feed-host.js';
import type { ConsumerStatus } from './status.js';
import { isHeldHere } from './stored-progress.js';

/** Feeds further behind than this are not ready to answer, in business events. */
const READY_LAG = 10_000;

/** Consumers that no process has run for longer than this are not ready to answer, in milliseconds: none can. */
const READY_WAITING_MS = 30_000;

type Watched = Pick<FeedHost, 'current' | 'events' | 'refused'>;

/** Shows the consumers in `/metrics`: by consumer, looked at once for each reading. */
export function measureFeed(feed: Watched, metrics: Metrics): void {
  const gauge = (name: string, help: string, figure: (consumer: ConsumerStatus) => number): void =>
    metrics.gauge(`sijill_feed_${name}`, help, 'consumer', async () =>
      (await feed.current()).consumers.map((each) => [each.name, figure(each)] as const),
    );
  gauge('lag_events', 'Business events that a consumer is behind.', ({ lag }) => lag);
  const stopped = 'Whether a consumer has stopped (1) and needs a person.';
  gauge('stopped', stopped, ({ state }) => Number(state === 'stopped'));
  const runsHere = 'Whether this process runs a consumer (1); of the processes that share read models one does.';
  gauge('held', runsHere, (each) => Number(isHeldHere(each)));
  const refused = 'Commands of a policy that a rule refused since the start: somebody has to decide what follows.';
  metrics.gauge('sijill_policy_refusals', refused, 'policy', () => feed.refused);
}

export const eventStoreIndicator = (feed: Watched): Indicator => ({
  name: 'eventStore',
  check: async () => ({ up: true, details: { events: await feed.events() } }),
});

export const feedIndicator = (name: string, kind: 'projection' | 'policy', feed: Watched): Indicator => ({
  name,
  async check() {
    const { isWhole, consumers } = await feed.current();
    const ours = consumers.filter((each) => each.kind === kind);
    const details = Object.fromEntries(ours.map((each) => [each.name, standing(each, isWhole)]));
    return { up: ours.every(isWell) && isWhole && ours.length > 0, details };
  },
});

const isWell = ({ state, lag, waitingMs = 0 }: ConsumerStatus): boolean =>
  state !== 'stopped' && lag <= READY_LAG && waitingMs <= READY_WAITING_MS;

function standing({ state, lag, holder, waitingMs }: ConsumerStatus, isWhole: boolean): string {
  const where = holder !== undefined ? ` in process ${holder}` : '';
  const since = waitingMs !== undefined ? ` for a process for ${Math.round(waitingMs / 1000)} s` : '';
  return `${state}${where}${since}, ${lag}${isWhole ? '' : ' or more'} behind`;
}
