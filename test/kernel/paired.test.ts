import fc from 'fast-check';
import { paired } from '../../src/kernel/paired.js';

async function* given(list: readonly number[], ended: () => void): AsyncGenerator<number> {
  try {
    for (const each of list) yield await Promise.resolve(each);
  } finally {
    ended();
  }
}
const ascending = fc.uniqueArray(fc.nat(20)).map((list) => list.sort((a, b) => a - b));
const order = (a: number, b: number): number => a - b;

test('each is met once, in order, and what both have together', () =>
  fc.assert(
    fc.asyncProperty(ascending, ascending, async (one, other) => {
      const pairs = [];
      for await (const pair of paired(
        given(one, () => {}),
        given(other, () => {}),
        order,
      ))
        pairs.push(pair);
      const all = [...new Set([...one, ...other])].sort(order);
      const at = (list: readonly number[], value: number) => (list.includes(value) ? value : undefined);
      expect(pairs).toEqual(all.map((value) => [at(one, value), at(other, value)]));
    }),
  ));

test('who leaves early leaves both', async () => {
  let ended = 0;
  for await (const pair of paired(
    given([1, 2], () => ended++),
    given([1, 3], () => ended++),
    order,
  )) {
    expect(pair).toEqual([1, 1]);
    break;
  }
  expect(ended).toBe(2);
});
