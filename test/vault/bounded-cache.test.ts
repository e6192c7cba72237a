import { BoundedCache } from '../../src/kernel/bounded-cache.js';

describe('the bounded cache', () => {
  test('keeps what is used and forgets what is not', () => {
    const cache = new BoundedCache<string, number>(4);
    cache.set('used', 1);
    cache.set('unused', 2);
    for (let i = 0; i < 20; i++) {
      cache.set(`other ${i}`, i);
      expect(cache.get('used')).toBe(1);
    }
    expect(cache.get('unused')).toBeUndefined();
  });

  test('never holds more than its capacity, always the newest half, and each key once', () => {
    const cache = new BoundedCache<number, number>(10);
    for (let i = 0; i < 1000; i++) {
      cache.set(i, i);
      cache.set(i, -i);
      expect(cache.size).toBeLessThanOrEqual(10);
      for (let back = 0; back < Math.min(5, i); back++) expect(cache.get(i - back)).toBe(-(i - back));
    }
  });
});
