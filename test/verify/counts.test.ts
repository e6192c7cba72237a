import fc from 'fast-check';
import { Counts } from '../../src/verify/counts.js';

const uuid = fc.oneof(
  fc.uuid({ version: [4, 5] }),
  fc.nat(2_000).map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
);

test('counts as a map does, however many there are', () => {
  fc.assert(
    fc.property(fc.array(uuid, { maxLength: 5_000, size: 'max' }), (uuids) => {
      const [counts, expected] = [new Counts(), new Map<string, number>()];
      const before = uuids.map((each) => counts.add(each));
      const wanted = uuids.map((each) => {
        const seen = expected.get(each) ?? 0;
        expected.set(each, seen + 1);
        return seen;
      });
      expect([before, counts.size]).toEqual([wanted, expected.size]);
    }),
    { numRuns: 30 },
  );
});

test.each([
  '',
  '00000000-0000-0000-0000-00000000000',
  '00000000-0000-0000-0000-0000000000000',
  '00000000-0000-0000-0000-00000000000A',
  '00000000-0000-0000-0000-00000000000g',
  '00000000-0000-0000-0000-00000000000:',
  '00000000+0000-0000-0000-000000000000',
  '000000000000-0000-0000-0000-00000000',
])('%j is no UUID', (text) => {
  expect(() => new Counts().add(text)).toThrow(`${text} is no UUID`);
});
