import fc from 'fast-check';
import { parseCanonical } from '../../src/verify/canonical.js';
import { NotProved } from '../../src/verify/fault.js';
import { canonical } from './log.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

function isCanonical(bytes: Buffer): boolean {
  try {
    expect(parseCanonical(bytes)).toEqual(JSON.parse(bytes.toString('utf8')));
    return true;
  } catch (error) {
    if (error instanceof NotProved) return false;
    throw error;
  }
}

/** The definition: what its own value, with its names sorted, is written as again. */
function isWrittenAgain(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return false;
  try {
    const value = JSON.parse(text) as Json;
    return isStorable(value, 0) && canonical(value) === text;
  } catch {
    return false;
  }
}

function isStorable(value: Json, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return (
    depth < 64 &&
    names.every((name) => name.isWellFormed()) &&
    Object.values(value).every((each) => isStorable(each, depth + 1))
  );
}

const NAMES = ['', 'a', 'b', 'aa', 'ab', 'a ', 'a!', 'a"', 'a\\', 'a\n', 'a\t', '10', '9', '__proto__'];
const BEYOND_ASCII = ['é', 'ت', '\u007f', '\u2028', '\ue000', '\uffff', '\u{1f600}', '\u{1f600}a'];
const text = fc.oneof(fc.constantFrom(...NAMES, ...BEYOND_ASCII), fc.string({ unit: 'binary' }), fc.string());
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.oneof(fc.maxSafeInteger(), fc.nat(11), fc.constantFrom(null, true, false)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(text, tie('json'), { maxKeys: 5 }),
  ),
}));

test('what is written in the canonical form is in it', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(isCanonical(Buffer.from(canonical(value)))).toBe(true);
    }),
  );
});

test('so is nothing else of the same value: another order, white space, other escapes', () => {
  const others = fc.constantFrom(
    (value: Json) => JSON.stringify(value),
    (value: Json) => JSON.stringify(value, null, 1),
    (value: Json) => `${canonical(value)} `,
    (value: Json) => canonical(value).replace('a', '\\u0061'),
    (value: Json) => canonical(value).replace('\\n', '\\u000a'),
    (value: Json) => canonical(value).replace(/\\u00../, (escape) => escape.toUpperCase().replace('U', 'u')),
    (value: Json) => canonical(value).replace('/', '\\/'),
    (value: Json) => canonical(value).replace('1', '1e0'),
    (value: Json) => canonical(value).replace(/"([^"]*)":/, '"$1":0,"$1":'),
  );
  fc.assert(
    fc.property(json, others, (value, write) => {
      const bytes = Buffer.from(write(value));
      expect(isCanonical(bytes)).toBe(isWrittenAgain(bytes));
    }),
    { numRuns: 1_000 },
  );
});

test('of bytes that were changed anywhere it is as the definition says', () => {
  const BYTES = [...Buffer.from('"\\{}[],:-0123456789abeflnrstu +.E\n\t\0'), 0x1f, 0x7f, 0x80, 0xc3, 0xed, 0xf0, 0xff];
  const change = fc.tuple(fc.nat(), fc.nat(2), fc.oneof(fc.constantFrom(...BYTES), fc.nat(255)));
  fc.assert(
    fc.property(json, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
      let bytes = Buffer.from(canonical(value));
      for (const [pick, removed, byte] of changes) {
        const at = pick % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + removed)]);
      }
      expect(isCanonical(bytes)).toBe(isWrittenAgain(bytes));
    }),
    { numRuns: 5_000 },
  );
});

const nested = (depth: number, begin: string, end: string): string => begin.repeat(depth) + end.repeat(depth);
test.each([
  ['', false],
  ['null', true],
  ['nul', false],
  ['nulla', false],
  ['-', false],
  ['-0', false],
  ['-1', true],
  ['00', false],
  ['01', false],
  ['1.0', false],
  ['9007199254740991', true],
  ['9007199254740992', false],
  ['-9007199254740993', false],
  ['1'.repeat(400), false],
  ['{}', true],
  ['{', false],
  ['{"a":1,}', false],
  ['{"a":1', false],
  ['{"a"}', false],
  ['{1:1}', false],
  ['[1,]', false],
  ['[,1]', false],
  ['[1', false],
  ['"a', false],
  ['"\\ud800"', false],
  ['"\\u001F"', false],
  ['"\\u001f"', true],
  ['{"a":1,"a":1}', false],
  ['{"10":1,"9":1}', true],
  ['{"9":1,"10":1}', false],
  ['{"!":1,"1":1}', true],
  // U+1F600 is written with a surrogate, which comes before U+E000.
  ['{"\u{1f600}":1,"\ue000":1}', true],
  ['{"\ue000":1,"\u{1f600}":1}', false],
  ['{"a\\t":1,"a\\n":1}', true],
  ['{"a\\n":1,"a\\t":1}', false],
  [nested(64, '[', ']'), true],
  [nested(65, '[', ']'), false],
  [nested(100_000, '[', ']'), false],
])('%.40s: %s', (written, is) => {
  expect([isCanonical(Buffer.from(written)), isWrittenAgain(Buffer.from(written))]).toEqual([is, is]);
});

test('bytes that are no text are not', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc3, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    expect(isCanonical(Buffer.from(bytes))).toBe(false);
  }
});
