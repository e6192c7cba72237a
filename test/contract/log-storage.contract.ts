import type { Position } from '../../src/event-store/event-store.js';
import { leafHash } from '../../src/transparency/leaf.js';
import { treeSize } from '../../src/transparency/hashes.js';
import { TileConflict, type LogStorage, type Signed, type StoredTile } from '../../src/transparency/log-storage.js';
import { TILE_WIDTH } from '../../src/transparency/tiles.js';

export interface LogStorageBackend {
  /** What is there, opened anew; where one process owns it, whoever had it before has lost it. */
  open(): Promise<LogStorage>;
  dispose(): Promise<void>;
}

const signed = (size: number, word = 'tree'): Signed => ({
  size: treeSize(size),
  root: leafHash(`${word} ${size}`),
  note: `the note of ${word} ${size}\n`,
  before: { position: `position ${size - 1}` as Position, count: size - 1 },
});

const tile = (width: number, word = 'a', level: StoredTile['level'] = 0, index = 3): StoredTile => ({
  level,
  index,
  width,
  bytes: Buffer.from(word.repeat(32 * width)),
});

/** What every adapter promises. */
export function logStorageContract(name: string, start: () => Promise<LogStorageBackend>): void {
  describe(`a transparency log in ${name}`, () => {
    let backend: LogStorageBackend;
    let storage: LogStorage;
    beforeEach(async () => {
      backend = await start();
      storage = await backend.open();
    });
    afterEach(() => backend.dispose());

    test('holds nothing at first', async () => {
      expect(await storage.signed()).toBeUndefined();
      expect(await storage.read({ level: 0, index: 0 })).toBeUndefined();
    });

    test('gives back what was written, after it was opened anew, too', async () => {
      const tiles = [tile(TILE_WIDTH), tile(7, 'b', 'entries'), tile(1, 'c', 2, 0), tile(2, 'd', 0, 2 ** 40)];
      await storage.write(tiles);
      storage = await backend.open();
      for (const each of tiles) expect(await storage.read(each)).toEqual(each);
      expect(await storage.read({ level: 1, index: 3 })).toBeUndefined();
    });

    test('a tile only grows', async () => {
      for (const width of [1, 5, 3, 5, TILE_WIDTH, 200]) await storage.write([tile(width)]);
      expect(await storage.read(tile(1))).toEqual(tile(TILE_WIDTH));
    });

    test.each([
      ['a full tile', TILE_WIDTH, TILE_WIDTH],
      ['a partial tile', 5, 5],
      ['a shorter one', 5, 3],
      ['a longer one', 5, TILE_WIDTH],
    ])('%s that is another one is refused, and all that comes with it', async (_, before, after) => {
      await storage.write([tile(before)]);
      const other = { ...tile(after), bytes: Buffer.concat([tile(after).bytes.subarray(1), Buffer.from('z')]) };
      other.bytes[0] = 0;
      await expect(storage.write([tile(9, 'n', 0, 8), other])).rejects.toThrow(TileConflict);
      expect(await storage.read(tile(1))).toEqual(tile(before));
      expect(await storage.read({ level: 0, index: 8 })).toBeUndefined();
    });

    test('what was signed last is what the next goes on from', async () => {
      const [first, second] = [signed(1), signed(300)];
      expect(await storage.sign(first, undefined)).toBe(true);
      expect(await storage.signed()).toEqual(first);
      expect(await storage.sign(second, first)).toBe(true);
      storage = await backend.open();
      expect(await storage.signed()).toEqual(second);
    });

    test('the tree of the first event has no place before it', async () => {
      const { before: _, ...first } = signed(1);
      await storage.sign(first, undefined);
      expect(await storage.signed()).toEqual(first);
    });

    test('who goes on from anything else signs nothing', async () => {
      const [first, second] = [signed(1), signed(2)];
      expect(await storage.sign(second, first)).toBe(false);
      expect(await storage.signed()).toBeUndefined();
      await storage.sign(first, undefined);
      for (const previous of [undefined, signed(1, 'another'), signed(2)]) {
        expect(await storage.sign(second, previous)).toBe(false);
      }
      expect(await storage.signed()).toEqual(first);
    });

    test('of many that sign at once one does', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => storage.sign(signed(10 + at), undefined)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      const size = 10 + answers.indexOf(true);
      expect(await storage.signed()).toEqual(signed(size));
    });

    test('a checkpoint gets more signatures only while it is what is published', async () => {
      const [first, second] = [signed(1), signed(300)];
      const more = (note: string): string => `${note}— another signature\n`;
      expect(await storage.cosign(more(first.note), first)).toBe(false);
      await storage.sign(first, undefined);
      expect(await storage.cosign(more(first.note), first)).toBe(true);
      const cosigned = { ...first, note: more(first.note) };
      storage = await backend.open();
      expect(await storage.signed()).toEqual(cosigned);
      // Who did not see that one would take it away.
      expect(await storage.cosign(`${first.note}— one more\n`, first)).toBe(false);
      expect(await storage.sign(second, first)).toBe(true);
      expect(await storage.cosign(more(cosigned.note), cosigned)).toBe(false);
      expect(await storage.signed()).toEqual(second);
    });

    test('the newest witnessed checkpoint is kept, whatever is signed meanwhile', async () => {
      expect(await storage.witnessed()).toBeUndefined();
      const kept = ({ size, root, note }: Signed) => ({ size, root, note });
      await storage.witness(kept(signed(300)));
      await storage.sign(signed(1), undefined);
      await storage.witness(kept(signed(299)));
      storage = await backend.open();
      expect(await storage.witnessed()).toEqual(kept(signed(300)));
      const more = { ...kept(signed(300)), note: 'the same with more signatures\n' };
      await storage.witness(more);
      expect(await storage.witnessed()).toEqual(more);
      await storage.witness(kept(signed(301)));
      expect(await storage.witnessed()).toEqual(kept(signed(301)));
    });
  });
}
