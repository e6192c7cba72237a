import fc from 'fast-check';
import { replayedReports } from '../../projections/reports/catalogue.js';
import { cellOf, trace, type CellValue, type Trace } from '../../projections/reports/explaining.js';
import { valuesOf } from '../../projections/reports/question.js';
import { rollForward } from '../../projections/reports/roll-forward.js';
import { replayed, type Report, type Row } from '../../projections/report.js';
import type { EventReader, LogQuery } from '../../src/event-store/event-store.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { histories } from './histories.js';
import { nothingClosed, rowsOf, type Asked } from './reporting.js';
import { CITY, huda, omar, Story } from './story.js';
import { id } from '../given.js';

/** A cell over a log that is an array, as the server explains it. */
function traced(
  report: Report,
  log: readonly Envelope[],
  cell: string,
  asked: Asked,
  at = log.length - 1,
): Promise<Trace> {
  const readAll = ({ filter }: LogQuery = {}) =>
    Promise.resolve({
      events: log
        .map((event, sequence) => ({ event, sequence }))
        .filter(({ event }) => filter?.types?.includes(event.type) ?? true),
      atEnd: true,
    });
  const places = {
    events: { readAll } as unknown as EventReader,
    models: {} as ReadModelReader,
    closingsOf: nothingClosed,
    upcast: (event: Envelope) => event,
  };
  const values = valuesOf(report, asked, '2199-12-31' as BusinessDate);
  return trace(report, values, cellOf(report, cell), at, places, () => undefined);
}

const textOf = (cell: Row[string] | undefined): string => (cell === null || cell === undefined ? '' : String(cell));
const nameOf = ({ key }: Report, column: string, row: Row): string =>
  `${column}@${key.map((name) => textOf(row[name])).join(',')}`;

/** What the report's cell says, as an explanation does. */
function saidBy({ columns }: Report, column: string, row: Row): CellValue {
  const { kind } = columns.find(({ name }) => name === column)!;
  const text = textOf(row[column]);
  if (kind !== 'money' && kind !== 'count') return row[column] === null ? null : text;
  return BigInt(text.replace('.', '') || '0');
}

const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 12);

test('whatever happened, every cell of every replayed report opens into events that come to what it says', async () => {
  const opened = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(histories, async ({ log, from, on, sequence }) => {
      for (const report of replayedReports) {
        const span = Object.entries({ from, to: on, effectiveOn: on }).filter(([name]) => name in report.takes);
        const asked = Object.fromEntries(span);
        const rows = await rowsOf(report, log, asked, sequence);
        for (const row of rows.slice(0, 5)) {
          for (const { name } of report.columns) {
            const { value, effects } = await traced(report, log, nameOf(report, name, row), asked, sequence);
            expect([report.name, name, value]).toEqual([report.name, name, saidBy(report, name, row)]);
            expect(effects.at(-1)?.after ?? value).toBe(value);
            for (const each of effects) {
              expect(log[each.sequence]).toMatchObject({ stream: each.stream, revision: each.revision });
              expect(each.sequence).toBeLessThanOrEqual(sequence);
            }
            opened.set(report.name, (opened.get(report.name) ?? 0) + effects.length);
          }
        }
      }
    }),
    { numRuns: RUNS, seed: 3 },
  );
  // Nobody delegates in these lives, nor does what another should; few are owed anything; and nobody's data are read.
  const rare = ['refundable-balances', 'segregation-of-duties', 'delegation-register'];
  rare.push('access-log', 'retention-and-erasure');
  const unopened = replayedReports.map(({ name }) => name).filter((name) => !opened.has(name));
  expect(unopened.filter((name) => !rare.includes(name))).toEqual([]);
});

test('duties of one person, a delegation, and what is refundable open, too', async () => {
  const story = new Story().on('2026-01-05');
  const terms = { entity: CITY, approver: omar.id, kind: 'exemption', amount: '1000.00', currency: 'SAR' };
  const target = id('delegation');
  story.do('RegisterDelegation', target, { ...terms, from: '2026-02-01', to: '2026-06-30' }, huda);
  const [a, b] = [story.debt('A', '100.00'), story.debt('B', '50.00')];
  const request = story.ask('RequestCancellation', b, { ground: 'error' }, { ...omar, role: 'clerk' });
  story.do('ApproveRequest', b, { request }, { ...huda, role: 'approver' });
  story.on('2026-03-05').pay('FT-1', '120.00', { debt: a });
  for (const [name, column, least] of [
    ['segregation-of-duties', 'second', 1],
    ['delegation-register', 'upTo', 1],
    ['refundable-balances', 'balance', 1],
  ] as const) {
    const report = replayedReports.find((each) => each.name === name)!;
    const span = Object.entries({ from: '2000-01-01', to: '2199-12-31', effectiveOn: '2199-12-31' });
    const asked = Object.fromEntries(span.filter(([parameter]) => parameter in report.takes));
    const rows = await rowsOf(report, story.log, asked);
    expect([name, rows.length > 0]).toEqual([name, true]);
    for (const row of rows) {
      const { value, effects } = await traced(report, story.log, nameOf(report, column, row), asked);
      expect([name, value]).toEqual([name, saidBy(report, column, row)]);
      expect(effects.length).toBeGreaterThanOrEqual(least);
    }
  }
});

describe('a cell by its name', () => {
  const { log } = fc.sample(histories, { numRuns: 20, seed: 1 }).find((each) => each.log.some(isRegistration))!;
  const first = log.find(isRegistration)!;
  const all = { from: '2000-01-01', to: '2199-12-31' };

  test('what was registered opens into the registrations, one after the other', async () => {
    const { creditor = '' } = first.refs;
    const { currency } = first.data as { currency: string };
    const { value, effects } = await traced(rollForward, log, `registered@${creditor},${currency}`, all);
    const those = log.filter(
      (event) => isRegistration(event) && event.refs.creditor === creditor && currencyOf(event) === currency,
    );
    expect(effects.map(({ sequence }) => log[sequence])).toEqual(those);
    expect(value).toBe(
      those.reduce((sum, event) => sum + BigInt((event.data as { amount: string }).amount.replace('.', '')), 0n),
    );
  });

  test.each(['', 'registered', 'soul@a,b', 'registered@a', 'registered@a,b,c', '@a,b'])('"%s" names none', (cell) => {
    expect(() => cellOf(rollForward, cell)).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        faults: [expect.objectContaining({ path: 'cell', code: 'NOT_ACCEPTED' })],
      }),
    );
  });

  test('a row that the report does not have is not found', async () => {
    await expect(traced(rollForward, log, 'closing@nobody,SAR', all)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a report that is not made of single streams', () => {
  const NAMED = { en: '-', ar: '-' };
  /** How many people acted, and at most how many more rows as there is to slow it down. */
  const actors = (rows: number): Report =>
    replayed({
      name: 'actors',
      number: 0,
      title: NAMED,
      about: NAMED,
      takes: {},
      boundBy: {},
      columns: [
        { name: 'row', kind: 'text', en: '-', ar: '-' },
        { name: 'people', kind: 'count', en: '-', ar: '-' },
      ],
      key: ['row'],
      initial: () => new Set<string>(),
      fold: (people, { event }) => void people.add(event.actor.id),
      rows: (people) => Array.from({ length: rows }, (_, row) => ({ row: String(row), people: people.size })),
    });
  const { log } = fc.sample(histories, { numRuns: 20, seed: 1 }).find((each) => each.log.length > 30)!;

  test('is worked out whole before and after each event', async () => {
    const { value, effects } = await traced(actors(1), log, 'people@0', {});
    const seen = new Set<string>();
    const firsts = log.flatMap(({ actor }, sequence) => (seen.has(actor.id) ? [] : (seen.add(actor.id), [sequence])));
    expect(effects.map(({ sequence }) => sequence)).toEqual(firsts);
    expect(value).toBe(BigInt(firsts.length));
  });

  test('and where that takes too long, it says what to ask instead', async () => {
    await expect(traced(actors(70_000), log, 'people@0', {})).rejects.toMatchObject({ code: 'CELL_NOT_OPENED' });
  });
});

function isRegistration({ type }: Envelope): boolean {
  return type === 'debts.DebtRegistered';
}
const currencyOf = ({ data }: Envelope): string => (data as { currency: string }).currency;
