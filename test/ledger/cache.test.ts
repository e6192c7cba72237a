import { randomUUID } from 'node:crypto';
import { AggregateCache } from '../../src/ledger/aggregate-cache.js';
import { fingerprintOf, type Aggregate } from '../../src/ledger/aggregate.js';
import { sizeOf } from '../../src/ledger/size-of.js';
import type { CommandId, StreamName, Uuid } from '../../src/kernel/ids.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { id } from '../given.js';
import { add, request, setup, stream } from './setup.js';
import { Add, tally } from './tally.js';

const named = (name: string): StreamName => `tally-${name}` as StreamName;

/** An aggregate whose state grows by some bytes with each event. */
function grow(aggregate: Aggregate<string[]>, events: number, bytes: number): Aggregate<string[]> {
  for (let i = 0; i < events; i++) {
    aggregate.revision += 1;
    aggregate.state.push(randomUUID().padEnd(bytes, 'x'));
    aggregate.commands.push(fingerprintOf(randomUUID() as CommandId));
    aggregate.summaries.push({ state: String(i) });
  }
  return aggregate;
}
const blank = (): Aggregate<string[]> => ({
  revision: -1,
  state: [],
  commands: [],
  summaries: [],
  snapshot: -1,
});

describe('the cache of aggregates', () => {
  test('gives up those that were not used for the longest time', () => {
    const one = sizeOf(grow(blank(), 1, 100)) + 200;
    const cache = new AggregateCache(3 * one);
    for (const name of ['a', 'b', 'c']) cache.put(named(name), grow(blank(), 1, 100));
    cache.get(named('a'));
    cache.put(named('d'), grow(blank(), 1, 100));
    expect(['a', 'b', 'c', 'd'].map((name) => cache.get(named(name)) !== undefined)).toEqual([true, false, true, true]);
  });

  test('gives up what was never used again before what was, and that in the end, too', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const one = sizeOf(grow(blank(), 1, 100)) + 200;
    const cacheOf = (count: number): AggregateCache => {
      const cache = new AggregateCache(4 * one);
      names.slice(0, count).forEach((name, i) => {
        cache.put(named(name), grow(blank(), 1, 100));
        if (i === 3) ['a', 'c'].forEach((used) => cache.get(named(used)));
      });
      return cache;
    };
    const heldBy = (cache: AggregateCache): string[] => names.filter((name) => cache.get(named(name)) !== undefined);
    expect(heldBy(cacheOf(6))).toEqual(['a', 'c', 'e', 'f']);
    expect(heldBy(cacheOf(10))).toEqual(['g', 'h', 'i', 'j']);
  });

  test('has room for one more however many are in use', () => {
    const one = sizeOf(grow(blank(), 1, 100)) + 200;
    const cache = new AggregateCache(100 * one);
    for (let i = 0; i < 150; i++) {
      cache.put(named(`${i}`), grow(blank(), 1, 100));
      for (let j = 0; j <= i; j++) cache.get(named(`${j}`));
      expect(cache.bytes).toBeLessThanOrEqual(100 * one);
      expect(cache.get(named(`${i}`))).toBeDefined();
    }
  });

  test('never holds more than its bound, as aggregates grow one event at a time', () => {
    const cache = new AggregateCache(400_000);
    const held = Array.from({ length: 20 }, blank);
    for (let round = 0; round < 200; round++) {
      held.forEach((aggregate, i) => cache.put(named(`${i}`), grow(aggregate, 1, 40 * i)));
      const kept = held.filter((_, i) => cache.get(named(`${i}`)) !== undefined);
      expect(cache.bytes).toBeLessThanOrEqual(400_000);
      const real = kept.reduce((sum, aggregate) => sum + sizeOf(aggregate), 0);
      expect(real).toBeLessThan(440_000);
    }
  });

  test('measures again as an aggregate grows: its later events may take more than its first', () => {
    const cache = new AggregateCache(10_000_000);
    const aggregate = blank();
    for (let i = 0; i < 500; i++) {
      cache.put(named('a'), grow(aggregate, 1, 10 * i));
      expect(cache.bytes).toBeGreaterThan(0.8 * sizeOf(aggregate));
    }
  });

  test('does not hold one that is larger than all of it, and drops no other for it', () => {
    const cache = new AggregateCache(50_000);
    cache.put(named('small'), grow(blank(), 1, 10));
    cache.put(named('whole'), grow(blank(), 100, 1_000));
    expect(cache.get(named('whole'))).toBeUndefined();
    expect(cache.get(named('small'))).toBeDefined();
    const large = blank();
    for (let i = 0; i < 100; i++) cache.put(named('large'), grow(large, 1, 1_000));
    expect(cache.get(named('large'))).toBeUndefined();
    expect(cache.bytes).toBeLessThanOrEqual(50_000);
  });

  test('is empty again when everything is dropped', () => {
    const cache = new AggregateCache(1_000_000);
    const aggregate = blank();
    for (let i = 0; i < 50; i++) cache.put(named('a'), grow(aggregate, 1, 100));
    cache.put(named('b'), grow(blank(), 9, 10));
    for (const name of ['a', 'b', 'b', 'c']) cache.drop(named(name));
    expect(cache.bytes).toBe(0);
    expect(cache.get(named('a'))).toBeUndefined();
  });
});

test('what is cached is not read again before a command is decided; what was given up is', async () => {
  const { store, ledger, process } = setup();
  await add(ledger, 1);
  store.reads.length = 0;
  await add(ledger, 1);
  expect(store.reads).not.toContain(stream);
  const forgetful = process({ cacheBytes: 1 });
  await add(forgetful, 1);
  await add(forgetful, 1);
  expect(store.reads.filter((read) => read === stream)).toHaveLength(2);
});

test('what the store knows to be absent is not looked for; from its first event on it is', async () => {
  const { store, process } = setup();
  const isAbsent = (name: StreamName): boolean => store.appends.every((each) => each.stream !== name);
  const knowing = process({ store: Object.assign(store, { isAbsent }), cacheBytes: 1 });
  await add(knowing, 2);
  expect(store.reads).toEqual([]);
  await add(knowing, 3);
  expect(store.reads).toEqual([stream]);
});

describe('what jobs pass over', () => {
  const passOver = async (ledger: Ledger, name: string): Promise<void> => {
    await ledger.execute(tally, new Add(id(name) as Uuid, { by: 1 }, request(undefined, { source: 'clock' })));
  };

  test('drives out nothing that people use', async () => {
    const { store, process } = setup({ cacheBytes: 100_000 });
    const ledger = process();
    await add(ledger, 1);
    for (let i = 0; i < 300; i++) await passOver(ledger, `${i}`);
    store.eventsRead = 0;
    await add(ledger, 1);
    expect(store.eventsRead).toBe(0);
  });

  test('is known still when the job comes to its next day, and stays when people use it', async () => {
    const { store, process } = setup({ cacheBytes: 1_000_000 });
    const ledger = process();
    await passOver(ledger, 'first');
    await passOver(ledger, 'second');
    store.eventsRead = 0;
    await passOver(ledger, 'first');
    expect(store.eventsRead).toBe(0);
    await ledger.execute(tally, new Add(id('first') as Uuid, { by: 1 }, request()));
    for (let i = 0; i < 100; i++) await passOver(ledger, `${i}`);
    store.eventsRead = 0;
    await passOver(ledger, 'first');
    expect(store.eventsRead).toBe(0);
    await passOver(ledger, 'second');
    expect(store.eventsRead).toBe(1);
  });
});
