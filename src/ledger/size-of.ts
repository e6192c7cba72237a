/** Of texts in JSON that are no longer than this V8 makes one of each. */
const SHORT_TEXT = 10;

/**
 * Memory of a plain value in bytes, as V8 on a 64-bit machine lays it out: within a third of what the heap shows for
 * aggregates (`test/ledger/size-of.test.ts`). What is held in two places counts twice, an object of a list many times
 * over once. What is frozen, a list of nothing, and a short text are one for all who hold them, and count for nothing.
 * @param root objects, arrays, maps, texts, bigints and what JSON has besides
 */
export function sizeOf(root: unknown): number {
  let bytes = 0;
  let last: unknown;
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); ; value = waiting.pop()) {
    switch (typeof value) {
      case 'string':
        if (value.length > SHORT_TEXT) bytes += 16 + ((value.length + 7) & ~7);
        break;
      case 'bigint':
        bytes += value === 0n ? 16 : 24;
        break;
      case 'object':
        if (value === null || value === last) break;
        last = value;
        if (Object.isFrozen(value)) break;
        if (value instanceof Map) {
          bytes += 96 + 56 * value.size;
          for (const [key, item] of value) waiting.push(key, item);
        } else if (Array.isArray(value)) {
          if (value.length > 0) bytes += 48 + 8 * value.length;
          for (const item of value) if (typeof item !== 'number') waiting.push(item); // a number is in the list itself
        } else {
          const fields = Object.values(value as object);
          bytes += 24 + 8 * fields.length;
          for (const field of fields) if (typeof field !== 'number') waiting.push(field);
        }
    }
    if (waiting.length === 0) return bytes;
  }
}
