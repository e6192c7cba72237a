/**
 * Memory of a plain value in bytes, as V8 on a 64-bit machine lays it out: within a third of what the heap shows for
 * aggregates (`test/ledger/size-of.test.ts`). What is held in two places counts twice, an object of a list many times
 * over once.
 * @param root objects, arrays, maps, texts, bigints and what JSON has besides
 */
export function sizeOf(root: unknown): number {
  let bytes = 0;
  let last: unknown;
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); ; value = waiting.pop()) {
    switch (typeof value) {
      case 'string':
        bytes += 16 + value.length + 8;
        break;
      case 'bigint':
        bytes += 24;
        break;
      case 'object':
        if (value === null || value === last) break;
        last = value;
        if (value instanceof Map) {
          bytes += 96 + 56 * value.size;
          for (const [key, item] of value) waiting.push(key, item);
        } else if (Array.isArray(value)) {
          bytes += 32 + 8 * value.length;
          for (const item of value) waiting.push(item);
        } else {
          const fields = Object.values(value as object);
          bytes += 32 + 8 * fields.length;
          waiting.push(...fields);
        }
    }
    if (waiting.length === 0) return bytes;
  }
}
