import fc from 'fast-check';
import { booksReports } from '../../projections/books/reports.js';
import { pageOfLines, type LinesEffect, type LinesPage } from '../../projections/reports/explaining-lines.js';
import { cellOf, isSum, nothingIn } from '../../projections/reports/explaining.js';
import { make } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import type { EventPlace, Report, Row } from '../../projections/report.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { histories as entries, ENTITIES, PARTIES } from '../books/histories.js';
import { id } from '../given.js';
import { histories as lives } from './histories.js';
import { audited, indexedPlaces, type IndexedPlaces } from './indexed.js';
import type { Asked } from './reporting.js';

/* Whatever happened, every cell of the trial balance, the ledger and the statement opens into lines that come to what it says. */

const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 8);
const TODAY = '2199-12-31' as BusinessDate;
const NO_PROGRESS = (): void => {};

const textOf = (cell: Row[string] | undefined): string => (cell === null || cell === undefined ? '' : String(cell));
const nameOf = ({ key }: Report, column: string, row: Row): string =>
  `${column}@${key.map((name) => textOf(row[name])).join(',')}`;

interface Question {
  readonly report: Report;
  readonly asked: Asked;
  readonly sequence: number;
}

/** All pages of a cell's explanation, one after the other. */
async function opened({ report, asked, sequence }: Question, cell: string, places: IndexedPlaces, limit: number) {
  const values = valuesOf(report, asked, TODAY);
  const sources = { ...places, sequence };
  const effects: LinesEffect[] = [];
  let first: LinesPage | undefined;
  for (let after: EventPlace | undefined; ;) {
    const page = await pageOfLines(report, values, cellOf(report, cell), sources, { after, limit });
    first ??= page;
    expect(page.effects.length).toBeLessThanOrEqual(limit);
    effects.push(...page.effects);
    if (page.next === undefined) return { ...first, effects };
    after = page.next;
  }
}

async function expectOpened(question: Question, log: readonly Envelope[], places: IndexedPlaces, picks: number[]) {
  const { report, asked, sequence } = question;
  const { rows } = await make(report, valuesOf(report, asked, TODAY), sequence, places, NO_PROGRESS);
  let count = 0;
  const chosen = rows.length < 8 ? rows : picks.map((pick) => rows[pick % rows.length] as Row);
  for (const row of chosen) {
    for (const column of report.columns) {
      const cell = nameOf(report, column.name, row);
      const { value, opening, effects } = await opened(question, cell, places, 1 + (picks[0]! % 7));
      const isFigure = isSum(nothingIn(column));
      const text = row[column.name] === null ? null : textOf(row[column.name]);
      const said = isFigure ? BigInt(text?.replace('.', '') ?? '0') : text;
      expect([report.name, cell, value]).toEqual([report.name, cell, said]);
      let running = isFigure ? (opening ?? 0n) : null;
      for (const { sequence: at, event, before, after, byEntry } of effects) {
        expect(log[at]?.id).toBe(event);
        expect(at).toBeLessThanOrEqual(sequence);
        expect(before).toBe(running);
        if (isFigure) {
          const changed = [...byEntry.values()].reduce((sum, each) => sum + each, 0n);
          expect(after).toBe((before as bigint) + changed);
          expect(changed).not.toBe(0n);
        }
        running = after as bigint;
      }
      if (isFigure || effects.length > 0) expect([cell, running]).toEqual([cell, value]);
      count += effects.length;
    }
  }
  return count;
}

const picks = fc.array(fc.nat(), { minLength: 5, maxLength: 5 });

test('of entries alone, at any pair of times, asked for in any way', async () => {
  let count = 0;
  const law = async (log: readonly Envelope[], [from, to]: string[], eighths: number, chosen: number[]) => {
    const placed = log.map(audited);
    const places = await indexedPlaces(placed, 1 + (chosen[0]! % 300));
    const sequence = Math.floor((log.length * eighths) / 8) - 1;
    const days = { from: from!, to: to! };
    const [entity, party] = [ENTITIES[chosen[1]! % 2]!, PARTIES[chosen[2]! % 3]!];
    const some = chosen[3]! % 4;
    const narrower = {
      ...(some === 1 && { currency: 'SAR' }),
      ...(some === 2 && { account: '1200' }),
    };
    for (const report of booksReports) {
      const of = 'party' in report.takes ? { party } : { entity };
      const asked: Asked = {
        ...of,
        ...days,
        ...Object.fromEntries(Object.entries(narrower).filter(([name]) => name in report.takes)),
        ...(report.number === 1 && some === 3 && { sector: 'traffic' }),
        ...(report.number === 1 && chosen[4]! % 2 === 1 && { beforeClosing: 'true' }),
      };
      count += await expectOpened({ report, asked, sequence }, placed, places, chosen);
    }
    await places.models.close();
  };
  const days = fc.array(fc.constantFrom('1900-01-01', '2024-03-01', '2025-06-15', '2025-12-31', '2199-12-31'), {
    minLength: 2,
    maxLength: 2,
  });
  const sorted = days.map((each) => each.toSorted());
  await fc.assert(fc.asyncProperty(entries, sorted, fc.integer({ min: 0, max: 8 }), picks, law), { numRuns: RUNS });
  expect(count).toBeGreaterThan(100);
});

test('of lives of debts and subscriptions, with back-dated commands', async () => {
  const law = async (
    { log, from, on, sequence }: { log: readonly Envelope[]; from: string; on: string; sequence: number },
    chosen: number[],
  ) => {
    const places = await indexedPlaces(log);
    const dims = log.flatMap(({ entries: all }) => all.map(({ debit }) => debit.dims));
    const { entity } = dims[chosen[1]! % Math.max(1, dims.length)] ?? { entity: ENTITIES[0]! };
    const parties = dims.flatMap((each) => ('party' in each ? [each.party as string] : []));
    const party = parties[chosen[2]! % Math.max(1, parties.length)] ?? PARTIES[0]!;
    for (const report of booksReports) {
      const asked = { ...('party' in report.takes ? { party } : { entity }), from, to: on };
      await expectOpened({ report, asked, sequence }, log, places, chosen);
    }
    await places.models.close();
  };
  await fc.assert(fc.asyncProperty(lives, picks, law), { numRuns: RUNS });
});

describe('a place that no line of the cell has', () => {
  const posted = (on: string, amount: string): Envelope =>
    ({
      id: id(`event ${on}`),
      type: 'tests.Posted',
      effectiveOn: on,
      recordedAt: '2026-01-31T00:00:00.000Z',
      entries: [
        {
          debit: { account: '1100', dims: { entity: ENTITIES[0] } },
          credit: { account: '4300', dims: { entity: ENTITIES[0], party: PARTIES[0] } },
          amount,
          currency: 'SAR',
        },
      ],
    }) as unknown as Envelope;
  const log = [posted('2025-01-01', '5.00'), posted('2026-01-01', '7.00')].map(audited);
  const asked = { entity: ENTITIES[0]!, from: '2026-01-01', to: '2026-12-31' };

  test.each([
    ['trial-balance', 'closingDebit@1100,SAR', '2025-01-01', 0],
    ['trial-balance', 'closingDebit@1100,SAR', '2027-01-01', 0],
    ['trial-balance', 'closingCredit@1100,SAR', '2026-01-01', 1],
    ['general-ledger', 'balance@posted,1100,SAR,1,0', '2026-01-02', 1],
    ['general-ledger', 'debit@posted,1100,SAR,1,0', '2026-01-01', 1],
  ])('%s %s from %s on is refused', async (name, cell, effectiveOn, sequence) => {
    const report = booksReports.find((each) => each.name === name)!;
    const places = await indexedPlaces(log);
    const sources = { ...places, sequence: 1 };
    const values = valuesOf(report, asked, TODAY);
    const page = pageOfLines(report, values, cellOf(report, cell), sources, {
      after: { effectiveOn, sequence },
      limit: 5,
    });
    await expect(page).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    await places.models.close();
  });

  test('what is brought forward stands before the lines; the balance of the other side is nothing here', async () => {
    const places = await indexedPlaces(log);
    const of = (cell: string) => opened({ report: booksReports[0]!, asked, sequence: 1 }, cell, places, 5);
    expect(await of('closingDebit@1100,SAR')).toMatchObject({
      opening: 500n,
      value: 1200n,
      effects: [{ sequence: 1, before: 500n, after: 1200n }],
    });
    expect(await of('openingDebit@1100,SAR')).toMatchObject({ opening: null, effects: [{ before: 0n, after: 500n }] });
    expect(await of('closingCredit@1100,SAR')).toMatchObject({ opening: null, value: 0n, effects: [] });
    await places.models.close();
  });
});
