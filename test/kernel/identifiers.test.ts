import fc from 'fast-check';
import { foldDigits, holdsPersonalNumber, isNationalId, isSaudiIban } from '../../src/kernel/identifiers.js';

const NATIONAL_IDS = ['1058529940', '1001244019'];
const IBAN = 'SA0380000000608010167519';

/** `text` with the digit at `at` replaced by another one. */
const changed = (text: string, at: number, by: number): string =>
  text.slice(0, at) + String((Number(text[at]) + by) % 10) + text.slice(at + 1);

/** A valid number for any nine digits: the check digit is the one of the ten that fits. */
const nationalIds = fc
  .tuple(fc.constantFrom('1', '2'), fc.stringMatching(/^\d{8}$/))
  .map(([kind, rest]) => Array.from('0123456789', (check) => kind + rest + check).filter(isNationalId));

describe('identifiers (domain.md §2)', () => {
  test.each(NATIONAL_IDS)('national ID %s is valid', (id) => expect(isNationalId(id)).toBe(true));

  test('an Iqama begins with 2; one check digit fits every nine digits', () => {
    expect(isNationalId('2000000006')).toBe(true); // Luhn: 2×2 + 6 = 10
    fc.assert(fc.property(nationalIds, (valid) => expect(valid).toHaveLength(1)));
  });

  test('a national ID with one digit changed is refused', () => {
    fc.assert(
      fc.property(nationalIds, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }), ([id = ''], at, by) => {
        expect(isNationalId(changed(id, at, by))).toBe(false);
      }),
    );
  });

  test.each(['3058529948', '0058529941', '7000000000', '105852994', '10585299400', ' 1058529940', '1058529940\n', ''])(
    '%j is no national ID',
    (text) => expect(isNationalId(text)).toBe(false),
  );

  test('Arabic digits count only once they are folded', () => {
    expect(isNationalId('١٠٥٨٥٢٩٩٤٠')).toBe(false);
    expect(isNationalId(foldDigits('١٠٥٨٥٢٩٩٤٠'))).toBe(true);
  });

  test('digits ٠–٩ and ۰–۹ are folded, nothing else', () => {
    expect(foldDigits('٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 0-9 أب')).toBe('0123456789 0123456789 0-9 أب');
  });

  test('an IBAN with one digit changed is refused', () => {
    expect(isSaudiIban(IBAN)).toBe(true);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 23 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        expect(isSaudiIban(changed(IBAN, at, by))).toBe(false);
      }),
    );
  });

  test.each([
    IBAN.toLowerCase(),
    `${IBAN}0`,
    IBAN.slice(0, -1),
    'SA03 8000 0000 6080 1016 7519',
    'AE070331234567890123456',
    'DE89370400440532013000',
  ])('%s is no IBAN of Saudi Arabia as it is stored', (text) => expect(isSaudiIban(text)).toBe(false));

  test.each([
    ...NATIONAL_IDS,
    'debtor 1058529940 owes',
    'رقم الهوية ١٠٥٨٥٢٩٩٤٠',
    IBAN,
    `to ${IBAN.toLowerCase()}`,
    '+966512345678',
    'call +٩٦٦٥١٢٣٤٥٦٧٨',
  ])('%j holds a personal number', (text) => expect(holdsPersonalNumber(text)).toBe(true));

  test.each(['', '1058529941', '11058529940', '10585299400', 'CTV-105-852', '115.00', '2026-11-23'])(
    '%j holds none',
    (text) => expect(holdsPersonalNumber(text)).toBe(false),
  );
});
