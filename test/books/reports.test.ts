import { totalsOf as heldOf } from '../../projections/books/balances.js';
import { generalLedger } from '../../projections/books/general-ledger.js';
import { bookLines } from '../../projections/books/lines.js';
import { statement } from '../../projections/books/statement.js';
import { bookSums } from '../../projections/books/sums.js';
import { trialBalance } from '../../projections/books/trial-balance.js';
import {
  InvalidPlace,
  type MarkedRow,
  type PlacedRow,
  type Report,
  type Row,
  type Sources,
} from '../../projections/report.js';
import { Closings } from '../../projections/closings-of.js';
import { totalsOf } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import type { ReadModels } from '../../src/read-models/read-models.js';
import { id, party } from '../given.js';
import { foldInto } from '../projections/folded.js';

/*
 * A small story, worked out by hand. A city fines Ali 300.00 in 2025; he pays 100.00 by SADAD, and 50.00 are waived. The
 * year 2025 is closed. In 2026 he is fined 80.00 and pays 90.00, of which 10.00 are too much. Then 20.00 more are
 * found to have been paid on 31 December 2025: recorded last, they count in the year that is closed.
 */
const CITY = party('city');
const ALI = party('ali');
const of = { entity: CITY, party: ALI, sector: 'traffic', debt: id('debt') };
const cash = { account: '1110', dims: { entity: CITY } };
const unmatched = (receipt: string) => ({ account: '2310', dims: { entity: CITY, party: ALI, receipt: id(receipt) } });
const owed = { account: '1200', dims: of };
const revenue = { account: '4300', dims: { ...of, ground: 'fine' } };
const refundable = { account: '2300', dims: { entity: CITY, party: ALI, sector: 'traffic' } };
const closing = (account: string) => ({ account, dims: { entity: CITY, closing: '2025' } });

let recorded = 0;
const event = (type: string, effectiveOn: string, ...entries: (readonly [object, object, string])[]): Envelope =>
  ({
    id: id(`story ${recorded++}`),
    type,
    effectiveOn,
    recordedAt: '2026-03-01T00:00:00.000Z',
    entries: entries.map(([debit, credit, amount]) => ({ debit, credit, amount, currency: 'SAR' })),
  }) as unknown as Envelope;

const STORY = [
  event('debts.DebtRegistered', '2025-11-01', [owed, revenue, '300.00']), // 0
  event('billing.ReceiptRecorded', '2025-12-01', [cash, unmatched('first'), '100.00']), // 1
  event('debts.ReceiptApplied', '2025-12-01', [unmatched('first'), owed, '100.00']), // 2
  event('debts.ExemptionGranted', '2025-12-15', [{ account: '5100', dims: of }, owed, '50.00']), // 3
  event(
    'periods.YearClosed',
    '2025-12-31',
    [closing('4300'), closing('3000'), '300.00'],
    [closing('3000'), closing('5100'), '50.00'],
  ), // 4
  event('debts.DebtRegistered', '2026-01-10', [owed, revenue, '80.00']), // 5
  event('billing.ReceiptRecorded', '2026-02-01', [cash, unmatched('second'), '90.00']), // 6
  event('debts.ReceiptApplied', '2026-02-01', [unmatched('second'), owed, '80.00']), // 7
  event('balances.BalanceCredited', '2026-02-01', [unmatched('second'), refundable, '10.00']), // 8
  event('debts.ReceiptApplied', '2025-12-31', [cash, owed, '20.00']), // 9: back-dated
];

let models: ReadModels;
beforeAll(async () => {
  models = openSqliteReadModels(':memory:');
  await foldInto(models, bookSums, STORY, 3);
  await foldInto(models, bookLines, STORY, 3);
});
afterAll(() => models.close());

/** The year's figures stand as of the waiver. */
const closed = new Closings([{ through: '2025-12-31', closedAt: 3 }]);
const sources = (sequence = STORY.length - 1): Sources => ({
  models,
  events: {} as Sources['events'],
  closingsOf: (entity) => Promise.resolve(entity === CITY ? closed : new Closings([])),
  sequence,
});
const TODAY = '2026-03-01' as BusinessDate;
async function marked(
  report: Report,
  asked: Record<string, string>,
  sequence = STORY.length - 1,
): Promise<MarkedRow[]> {
  const values = valuesOf(report, asked, TODAY);
  const rows: MarkedRow[] = [];
  if ('reading' in report.source)
    for await (const row of report.source.reading.read(values, sources(sequence))) rows.push(row);
  if ('streaming' in report.source) {
    for await (const row of report.source.streaming.stream(values, sources(sequence), undefined)) rows.push(row);
  }
  return rows;
}
const ask = async (...asked: Parameters<typeof marked>): Promise<Row[]> =>
  (await marked(...asked)).map(({ row }) => row);

const figures = (rows: readonly Row[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]));

describe('1, trial balance', () => {
  const NAMES = ['account', 'openingDebit', 'openingCredit', 'debit', 'credit', 'closingDebit', 'closingCredit'];

  test('of a year: what was there, what moved, what is there', async () => {
    const rows = await ask(trialBalance, { entity: CITY, from: '2026-01-01', to: '2026-12-31' });
    expect(figures(rows, ...NAMES)).toEqual([
      ['1110', '120.00', '0.00', '90.00', '0.00', '210.00', '0.00'], // 100 + 20; 90
      ['1200', '130.00', '0.00', '80.00', '80.00', '130.00', '0.00'], // 300 − 100 − 50 − 20
      ['2300', '0.00', '0.00', '0.00', '10.00', '0.00', '10.00'],
      ['2310', '0.00', '0.00', '90.00', '90.00', '0.00', '0.00'],
      ['3000', '0.00', '250.00', '0.00', '0.00', '0.00', '250.00'], // 300 − 50
      ['4300', '0.00', '0.00', '0.00', '80.00', '0.00', '80.00'],
      ['5100', '0.00', '0.00', '0.00', '0.00', '0.00', '0.00'],
    ]);
    expect(totalsOf(trialBalance, rows)).toEqual([
      {
        currency: 'SAR',
        openingDebit: '250.00',
        openingCredit: '250.00',
        debit: '260.00',
        credit: '260.00',
        closingDebit: '340.00',
        closingCredit: '340.00',
      },
    ]);
  });

  test('of a closed year, after its year-end entries and before them', async () => {
    const year = { entity: CITY, from: '2025-01-01', to: '2025-12-31' };
    const after = await ask(trialBalance, year);
    expect(figures(after, 'account', 'closingDebit', 'closingCredit')).toEqual([
      ['1110', '120.00', '0.00'],
      ['1200', '130.00', '0.00'],
      ['2310', '0.00', '0.00'],
      ['3000', '0.00', '250.00'],
      ['4300', '0.00', '0.00'],
      ['5100', '0.00', '0.00'],
    ]);
    const before = await ask(trialBalance, { ...year, beforeClosing: 'true' });
    expect(figures(before, 'account', 'closingDebit', 'closingCredit')).toEqual([
      ['1110', '120.00', '0.00'],
      ['1200', '130.00', '0.00'],
      ['2310', '0.00', '0.00'],
      ['3000', '0.00', '0.00'],
      ['4300', '0.00', '300.00'],
      ['5100', '50.00', '0.00'],
    ]);
  });

  test('as it was known when the year was closed: what was recorded later is not there', async () => {
    const rows = await ask(trialBalance, { entity: CITY, from: '2025-01-01', to: '2025-12-31' }, 4);
    expect(figures(rows, 'account', 'closingDebit')).toContainEqual(['1200', '150.00']);
    expect(await ask(trialBalance, { entity: CITY }, -1)).toEqual([]);
  });

  test('of one account, sector or currency; of another entity there is nothing', async () => {
    const asked = { entity: CITY, from: '2026-01-01', to: '2026-01-31' };
    expect(figures(await ask(trialBalance, { ...asked, account: '1200' }), 'account', 'debit')).toEqual([
      ['1200', '80.00'],
    ]);
    expect(figures(await ask(trialBalance, { ...asked, sector: 'traffic' }), 'account')).toEqual([
      ['1200'],
      ['4300'],
      ['5100'],
    ]);
    expect(await ask(trialBalance, { ...asked, currency: 'EUR' })).toEqual([]);
    expect(await ask(trialBalance, { ...asked, entity: party('ministry') })).toEqual([]);
  });
});

describe('2, general ledger', () => {
  const asked = { entity: CITY, account: '1200', from: '2025-12-01', to: '2026-01-31' };

  test('each line with its event, the other account and the balance, by day and sequence', async () => {
    const rows = await ask(generalLedger, asked);
    expect(figures(rows, 'line', 'effectiveOn', 'sequence', 'counter', 'debit', 'credit', 'balance')).toEqual([
      ['opening', '2025-12-01', null, null, null, null, '300.00'],
      ['posted', '2025-12-01', 2, '2310', '0.00', '100.00', '200.00'],
      ['posted', '2025-12-15', 3, '5100', '0.00', '50.00', '150.00'],
      ['posted', '2025-12-31', 9, '1110', '0.00', '20.00', '130.00'],
      ['posted', '2026-01-10', 5, '4300', '80.00', '0.00', '210.00'],
    ]);
    expect(rows[1]).toMatchObject({
      event: id('story 2'),
      type: 'debts.ReceiptApplied',
      party: ALI,
      sector: 'traffic',
      leg: 1,
    });
  });

  test('an account that nothing counts on by the last day is not there yet, as in the trial balance', async () => {
    const days = { entity: CITY, from: '2025-01-01', to: '2025-12-31' };
    const accounts = (rows: readonly Row[]) => [...new Set(rows.map(({ account }) => account))];
    const held = ['1110', '1200', '2310', '3000', '4300', '5100']; // 2300 is of 2026
    expect(accounts(await ask(generalLedger, days))).toEqual(held);
    expect(accounts(await ask(trialBalance, days))).toEqual(held);
  });

  test('goes on behind any of its rows, with the same rows', async () => {
    const { streaming } = generalLedger.source as Extract<Report['source'], { streaming: unknown }>;
    const values = valuesOf(generalLedger, { entity: CITY, from: '2025-12-01', to: '2026-12-31' }, TODAY);
    const from = async (place?: string): Promise<PlacedRow[]> => {
      const rows: PlacedRow[] = [];
      for await (const row of streaming.stream(values, sources(), place)) rows.push(row);
      return rows;
    };
    const whole = await from();
    expect(whole).toHaveLength(7 + 20); // seven accounts open; of 22 legs two are of November
    for (const [index, { place }] of whole.entries()) expect(await from(place)).toEqual(whole.slice(index + 1));
    expect(whole.at(-1)?.row).toMatchObject({ account: '5100', balance: '0.00' });
  });

  test.each(['', '1200', '9999 SAR', '1200 SAR 2026-13-01 1 1', '1200 SAR 2026-01-01 1', '1200 SAR 2026-01-01 1 1 1'])(
    'no row stands at "%s"',
    async (place) => {
      const { streaming } = generalLedger.source as Extract<Report['source'], { streaming: unknown }>;
      const values = valuesOf(generalLedger, { entity: CITY }, TODAY);
      const rows = streaming.stream(values, sources(), place)[Symbol.asyncIterator]();
      await expect(rows.next()).rejects.toBeInstanceOf(InvalidPlace);
    },
  );
});

describe('4, statement of account', () => {
  test('what was open, each line, what is open: over debts, receipts and balances', async () => {
    const rows = await ask(statement, { party: ALI, from: '2025-12-16', to: '2026-02-28' });
    expect(figures(rows, 'line', 'effectiveOn', 'sequence', 'account', 'debit', 'credit', 'balance')).toEqual([
      ['opening', '2025-12-16', null, null, null, null, '150.00'], // 300 − 100 − 50
      ['posted', '2025-12-31', 9, '1200', '0.00', '20.00', '130.00'],
      ['posted', '2026-01-10', 5, '1200', '80.00', '0.00', '210.00'],
      ['posted', '2026-02-01', 6, '2310', '0.00', '90.00', '120.00'],
      ['posted', '2026-02-01', 7, '2310', '80.00', '0.00', '200.00'],
      ['posted', '2026-02-01', 7, '1200', '0.00', '80.00', '120.00'],
      ['posted', '2026-02-01', 8, '2310', '10.00', '0.00', '130.00'],
      ['posted', '2026-02-01', 8, '2300', '0.00', '10.00', '120.00'],
      ['closing', '2026-02-28', null, null, null, null, '120.00'], // 130 owed, 10 refundable
    ]);
    expect(rows[3]).toMatchObject({ entity: CITY, receipt: id('second'), counter: '1110' });
  });

  test('before the first line there is nothing, and nobody else has any', async () => {
    expect(await ask(statement, { party: ALI, from: '2020-01-01', to: '2020-12-31' })).toEqual([]);
    expect(await ask(statement, { party: party('noura') })).toEqual([]);
    expect(await ask(statement, { party: ALI, entity: party('ministry') })).toEqual([]);
  });
});

describe('corrections in a closed year are marked (docs/adr/0018), but for its year-end entries', () => {
  const corrections = async (report: Report, asked: Record<string, string>, name: string, sequence?: number) =>
    (await marked(report, asked, sequence)).flatMap((each) =>
      each.corrections.length === 0 ? [] : [[each.row[name], each.corrections]],
    );
  const year = { from: '2025-01-01', to: '2025-12-31' };

  test('rows of the trial balance by those that they hold, in any column', async () => {
    const paid = [
      ['1110', [9]],
      ['1200', [9]],
    ];
    expect(await corrections(trialBalance, { entity: CITY, ...year }, 'account')).toEqual(paid);
    expect(await corrections(trialBalance, { entity: CITY, from: '2026-01-01', to: '2026-12-31' }, 'account')).toEqual(
      paid,
    );
    expect(await corrections(trialBalance, { entity: CITY, from: '2025-01-01', to: '2025-12-30' }, 'account')).toEqual(
      [],
    );
    expect(await corrections(trialBalance, { entity: CITY, ...year }, 'account', 8)).toEqual([]);
  });

  test('lines of a ledger by themselves, what is brought forward by those in it', async () => {
    const of = { entity: CITY, account: '1200' };
    expect(await corrections(generalLedger, { ...of, ...year }, 'line')).toEqual([['posted', [9]]]);
    expect(await corrections(generalLedger, { ...of, from: '2026-01-01', to: '2026-12-31' }, 'line')).toEqual([
      ['opening', [9]],
    ]);
  });

  test('lines of a statement by themselves, and its balances by those in them', async () => {
    expect(await corrections(statement, { party: ALI, ...year }, 'line')).toEqual([
      ['posted', [9]],
      ['closing', [9]],
    ]);
    const next = { party: ALI, from: '2026-01-01', to: '2026-12-31' };
    expect(await corrections(statement, next, 'line')).toEqual([
      ['opening', [9]],
      ['closing', [9]],
    ]);
  });
});

test('balances of accounts are those of their parts, whoever adds them up', async () => {
  const held = await heldOf(models, { entity: CITY }, STORY.length - 1, ['2025-12-31', '2026-12-31']);
  const sum = (at: number) => held.reduce((all, { totals }) => all + totals[at]!.debits - totals[at]!.credits, 0n);
  expect([sum(0), sum(1)]).toEqual([0n, 0n]);
});
