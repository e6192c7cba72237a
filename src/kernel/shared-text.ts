import { BoundedCache } from './bounded-cache.js';

const texts = new BoundedCache<string, string>(4_096);

/**
 * An equal text, and one and the same for all that ask for it: JSON makes a new one each time, and thousands of
 * aggregates name the same entity. For what few are called, not for ids of what there are many of.
 */
export function shared<T extends string>(text: T): T {
  const known = texts.get(text);
  if (known !== undefined) return known as T;
  texts.set(text, text);
  return text;
}
