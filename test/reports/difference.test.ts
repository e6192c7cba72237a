import fc from 'fast-check';
import type { Report, Row } from '../../projections/report.js';
import { csv } from '../../projections/reports/csv.js';
import { difference, type Difference } from '../../projections/reports/difference.js';
import { valuesOf } from '../../projections/reports/question.js';
import { rollForward } from '../../projections/reports/roll-forward.js';
import { keyOf } from '../../projections/reports/rows.js';
import { tableOfDifference } from '../../projections/reports/table.js';
import { reports } from '../../src/composition.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { actor, id, party } from '../given.js';
import { histories, type History } from './histories.js';
import { makeOf, placesOf, type Asked } from './reporting.js';

const between = (
  report: Report,
  log: readonly Envelope[],
  asked: Asked,
  against: number,
  sequence = log.length - 1,
): Promise<Difference> =>
  difference(
    report,
    valuesOf(report, asked, '2199-12-31' as BusinessDate),
    { against, sequence },
    { ...placesOf(log), eventsAt: () => Promise.reject(new Error('a replayed report asks for no place')) },
    () => {},
  );

const CITY = party('city');
const OMAR = actor('omar', 'approver', CITY);

function posts(type: string, on: string, debit: string, credit: string, amount: string, correction?: string): Envelope {
  const leg = (account: string) => ({ account, dims: { entity: CITY, debt: id('A') } });
  return {
    id: id(`${type} ${on} ${amount}`),
    type: `debts.${type}`,
    effectiveOn: on,
    recordedAt: `${on}T08:00:00.000Z`,
    actor: OMAR,
    refs: { debt: id('A'), creditor: CITY, ...(correction !== undefined && { correction }) },
    entries: [{ debit: leg(debit), credit: leg(credit), amount, currency: 'SAR' }],
    data: {},
  } as unknown as Envelope;
}
const closed = {
  type: 'periods.PeriodClosed',
  effectiveOn: '2026-02-01',
  refs: { entity: CITY },
  entries: [],
  data: { request: id('r'), period: '2026-01', through: '2026-01-31' },
} as unknown as Envelope;

/* 115.00 registered in January, which is closed at sequence 1; 15.00 paid in February; then 20.00 more in January. */
const LOG = [
  posts('DebtRegistered', '2026-01-05', '1200', '4300', '115.00'),
  closed,
  posts('ReceiptApplied', '2026-02-03', '2310', '1200', '15.00'),
  posts('DebtUpdated', '2026-01-20', '1200', '4300', '20.00', id('correction')),
  posts('ReceiptApplied', '2026-02-04', '2310', '1200', '5.00'),
];
const JANUARY = { from: '2026-01-01', to: '2026-01-31' };

describe('what a report said at two times', () => {
  test('differs in its rows, each with the events that restated it', async () => {
    const { rows, named, before, after } = await between(rollForward, LOG, JANUARY, 1);
    expect(rows).toMatchObject([
      {
        change: 'changed',
        before: { registered: '115.00', updated: '0.00', closing: '115.00' },
        after: { registered: '115.00', updated: '20.00', closing: '135.00' },
      },
    ]);
    expect(rows[0]?.events.map(({ sequence }) => sequence)).toEqual([3]); // what counts in February changes nothing
    expect(named).toBe(4);
    expect(before).toBe((await makeOf(rollForward, LOG, JANUARY, 1)).digest);
    expect(after).toBe((await makeOf(rollForward, LOG, JANUARY)).digest);
  });
  test('is a line for each row as CSV', async () => {
    const made = await between(rollForward, LOG, JANUARY, 1);
    const [names, line, end] = [...csv(tableOfDifference(rollForward, made), 'en')].join('').slice(1).split('\r\n');
    expect(names).toMatch(/^Change,Entity,Currency,"Opening, before","Opening, after",.*,Events$/);
    expect(line).toBe(
      `Changed,${CITY},SAR,0.00,0.00,115.00,115.00,0.00,20.00,0.00,0.00,0.00,0.00,0.00,0.00,115.00,135.00,3`,
    );
    expect(end).toBe('');
  });
  test('from before anything was known, everything is added', async () => {
    const { rows } = await between(rollForward, LOG, JANUARY, -1);
    expect(rows).toMatchObject([{ change: 'added', before: null, after: { closing: '135.00' } }]);
    expect(rows[0]?.events.map(({ sequence }) => sequence)).toEqual([0, 3]);
  });
  test('names as many events as it looks at, and says from where on to ask for more', async () => {
    const more = Array.from({ length: 600 }, (_, i) =>
      posts('DebtUpdated', '2026-01-21', '1200', '4300', `${i + 1}.00`),
    );
    const { rows, named } = await between(rollForward, [...LOG, ...more], JANUARY, 1);
    expect(rows[0]?.events).toHaveLength(500);
    expect(named).toBe(503); // the correction at 3 and 499 from 5 on
    const rest = await between(rollForward, [...LOG, ...more], JANUARY, named);
    expect(rest.rows[0]?.events).toHaveLength(101);
    expect(rest.named).toBe(604);
  });

  const replayed = reports.filter(
    ({ source, takes }) => 'replay' in source && !Object.values(takes).includes('required'),
  );
  test.each(replayed)('$name: of any history, whatever differs has its events, and nothing else', async (report) => {
    const law = async ({ log, from, on, sequence }: History, pick: number) => {
      const against = (pick % (sequence + 2)) - 1;
      const asked = Object.fromEntries(
        Object.entries({ from, to: on, effectiveOn: on }).filter(([name]) => name in report.takes),
      );
      const { rows } = await between(report, log, asked, against, sequence);
      const then = new Map((await makeOf(report, log, asked, against)).rows.map((row) => [keyOf(report, row), row]));
      for (const { before, after, events } of rows) {
        const key = keyOf(report, (after ?? before) as Row);
        expect(then.get(key) ?? null).toEqual(before);
        if (after === null) then.delete(key);
        else then.set(key, after);
        expect(events.length).toBeGreaterThan(0);
        for (const known of events) expect(known.sequence).toBeGreaterThan(against);
      }
      const now = (await makeOf(report, log, asked, sequence)).rows;
      expect(then).toEqual(new Map(now.map((row) => [keyOf(report, row), row])));
    };
    await fc.assert(fc.asyncProperty(histories, fc.nat(), law), { numRuns: 25 });
  });
});

describe('corrections', () => {
  test('are listed with the rows that they changed, and mark them', async () => {
    const made = await makeOf(rollForward, LOG, JANUARY);
    expect(made.corrections).toMatchObject({
      listed: [{ sequence: 3, event: LOG[3], rows: [JSON.stringify([CITY, 'SAR'])] }],
      more: 0,
    });
    const later = await makeOf(rollForward, LOG, { from: '2026-02-01', to: '2026-02-28' });
    expect(later.corrections?.listed).toHaveLength(1); // in its opening
    expect((await makeOf(rollForward, LOG, JANUARY, 2)).corrections?.listed).toEqual([]); // not known yet
  });
  test('are of what the report is about only', async () => {
    const { corrections } = await makeOf(rollForward, LOG, { ...JANUARY, entity: party('other') });
    expect(corrections?.listed).toEqual([]);
  });
  test('are found by their sequence, whether they name their approval or not', async () => {
    const slipped = posts('ReceiptApplied', '2026-01-31', '2310', '1200', '1.00');
    const { corrections } = await makeOf(rollForward, [...LOG, slipped], JANUARY);
    expect(corrections?.listed.map(({ sequence }) => sequence)).toEqual([3, 5]);
  });
  test('beyond two hundred are counted', async () => {
    const more = Array.from({ length: 250 }, (_, i) =>
      posts('DebtUpdated', '2026-01-21', '1200', '4300', `${i + 1}.00`),
    );
    const { corrections } = await makeOf(rollForward, [...LOG, ...more], JANUARY);
    expect([corrections?.listed.length, corrections?.more]).toEqual([200, 51]);
  });
});
