import type { Head, LogPage, LogQuery, Place, Position } from '../../src/event-store/event-store.js';
import { StoreUnavailable, UnusableLog } from '../../src/event-store/event-store.js';
import { FeedHost } from '../../src/feed/feed-host.js';
import type { FeedPage } from '../../src/feed/feed-page.js';
import { followPages, type Log } from '../../src/feed/log-follower.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';
import { MemoryLog, samples } from './memory-log.js';
import { happen, lister, logOf, WatchedFeed } from './watched-feed.js';

/** A store that has to count, and counts at most ten events at a time (docs/adr/0008). */
class CountingLog extends MemoryLog {
  /** Business events that were read to be counted only. */
  counted = 0;
  /** Where the readers were let through to. */
  opened = Infinity;

  override async head(from?: Place): Promise<Head> {
    const page = await this.readAll({ limit: 10, ...(from !== undefined && { after: from }) });
    this.counted += page.events.length;
    if (page.next === undefined) return { count: 0 };
    return { ...page.next, ...(!page.atEnd && { partial: true as const }) };
  }

  override async *follow(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    for await (const page of super.follow(query, signal)) {
      while ((page.next?.count ?? 0) > this.opened && !signal.aborted) await new Promise(setImmediate);
      yield page;
    }
  }
}

const countingLogOf = (count: number): CountingLog => {
  const log = new CountingLog();
  for (let number = 0; number < count; number++) happen(log, 'x', number);
  return log;
};

describe('a store that has to count', () => {
  test('is not read twice while the consumers catch up, and until then nobody claims to know its end', async () => {
    const log = countingLogOf(1_000);
    log.opened = 500;
    const watched = new WatchedFeed({ reader: log, projections: [lister('all')], retryMs: 1 });
    await watched.feed.start();
    await watched.settle(500);
    expect(watched.feed.status()).toMatchObject({ isWhole: false });
    log.opened = Infinity;
    await watched.until(({ isWhole, head }) => isWhole && head === 1_000);
    await watched.settle(1_000);
    expect(watched.of('all').lag).toBe(0);
    happen(log, 'x', 1_000);
    await watched.settle(1_001);
    await watched.feed.stop();
    // While it stood at 500 the end was looked for: what lies there is counted once at most.
    expect(log.counted).toBeLessThanOrEqual(520);
  });

  test('is counted from the furthest checkpoint on', async () => {
    const log = countingLogOf(1_000);
    const readModels = new InMemoryReadModels();
    const first = new WatchedFeed({ reader: log, readModels, projections: [lister('all')] });
    await first.feed.start();
    await first.settle(1_000);
    await first.feed.stop();
    log.counted = 0;
    const second = new WatchedFeed({ reader: log, readModels, projections: [lister('all'), lister('new')] });
    await second.feed.start();
    expect(second.feed.status()).toMatchObject({ isWhole: true, head: 1_000 });
    await second.settle(1_000);
    await second.feed.stop();
    expect(log.counted).toBe(0);
  });

  test('and that does not know where the read models stand is not theirs', async () => {
    const readModels = new InMemoryReadModels();
    await readModels.saveCheckpoint('all', { position: 'elsewhere', count: 7 });
    const watched = new WatchedFeed({ reader: countingLogOf(9), readModels, projections: [lister('all')] });
    await expect(watched.feed.start()).rejects.toMatchObject({
      name: 'AheadOfLog',
      message: expect.stringContaining('remove the read models'),
    });
  });
});

describe('following the log', () => {
  /** Fails in these ways, one after the other, then gives a page. */
  const failing = (...failures: Error[]): { log: Log; logged: string[]; stop: AbortController } => {
    const memory = logOf(1);
    const stop = new AbortController();
    const logged: string[] = [];
    const reader = Object.assign(memory, {
      async *follow(query: LogQuery) {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        yield await memory.readAll(query);
      },
    });
    const listener = { status: () => undefined, alarm: () => undefined, log: (_: string, m: string) => logged.push(m) };
    const shared = { readModels: new InMemoryReadModels(), catalogue: samples, pageSize: 4, retryMs: 0 };
    return { log: { reader, listener, ...shared, stopped: stop.signal, moved: () => undefined }, logged, stop };
  };

  test('goes on when a store that did not answer is back, and says so once', async () => {
    const { log, logged, stop } = failing(new StoreUnavailable('down'), new StoreUnavailable('down'));
    const pages: FeedPage[] = [];
    for await (const page of followPages(log, undefined, stop.signal)) {
      pages.push(page);
      stop.abort();
    }
    expect(pages.map(({ events }) => events.length)).toEqual([1]);
    expect(logged).toEqual(['the feed cannot read the log, and tries again: down']);
  });

  test.each([new UnusableLog('events may vanish'), new RangeError('no such place')])(
    'ends where trying again would never help: %s',
    async (failure) => {
      const { log, stop } = failing(failure);
      await expect(followPages(log, undefined, stop.signal).next()).rejects.toBe(failure);
    },
  );
});

describe('the sequence of an event whose position alone is known', () => {
  const hostOf = (log: MemoryLog): FeedHost => new FeedHost(() => undefined, log);
  const positions = async (log: MemoryLog): Promise<Position[]> =>
    (await log.readAll({ limit: 4_096 })).events.map(({ position }) => position);
  const at = async (log: MemoryLog, limit: number): Promise<Place> => (await log.readAll({ limit })).next as Place;

  test('is known once the feed has passed it', async () => {
    const log = logOf(20);
    const host = hostOf(log);
    const [position] = (await positions(log)).slice(7);
    const found = host.sequenceOf(position!, 60_000);
    host.status({ head: 20, at: await at(log, 5), isWhole: true, consumers: [] });
    expect(await Promise.race([found, new Promise((resolve) => setImmediate(resolve, 'pending'))])).toBe('pending');
    host.status({ head: 20, at: await at(log, 15), isWhole: true, consumers: [] });
    expect(await found).toBe(7);
  });

  test('is not known when the time is over, when the store does not answer, and of long ago', async () => {
    const log = logOf(4_500);
    const host = hostOf(log);
    const [first, last] = [(await positions(log))[0]!, (await positions(log))[4_000]!];
    expect(await host.sequenceOf(first, 1)).toBeUndefined();
    const end = await log.head();
    host.status({ head: 4_500, at: end as Place, isWhole: true, consumers: [] });
    expect(await host.sequenceOf(last, 1_000)).toBe(4_000);
    expect(await host.sequenceOf(first, 1_000)).toBeUndefined();
    log.readAll = () => Promise.reject(new StoreUnavailable('down'));
    expect(await host.sequenceOf(last, 1_000)).toBeUndefined();
  });
});
