import fc from 'fast-check';
import { readPlaces } from '../../projections/audit/reading.js';
import type { EventReader, StoredEvent, StreamQuery } from '../../src/event-store/event-store.js';
import type { StreamName } from '../../src/kernel/ids.js';

/* Events by their places: each in its place, and what stands together in a stream by one read. */

const LENGTH = 600;
function readerOf(length = LENGTH): { reads: number; reader: EventReader } {
  const counted = {
    reads: 0,
    reader: {
      readStream: async (stream: StreamName, { from = 0n, limit = 256 }: StreamQuery) => {
        counted.reads++;
        const some = Array.from(
          { length: Math.min(limit, Math.max(0, length - Number(from))) },
          (_, i) => from + BigInt(i),
        );
        return some.map((revision) => ({ event: { stream, revision } }) as unknown as StoredEvent);
      },
    } as unknown as EventReader,
  };
  return counted;
}

const places = fc.array(
  fc.record({
    stream: fc.constantFrom(...(['debt-a', 'debt-b', 'receipt-a'] as unknown as StreamName[])),
    revision: fc.bigInt({ min: 0n, max: BigInt(LENGTH - 1) }),
  }),
  { maxLength: 40 },
);

test('each place gets its own event, in whatever order they are named, twice where it is named twice', async () => {
  await fc.assert(
    fc.asyncProperty(places, async (asked) => {
      const found = await readPlaces(readerOf().reader, asked);
      expect(found.map(({ event: { stream, revision } }) => ({ stream, revision }))).toEqual(asked);
    }),
  );
});

test('events that stand together in a stream are one read, at most 256 of them', async () => {
  const of = (stream: string, ...revisions: readonly number[]) =>
    revisions.map((revision) => ({ stream: stream as StreamName, revision: BigInt(revision) }));
  for (const [asked, reads] of [
    [of('debt-a', 3, 2, 1, 0), 1],
    [[...of('debt-a', 3), ...of('debt-b', 7), ...of('debt-a', 2)], 2],
    [of('debt-a', 5, 3), 2],
    [of('debt-a', ...Array.from({ length: 300 }, (_, n) => n)), 2],
    [[], 0],
  ] as const) {
    const counted = readerOf();
    await readPlaces(counted.reader, asked);
    expect(counted.reads).toBe(reads);
  }
});

test('a place that the log does not have is said, and nothing is answered in its place', async () => {
  const asked = [9n, 10n, 11n].map((revision) => ({ stream: 'debt-a' as StreamName, revision }));
  await expect(readPlaces(readerOf(11).reader, asked)).rejects.toThrow('the index names event 11 of debt-a');
});
