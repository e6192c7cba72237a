import { runInNewContext } from 'node:vm';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from '../../src/event-store/canonical.js';
import { InvalidEvent } from '../../src/event-store/event-store.js';

const json = fc.letrec<{ value: fc.JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((integer) => integer + 0), // -0 + 0 = 0
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme-ascii' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

describe('canonical JSON (RFC 8785)', () => {
  test('is what the reference implementation writes, and reads back as it was', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(text).toBe(canonicalize(value));
        expect(JSON.parse(text)).toEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });

  test('escapes each character as the reference implementation does', () => {
    for (let code = 0; code < 0x300; code++) {
      const text = `a${String.fromCharCode(code)}b`;
      expect(canonicalJson({ [text]: text })).toBe(canonicalize({ [text]: text }));
    }
  });

  test('sorts keys by their UTF-16 code units', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7, '10': 8, '9': 9, م: 10 };
    expect(Object.keys(JSON.parse(canonicalJson(value)) as object).length).toBe(10);
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"10":8,"9":9,"\u0080":6,"ö":7,"م":10,"€":1,"😀":5,"\ufb33":3}');
  });

  test('sorts few keys as it sorts many, and those it has seen as those it has not', () => {
    const keys = Array.from({ length: 1_100 }, (_, i) => `key-${(i * 7919) % 1_100}`);
    const value = Object.fromEntries(keys.map((key) => [key, 1]));
    expect(canonicalJson(value)).toBe(canonicalize(value));
    for (const count of [2, 31, 32, 33]) {
      const some = Object.fromEntries(keys.slice(0, count).map((key) => [key, [key]]));
      expect(canonicalJson([some, some])).toBe(canonicalize([some, some]));
    }
  });

  test('does not depend on the order in which keys were set', () => {
    expect(canonicalJson({ b: { d: 1, c: 2 }, a: 3 })).toBe(canonicalJson({ a: 3, b: { c: 2, d: 1 } }));
  });

  test('takes a plain object of another realm', () => {
    expect(canonicalJson(runInNewContext('({ b: { c: [1] }, a: 2 })'))).toBe('{"a":2,"b":{"c":[1]}}');
  });

  test.each([
    [{ a: { b: [1, 0.5] } }, '$.a.b is 0.5'],
    [{ a: { b: undefined } }, '$.a.b is undefined'],
    [{ a: { b: -0 } }, '$.a.b is 0: only integers'],
    [{ a: 2 ** 53 }, '$.a is 9007199254740992'],
    [{ a: ['\udc00'] }, '$.a holds half a surrogate pair'],
    [{ '\udc00': 1 }, '$ holds half a surrogate pair'],
    [{ a: new Date(0) }, '$.a is not a plain object'],
    [{ a: new Map() }, '$.a is not a plain object'],
    [{ a: Object.create(null) as object }, '$.a is not a plain object'],
    [{ a: runInNewContext('new Date(0)') as object }, '$.a is not a plain object'],
    [undefined, '$ is undefined'],
  ])('names the place of what it refuses (%#)', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(InvalidEvent);
    expect(() => canonicalJson(value)).toThrow(message);
  });

  test('refuses what has no end', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => canonicalJson(loop)).toThrow(InvalidEvent);
    const list: unknown[] = [];
    list.push(list);
    expect(() => canonicalJson(list)).toThrow(InvalidEvent);
  });
});
