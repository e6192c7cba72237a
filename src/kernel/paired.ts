/** One of either, or of both what stands at the same place. */
export type Pair<T> = readonly [one: T | undefined, other: T | undefined];

/**
 * Two sequences in the same order, side by side: what is at the same place in both together, what only one of them has alone.
 * @param order negative where the first comes before the second; each sequence ascends by it
 */
export async function* paired<T>(
  one: AsyncIterable<T>,
  other: AsyncIterable<T>,
  order: (a: T, b: T) => number,
): AsyncGenerator<Pair<T>, void> {
  const [ones, others] = [one[Symbol.asyncIterator](), other[Symbol.asyncIterator]()];
  try {
    let [left, right] = [await ones.next(), await others.next()];
    while (left.done !== true || right.done !== true) {
      const place = left.done ? 1 : right.done ? -1 : order(left.value, right.value);
      yield [place <= 0 ? left.value : undefined, place >= 0 ? right.value : undefined] as Pair<T>;
      if (place <= 0) left = await ones.next();
      if (place >= 0) right = await others.next();
    }
  } finally {
    await ones.return?.();
    await others.return?.();
  }
}
