import fc from 'fast-check';
import { generalLedger } from '../../projections/books/general-ledger.js';
import { statement } from '../../projections/books/statement.js';
import { trialBalance } from '../../projections/books/trial-balance.js';
import type { Report, Row } from '../../projections/report.js';
import { make } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import { keyOf } from '../../projections/reports/rows.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { histories as lives } from '../reports/histories.js';
import { audited, indexedPlaces, type IndexedPlaces } from '../reports/indexed.js';
import type { Asked } from '../reports/reporting.js';
import { closedHistories, isCorrection, type ClosedHistory } from './closings.js';
import { DAYS, ENTITIES, inOrder, naiveLegs, PARTIES, type NaiveLeg } from './histories.js';

/*
 * The trial balance, the general ledger and the statements of random histories (dated back, closed, corrected) at any pair
 * of times: they agree with one another, and with the plainest reading of every leg, corrections and all.
 */
const RUNS = Math.ceil(Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 400) / 32);
const TODAY = '2199-12-31' as BusinessDate;
const OF_PARTIES = ['1200', '1205', '1210', '1220', '2300', '2310', '2320'];

/** Money in minor units, and marks behind the other cells: `undefined` where a row has none. */
type Told = readonly unknown[];
const MONEY = ['openingDebit', 'openingCredit', 'debit', 'credit', 'closingDebit', 'closingCredit', 'balance'];
const minor = (cell: unknown): bigint => BigInt(String(cell).replace('.', ''));

interface Asking {
  readonly places: IndexedPlaces;
  readonly sequence: number;
}

async function ask(report: Report, asked: Asked, { places, sequence }: Asking): Promise<(Row & { marks: string })[]> {
  const { rows, marks } = await make(report, valuesOf(report, asked, TODAY), sequence, places, () => {});
  return rows.map((row) => ({ ...row, marks: (marks.get(keyOf(report, row)) ?? []).join(' ') }));
}
const told = (rows: readonly (Row & { marks: string })[], ...names: string[]): Told[] =>
  rows.map((row) => [
    ...names.map((name) => (MONEY.includes(name) && row[name] !== null ? minor(row[name]) : row[name])),
    row.marks,
  ]);

/** What is known of an account, party or whatever they are by the last day. */
interface Naive {
  readonly legs: readonly NaiveLeg[];
  readonly from: string;
  readonly marks: (legs: readonly NaiveLeg[]) => string;
}
const sum = (legs: readonly NaiveLeg[]): bigint => legs.reduce((all, leg) => all + leg.minor, 0n);
const sides = (all: bigint): [bigint, bigint] => (all > 0n ? [all, 0n] : [0n, -all]);
function groups(legs: readonly NaiveLeg[], keyBy: (leg: NaiveLeg) => string): [string, NaiveLeg[]][] {
  const found = new Map<string, NaiveLeg[]>();
  for (const leg of legs) {
    const group = found.get(keyBy(leg));
    if (group === undefined) found.set(keyBy(leg), [leg]);
    else group.push(leg);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function naiveTrialBalance({ legs, from, marks }: Naive): Told[] {
  return groups(legs, ({ account, currency }) => `${account} ${currency}`).map(([key, all]) => {
    const [before, within] = [
      all.filter((leg) => leg.effectiveOn < from),
      all.filter((leg) => leg.effectiveOn >= from),
    ];
    const debits = sum(within.filter((leg) => leg.minor > 0n));
    const credits = -sum(within.filter((leg) => leg.minor < 0n));
    return [...key.split(' '), ...sides(sum(before)), debits, credits, ...sides(sum(all)), marks(all)];
  });
}

function naiveLedger({ legs, from, marks }: Naive): Told[] {
  return groups(legs, ({ account, currency }) => `${account} ${currency}`).flatMap(([key, all]) => {
    const [account, currency] = key.split(' ');
    const before = all.filter((leg) => leg.effectiveOn < from);
    let balance = sum(before);
    return [
      ['opening', account, currency, from, null, null, balance, marks(before)],
      ...inOrder(all.filter((leg) => leg.effectiveOn >= from)).map((leg) => {
        balance += leg.minor;
        return ['posted', account, currency, leg.effectiveOn, leg.sequence, leg.leg, balance, marks([leg])];
      }),
    ];
  });
}

function naiveStatement({ legs, from, marks }: Naive, to: string): Told[] {
  const keyBy = ({ dims, currency }: NaiveLeg): string => `${dims['entity']} ${currency}`;
  const before = legs.filter((leg) => leg.effectiveOn < from);
  const balances = (line: string, on: string, among: readonly NaiveLeg[]): Told[] =>
    groups(among, keyBy).map(([key, all]) => [line, ...key.split(' '), on, null, null, sum(all), marks(all)]);
  const held = new Map(groups(before, keyBy).map(([key, all]) => [key, sum(all)]));
  const posted = inOrder(legs.filter((leg) => leg.effectiveOn >= from)).map((leg) => {
    const balance = (held.get(keyBy(leg)) ?? 0n) + leg.minor;
    held.set(keyBy(leg), balance);
    return ['posted', leg.dims['entity'], leg.currency, leg.effectiveOn, leg.sequence, leg.leg, balance, marks([leg])];
  });
  return [...balances('opening', from, before), ...posted, ...balances('closing', to, legs)];
}

/** By account and currency, or by currency. */
const sumsOf = (rows: readonly Row[], keyBy: (row: Row) => string, cell: (row: Row) => bigint): Map<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const row of rows) sums.set(keyBy(row), (sums.get(keyBy(row)) ?? 0n) + cell(row));
  return sums;
};
const nonZero = (sums: ReadonlyMap<string, bigint>): object =>
  Object.fromEntries([...sums].filter(([, each]) => each !== 0n));
const accountOf = ({ account, currency }: Row): string => `${account} ${currency}`;
const currencyOf = ({ currency }: Row): string => String(currency);

/** One entity's three reports, and its parties' statements. */
async function expectAgreement(entity: string, parties: readonly string[], from: string, to: string, asking: Asking) {
  const balances = await ask(trialBalance, { entity, from, to }, asking);
  const ledger = await ask(generalLedger, { entity, from, to }, asking);
  const statements = await Promise.all(parties.map((party) => ask(statement, { party, entity, from, to }, asking)));

  const opened = ledger.filter(({ line }) => line === 'opening');
  const posted = ledger.filter(({ line }) => line === 'posted');
  const held = (when: string) => (row: Row) => minor(row[`${when}Debit`]) - minor(row[`${when}Credit`]);
  expect(sumsOf(opened, accountOf, ({ balance }) => minor(balance))).toEqual(
    sumsOf(balances, accountOf, held('opening')),
  );
  for (const side of ['debit', 'credit']) {
    const cell = (row: Row): bigint => minor(row[side]);
    expect(nonZero(sumsOf(posted, accountOf, cell))).toEqual(nonZero(sumsOf(balances, accountOf, cell)));
  }
  const last = new Map(ledger.map((row) => [accountOf(row), minor(row['balance'])]));
  expect(last).toEqual(sumsOf(balances, accountOf, held('closing')));
  const zero = sumsOf(balances, currencyOf, held('closing'));
  expect(nonZero(zero)).toEqual({});

  const ofParties = balances.filter(({ account }) => OF_PARTIES.includes(String(account)));
  for (const [line, when] of [
    ['opening', 'opening'],
    ['closing', 'closing'],
  ] as const) {
    const rows = statements.flat().filter((row) => row['line'] === line);
    const owed = sumsOf(rows, currencyOf, ({ balance }) => minor(balance));
    expect(nonZero(owed)).toEqual(nonZero(sumsOf(ofParties, currencyOf, held(when))));
  }

  const marks = (rows: readonly { marks: string }[]): string[] =>
    [...new Set(rows.flatMap((row) => row.marks.split(' ')))].filter((each) => each !== '').sort();
  expect(marks(ledger)).toEqual(marks(balances));
  expect(marks(statements.flat())).toEqual(marks(ofParties));
}

const day = fc.constantFrom('1900-01-01', '2024-03-15', '2025-06-30', '2199-12-31', ...DAYS);
const span = fc.tuple(day, day).map((days) => days.toSorted() as [string, string]);
const question = fc.tuple(span, fc.integer({ min: 0, max: 8 }), fc.nat(1), fc.nat(2));

test('at any pair of times they say what every leg says, with every correction in a closed period', async () => {
  let corrections = 0;
  const law = async (history: ClosedHistory, questions: [[string, string], number, number, number][], page: number) => {
    const log = history.log.map((event, n) => ({
      ...audited(event, n),
      refs: event.refs ?? {},
      data: event.data ?? {},
    }));
    const places = await indexedPlaces(log as never, page);
    const all = naiveLegs(log as never);
    for (const [[from, to], eighths, e, p] of questions) {
      const sequence = Math.floor((log.length * eighths) / 8) - 1;
      const asking = { places, sequence };
      const [entity, party] = [ENTITIES[e]!, PARTIES[p]!];
      const marks = (legs: readonly NaiveLeg[]): string => {
        const marked = legs.filter((leg) => isCorrection(history, leg, sequence)).map((leg) => leg.sequence);
        corrections += marked.length;
        return [...new Set(marked)].sort((a, b) => a - b).join(' ');
      };
      const known = all.filter((leg) => leg.sequence <= sequence && leg.effectiveOn <= to);
      const ofEntity = { legs: known.filter(({ dims }) => dims['entity'] === entity), from, marks };
      const ofParty = {
        legs: known.filter(({ dims, account }) => dims['party'] === party && OF_PARTIES.includes(account)),
        from,
        marks,
      };
      const columns = ['openingDebit', 'openingCredit', 'debit', 'credit', 'closingDebit', 'closingCredit'];
      const balances = await ask(trialBalance, { entity, from, to }, asking);
      expect(told(balances, 'account', 'currency', ...columns)).toEqual(naiveTrialBalance(ofEntity));
      const place = ['effectiveOn', 'sequence', 'leg', 'balance'];
      const ledger = await ask(generalLedger, { entity, from, to }, asking);
      expect(told(ledger, 'line', 'account', 'currency', ...place)).toEqual(naiveLedger(ofEntity));
      const lines = await ask(statement, { party, from, to }, asking);
      expect(told(lines, 'line', 'entity', 'currency', ...place)).toEqual(naiveStatement(ofParty, to));
      await expectAgreement(entity, PARTIES, from, to, asking);
    }
    await places.models.close();
  };
  const questions = fc.array(question, { minLength: 3, maxLength: 6 });
  await fc.assert(fc.asyncProperty(closedHistories, questions, fc.integer({ min: 1, max: 300 }), law), {
    numRuns: RUNS,
  });
  expect(corrections).toBeGreaterThan(100);
}, 300_000);

test('of lives of debts and subscriptions, too', async () => {
  const law = async ({
    log,
    from,
    on,
    sequence,
  }: {
    log: readonly never[];
    from: string;
    on: string;
    sequence: number;
  }) => {
    const places = await indexedPlaces(log);
    const dims = naiveLegs(log).map((leg) => leg.dims);
    const parties = [...new Set(dims.flatMap(({ party }) => party ?? []))];
    for (const entity of new Set(dims.map((each) => each['entity'] as string))) {
      await expectAgreement(entity, parties, from, on, { places, sequence });
    }
    await places.models.close();
  };
  await fc.assert(fc.asyncProperty(lives as never, law as never), { numRuns: RUNS });
}, 300_000);
