import { FeedHost } from '../../src/feed/feed-host.js';
import { Feed } from '../../src/feed/feed.js';
import { StoredProgress } from '../../src/feed/stored-progress.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { InMemoryReadModels, InMemoryStore } from '../read-models/in-memory.js';
import { samples, type MemoryLog } from './memory-log.js';
import { happen, lister, logOf, range, type Seen } from './watched-feed.js';

/* Two processes over one store of read models, each with a feed and what answers requests. */
const list = lister('all');

class Process {
  readonly readModels: InMemoryReadModels;
  readonly host: FeedHost;
  readonly feed: Feed;
  readonly said: string[] = [];

  constructor(reader: MemoryLog, store: InMemoryStore, leases: EmbeddedLeases) {
    this.readModels = new InMemoryReadModels(store);
    this.host = new FeedHost((_, message) => this.said.push(message), reader);
    this.feed = new Feed({
      reader,
      readModels: this.readModels,
      leases,
      catalogue: samples,
      projections: [list],
      policies: [],
      send: () => Promise.reject(new Error('no policy here')),
      listener: this.host,
      retryMs: 0,
    });
    this.host.attach(this.feed, new StoredProgress(this.readModels, []));
  }

  async numbers(): Promise<readonly number[] | undefined> {
    return (await this.readModels.get<Seen>(list.model, 'x'))?.numbers;
  }

  async consumer() {
    return (await this.host.current()).consumers.find(({ name }) => name === 'all')!;
  }
}

let log: MemoryLog;
let holder: Process;
let other: Process;
beforeEach(async () => {
  log = logOf(3);
  const [store, leases] = [new InMemoryStore(), new EmbeddedLeases()];
  [holder, other] = [new Process(log, store, leases), new Process(log, store, leases)];
  await holder.feed.start();
  await other.feed.start();
});
afterEach(async () => {
  await holder.feed.stop();
  await other.feed.stop();
});

test('one of them folds; the other waits for it, and shows who it is and how far', async () => {
  expect(await other.host.waitForProjections(2, 10_000)).toBe(true);
  expect(await other.consumer()).toMatchObject({ state: 'running', count: 3, lag: 0, holder: 'this process' });
  expect((await holder.consumer()).holder).toBeUndefined();
  const waiting = other.host.waitForProjections(3, 10_000);
  happen(log, 'x', 3);
  expect(await waiting).toBe(true);
  expect(await other.numbers()).toEqual(range(4));
});

test('the other takes over where it is stopped', async () => {
  expect(await holder.host.waitForProjections(2, 10_000)).toBe(true);
  await holder.feed.stop();
  happen(log, 'x', 3);
  expect(await other.host.waitForProjections(3, 10_000)).toBe(true);
  expect([await other.numbers(), (await other.consumer()).holder]).toEqual([range(4), undefined]);
});

test('a rebuild that is asked of the other is carried out by who folds, once', async () => {
  await other.feed.rebuild(['all']);
  const rebuilt = () => holder.said.filter((message) => message.startsWith('rebuilt all')).length;
  while (rebuilt() === 0) await new Promise(setImmediate);
  happen(log, 'x', 3);
  expect(await other.host.waitForProjections(3, 10_000)).toBe(true);
  expect([await other.numbers(), rebuilt(), other.said.filter((message) => message.includes('rebuil'))]).toEqual([
    range(4),
    1,
    [],
  ]);
});
