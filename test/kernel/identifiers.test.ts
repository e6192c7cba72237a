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

  describe('a personal number is found in a text', () => {
    test.each([
      ...NATIONAL_IDS,
      'debtor 1058529940 owes',
      'ID1058529940',
      'fee1058529940',
      'case-1058529940/2',
      'رقم الهوية ١٠٥٨٥٢٩٩٤٠',
      IBAN,
      `to ${IBAN.toLowerCase()}`,
      'SA03 8000 0000 6080 1016 7519',
      'SA03-8000-0000-6080-1016-7519',
      'sa.0380000000608010167519',
      'SA 0380000000608010167519',
      'SA٠٣ ٨٠٠٠ ٠٠٠٠ ٦٠٨٠ ١٠١٦ ٧٥١٩',
      'SA0380000000608010167518', // a typing error makes it no less personal
      '+966512345678',
      'call +٩٦٦٥١٢٣٤٥٦٧٨',
      '966512345678',
      '00966512345678',
      '+966 51 234 5678',
      '+966-5-1234-5678',
      '+9660512345678',
      '0512345678',
      'tel:0512345678',
      '٠٥١٢٣٤٥٦٧٨',
      '۰۵۱۲۳۴۵۶۷۸',
      'SA03\t8000_0000.6080\n1016-7519',
      '966\u00a05.1.2.3.4.5.6.7.8',
    ])('%j', (text) => expect(holdsPersonalNumber(text)).toBe(true));

    test('wherever it stands among words', () => {
      const word = fc.constantFrom('', 'debtor', 'party', 'رقم', 'x', 'fine-2026', 'A/B', '#', 'deed', 'SAR 115.00');
      const shape = fc.constantFrom(IBAN, '+966512345678', '00966512345678', '0512345678', ...NATIONAL_IDS);
      fc.assert(
        fc.property(word, shape, word, fc.constantFrom(' ', '/', '_', ':'), (before, number, after, gap) => {
          expect(holdsPersonalNumber(`${before}${gap}${number}${gap}${after}`)).toBe(true);
        }),
      );
    });
  });

  describe('no personal number is found', () => {
    test.each([
      '',
      '1058529941',
      '11058529940',
      '10585299400',
      'CTV-105-852',
      '115.00',
      '2026-11-23',
      '05-2026-1234',
      '051234567',
      '05123456789',
      '+96651234567',
      '+9665123456789',
      '966412345678',
      'SA038000000060801016751',
      'USA-2026-0001',
      // Hexadecimal, though a national ID, a mobile number or both stand in it.
      '00000000-0000-4000-8000-a1058529940b',
      '1058529940abcdef',
      'ab0512345678cdefab0512345678cdef',
    ])('in %j', (text) => expect(holdsPersonalNumber(text)).toBe(false));

    /** Hexadecimal digits of which most are decimal ones: the worst that chance could bring. */
    const hex = (length: number) =>
      fc
        .array(
          fc.oneof(
            { weight: 9, arbitrary: fc.constantFrom(...Array.from('0123456789')) },
            fc.constantFrom(...Array.from('abcdef')),
          ),
          {
            minLength: length,
            maxLength: length,
          },
        )
        .map((digits) => digits.join(''));
    const uuid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((groups) => groups.join('-'));

    test('in a UUID, as it is or behind `party_` and `actor_`, in capitals too', () => {
      fc.assert(
        fc.property(uuid, fc.constantFrom('', 'party_', 'actor_', 'debt-', 'urn:uuid:', '/v1/debts/'), (id, before) => {
          expect(holdsPersonalNumber(before + id)).toBe(false);
          expect(holdsPersonalNumber(`${before + id.toUpperCase()}/requests`)).toBe(false);
        }),
        { numRuns: 20_000 },
      );
    });

    test('in a digest', () => {
      const digest = fc.constantFrom(16, 24, 32, 40, 64, 96, 128).chain(hex);
      fc.assert(
        fc.property(digest, fc.constantFrom('', 'sha256:', 'v1/'), (text, before) => {
          expect(holdsPersonalNumber(before + text)).toBe(false);
        }),
        { numRuns: 20_000 },
      );
    });

    test('in a date', () => {
      fc.assert(
        fc.property(fc.date({ noInvalidDate: true }), (date) => {
          expect(holdsPersonalNumber(date.toISOString())).toBe(false);
          expect(holdsPersonalNumber(date.toISOString().slice(0, 10))).toBe(false);
        }),
      );
    });
  });
});
