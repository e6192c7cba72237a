import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CommandId } from '../../src/kernel/ids.js';
import { fingerprintOf } from '../../src/ledger/aggregate.js';
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
  commands: list(events, () => fingerprintOf(uuid() as CommandId)),
  summaries: list(events, () => summary),
  snapshot: -1,
});

/** As most are. */
const debt = () => ({
  status: 'outstanding',
  refs: { debt: uuid(), debtor: uuid(), creditor: ENTITY, sector: 'general' },
  currency: 'SAR',
  amount: BigInt(Date.now()),
  received: BigInt(Date.now()),
  waived: 0n,
  approved: 0n,
  ground: 'article-157',
  dueOn: null,
  authors: [],
  revenue: [{ ground: 'article-157', year: '2000', minor: BigInt(Date.now()) }],
  waivers: NONE,
  receipts: [part()],
  returning: NONE,
  plan: null,
  request: null,
});
const ENTITY = uuid();
const NONE: never[] = [];

describe('the size of an aggregate', () => {
  test.each<[string, () => unknown, number]>([
    ['a debt of five events', () => aggregate(5, debt()), 1_000],
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
    const heap = [1, 2, 3].map(() => heapOf(make, count)).toSorted((a, b) => a - b)[1] as number;
    const estimate = sizeOf(make());
    expect(estimate / heap).toBeGreaterThan(0.67);
    expect(estimate / heap).toBeLessThan(1.5);
  });

  test('grows with what it holds, wherever that is', () => {
    const base = sizeOf({ a: [1, null, true, undefined] });
    const more = [
      'a longer text',
      1n,
      [1],
      {},
      new Map(),
      new Map([[1, 'text']]),
      { deep: [{ deeper: new Map([['k', [1n]]]) }] },
    ];
    for (const each of more) expect(sizeOf({ a: [1, null, true, each] })).toBeGreaterThan(base);
    expect(sizeOf('x'.repeat(2000)) - sizeOf('x'.repeat(1000))).toBe(1000);
    expect(sizeOf(null)).toBe(0);
  });

  test.each([
    ['a short text', 'SAR'],
    ['a list of nothing', []],
    ['what is frozen', Object.freeze({ state: 'outstanding', underReview: false })],
  ])('does not count what one of serves all: %s', (_, value) => {
    expect(sizeOf([1, value])).toBe(sizeOf([1, null]));
  });

  test('counts what a list repeats once', () => {
    expect(sizeOf(list(1000, () => summary))).toBeLessThan(sizeOf(summary) + 10_000);
  });
});
