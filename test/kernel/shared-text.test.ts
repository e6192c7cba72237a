import { shared } from '../../src/kernel/shared-text.js';

test('a shared text equals what was asked for, however many there were', () => {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) expect(shared(`party_${i}`)).toBe(`party_${i}`);
  }
  for (const text of ['', 'SAR', 'ريال']) expect(shared(text)).toBe(text);
});
