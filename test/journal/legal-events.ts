import fc from 'fast-check';
import { CHART, type AccountCode, type DimName, type Leg } from '../../src/kernel/accounts.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { catalogue } from '../../src/composition.js';
import { envelope, newStream } from '../event-store/envelopes.js';
import { party } from '../given.js';

/** Any event that a store would take: its ids and codes may be anything that JSON can hold. */

const HOSTILE = [
  ';',
  ':',
  '"',
  "'",
  '\\',
  ',',
  '\n',
  '\r',
  '\t',
  ' ',
  '  ',
  '|',
  '(',
  ')',
  '[',
  ']',
  '=',
  '%',
  '@',
  '*',
  '{',
  '}',
];
const text = fc
  .oneof(
    fc.uuid(),
    fc.constantFrom(
      'general',
      'article-157',
      '2026',
      'a/b.c_d',
      'ديون',
      '=1+1',
      '2026-01-01',
      'a: b, c: d',
      'x\n2026-01-01 y',
    ),
    fc
      .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 3 })), {
        minLength: 1,
        maxLength: 6,
      })
      .map((parts) => parts.join('')),
  )
  .filter((found) => found !== '');
const entity = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(party('city'), party('port')) },
  { weight: 1, arbitrary: text },
);

const codes = Object.keys(CHART) as AccountCode[];
const leg = (of: string): fc.Arbitrary<Leg> =>
  fc.constantFrom(...codes).chain((account) => {
    const dims: Partial<Record<DimName, fc.Arbitrary<string>>> = { entity: fc.constant(of) };
    for (const name of CHART[account].dims) dims[name] = text;
    return fc.record(dims).map((values) => ({ account, dims: values }) as unknown as Leg);
  });

const entry: fc.Arbitrary<Entry> = fc
  .tuple(
    entity,
    fc.constantFrom('SAR', 'EUR', 'JPY', 'KWD', 'CLF'),
    fc.bigInt({ min: 1n, max: BigInt(Number.MAX_SAFE_INTEGER) }),
  )
  .chain(([of, code, minor]) => {
    const currency = parseCurrency(code);
    return fc.record({
      debit: leg(of),
      credit: leg(of),
      amount: fc.constant(formatMinor(minor, currency)),
      currency: fc.constant(code),
    });
  });

const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const types = catalogue.definitions.map(({ type }) => type);

export const legalEvent: fc.Arbitrary<Envelope> = fc
  .record({
    type: fc.constantFrom(...types),
    effectiveOn: day,
    entries: fc.array(entry, { minLength: 1, maxLength: 4 }),
    correction: fc.option(text),
  })
  .map(({ correction, ...rest }) =>
    envelope(newStream(), 0, {
      ...rest,
      refs: correction === null ? {} : { correction },
    } as unknown as Partial<Envelope>),
  );
