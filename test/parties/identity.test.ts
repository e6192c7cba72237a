import fc from 'fast-check';
import { IDENTIFIERS, identifierOf, identityOf, PARTY_KINDS, tidy } from '../../src/contexts/parties/identity.js';

test.each([
  ['individual', '1058529940', '1058529940'],
  ['individual', '١٠٠١٢٤٤٠١٩', '1001244019'],
  ['individual', ' 105852 9940 ', '1058529940'],
  ['individual', '1058529941', undefined], // the check digit
  ['individual', '7001234567', undefined],
  ['establishment', '7001234567', '7001234567'],
  ['establishment', '٧٠٠١٢٣٤٥٦٧', '7001234567'],
  ['establishment', '700123456', undefined],
  ['establishment', '1058529940', undefined],
  ['other', 'ab-123/x', 'AB-123/X'],
  ['other', 'A', undefined],
  ['other', '1058529940', undefined], // it would be a second party of one person
  ['other', '7001234567', undefined],
] as const)('domain.md §2: %s %p is kept as %p', (kind, text, kept) => {
  expect(identifierOf(kind, text)).toBe(kept);
});

test('no identifier is one of two kinds, and one kept once is kept the same again', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 45 }),
    fc.string({ unit: fc.constantFrom('0', '1', '2', '5', '7', '9', '٠', '١', '٢'), minLength: 9, maxLength: 11 }),
    fc.integer({ min: 1_000_000_000, max: 2_999_999_999 }).map(String),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const kept = PARTY_KINDS.flatMap((kind) => identifierOf(kind, text)?.concat(`\n${kind}`) ?? []);
      expect(kept.length).toBeLessThanOrEqual(1);
      for (const each of kept) {
        const [identifier = '', kind = ''] = each.split('\n');
        expect(identifierOf(kind as 'other', identifier)).toBe(identifier);
      }
    }),
    { numRuns: 500 },
  );
});

test('a number of one kind is nobody of another; each kind says what it accepts', () => {
  expect(new Set(PARTY_KINDS.map((kind) => identityOf(kind, '7001234567'))).size).toBe(3);
  expect(Object.keys(IDENTIFIERS)).toEqual([...PARTY_KINDS]);
});

test('a name has one spelling: composed, with one space where there were several', () => {
  expect(tidy('  عبد\u0627\u0653لله \t بن  محمد ')).toBe('عبدآلله بن محمد');
});
