import { LruMap } from '../../src/vault/lru.js';

describe('the bounded cache', () => {
  test('forgets what was used longest ago', () => {
    const cache = new LruMap<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  test('never holds more than its capacity, and replaces in place', () => {
    const cache = new LruMap<number, number>(10);
    for (let i = 0; i < 1000; i++) cache.set(i, i);
    expect(cache.size).toBe(10);
    cache.set(999, -1);
    expect([cache.size, cache.get(999), cache.get(990)]).toEqual([10, -1, 990]);
  });
});
