import { InvalidValue } from '../kernel/invalid-value.js';

const MAX_ENTRY_BYTES = 0xffff;

/** Entries one after the other, each behind its length as a big-endian uint16 (C2SP tlog-tiles). */
export function writeBundle(entries: readonly string[]): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, entry) => sum + 2 + Buffer.byteLength(entry), 0));
  let at = 0;
  for (const entry of entries) {
    const length = bundle.write(entry, at + 2);
    if (length > MAX_ENTRY_BYTES) {
      throw new InvalidValue('BUNDLE_ENTRY', `an entry has at most ${MAX_ENTRY_BYTES} bytes, not ${length}`);
    }
    at = bundle.writeUInt16BE(length, at) + length;
  }
  return bundle;
}

/** @throws InvalidValue where the last entry is cut short */
export function readBundle(bundle: Buffer): readonly Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const start = at + 2;
    const end = start > bundle.length ? Infinity : start + bundle.readUInt16BE(at);
    if (end > bundle.length) throw new InvalidValue('BUNDLE', `the bundle ends within entry ${entries.length}`);
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}

/** The first entries of a bundle, as it was when it had so many. @throws InvalidValue where it has fewer */
export function bundleStart(bundle: Buffer, count: number): Buffer {
  const entries = readBundle(bundle).slice(0, count);
  if (entries.length < count)
    throw new InvalidValue('BUNDLE', `the bundle has ${entries.length} entries, not ${count}`);
  return bundle.subarray(
    0,
    entries.reduce((sum, { length }) => sum + 2 + length, 0),
  );
}
