import fc from 'fast-check';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import type { LedgerId } from '../../src/kernel/ids.js';
import { leafHash, leafOf } from '../../src/transparency/leaf.js';
import { expectPinned, goldenNames, readEnvelope } from './golden.js';

/** The same JSON with its keys in another order, at every level. */
function reordered(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, order));
  if (value === null || typeof value !== 'object') return value;
  const object = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(object)).map((key) => [key, reordered(object[key], order)]));
}

describe('golden envelopes (DESIGN.md, Envelope and Leaf)', () => {
  test.each(goldenNames('envelopes'))('%s: canonical bytes, hash, leaf and leaf hash are the pinned ones', (name) => {
    const golden = readEnvelope(name);
    expectPinned(golden, golden);
  });

  test('there are some of each trap', () => {
    expect(goldenNames('envelopes').sort()).toEqual(['attempt', 'full', 'key-order', 'plain', 'unicode']);
  });

  test.each(goldenNames('envelopes'))('%s: the order in which its keys were set makes no difference', (name) => {
    const { event, canonical } = readEnvelope(name);
    const orders = fc.infiniteStream(fc.nat(1000));
    fc.assert(
      fc.property(orders, (random) => {
        const shuffle = (keys: string[]): string[] =>
          keys
            .map((key) => [random.next().value as number, key] as const)
            .sort(([a], [b]) => a - b)
            .map(([, key]) => key);
        expect(canonicalEvent(reordered(event, shuffle) as typeof event)).toBe(canonical);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the leaf (DESIGN.md, Leaf)', () => {
  const LEDGER = '0c7a4a52-6a43-4b8b-9d27-2f8f0d1a7b10' as LedgerId;
  const SALT = '5a'.repeat(32);

  test('has the hash that RFC 6962 gives to a leaf', () => {
    // SHA-256 of the one byte 0x00: the hash of an empty leaf in every Certificate Transparency log.
    expect(leafHash('').toString('hex')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  });

  test('changes with the ledger, the sequence, the salt and the event', () => {
    const other = '1c7a4a52-6a43-4b8b-9d27-2f8f0d1a7b10' as LedgerId;
    const leaves = [
      leafOf(LEDGER, 0, SALT, '{}'),
      leafOf(other, 0, SALT, '{}'),
      leafOf(LEDGER, 1, SALT, '{}'),
      leafOf(LEDGER, 0, '5b'.repeat(32), '{}'),
      leafOf(LEDGER, 0, SALT, '{} '),
    ];
    expect(new Set(leaves.map((leaf) => leafHash(leaf).toString('hex'))).size).toBe(leaves.length);
  });

  test.each(['', '5a', '5A'.repeat(32), 'zz'.repeat(32), `${SALT}5a`, `${SALT.slice(1)}`])(
    'a salt such as %j, which would be cut short, is refused',
    (salt) => expect(() => leafOf(LEDGER, 0, salt, '{}')).toThrow('salt of 32 bytes'),
  );

  test.each([-1, 0.5, NaN, 2 ** 53])('%d is no sequence', (sequence) => {
    expect(() => leafOf(LEDGER, sequence, SALT, '{}')).toThrow('is no sequence');
  });
});
