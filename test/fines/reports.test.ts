import { MUNICIPALITY, offender } from '../../examples/road-fines/actors.js';
import { runImport } from '../../examples/road-fines/run.js';
import { closingsOf } from '../../projections/closings/closed.js';
import { make } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import type { Row } from '../../projections/report.js';
import { catalogue, reports } from '../../src/composition.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { isFerretDb } from '../servers/read-models.js';
import { expectedFigures, type Figures } from './expected.js';
import { ExpectedBooks, toldLedger } from './expected-books.js';
import { openLedger, readLog } from './ledger.js';
import { firstFines, newFolder } from './rows.js';

/* The reports over real fines, year by year, compared to the cent with what the file alone comes to. */
const FILE = process.env['SIJILL_FINES'];
const FINES = isFerretDb ? 50 : 600;
const YEARS = Array.from({ length: 14 }, (_, year) => 2000 + year);

(FILE === undefined ? test.skip : test)(
  `each year’s reports over ${FINES} real fines are what the file says (SIJILL_FINES=/path/to/fines.csv.gz npm test runs it)`,
  async () => {
    const file = await firstFines(FILE!, FINES);
    const expected = await expectedFigures(
      file,
      YEARS.map((year) => `${year}-12-31`),
    );
    const target = await openLedger(await newFolder());
    try {
      await runImport(file, target);
      const { store, readModels } = target.instance;
      let sequence = -1;
      for await (const { event } of readLog(store)) if (!event.stream.startsWith('_')) sequence++;
      const places = {
        events: store,
        models: readModels,
        closingsOf: closingsOf(readModels),
        upcast: (event: Envelope) => catalogue.upcast(event),
      };
      const ask = async (name: string, asked: Record<string, string>): Promise<readonly Row[]> => {
        const report = reports.find((each) => each.name === name)!;
        return (await make(report, valuesOf(report, asked, '2026-01-01' as BusinessDate), sequence, places, () => {}))
          .rows;
      };
      let before: Figures | undefined;
      for (const year of YEARS) {
        const now = expected.get(`${year}-12-31`)!;
        const grew = (name: keyof Figures): bigint => now[name] - (before?.[name] ?? 0n);
        expect([year, await told(year, ask)]).toEqual([year, asExpected(now, grew)]);
        before = now;
      }
      await expectSameBooks(await ExpectedBooks.of(file, offender), ask);
      const decisions = await ask('four-eyes', { from: '2000-01-01', to: '2199-12-31' });
      expect(decisions.filter(({ separate }) => separate !== 'yes')).toEqual([]);
      expect(decisions.length).toBeGreaterThan(FINES / 2);
      const [whole] = await ask('completeness', {});
      expect(whole).toMatchObject({ events: sequence + 1, gaps: 0, first: 0, last: sequence });
      expect(await ask('segregation-of-duties', { from: '2000-01-01', to: '2199-12-31' })).toEqual([]);
    } finally {
      await target.close();
    }
  },
  5 * 60_000,
);

const sum = (rows: readonly Row[], column: string): bigint =>
  rows.reduce((total, row) => total + BigInt(String(row[column]).replace('.', '')), 0n);

type Ask = (name: string, asked: Record<string, string>) => Promise<readonly Row[]>;

/** The general ledger of each year, and each offender's statement, line by line. */
async function expectSameBooks(books: ExpectedBooks, ask: Ask): Promise<void> {
  for (const year of YEARS) {
    const span = { from: `${year}-01-01`, to: `${year}-12-31` };
    const rows = await ask('general-ledger', { entity: MUNICIPALITY, ...span });
    const told = [...new Set(rows.map(({ account }) => account))].map((account) => {
      const its = rows.filter((row) => row['account'] === account);
      return [account, toldLedger(its, ({ party, counter }) => `${party} ${counter}`)];
    });
    expect([year, Object.fromEntries(told)]).toEqual([year, books.generalLedger(span.from, span.to)]);
    for (const party of books.offenders) {
      const rows = await ask('statement', { party, ...span });
      const statement =
        rows.length === 0 ? undefined : toldLedger(rows, ({ account, counter }) => `${account} ${counter}`);
      expect([year, party, statement]).toEqual([year, party, books.statement(party, span.from, span.to)]);
    }
  }
}

/** What the reports say of a year and of its last day, in cents. */
async function told(year: number, ask: Ask) {
  const [span, day] = [{ from: `${year}-01-01`, to: `${year}-12-31` }, { effectiveOn: `${year}-12-31` }];
  const moved = await ask('debt-roll-forward', span);
  const given = (await ask('waivers-and-cancellations', span)).filter(({ kind }) => kind === 'cancellation');
  const receipts = await ask('sadad-reconciliation', span);
  const payments = await ask('payments-and-cancellations', span);
  return {
    ageing: sum(await ask('debt-ageing', day), 'amount'),
    closing: sum(moved, 'closing'),
    registered: sum(moved, 'registered') + sum(moved, 'updated'),
    paidOff: sum(moved, 'paid'),
    cancelled: [sum(moved, 'cancelled'), sum(given, 'amount'), sum(payments, 'cancelled')],
    cancellations: sum(given, 'decisions'),
    givenBack: sum(given, 'givenBack'),
    received: [sum(receipts, 'received'), sum(payments, 'paid')],
    clearing: sum(receipts, 'clearing'),
    unmatched: sum(receipts, 'unmatched'),
    refundable: sum(await ask('refundable-balances', day), 'balance'),
    madeRefundable: sum(payments, 'refundable'),
  };
}

function asExpected(now: Figures, grew: (name: keyof Figures) => bigint): Awaited<ReturnType<typeof told>> {
  const cancelled = grew('cancelledUnpaid');
  return {
    ageing: now.outstanding,
    closing: now.outstanding,
    registered: grew('registered'),
    paidOff: grew('applied'),
    cancelled: [cancelled, cancelled, cancelled],
    cancellations: grew('states.cancelled'),
    givenBack: grew('cancelledPaid'),
    received: [grew('received'), grew('received')],
    clearing: now.received,
    unmatched: now.unmatched,
    refundable: now.refundable,
    madeRefundable: grew('refundable'),
  };
}
