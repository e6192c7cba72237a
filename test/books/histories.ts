import fc from 'fast-check';
import type { Envelope } from '../../src/kernel/envelope.js';
import { formatMinor, MAX_MINOR, parseCurrency, parseMoney } from '../../src/kernel/money.js';
import { id, party } from '../given.js';

/* Histories of entries alone, dated back and forth, and the plainest reading of them: every leg, one by one. */

export const ENTITIES = [party('city'), party('ministry')];
export const PARTIES = [party('ali'), party('noura'), party('omar')];
const SECTORS = ['traffic', 'health'];
const GROUNDS = ['fine', 'overpayment'];
export const CURRENCIES = ['SAR', 'KWD'];
export const DAYS = [
  '2024-02-28',
  '2024-02-29',
  '2024-03-01',
  '2024-12-31',
  '2025-01-01',
  '2025-06-15',
  '2025-06-16',
  '2025-12-31',
  '2026-01-01',
  '2026-01-31',
];

interface Choice {
  readonly entity: number;
  readonly party: number;
  readonly sector: number;
  readonly ground: number;
  readonly currency: number;
  readonly kind: number;
  readonly minor: bigint;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  entity: fc.nat(1),
  party: fc.nat(2),
  sector: fc.nat(1),
  ground: fc.nat(1),
  currency: fc.nat(1),
  kind: fc.nat(4),
  minor: fc.oneof(fc.bigInt({ min: 1n, max: 10_000n }), fc.constant(MAX_MINOR)),
});

function entryOf(chosen: Choice) {
  const entity = ENTITIES[chosen.entity] as string;
  const currency = CURRENCIES[chosen.currency] as string;
  const [sector, ground, who] = [SECTORS[chosen.sector], GROUNDS[chosen.ground], PARTIES[chosen.party]];
  const debt = id(`debt ${chosen.party}`);
  const of = { entity, party: who, sector, debt };
  const receivable = { account: '1200', dims: of };
  const revenue = { account: '4300', dims: { ...of, ground } };
  const bank = { account: '1100', dims: { entity } };
  const result = { account: '3000', dims: { entity, closing: '2025' } };
  const sides = [
    [receivable, revenue],
    [bank, receivable],
    [{ account: '5100', dims: of }, receivable],
    [receivable, { account: '1205', dims: of }], // both sides of one party
    [{ account: '4300', dims: { entity, closing: '2025' } }, result],
  ][chosen.kind] as [object, object];
  const amount = formatMinor(chosen.minor, parseCurrency(currency));
  return { debit: sides[0], credit: sides[1], amount, currency };
}

const posting = fc.tuple(fc.constantFrom(...DAYS), fc.array(choice, { maxLength: 3 }));

/** Long enough for pages to be sealed on every level. */
export const histories: fc.Arbitrary<readonly Envelope[]> = fc
  .array(posting, { minLength: 1, maxLength: 900, size: 'max' })
  .map((postings) =>
    postings.map(([effectiveOn, chosen], sequence) => ({
      id: id(`event ${sequence}`),
      type: 'tests.Posted',
      recordedAt: '2026-01-31T00:00:00.000Z',
      effectiveOn,
      entries: chosen.map(entryOf),
    })),
  ) as unknown as fc.Arbitrary<readonly Envelope[]>;

/** A leg as it stands in the log. */
export interface NaiveLeg {
  readonly effectiveOn: string;
  readonly sequence: number;
  readonly leg: number;
  readonly event: string;
  readonly account: string;
  readonly counter: string;
  readonly currency: string;
  readonly minor: bigint;
  readonly dims: Readonly<Record<string, string>>;
}

export const naiveLegs = (log: readonly Envelope[]): NaiveLeg[] =>
  log.flatMap(({ id: event, effectiveOn, entries }, sequence) =>
    entries.flatMap(({ debit, credit, amount, currency }, place) => {
      const { minor } = parseMoney({ amount, currency });
      const of = { effectiveOn, sequence, event, currency };
      return [
        { ...of, leg: 2 * place, account: debit.account, counter: credit.account, minor, dims: debit.dims },
        {
          ...of,
          leg: 2 * place + 1,
          account: credit.account,
          counter: debit.account,
          minor: -minor,
          dims: credit.dims,
        },
      ] as NaiveLeg[];
    }),
  );

/** By day, then in the order of the log. */
export const inOrder = (legs: readonly NaiveLeg[]): NaiveLeg[] =>
  [...legs].sort(
    (a, b) =>
      Number(a.effectiveOn > b.effectiveOn) - Number(a.effectiveOn < b.effectiveOn) ||
      a.sequence - b.sequence ||
      a.leg - b.leg,
  );
