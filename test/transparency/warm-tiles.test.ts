import fc from 'fast-check';
import { leafIndex, treeSize } from '../../src/transparency/hashes.js';
import { inclusionFrom, keeping, type ReadTile } from '../../src/transparency/tile-tree.js';
import { tilePath } from '../../src/transparency/tiles.js';
import { grown, someLeaves } from './support/memory-tiles.js';
import { plainInclusion } from './support/plain-tree.js';

const MOST = 1_100;
const leaves = someLeaves(MOST);
const { read: readAny } = grown(leaves);

function counting() {
  const read: string[] = [];
  const tiles: ReadTile = (tile) => {
    read.push(tilePath(tile));
    return readAny(tile);
  };
  return { tiles, read };
}

const places = fc.integer({ min: 1, max: MOST }).chain((size) =>
  fc.tuple(
    fc.constant(treeSize(size)),
    fc.nat(size - 1).map((at) => leafIndex(at, treeSize(size))),
  ),
);

test('proofs from tiles that are kept are those of the definition, in trees of any size after one another', async () => {
  const [few, many] = [keeping(readAny, 2), keeping(readAny)];
  await fc.assert(
    fc.asyncProperty(places, async ([size, index]) => {
      const plain = plainInclusion(index, leaves.slice(0, size));
      expect(await inclusionFrom(few, index, size)).toEqual(plain);
      expect(await inclusionFrom(many, index, size)).toEqual(plain);
    }),
    { numRuns: 60 },
  );
});

test('a tile that is kept is read once; of so many, the one that was wanted longest ago goes first', async () => {
  const { tiles, read } = counting();
  const kept = keeping(tiles, 2);
  const tile = (index: number) => kept({ level: 0, index, width: 256 });
  for (const index of [0, 1, 0, 2, 0, 1]) await tile(index);
  expect(read).toEqual(['0/000', '0/001', '0/002', '0/001']);
});

test('one that could not be read is asked for again', async () => {
  let isThere = false;
  const kept = keeping(async (tile) => {
    if (!isThere) throw new Error('not now');
    return readAny(tile);
  });
  const tile = { level: 0, index: 0, width: 256 };
  await expect(kept(tile)).rejects.toThrow('not now');
  isThere = true;
  expect(await kept(tile)).toEqual(await readAny(tile));
});
