import fc from 'fast-check';
import { MAX_EVENT_BYTES } from '../../src/event-store/event-store.js';
import type { LedgerId } from '../../src/kernel/ids.js';
import { writeBundle } from '../../src/transparency/bundles.js';
import { HASH_BYTES, leafIndex, treeSize } from '../../src/transparency/hashes.js';
import { leafOf } from '../../src/transparency/leaf.js';
import { consistencyFrom, inclusionFrom, type ReadTile } from '../../src/transparency/tile-tree.js';
import { tilePath } from '../../src/transparency/tiles.js';

/* What anybody may have this log do, and so as often as they like: however large it is, it is little. */

/** A tree that nobody could build, of zeroes. */
function counting() {
  const read = new Set<string>();
  const tiles: ReadTile = async (tile) => {
    expect(read).not.toContain(tilePath(tile));
    read.add(tilePath(tile));
    return Buffer.alloc(tile.width * HASH_BYTES);
  };
  return { tiles, read };
}
const sizes = fc.maxSafeInteger().map((any) => 1 + (Math.abs(any) % 999_999_999_999_999));

/** Two tiles on each of seven levels: along the leaf, and along the right edge. */
const MOST_TILES = 14;

test('a proof of inclusion reads no more than fourteen tiles, each once, and has at most 63 hashes', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.maxSafeNat(), async (size, pick) => {
      const { tiles, read } = counting();
      const path = await inclusionFrom(tiles, leafIndex(pick % size, treeSize(size)), treeSize(size));
      expect(path.length).toBeLessThanOrEqual(63);
      expect(read.size).toBeLessThanOrEqual(MOST_TILES);
    }),
  );
});

test('so does a proof of consistency', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.maxSafeNat(), async (size, pick) => {
      const { tiles, read } = counting();
      const path = await consistencyFrom(tiles, treeSize(pick % (size + 1)), treeSize(size));
      expect(path.length).toBeLessThanOrEqual(63);
      expect(read.size).toBeLessThanOrEqual(MOST_TILES);
    }),
  );
});

test('an entry is of one size, nearly, whatever event it is of: a bundle has room for every one', () => {
  const ledger = '6f9619ff-8b86-4d01-b42d-00c04fc964ff' as LedgerId;
  const entry = leafOf(ledger, Number.MAX_SAFE_INTEGER, '0'.repeat(64), 'x'.repeat(MAX_EVENT_BYTES));
  const least = leafOf(ledger, 0, '0'.repeat(64), '{}');
  expect(entry.length - least.length).toBe(String(Number.MAX_SAFE_INTEGER).length - 1);
  expect(writeBundle(Array.from({ length: 256 }, () => entry)).length).toBeLessThan(64 * 1024);
});
