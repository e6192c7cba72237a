import fc from 'fast-check';
import type { Projection } from '../../src/feed/consumers.js';
import type { Checkpoint, Target, Versioned, Write } from '../../src/read-models/read-models.js';
import { InMemoryReadModels, InMemoryStore } from '../read-models/in-memory.js';
import { policy } from './policy-process.js';
import { happen, lister, logOf, range, WatchedFeed, type Seen } from './watched-feed.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store that can be told to fail, and that takes its time. */
class SlowReadModels extends InMemoryReadModels {
  failing = new Set<string>();
  failures = 0;
  beforeApply = async (_target: Target): Promise<void> => undefined;
  pace = async (): Promise<void> => undefined;

  override async load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]> {
    await this.pace();
    return super.load(target, ids);
  }

  override async apply(target: Target, consumer: string, writes: readonly Write[], to: Checkpoint): Promise<void> {
    await this.beforeApply(target);
    await this.pace();
    if (this.failing.has(consumer)) {
      this.failures++;
      throw new Error('the disk is full');
    }
    await super.apply(target, consumer, writes, to);
    await this.pace();
  }

  override async finishRebuild(target: Target, consumer: string): Promise<void> {
    await this.pace();
    await super.finishRebuild(target, consumer);
    await this.pace();
  }
}

/** Now and then it fails, having written nothing, or all. */
class UnreliableReadModels extends SlowReadModels {
  #calls = 0;
  #faults = 0;

  constructor(
    store: InMemoryStore,
    private readonly plan: readonly string[],
    slow: readonly number[],
  ) {
    super(store);
    let calls = 0;
    this.pace = async () => {
      for (let n = slow[calls++ % slow.length] as number; n > 0; n--) await turn();
    };
  }

  override async apply(target: Target, consumer: string, writes: readonly Write[], to: Checkpoint): Promise<void> {
    const fault = this.#faults < 12 ? this.plan[this.#calls++ % this.plan.length] : 'none';
    if (fault !== 'none') this.#faults++;
    if (fault === 'before') throw new Error('not written');
    await super.apply(target, consumer, writes, to);
    if (fault === 'after') throw new Error('written, and nobody knows');
  }
}

describe('a poison event', () => {
  const healthy = lister('healthy');

  async function poisoned(allergic: Projection<Seen>, log = logOf(6), count = 6): Promise<WatchedFeed> {
    const watched = new WatchedFeed({ reader: log, projections: [healthy, allergic] });
    await watched.feed.start();
    await watched.settle(count);
    await watched.feed.stop();
    expect(watched.of('healthy')).toMatchObject({ state: 'running', count, lag: 0 });
    expect(await watched.numbers(healthy)).toEqual(range(6));
    expect(watched.logged).toEqual([expect.stringMatching(/^allergic stopped: .*Nothing was skipped/)]);
    return watched;
  }

  test('stops that one projection, loudly, just before it; nothing is skipped, the others go on', async () => {
    const log = logOf(6);
    const allergic = lister('allergic', 2);
    const watched = await poisoned(allergic, log);
    const error = expect.stringMatching(/allergic cannot handle event 2 \(tests.Happened .*cannot digest/);
    expect(watched.of('allergic')).toMatchObject({ state: 'stopped', count: 2, lag: 4, error });
    expect(await watched.numbers(allergic)).toEqual([0, 1]);
    expect(await watched.readModels.checkpoint('allergic')).toMatchObject({ count: 2 });

    const { readModels } = watched;
    const mended = new WatchedFeed({ reader: log, readModels, projections: [lister('allergic')] });
    await mended.feed.start();
    await mended.settle(6);
    await mended.feed.stop();
    expect(await mended.numbers(allergic)).toEqual(range(6));
  });

  test('is also one after which the document cannot be stored', async () => {
    const sound = lister('allergic');
    const allergic: Projection<Seen> = {
      ...sound,
      evolve(document, each, id) {
        const after = sound.evolve(document, each, id) as Seen;
        return after.numbers.length >= 3 ? { ...after, last: 'the third' } : after;
      },
    };
    const watched = await poisoned(allergic);
    expect(watched.of('allergic')).toMatchObject({
      state: 'stopped',
      count: 2,
      error: expect.stringContaining('event 2'),
    });
    expect(await watched.numbers(allergic)).toEqual([0, 1]);
  });

  test('is also one that is newer than the program; who does not want its type goes on', async () => {
    const log = logOf(6);
    log.happened({ id: 'x', number: 6 }, 'tests.Other', 2);
    const curious: Projection<Seen> = { ...lister('allergic'), types: '*' };
    const watched = await poisoned(curious, log, 7);
    expect(watched.of('allergic')).toMatchObject({
      state: 'stopped',
      count: 6,
      error: expect.stringContaining('newer'),
    });
  });

  test('of a policy stops no projection, and a policy that waits holds none up', async () => {
    const log = logOf(3);
    log.happened({ id: 'x', number: 3, first: ['a'] });
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const send = async () => {
      await gate;
      throw new Error('no outcome');
    };
    const watched = new WatchedFeed({ reader: log, projections: [healthy], policies: [policy('first')], send });
    await watched.feed.start();
    await watched.until(({ consumers }) => consumers[0]?.count === 4);
    release();
    await watched.until(({ consumers }) => consumers[1]?.state === 'stopped');
    happen(log, 'x', 4);
    await watched.settle(5);
    await watched.feed.stop();
    expect(watched.of('policies')).toMatchObject({ kind: 'policy', state: 'stopped', count: 3, lag: 2 });
    expect(await watched.numbers(healthy)).toEqual(range(5));
    expect(watched.logged).toEqual([expect.stringContaining('policies stopped')]);
  });
});

test('a store that fails is tried again from the stored checkpoint, and said once; the others go on', async () => {
  const log = logOf(6);
  const readModels = new SlowReadModels();
  readModels.failing.add('unlucky');
  const [unlucky, other] = [lister('unlucky'), lister('other')];
  const watched = new WatchedFeed({ reader: log, readModels, projections: [unlucky, other] });
  await watched.feed.start();
  await watched.until(() => watched.of('other').count === 6 && watched.of('unlucky').state === 'retrying');
  while (readModels.failures < 3) await turn();
  expect(watched.of('unlucky')).toMatchObject({ count: 0, lag: 6, error: 'the disk is full' });
  readModels.failing.clear();
  await watched.settle(6);
  await watched.feed.stop();
  expect(watched.logged).toEqual([expect.stringContaining('unlucky cannot write')]);
  expect(watched.of('unlucky').error).toBeUndefined();
  expect([await watched.numbers(unlucky), await watched.numbers(other)]).toEqual([range(6), range(6)]);
});

describe('a rebuild', () => {
  test('beside the live fold, whatever takes how long: equal to it, nothing lost or doubled, no answer goes back', async () => {
    const paces = fc.array(fc.nat(3), { minLength: 1, maxLength: 9 });
    const ids = ['x', 'y', 'z'];
    await fc.assert(
      fc.asyncProperty(paces, fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(2)), async (slow, pageSize, again) => {
        const log = logOf(10, ids);
        const store = new InMemoryStore();
        const models = new SlowReadModels(store);
        let calls = 0;
        models.pace = async () => {
          for (let n = slow[calls++ % slow.length] as number; n > 0; n--) await turn();
        };
        const projections = [lister('one'), lister('two')];
        const watched = new WatchedFeed({ reader: log, readModels: models, projections, pageSize });
        await watched.feed.start();
        let most = 0;
        let isOver = false;
        const reading = (async () => {
          for (; !isOver; await turn()) {
            const seen = (await watched.numbers(projections[0]!))?.length ?? 0;
            expect(seen).toBeGreaterThanOrEqual(most);
            most = seen;
          }
        })();
        const rebuilds = [0, ...again].map((which) => watched.feed.rebuild([['one'], ['two'], ['one', 'two']][which]!));
        for (let number = 10; number < 30; number++) {
          happen(log, ids[number % 3]!, number);
          await models.pace();
        }
        await Promise.all(rebuilds);
        await watched.settle(30);
        await watched.feed.stop();
        isOver = true;
        await reading;
        const restarted = new WatchedFeed({ reader: log, readModels: new InMemoryReadModels(store), projections });
        await restarted.feed.start();
        await restarted.settle(30);
        await restarted.feed.stop();
        for (const projection of projections) {
          for (const [n, id] of ids.entries()) {
            expect(await restarted.numbers(projection, id)).toEqual(range(30).filter((number) => number % 3 === n));
          }
        }
        expect(watched.logged).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test('takes what came in meanwhile before it is swapped in: no answer goes back in time', async () => {
    const log = logOf(3);
    const readModels = new SlowReadModels();
    const projection = lister('counts');
    const watched = new WatchedFeed({ reader: log, readModels, projections: [projection] });
    await watched.feed.start();
    await watched.settle(3);
    readModels.beforeApply = async ({ generation }) => {
      if (generation === 'live') return;
      readModels.beforeApply = async () => undefined;
      happen(log, 'x', 3);
      await watched.settle(4); // the live fold is ahead of the rebuild now
    };
    await watched.feed.rebuild(['counts']);
    expect(await watched.numbers(projection)).toEqual(range(4));
    await watched.feed.stop();
  });

  test('of a new version fills it from the start while the old one answers; it mends a stopped projection too', async () => {
    const log = logOf(9);
    const old = new WatchedFeed({ reader: log, projections: [lister('counts', 5)] });
    await old.feed.start();
    await old.settle(9);
    expect(old.of('counts').state).toBe('stopped');
    await old.feed.stop();

    const { readModels } = old;
    const newer = lister('counts', undefined, 2);
    const watched = new WatchedFeed({ reader: log, readModels, projections: [newer] });
    await watched.feed.start();
    expect(await watched.numbers(newer)).toEqual(range(5));
    await watched.settle(9);
    happen(log, 'x', 9);
    await watched.settle(10);
    await watched.feed.stop();
    expect(await watched.numbers(newer)).toEqual(range(10));
    expect(await readModels.liveVersion(newer.model)).toBe(2);
  });

  test('that meets a poison event fails and leaves the live version; at the start it stops its projection alone', async () => {
    const log = logOf(9);
    const old = new WatchedFeed({ reader: log, projections: [lister('counts'), lister('other')] });
    await old.feed.start();
    await old.settle(9);
    await expect(old.feed.rebuild(['counts', 'nothing'])).rejects.toThrow(/no such projection/);
    await old.feed.stop();

    const { readModels } = old;
    const newer = lister('counts', 5, 2);
    const watched = new WatchedFeed({ reader: log, readModels, projections: [newer, lister('other')] });
    await watched.feed.start();
    await watched.until(({ consumers }) => consumers[0]?.state === 'stopped');
    happen(log, 'x', 9);
    await watched.until(({ consumers }) => consumers[1]?.count === 10);
    expect(watched.of('counts')).toMatchObject({ state: 'stopped', error: expect.stringContaining('event 5') });
    expect(watched.logged).toEqual([expect.stringContaining('the old version stays')]);
    await expect(watched.feed.rebuild(['counts'])).rejects.toMatchObject({ name: 'PoisonEvent' });
    await watched.feed.stop();
    expect(await watched.numbers(newer)).toEqual(range(9));
  });
});

test('a document that was written just now is not read again, unless its write failed or its model was swapped', async () => {
  const log = logOf(3);
  const loaded: string[][] = [];
  class Counting extends SlowReadModels {
    override async load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]> {
      loaded.push([...ids]);
      return super.load(target, ids);
    }
  }
  const readModels = new Counting();
  const projection = lister('counts');
  const watched = new WatchedFeed({ reader: log, readModels, projections: [projection] });
  await watched.feed.start();
  await watched.settle(3);
  happen(log, 'x', 3);
  await watched.settle(4);
  expect(loaded).toEqual([['x']]);

  readModels.failing.add('counts');
  happen(log, 'x', 4);
  await watched.until(() => watched.of('counts').state === 'retrying');
  readModels.failing.clear();
  await watched.settle(5);
  expect(loaded).toEqual([['x'], ['x']]);

  await watched.feed.rebuild(['counts']);
  loaded.length = 0;
  happen(log, 'x', 5);
  await watched.settle(6);
  await watched.feed.stop();
  expect(loaded).toEqual([['x']]);
  expect(await watched.numbers(projection)).toEqual(range(6));
});

test('whatever fails how often, on both sides of restarts: every event is folded once, in order', async () => {
  const faults = fc.array(fc.constantFrom('none', 'none', 'before', 'after'), { minLength: 1, maxLength: 7 });
  const paces = fc.array(fc.nat(2), { minLength: 1, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(
      faults,
      paces,
      fc.integer({ min: 1, max: 5 }),
      fc.nat(3),
      async (plan, slow, pageSize, restarts) => {
        const log = logOf(8);
        const store = new InMemoryStore();
        const projections = [lister('one'), lister('two'), lister('three')];
        for (let run = 0; run <= restarts; run++) {
          const readModels = new UnreliableReadModels(store, plan, slow);
          const watched = new WatchedFeed({ reader: log, readModels, projections, pageSize });
          await watched.feed.start();
          for (let number = 8 + run * 5; number < 13 + run * 5; number++) {
            happen(log, 'x', number);
            await turn();
          }
          if (run === restarts) await watched.settle(13 + run * 5);
          await watched.feed.stop();
          if (run < restarts) continue;
          for (const each of projections) expect(await watched.numbers(each)).toEqual(range(13 + run * 5));
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('read models of a longer log are refused: they would leave out the events that come next', async () => {
  const before = new WatchedFeed({ reader: logOf(3), projections: [lister('counts')] });
  await before.feed.start();
  await before.settle(3);
  await before.feed.stop();
  const { readModels } = before;
  const restored = new WatchedFeed({ reader: logOf(2), readModels, projections: [lister('counts')] });
  await expect(restored.feed.start()).rejects.toMatchObject({ name: 'AheadOfLog' });
});

test('two consumers cannot share a name, under which both would store where they stand', () => {
  const projections = [lister('same'), lister('same')];
  expect(() => new WatchedFeed({ reader: logOf(0), projections })).toThrow(/share a name/);
});
