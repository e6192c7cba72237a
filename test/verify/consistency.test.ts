import fc from 'fast-check';
import { proveGrowth } from '../../src/verify/consistency.js';
import { Tally, leafHash } from '../../src/verify/merkle.js';
import { trusting } from '../../src/verify/policy.js';
import { checkpointOf, grownOf, ORIGIN, rootOf, Signer } from './log.js';

const log = new Signer(ORIGIN);
const OURS = trusting(log.vkey);
const leaves = (size: number, changed?: number): string[] =>
  Array.from({ length: size }, (_, n) => (n === changed ? 'changed' : `leaf ${n}`));
const sizes = fc.tuple(fc.nat(130), fc.nat(130)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

test('a log that has grown holds all of the earlier one', () => {
  fc.assert(
    fc.property(sizes, ([before, now]) => {
      const earlier = checkpointOf(leaves(before), [log]);
      const { later } = proveGrowth(earlier, grownOf(before, leaves(now), [log]), OURS);
      expect(later.size).toBe(now);
    }),
  );
});

test('one that was changed anywhere does not, whatever its proof says', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), ([before, now], pick) => {
      fc.pre(before > 0);
      const earlier = checkpointOf(leaves(before), [log]);
      const rewritten = grownOf(before, leaves(now, pick % before), [log]);
      expect(() => proveGrowth(earlier, rewritten, OURS)).toThrow(expect.objectContaining({ name: 'NotProved' }));
    }),
  );
});

test.each([
  [
    'one that is smaller',
    9,
    grownOf(9, leaves(9), [log]).replace(/\n\n.*/s, `\n\n${checkpointOf(leaves(8), [log])}`),
    'is smaller',
  ],
  ['a proof from another size', 9, grownOf(8, leaves(12), [log]), 'the proof begins at 8'],
  ['no proof', 9, checkpointOf(leaves(12), [log]), 'without its proof'],
  ['a proof cut short', 9, grownOf(9, leaves(12), [log]).replace(/(old 9\n)[^\n]+\n/, '$1'), 'the proof'],
  [
    'a proof made longer',
    8,
    grownOf(8, leaves(12), [log]).replace('old 8\n', `old 8\n${'A'.repeat(43)}=\n`),
    'the proof',
  ],
  [
    'a proof between equals',
    8,
    grownOf(8, leaves(8), [log]).replace('old 8\n', `old 8\n${'A'.repeat(43)}=\n`),
    'more than it needs',
  ],
  ['another log', 8, grownOf(8, leaves(12), [new Signer('another.example')]), 'is of'],
])('%s proves nothing', (_name, before, later, why) => {
  expect(() => proveGrowth(checkpointOf(leaves(before), [log]), later, OURS)).toThrow(why);
});

test('leaves are added up to the root of RFC 6962', () => {
  fc.assert(
    fc.property(fc.nat(300), (size) => {
      const tally = new Tally();
      for (const leaf of leaves(size)) tally.add(leafHash(leaf));
      expect(tally.root().equals(rootOf(leaves(size)))).toBe(true);
    }),
  );
});

/** The eight leaves of Certificate Transparency's own tests. */
test('as Certificate Transparency’s do', () => {
  const tally = new Tally();
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  for (const input of inputs) tally.add(leafHash(Buffer.from(input, 'hex').toString('latin1')));
  expect(leafHash('').toString('hex')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  expect(tally.root().toString('hex')).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
});
