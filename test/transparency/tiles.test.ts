import fc from 'fast-check';
import { bundleStart, readBundle, writeBundle } from '../../src/transparency/bundles.js';
import { treeSize } from '../../src/transparency/hashes.js';
import { isFull, parseTilePath, tilePath, tilesOf, type TileName } from '../../src/transparency/tiles.js';

describe('Tiles (C2SP tlog-tiles)', () => {
  it('a tree of 70,000 has 273 full tiles and one of 112, above them one full and one of 17, and one of 1', () => {
    const tiles = [...tilesOf(treeSize(70_000))];
    const layout = (level: TileName['level']) => {
      const row = tiles.filter((tile) => tile.level === level);
      return { full: row.filter(isFull).length, partial: row.filter((tile) => !isFull(tile)).map(tilePath) };
    };
    expect(layout(0)).toEqual({ full: 273, partial: ['0/273.p/112'] });
    expect(layout(1)).toEqual({ full: 1, partial: ['1/001.p/17'] });
    expect(layout(2)).toEqual({ full: 0, partial: ['2/000.p/1'] });
    expect(layout('entries')).toEqual({ full: 273, partial: ['entries/273.p/112'] });
    expect(tiles).toHaveLength(274 + 274 + 2 + 1);
  });

  it('a tree of 256 has a full tile and, above it, one of 1: none is empty', () => {
    expect([...tilesOf(treeSize(256))].map(tilePath)).toEqual(['entries/000', '0/000', '1/000.p/1']);
    expect([...tilesOf(treeSize(0))]).toEqual([]);
  });

  it('a path is written as the specification writes it', () => {
    expect(tilePath({ level: 4, index: 1_234_067, width: 1 })).toBe('4/x001/x234/067.p/1');
    expect(tilePath({ level: 'entries', index: 1_000, width: 256 })).toBe('entries/x001/000');
  });

  it('each tile has one path, and each path that is accepted one tile', () => {
    const tiles = fc.record({
      level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
      index: fc.oneof(fc.nat({ max: 2_000 }), fc.maxSafeNat()),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(fc.property(tiles, (tile) => expect(parseTilePath(tilePath(tile))).toEqual(tile)));
    const paths = fc.stringMatching(/^(entries|\d{1,2})\/(x\d{3}\/){0,2}\d{3}(\.p\/\d{1,3})?$/);
    fc.assert(
      fc.property(paths, (path) => {
        const tile = parseTilePath(path);
        if (tile !== undefined) expect(tilePath(tile)).toBe(path);
      }),
    );
  });

  it.each([
    '0/x000/001',
    '00/001',
    '100/001',
    '64/001',
    '0/1',
    '0/0001',
    '0/001.p/0',
    '0/001.p/256',
    '0/001.p/01',
    '0/001.p/',
    '0/x001/x234/x067',
    'entries',
    '-1/000',
    '0/001/',
    '../0/001',
    'data/000',
    '0/x999/x999/x999/x999/x999/999',
  ])('%s is no tile', (path) => expect(parseTilePath(path)).toBeUndefined());
});

describe('Entry bundles', () => {
  it('hold each entry behind its length, big-endian', () => {
    expect(writeBundle(['ab', '', 'ج']).toString('hex')).toBe('000261620000' + '0002d8ac');
  });

  it('give back what was written, and the first of it as it was then', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 12 }),
        fc.nat({ max: 12 }),
        (entries, count) => {
          const bundle = writeBundle(entries);
          expect(readBundle(bundle).map(String)).toEqual(entries);
          const some = entries.slice(0, count);
          if (some.length === count) expect(bundleStart(bundle, count)).toEqual(writeBundle(some));
          else
            expect(() => bundleStart(bundle, count)).toThrow(`the bundle has ${entries.length} entries, not ${count}`);
        },
      ),
    );
  });

  it('refuse an entry whose length has no two bytes, and a bundle that is cut short', () => {
    expect(() => writeBundle(['x'.repeat(65_536)])).toThrow('at most 65535 bytes');
    for (const cut of [1, 2, 3]) {
      expect(() => readBundle(writeBundle(['ab']).subarray(0, cut))).toThrow('the bundle ends within entry 0');
    }
  });
});
