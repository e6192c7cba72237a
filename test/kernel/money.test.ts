import fc from 'fast-check';
import {
  add,
  compare,
  type Currency,
  decimalsOf,
  formatMinor,
  MAX_MINOR,
  minimum,
  type Money,
  parseCurrency,
  parseMoney,
  subtract,
  toJson,
  zero,
} from '../../src/kernel/money.js';

const money = (amount: string, currency = 'SAR'): Money => parseMoney({ amount, currency });
const codeOf = (amount: string, currency = 'SAR'): unknown => {
  try {
    return money(amount, currency);
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('money (DESIGN.md, Money)', () => {
  // One ISO 4217 currency or more of each class of decimals.
  test.each([
    ['JPY', 0, '7', 7n],
    ['KRW', 0, '1000', 1000n],
    ['SAR', 2, '115.00', 11500n],
    ['SAR', 2, '115', 11500n],
    ['SAR', 2, '115.5', 11550n],
    ['EUR', 2, '0.01', 1n],
    ['USD', 2, '0', 0n],
    ['KWD', 3, '1.005', 1005n],
    ['BHD', 3, '0.1', 100n],
    ['CLF', 4, '2.0001', 20001n],
    ['UYW', 4, '3', 30000n],
  ])('%s has %i decimals: %s is %s minor units', (currency, decimals, amount, minor) => {
    expect(decimalsOf(parseCurrency(currency))).toBe(decimals);
    expect(money(amount, currency)).toEqual({ minor, currency });
  });

  test.each([
    ['JPY', '7.0'],
    ['SAR', '1.005'],
    ['SAR', '1.000'],
    ['KWD', '1.0000'],
    ['CLF', '1.00000'],
  ])('%s %s has more decimals than its currency: an error, never a rounding', (currency, amount) => {
    expect(codeOf(amount, currency)).toBe('MONEY_DECIMALS');
  });

  const malformed =
    '-1 +1 -0 1e3 1E3 0x10 1,000 1,00 1_000 01 00 00.5 .5 5. . 1..2 1.2.3 ١٢ 1٫5 Infinity NaN SAR5 5SAR'.split(' ');
  test.each(['', ' ', ' 1', '1 ', '1\n', '1 000', '1\u00a0000', '１', ...malformed])(
    '%j is no plain decimal text',
    (text) => {
      expect(codeOf(text)).toBe('MONEY_FORMAT');
    },
  );

  test.each(['sar', 'SA', 'SARR', '', 'XXX', 'XAU', 'XTS', 'ZZZ', ' SAR', 'constructor'])(
    'currency %j is unknown',
    (currency) => {
      expect(codeOf('1', currency)).toBe('CURRENCY_UNKNOWN');
    },
  );

  test('errors say what would be accepted', () => {
    expect(() => money('1.005')).toThrow('SAR has 2 decimals; amount has 3');
    expect(() => money('1e3')).toThrow('plain decimal text such as "115.00"');
    expect(() => money('1', 'sar')).toThrow('ISO 4217 code in capitals, such as SAR');
    expect(() => money('90071992547409.92')).toThrow(`at most ${MAX_MINOR} minor units`);
  });

  test('the largest amount is 2^53 - 1 minor units', () => {
    expect(money('90071992547409.91').minor).toBe(MAX_MINOR);
    expect(money('9007199254740991', 'JPY').minor).toBe(MAX_MINOR);
    expect(codeOf('90071992547409.92')).toBe('MONEY_TOO_LARGE');
    expect(codeOf('9007199254740992', 'JPY')).toBe('MONEY_TOO_LARGE');
    expect(codeOf('9'.repeat(5000))).toBe('MONEY_TOO_LARGE');
  });

  const currencies = fc.constantFrom('JPY', 'SAR', 'EUR', 'KWD', 'CLF').map((code) => code as Currency);
  const minors = fc.bigInt({ min: 0n, max: MAX_MINOR });

  test('formatting, then reading, gives the same amount back', () => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        expect(parseMoney(toJson({ minor, currency }))).toEqual({ minor, currency });
      }),
    );
  });

  test('reading, then formatting, changes nothing but missing zeros', () => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        const text = formatMinor(minor, currency);
        expect(text.split('.')[1]?.length ?? 0).toBe(decimalsOf(currency));
        const shorter = text.includes('.') ? text.replace(/\.?0*$/, '') : text;
        expect(toJson(parseMoney({ amount: shorter, currency }))).toEqual({ amount: text, currency });
      }),
    );
  });

  test('negative minor units, as differences are, have a leading minus', () => {
    expect(formatMinor(-5n, 'SAR' as Currency)).toBe('-0.05');
    expect(formatMinor(-5n, 'JPY' as Currency)).toBe('-5');
    expect(formatMinor(-11500n, 'SAR' as Currency)).toBe('-115.00');
    expect(formatMinor(0n, 'KWD' as Currency)).toBe('0.000');
  });

  test('sums, differences, comparison and minimum are exact, beyond the largest single amount too', () => {
    expect(add(money('0.10'), money('0.20'))).toEqual(money('0.30'));
    expect(subtract(money('1.00'), money('1.01')).minor).toBe(-1n);
    const max = { minor: MAX_MINOR, currency: 'SAR' as Currency };
    expect(add(max, max).minor).toBe(2n * MAX_MINOR);
    expect([compare(money('1'), money('2')), compare(money('2'), money('2')), compare(money('3'), money('2'))]).toEqual(
      [-1, 0, 1],
    );
    expect(minimum(money('1'), money('2'))).toEqual(money('1'));
    expect(minimum(money('3'), money('2'))).toEqual(money('2'));
    expect(zero('SAR' as Currency)).toEqual(money('0'));
  });

  test.each([add, subtract, compare, minimum])('%p never mixes currencies', (operation) => {
    expect(() => operation(money('1', 'SAR'), money('1', 'EUR'))).toThrow('SAR and EUR do not mix');
  });
});
