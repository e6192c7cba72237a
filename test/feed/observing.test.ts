import { FeedHost } from '../../src/feed/feed-host.js';
import { eventStoreIndicator, feedIndicator, measureFeed } from '../../src/feed/observing.js';
import type { ConsumerStatus } from '../../src/feed/status.js';
import { StoredProgress } from '../../src/feed/stored-progress.js';
import { StoreUnavailable } from '../../src/event-store/event-store.js';
import { Metrics } from '../../src/http/metrics.js';
import type { IndicatorResult } from '../../src/http/ports.js';
import { ReadModelUnavailable } from '../../src/read-models/read-models.js';

/* What /metrics and /health/ready say of the consumers, and what it costs the stores. */

/** A feed whose log has `count` events, and that counts who asks for it. */
class Watched {
  count: number | Error = 7;
  headLooks = 0;
  progressLooks = 0;
  progress: () => Promise<(consumer: ConsumerStatus) => number> = async () => () => 5;
  readonly feed = new FeedHost(() => undefined, {
    head: async () => {
      this.headLooks++;
      if (this.count instanceof Error) throw this.count;
      return { count: this.count };
    },
    readAll: () => Promise.reject(new Error('nobody reads')),
    comparePositions: () => 0,
  });

  constructor() {
    const progress = Object.assign(Object.create(StoredProgress.prototype) as StoredProgress, {
      look: () => {
        this.progressLooks++;
        return this.progress();
      },
    });
    this.feed.attach({ stop: async () => undefined, rebuild: async () => undefined }, progress);
  }

  say(isWhole: boolean, ...consumers: Partial<ConsumerStatus>[]): void {
    const whole = consumers.map((each) => ({
      name: 'debt-list',
      kind: 'projection' as const,
      state: 'running' as const,
      count: 7,
      lag: 0,
      ...each,
    }));
    this.feed.status({ head: 7, isWhole, consumers: whole });
  }

  /** As the controller asks them: all at once. */
  checks(): Promise<IndicatorResult[]> {
    const { feed } = this;
    const indicators = [
      eventStoreIndicator(feed),
      feedIndicator('projections', 'projection', feed),
      feedIndicator('policies', 'policy', feed),
    ];
    return Promise.all(indicators.map((each) => each.check()));
  }

  /** Of the projections alone. */
  async isReady(): Promise<boolean> {
    return (await feedIndicator('projections', 'projection', this.feed).check()).up;
  }
}

const ELSEWHERE = { holder: '1f2e3d4c' };
const POLICY = { name: 'policies', kind: 'policy' as const };

describe('one look for one reading', () => {
  test('at the store, by all the gauges', async () => {
    const watched = new Watched();
    watched.say(true, { count: 4 }, { ...POLICY, count: 6, state: 'stopped' });
    const metrics = new Metrics();
    measureFeed(watched.feed, metrics);
    const said = await metrics.registry.metrics();
    expect(watched.headLooks).toBe(1);
    for (const line of [
      'sijill_feed_lag_events{consumer="debt-list"} 3',
      'sijill_feed_lag_events{consumer="policies"} 1',
      'sijill_feed_stopped{consumer="policies"} 1',
      'sijill_feed_held{consumer="debt-list"} 1',
    ]) {
      expect(said.split('\n')).toContain(line);
    }
  });

  test('at the store and at what other processes say, by all the checks', async () => {
    const watched = new Watched();
    watched.say(true, { ...ELSEWHERE, count: 3 }, { ...POLICY, ...ELSEWHERE, count: 4 });
    expect(await watched.checks()).toEqual([
      { up: true, details: { events: 7 } },
      { up: true, details: { 'debt-list': 'running in process 1f2e3d4c, 2 behind' } },
      { up: true, details: { policies: 'running in process 1f2e3d4c, 2 behind' } },
    ]);
    expect([watched.headLooks, watched.progressLooks]).toEqual([1, 1]);
  });

  test('and no more than that: who asks later gets what is there then', async () => {
    const watched = new Watched();
    watched.say(true, {}, POLICY);
    const first = watched.checks();
    await new Promise((resolve) => setImmediate(resolve));
    watched.count = 9;
    const [store] = await watched.checks();
    expect(store).toEqual({ up: true, details: { events: 9 } });
    expect((await first)[0]).toEqual({ up: true, details: { events: 7 } });
    expect(watched.headLooks).toBe(2);
  });

  test('without the store, only its own check fails; the consumers are as they were known', async () => {
    const watched = new Watched();
    watched.say(true, {}, POLICY);
    watched.count = new StoreUnavailable('away');
    await expect(eventStoreIndicator(watched.feed).check()).rejects.toThrow(StoreUnavailable);
    expect(await watched.isReady()).toBe(true);
  });

  test.each([
    ['does not answer', () => new Promise<never>(() => undefined)],
    ['says that it is away', () => Promise.reject(new ReadModelUnavailable('away'))],
  ])('where nobody hears other processes, because the database %s, the store is looked at', async (_, progress) => {
    const watched = new Watched();
    watched.progress = progress;
    watched.say(true, ELSEWHERE, { ...POLICY, ...ELSEWHERE });
    const [store, projections] = await watched.checks();
    expect([store, projections!.up]).toEqual([{ up: true, details: { events: 7 } }, true]);
  });
});

describe('/health/ready is down', () => {
  test.each<[string, boolean, Partial<ConsumerStatus>]>([
    ['no process has run a consumer for 30 s', true, { state: 'waiting', waitingMs: 30_000 }],
    ['no process has run it for longer', false, { state: 'waiting', waitingMs: 30_001 }],
    ['it is 10,000 events behind', true, { count: 0 }],
    ['it is further behind', false, { count: -1 }],
    ['it has stopped', false, { state: 'stopped' }],
    ['a store does not answer it', true, { state: 'retrying' }],
  ])('where %s: ready %s', async (_, isReady, consumer) => {
    const watched = new Watched();
    watched.count = 10_000;
    watched.say(true, { count: 10_000, ...consumer });
    expect(await watched.isReady()).toBe(isReady);
  });

  test('before it is known how long the log is, or that anything folds it', async () => {
    const watched = new Watched();
    expect(await watched.isReady()).toBe(false);
    watched.say(false, {});
    expect(await watched.isReady()).toBe(false);
    watched.say(true, {});
    expect(await watched.isReady()).toBe(true);
  });
});
