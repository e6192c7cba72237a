import fc from 'fast-check';
import { frontierOf, rootOf } from '../../src/transparency/frontier.js';
import {
  EMPTY_ROOT,
  hashOf,
  leafIndex,
  perfectRoot,
  treeSize,
  type Hash,
  type TreeSize,
} from '../../src/transparency/hashes.js';
import { leafHash } from '../../src/transparency/leaf.js';
import { isConsistent, isIncluded } from '../../src/transparency/proofs.js';
import { consistencyRanges, inclusionRanges, nodesOf } from '../../src/transparency/ranges.js';
import { consistencyFrom, inclusionFrom, rootFrom } from '../../src/transparency/tile-tree.js';
import { isWithin, tilePath, tilesOf } from '../../src/transparency/tiles.js';
import { grown, someLeaves } from './support/memory-tiles.js';
import { plainConsistency, plainInclusion, plainRoot } from './support/plain-tree.js';

/** Certificate Transparency's test vectors: the leaves, and the root of the first n of them. */
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const CT_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const MOST = 600;
const leaves = someLeaves(MOST);
const whole = grown(leaves);
const sizes = fc.integer({ min: 0, max: MOST }).map(treeSize);
/** Sizes beside what is full are those where a proof goes wrong first. */
const edges = fc.constantFrom(1, 2, 3, 127, 128, 255, 256, 257, 511, 512, 513, MOST).map(treeSize);
const anySize = fc.oneof(sizes, edges);

const flipped = (hash: Hash, bit: number): Hash => {
  const other = Buffer.from(hash);
  other[bit >> 3]! ^= 1 << (bit & 7);
  return other as Hash;
};

describe('RFC 6962 tree', () => {
  it('has the roots of Certificate Transparency’s vectors', () => {
    const vector = CT_LEAVES.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(CT_ROOTS.map((_, count) => rootOf(grown(vector.slice(0, count)).frontier).toString('hex'))).toEqual(
      CT_ROOTS,
    );
    expect(EMPTY_ROOT.toString('hex')).toBe(CT_ROOTS[0]);
  });

  it('gives the same tiles and root however its leaves are added', () => {
    const batches = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 });
    fc.assert(
      fc.property(anySize, batches, (size, batch) => {
        const some = leaves.slice(0, size);
        const [once, often] = [grown(some), grown(some, batch)];
        expect(often).toMatchObject({ tiles: once.tiles, frontier: once.frontier });
        expect(rootOf(often.frontier)).toEqual(plainRoot(some));
        expect([...once.tiles.values()].map(tilePath).sort()).toEqual(
          [...tilesOf(size)]
            .filter(({ level }) => level !== 'entries')
            .map(tilePath)
            .sort(),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from the tiles at its right edge', () => {
    fc.assert(
      fc.property(anySize, (size) => {
        const { frontier } = grown(leaves.slice(0, size));
        expect(frontierOf(size, (level) => frontier.partial[level]!)).toEqual(frontier);
      }),
    );
    expect(() => frontierOf(treeSize(3), () => Buffer.alloc(64))).toThrow('level 0 has 64 bytes for 3');
  });

  it('reads the root of every earlier tree from the tiles of a later one', async () => {
    await fc.assert(
      fc.asyncProperty(anySize, async (size) => {
        expect(await rootFrom(whole.read, size)).toEqual(plainRoot(leaves.slice(0, size)));
      }),
    );
  });

  it('splits the largest trees that numbers count', () => {
    const most = treeSize(Number.MAX_SAFE_INTEGER);
    expect(inclusionRanges(leafIndex(most - 1, most), most)).toHaveLength(52);
    expect(nodesOf({ from: 0, to: most })).toHaveLength(53);
    expect(consistencyRanges(treeSize(2 ** 52), most)).toHaveLength(1);
  });
});

describe('An inclusion proof', () => {
  const places = fc
    .tuple(anySize, fc.nat())
    .filter(([size]) => size > 0)
    .map(([size, at]) => ({ size, index: leafIndex(at % size, size) }));

  it('is RFC 6962’s, and verifies', async () => {
    await fc.assert(
      fc.asyncProperty(places, async ({ size, index }) => {
        const proof = await inclusionFrom(whole.read, index, size);
        expect(proof).toEqual(plainInclusion(index, leaves.slice(0, size)));
        const root = await rootFrom(whole.read, size);
        expect(isIncluded({ leaf: leaves[index]!, index, size, root }, proof)).toBe(true);
      }),
    );
  });

  it('fails with any bit flipped, at any other place, cut short or drawn out', async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.nat(), fc.nat({ max: 255 }), async ({ size, index }, which, bit) => {
        const proof = [...(await inclusionFrom(whole.read, index, size))];
        const [leaf, root] = [leaves[index]!, await rootFrom(whole.read, size)];
        const truth = { leaf, index, size, root };
        const forged = proof.map((hash, at) => (at === which % proof.length ? flipped(hash, bit) : hash));
        if (proof.length > 0) {
          expect(isIncluded(truth, forged)).toBe(false);
          expect(isIncluded(truth, proof.slice(1))).toBe(false);
          expect(isIncluded(truth, proof.slice(0, -1))).toBe(false);
        }
        expect(isIncluded(truth, [...proof, root])).toBe(false);
        expect(isIncluded({ ...truth, leaf: flipped(leaf, bit) }, proof)).toBe(false);
        expect(isIncluded({ ...truth, root: flipped(root, bit) }, proof)).toBe(false);
        const other = leafIndex((index + 1 + (which % size)) % size, size);
        if (other !== index) expect(isIncluded({ ...truth, index: other }, proof)).toBe(false);
        expect(isIncluded({ ...truth, index: size as never }, proof)).toBe(false);
      }),
    );
  });

  it('does not take a node for a leaf', async () => {
    const size = treeSize(4);
    const [left, right] = [
      perfectRoot(Buffer.concat(leaves.slice(0, 2))),
      perfectRoot(Buffer.concat(leaves.slice(2, 4))),
    ];
    const root = await rootFrom(whole.read, size);
    // As a tree of two leaves it would hold: the size, which is signed, tells.
    expect(isIncluded({ leaf: left, index: leafIndex(0, size), size, root }, [right])).toBe(false);
  });
});

describe('A consistency proof', () => {
  const pairs = fc.tuple(anySize, anySize).map((pair) => pair.sort((a, b) => a - b) as [TreeSize, TreeSize]);
  const headOf = async (size: TreeSize) => ({ size, root: await rootFrom(whole.read, size) });

  it('is RFC 6962’s, and verifies', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([before, after]) => {
        const proof = await consistencyFrom(whole.read, before, after);
        if (before > 0) expect(proof).toEqual(plainConsistency(before, leaves.slice(0, after)));
        expect(isConsistent(await headOf(before), await headOf(after), proof)).toBe(true);
      }),
    );
  });

  it('fails with any bit flipped, cut short, drawn out, or turned around', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, fc.nat(), fc.nat({ max: 255 }), async ([size, larger], which, bit) => {
        const [before, after] = [await headOf(size), await headOf(larger)];
        const proof = await consistencyFrom(whole.read, size, larger);
        if (proof.length > 0) {
          const forged = proof.map((hash, at) => (at === which % proof.length ? flipped(hash, bit) : hash));
          expect(isConsistent(before, after, forged)).toBe(false);
          expect(isConsistent(before, after, proof.slice(1))).toBe(false);
          expect(isConsistent(before, after, proof.slice(0, -1))).toBe(false);
          expect(isConsistent(after, before, proof)).toBe(false);
        }
        expect(isConsistent(before, after, [...proof, after.root])).toBe(false);
        expect(isConsistent({ ...before, root: flipped(before.root, bit) }, after, proof)).toBe(false);
        // Whatever follows from nothing is not looked at.
        if (size > 0) expect(isConsistent(before, { ...after, root: flipped(after.root, bit) }, proof)).toBe(false);
      }),
    );
  });

  it('fails where one leaf was edited, dropped, inserted or swapped with its neighbour', async () => {
    const before = await headOf(treeSize(300));
    const other = leafHash('another entry');
    const histories = {
      edited: leaves.with(120, other),
      dropped: leaves.toSpliced(120, 1),
      inserted: leaves.toSpliced(120, 0, other),
      swapped: leaves.with(120, leaves[121]!).with(121, leaves[120]!),
    };
    for (const forged of Object.values(histories)) {
      const { frontier, read } = grown(forged);
      const proof = await consistencyFrom(read, before.size, frontier.size);
      expect(isConsistent(before, { size: frontier.size, root: rootOf(frontier) }, proof)).toBe(false);
    }
  });

  it('is not there for a tree that shrank', () => {
    expect(() => consistencyRanges(treeSize(2), treeSize(1))).toThrow(RangeError);
  });
});

describe('Sizes, places and hashes', () => {
  it.each([-1, 1.5, NaN, 2 ** 53])('%p is no size', (size) => {
    expect(() => treeSize(size)).toThrow('is no size of a tree');
  });
  it.each([-1, 3, 0.5])('%p is no leaf of a tree of 3', (index) => {
    expect(() => leafIndex(index, treeSize(3))).toThrow('is no leaf of a tree of 3');
  });
  it('a hash has 32 bytes, and a perfect row a power of two of them', () => {
    expect(() => hashOf(Buffer.alloc(31))).toThrow('a hash has 32 bytes, not 31');
    expect(() => perfectRoot(Buffer.alloc(96))).toThrow('no perfect row');
  });
  it('a tile is within a tree that has all of it', () => {
    const tile = { level: 0, index: 1, width: 44 };
    expect([299, 300, 301].map((size) => isWithin(tile, treeSize(size)))).toEqual([false, true, true]);
  });
});
