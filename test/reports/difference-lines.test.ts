import fc from 'fast-check';
import { booksReports } from '../../projections/books/reports.js';
import type { Report, Row } from '../../projections/report.js';
import { difference } from '../../projections/reports/difference.js';
import { make } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import { differing, keyed, keyOf, type Keyed } from '../../projections/reports/rows.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { ENTITIES, histories as entries, PARTIES } from '../books/histories.js';
import { id } from '../given.js';
import { histories as lives } from './histories.js';
import { audited, indexedPlaces, type IndexedPlaces } from './indexed.js';
import type { Asked } from './reporting.js';

/*
 * What the trial balance, the ledger and the statement say otherwise at two times, with exactly the events that changed
 * each row when they came: worked out here by making the report anew at each of them.
 */
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 10);
const TODAY = '2199-12-31' as BusinessDate;
/** Later events at most: each makes the report anew. */
const LATER = 12;

async function expectNamed(
  report: Report,
  asked: Asked,
  places: IndexedPlaces,
  [against, sequence]: [number, number],
): Promise<number> {
  const values = valuesOf(report, asked, TODAY);
  const at = async (known: number): Promise<Keyed> =>
    keyed(report, (await make(report, values, known, places, () => {})).rows);
  const made = await difference(report, values, { against, sequence }, places, () => {});
  const changed = new Map<string, number[]>();
  const first = await at(against);
  let before = first;
  for (let known = against + 1; known <= sequence; known++) {
    const after = await at(known);
    for (const key of differing(before, after)) changed.set(key, [...(changed.get(key) ?? []), known]);
    before = after;
  }
  const said = made.rows.map(({ before: old, after, events }) => {
    const row = (after ?? old) as Row;
    return [report.name, keyOf(report, row), events.map((each) => each.sequence)];
  });
  const expected = differing(first, before).map((key) => [report.name, key, changed.get(key)]);
  expect(said).toEqual(expected);
  return expected.length;
}

const spans = fc
  .array(fc.constantFrom('1900-01-01', '2024-03-01', '2025-06-15', '2025-12-31', '2199-12-31'), {
    minLength: 2,
    maxLength: 2,
  })
  .map((days) => days.toSorted());
const picks = fc.array(fc.nat(), { minLength: 5, maxLength: 5 });

/** Two times not far from one another. */
const times = (length: number, [pick, back]: readonly number[]): [number, number] => {
  const sequence = (pick! % (length + 1)) - 1;
  return [Math.max(-1, sequence - (back! % LATER)), sequence];
};

test('of entries alone, whatever differs has the events that changed it, and nothing else', async () => {
  let rows = 0;
  const law = async (log: readonly Envelope[], [from, to]: string[], chosen: number[]) => {
    const places = await indexedPlaces(log.slice(0, 120).map(audited));
    const [a, b, c, d, e] = chosen as [number, number, number, number, number];
    for (const report of booksReports) {
      const asked: Asked = {
        ...('party' in report.takes ? { party: PARTIES[c % 3]! } : { entity: ENTITIES[c % 2]! }),
        from: from!,
        to: to!,
        ...(d % 3 === 1 && { currency: 'SAR' }),
        ...(report.number === 1 && d % 3 === 2 && { sector: 'traffic' }),
        ...(report.number === 1 && e % 2 === 1 && { beforeClosing: 'true' }),
      };
      rows += await expectNamed(report, asked, places, times(Math.min(120, log.length), [a, b]));
    }
    await places.models.close();
  };
  await fc.assert(fc.asyncProperty(entries, spans, picks, law), { numRuns: RUNS });
  expect(rows).toBeGreaterThan(20);
});

test('of lives of debts and subscriptions, too', async () => {
  const law = async ({ log, from, on }: { log: readonly Envelope[]; from: string; on: string }, chosen: number[]) => {
    const places = await indexedPlaces(log);
    const dims = log.flatMap(({ entries: all }) => all.map(({ debit }) => debit.dims));
    const { entity } = dims[chosen[2]! % Math.max(1, dims.length)] ?? { entity: ENTITIES[0]! };
    const parties = dims.flatMap((each) => ('party' in each ? [each.party as string] : []));
    const party = parties[chosen[3]! % Math.max(1, parties.length)] ?? PARTIES[0]!;
    for (const report of booksReports) {
      const asked = { ...('party' in report.takes ? { party } : { entity }), from, to: on };
      await expectNamed(report, asked, places, times(log.length, chosen));
    }
    await places.models.close();
  };
  await fc.assert(fc.asyncProperty(lives, picks, law), { numRuns: RUNS });
});

test('names as many events as it looks at, and says from where on to ask for more', async () => {
  const log = Array.from({ length: 700 }, (_, sequence) =>
    audited(
      {
        id: id(`event ${sequence}`),
        type: 'tests.Posted',
        effectiveOn: '2026-01-01',
        recordedAt: '2026-01-31T00:00:00.000Z',
        entries: [
          {
            debit: { account: '1100', dims: { entity: ENTITIES[sequence % 2] } },
            credit: { account: '4300', dims: { entity: ENTITIES[sequence % 2] } },
            amount: '1.00',
            currency: 'SAR',
          },
        ],
      } as unknown as Envelope,
      sequence,
    ),
  );
  const places = await indexedPlaces(log);
  const trialBalance = booksReports[0] as Report;
  const values = valuesOf(trialBalance, { entity: ENTITIES[0]!, account: '1100' }, TODAY);
  const from = (against: number, sequence = 699) =>
    difference(trialBalance, values, { against, sequence }, places, () => {});
  const few = await from(99);
  expect([few.rows[0]?.events.length, few.named]).toEqual([300, 699]); // every second is of the other entity
  expect(few.rows[0]?.events[0]?.sequence).toBe(100);
  await places.models.close();

  const all = await indexedPlaces(log.map((event) => ({ ...event, entries: log[0]!.entries })));
  const whole = await difference(trialBalance, values, { against: -1, sequence: 699 }, all, () => {});
  expect([whole.rows[0]?.events.length, whole.named]).toEqual([500, 499]);
  const rest = await difference(trialBalance, values, { against: whole.named, sequence: 699 }, all, () => {});
  expect([rest.rows[0]?.events.length, rest.named]).toEqual([200, 699]);
  await all.models.close();
});
