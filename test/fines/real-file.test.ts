import type { Fine } from '../../examples/road-fines/mapping.js';
import type { Row } from '../../examples/road-fines/rows.js';
import { sendRows } from '../../examples/road-fines/send.js';
import { sortByTime } from '../../examples/road-fines/sort.js';
import type { Target } from '../../examples/road-fines/target.js';
import type { Books } from './books.js';
import { expectedFigures, type Figures } from './expected.js';
import { expectOthersToAgree } from '../journal/agreement.js';
import { hasAll, HOW_TO_RUN } from '../journal/others.js';
import { isFerretDb } from '../servers/read-models.js';
import { asExpected, booksAsExpected } from './figures.js';
import { openLedger, readBooks } from './ledger.js';
import { differenceFromRebuild } from './rebuild.js';
import { firstFines, newFolder } from './rows.js';

/*
 * The city's fines through the real ledger, its policies and its projections, compared to the cent with the independent
 * calculation at the end of each year: what the read models answered on that day, and what the log's entries add up to. Then
 * hledger, Ledger and Beancount read the exported journal, and get the same balances.
 */
const FILE = process.env['SIJILL_FINES'];
const WHOLE = process.env['SIJILL_FINES_WHOLE'];
/** FerretDB looks at every document for each one that it replaces. */
const FINES = isFerretDb ? 100 : 1_500;
const END = '9999-12-31';
const DAYS = [...Array.from({ length: 13 }, (_, year) => `${2000 + year}-12-31`), END];

(FILE === undefined ? test.skip : test)(
  `${FINES} real fines come out to the cent at the end of each year (SIJILL_FINES=/path/to/fines.csv.gz npm test runs it)`,
  async () => expectToTheCent(await firstFines(FILE!, FINES)),
  5 * 60_000,
);

(FILE === undefined || WHOLE === undefined || isFerretDb ? test.skip : test)(
  'all 561,470 rows come out to the cent at the end of each year ' +
    '(SIJILL_FINES=/path/to/fines.csv.gz SIJILL_FINES_WHOLE=1 npm test runs it: minutes)',
  () => expectToTheCent(FILE!),
  60 * 60_000,
);

(hasAll ? () => undefined : test.skip)(
  `hledger, Ledger and Beancount read these fines' journal (${HOW_TO_RUN})`,
  () => undefined,
);

async function expectToTheCent(file: string): Promise<void> {
  const expected = await expectedFigures(file, DAYS);
  const folder = await newFolder();
  const target = await openLedger(folder);
  let books: Books[];
  try {
    for await (const [day, figures] of atEachDay(file, target)) {
      expect([day, figures]).toEqual([day, expected.get(day)]);
    }
    books = await readBooks(target.instance.store, DAYS);
    if (hasAll) await expectOthersToAgree(target.instance.store, folder, [2002, 2007, 2012]);
  } finally {
    await target.close();
  }
  DAYS.forEach((day, i) => {
    // A refusal counts on the day on which it was recorded, which is today for all of them.
    const { 'refused.CLOSED': closed, 'refused.DRAFT': draft, ...figures } = booksAsExpected(books[i]!);
    expect([day, expected.get(day)]).toMatchObject([day, figures]);
    if (day === END) expect(expected.get(day)).toMatchObject({ 'refused.CLOSED': closed, 'refused.DRAFT': draft });
    expect([day, books[i]!.balance('2330')]).toEqual([day, 0n]); // nothing is in transit
    for (const [of, minor] of books[i]!.trialBalance) expect([day, of, minor]).toEqual([day, of, 0n]);
  });
  expect(await differenceFromRebuild(folder)).toBeUndefined();
}

/** The file is sent up to each day in turn; then everything that follows from it is waited for. */
async function* atEachDay(file: string, target: Target): AsyncGenerator<[day: string, Figures]> {
  const sorted = await sortByTime(file);
  const rows = sorted.rows[Symbol.asyncIterator]();
  let next = await rows.next();
  async function* until(day: string): AsyncGenerator<Row> {
    for (; next.done !== true && next.value.date <= day; next = await rows.next()) yield next.value;
  }
  const fines = new Map<string, Fine>();
  const sum = { rows: 0, commands: 0, leftOut: 0 };
  try {
    for (const day of DAYS) {
      const sent = await sendRows(until(day), target, { inFlight: 256, fines });
      sum.rows += sent.rows;
      sum.commands += sent.commands;
      sum.leftOut += sent.leftOut.length;
      await target.drain();
      yield [day, asExpected({ ...sum, ...(await target.figures()) })];
    }
  } finally {
    await sorted.dispose();
  }
}
