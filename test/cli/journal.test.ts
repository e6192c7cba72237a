import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '../../src/kernel/envelope.js';
import { Fold } from '../journal/fold.js';
import {
  beancountBalances,
  complaints,
  hasAll,
  hledgerBalances,
  HOW_TO_RUN,
  ledgerBalances,
} from '../journal/others.js';
import { parseCsv, parseLedger } from '../journal/parsing.js';
import { folder, newLedger, sijill, withReader } from './moving.js';

/** A ledger that lived for years: debts, plans, receipts, balances. */
let data: string;
let events: readonly Envelope[];
beforeAll(async () => {
  data = await newLedger(5);
  events = await withReader({ data }, async (reader) => {
    const { events: read, atEnd } = await reader.readAll({ limit: 4096 });
    expect(atEnd).toBe(true);
    return read.map(({ event }) => event);
  });
});

const journal = (...args: string[]) => sijill(['journal', ...args], { SIJILL_DATA: data });

test('what it writes has the postings that the events have, and its digest is shown', async () => {
  const { code, out, err } = await journal('--format', 'ledger');
  const entries = events.flatMap((event) => event.entries);
  expect(code).toBe(0);
  expect(entries.length).toBeGreaterThan(5);
  expect(parseLedger(out).map(({ account, amount }) => `${account} ${amount}`)).toEqual(
    entries.flatMap(({ debit, credit, amount }) => [`${debit.account} ${amount}`, `${credit.account} -${amount}`]),
  );
  const digest = createHash('sha256').update(out).digest('hex');
  expect(err.split('\n').at(-2)).toBe(`known at ${events.length - 1}, SHA-256 ${digest}`);
});

test('the same question gets the same bytes, into a file, too', async () => {
  const file = join(folder(), 'journal.csv');
  const asked = ['--format', 'csv', '--known-at', '30', '--to', '2199-12-31'];
  const [first, second] = [await journal(...asked), await journal(...asked, '--out', file)];
  expect([first.code, second.code, second.out]).toEqual([0, 0, '']);
  expect(readFileSync(file, 'utf8')).toBe(first.out);
  expect(Math.max(...parseCsv(first.out).map(({ sequence }) => sequence))).toBeLessThanOrEqual(30);
});

test('what there is already is not written over', async () => {
  const file = join(folder(), 'journal.csv');
  await journal('--format', 'csv', '--out', file);
  const before = readFileSync(file);
  expect(await journal('--format', 'ledger', '--out', file)).toMatchObject({ code: 1 });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('the schema of a line needs no ledger', async () => {
  const { code, out } = await sijill(['journal', '--format', 'schema'], {});
  expect([code, JSON.parse(out)]).toMatchObject([0, { title: 'A line of events.ndjson' }]);
});

test.each([
  [[], '--format is one of ledger, beancount, csv, ndjson, schema'],
  [['--format', 'xlsx'], '--format is one of ledger, beancount, csv, ndjson, schema'],
  [['--format', 'csv', '--entity', '1058529940'], 'a national ID or Iqama never enters the ledger'],
  [['--format', 'csv', '--from', '2026-02-30'], '--from must be a real day'],
  [['--format', 'csv', '--from', '2026-02-01', '--to', '2026-01-01'], '--from is later than --to'],
  [['--format', 'csv', '--known-at', '999999'], '--known-at 999999: the last event that there is has the sequence'],
  [['--format', 'csv', '--colour', 'green'], "Unknown option '--colour'"],
])('%j is not understood, and says what would be', async (args, said) => {
  const file = join(folder(), 'none');
  const { code, err } = await journal(...args, '--out', file);
  expect([code, err, existsSync(file)]).toEqual([2, expect.stringContaining(said), false]);
});

(hasAll ? test : test.skip)(
  `hledger, Ledger and Beancount take it, and get the balances of each account to the halala (${HOW_TO_RUN})`,
  async () => {
    const days = events.map(({ effectiveOn }) => Number(effectiveOn.slice(0, 4)));
    const last = Math.max(...days);
    const years = [last - 1, last, last + 1];
    const fold = new Fold(years);
    for (const event of events) fold.post(event);
    const place = folder();
    const files = { ledger: join(place, 'journal.ledger'), beancount: join(place, 'journal.beancount') };
    for (const [format, file] of Object.entries(files)) await journal('--format', format, '--out', file);
    expect(await complaints(files)).toEqual([]);
    expect(Object.keys(fold.balances.at(-1)!).length).toBeGreaterThan(3);
    expect(await hledgerBalances(files.ledger, years)).toEqual(fold.balances);
    expect(await ledgerBalances(files.ledger, years)).toEqual(fold.balances);
    expect(await beancountBalances(files.beancount, years)).toEqual(fold.balances);
  },
);
