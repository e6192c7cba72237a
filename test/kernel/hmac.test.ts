import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { hmacUnder } from '../../src/kernel/hmac.js';

const keys = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ minLength: 1_000, maxLength: 5_000, unit: 'binary' }),
);

test('the code of any texts under any key is that of Node', () => {
  fc.assert(
    fc.property(keys, fc.array(texts, { maxLength: 4 }), (key, some) => {
      const mac = hmacUnder(key);
      const expected = some.map((text) => createHmac('sha256', key).update(text).digest('hex'));
      expect(some.map(mac)).toEqual(expected);
    }),
  );
});

/** RFC 4231, cases 2 and 6. */
test.each([
  [
    Buffer.from('Jefe'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    Buffer.alloc(131, 0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('a vector of RFC 4231', (key, text, code) => expect(hmacUnder(key)(text)).toBe(code));
