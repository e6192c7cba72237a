/** Plain JavaScript, so that a worker thread can load it from the source as well as from the build. */
const DEFAULT_LIMIT = 256;
const MAX_LIMIT = 4096;

/**
 * How many events a page may have.
 * @param {number | undefined} limit
 * @throws {RangeError}
 */
export function limitOf(limit = DEFAULT_LIMIT) {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RangeError(`limit must be an integer from 1 to ${MAX_LIMIT}, not ${limit}`);
}
