import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sizeOf } from '../../src/ledger/size-of.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** What a value takes of the heap, in bytes: the mean of many of them. What died meanwhile is not in it: take a median. */
function heapOf(make: () => unknown, count: number): number {
  const kept: unknown[] = [];
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < count; i++) kept.push(make());
  gc();
  return (process.memoryUsage().heapUsed - before) / kept.length;
}

const list = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
/** One flat text, as JSON.parse makes it: a new UUID is a rope of twenty pieces. */
const uuid = (): string => Buffer.from(randomUUID()).toString('latin1');
const summary = Object.freeze({ state: 'outstanding', underReview: false });

/** As deciders' states are. */
const part = () => ({
  receipt: uuid(),
  payer: Buffer.from(`party_${uuid()}`).toString('latin1'),
  applied: BigInt(Date.now()),
  credited: 0n,
  event: uuid(),
  reversed: false,
});
const aggregate = (events: number, state: unknown) => ({
  revision: events,
  state,
  commands: new Map(list(events, (i) => [uuid(), i])),
  summaries: list(events, () => summary),
  snapshot: -1,
});

describe('the size of an aggregate', () => {
  test.each<[string, () => unknown, number]>([
    ['a debt with 300 receipts', () => aggregate(302, { receipts: list(300, part) }), 40],
    ['a debt with ten receipts', () => aggregate(12, { receipts: list(10, part) }), 500],
    ['a stream of 1,000 events without state', () => aggregate(1000, null), 40],
    [
      'a balance of 300 credits',
      () =>
        aggregate(300, {
          credits: new Map(list(300, () => [Buffer.from(`${uuid()} general`).toString('latin1'), BigInt(Date.now())])),
        }),
      40,
    ],
  ])('of %s is within a third of what the heap shows', (_, make, count) => {
    const heap = [1, 2, 3, 4, 5].map(() => heapOf(make, count)).toSorted((a, b) => a - b)[2] as number;
    const estimate = sizeOf(make());
    expect(estimate / heap).toBeGreaterThan(0.67);
    expect(estimate / heap).toBeLessThan(1.5);
  });

  test('grows with what it holds, wherever that is', () => {
    const base = sizeOf({ a: [1, null, true, undefined] });
    const more = [
      'text',
      1n,
      [],
      {},
      new Map(),
      new Map([[1, 'text']]),
      { deep: [{ deeper: new Map([['k', [1n]]]) }] },
    ];
    for (const each of more) expect(sizeOf({ a: [1, null, true, each] })).toBeGreaterThan(base);
    expect(sizeOf('x'.repeat(1000)) - sizeOf('')).toBe(1000);
    expect(sizeOf(null)).toBe(0);
  });

  test('counts what a list repeats once', () => {
    expect(sizeOf(list(1000, () => summary))).toBeLessThan(sizeOf(summary) + 10_000);
  });
});
