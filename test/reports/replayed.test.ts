import { canonicalJson, sha256 } from '../../src/event-store/canonical.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { PARAMETERS, type Report, type Row, type Values } from '../../projections/report.js';
import { ageing } from '../../projections/reports/ageing.js';
import { csv } from '../../projections/reports/csv.js';
import { tableOf } from '../../projections/reports/table.js';
import { fourEyes } from '../../projections/reports/four-eyes.js';
import { make, totalsOf } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import { rollForward } from '../../projections/reports/roll-forward.js';
import { reports } from '../../src/composition.js';
import type { EventReader, LogQuery } from '../../src/event-store/event-store.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { actor, id, party } from '../given.js';
import { nothingClosed } from './reporting.js';

const CITY = party('city');
const SAMI = party('sami');
const [HUDA, OMAR] = [actor('huda', 'clerk', CITY), actor('omar', 'approver', CITY)];

type Said = Pick<Envelope, 'type' | 'effectiveOn' | 'actor'> & { data?: object; entries?: readonly Entry[] };

/** What happens to one debt, as its decider tells it; only what the reports look at. */
function happens(debt: string, type: string, on: string, by = OMAR, more: Partial<Said> = {}): Envelope {
  return {
    id: id(`${debt} ${type} ${on}`),
    type: `debts.${type}`,
    effectiveOn: on,
    actor: by,
    refs: { debt: id(debt), debtor: SAMI, creditor: CITY },
    entries: [],
    data: {},
    ...more,
  } as unknown as Envelope;
}

const leg = (account: string, debt: string) => ({ account, dims: { entity: CITY, debt: id(debt) } });
const posts = (debt: string, debit: string, credit: string, amount: string) =>
  ({
    entries: [{ debit: leg(debit, debt), credit: leg(credit, debt), amount, currency: 'SAR' }],
  }) as unknown as Partial<Said>;

/*
 * Debt A 115.00, registered 2025-12-01, due 2026-01-01; 15.00 paid on 2026-02-10.
 * Debt B 230.00, registered 2026-01-15 without a due date; 30.00 waived on 2026-02-20; 200.00 moved into a plan.
 * Debt C 50.00, registered 2026-02-01, cancelled 2026-03-01.
 */
const HISTORY: readonly Envelope[] = [
  happens('A', 'DebtDrafted', '2025-12-01', HUDA),
  happens('A', 'DebtRegistered', '2025-12-01', OMAR, {
    ...posts('A', '1200', '4300', '115.00'),
    data: { dueOn: '2026-01-01' },
  }),
  happens('B', 'DebtDrafted', '2026-01-15', HUDA),
  happens('B', 'DebtRegistered', '2026-01-15', OMAR, posts('B', '1200', '4300', '230.00')),
  happens('C', 'DebtDrafted', '2026-02-01', HUDA),
  happens('C', 'DebtRegistered', '2026-02-01', HUDA, posts('C', '1200', '4300', '50.00')), // no decider allows it
  happens('A', 'ReceiptApplied', '2026-02-10', OMAR, posts('A', '2310', '1200', '15.00')),
  happens('B', 'ExemptionRequested', '2026-02-15', HUDA),
  happens('B', 'ExemptionGranted', '2026-02-20', OMAR, posts('B', '5100', '1200', '30.00')),
  happens('B', 'InstalmentPlanApproved', '2026-02-25', OMAR, posts('B', '1205', '1200', '200.00')),
  happens('C', 'CancellationRequested', '2026-02-28', HUDA),
  happens('C', 'DebtCancelled', '2026-03-01', OMAR, posts('C', '4300', '1200', '50.00')),
];

const TODAY = '2026-03-10' as BusinessDate;
const values = (report: Report, asked: object): Values => valuesOf(report, asked, TODAY);

/** Pages of two events each. */
const events = {
  readAll: ({ after, filter }: LogQuery = {}) => {
    const from = after?.count ?? 0;
    const page = HISTORY.slice(from, from + 2).map((event, i) => ({ event, sequence: from + i }));
    const wanted = page.filter(({ event }) => filter?.types?.includes(event.type) ?? true);
    return Promise.resolve({ events: wanted, next: { count: from + page.length }, atEnd: from + 2 >= HISTORY.length });
  },
} as unknown as EventReader;

const made = (report: Report, asked: object, sequence = HISTORY.length - 1) =>
  make(
    report,
    values(report, asked),
    sequence,
    { events, models: {} as ReadModelReader, closingsOf: nothingClosed, upcast: (e) => e },
    () => {},
  );

describe('3, ageing', () => {
  test('tells what is owed by the days since it fell due', async () => {
    // On 2026-02-28: A 100.00, due 58 days before; B 200.00, 44 days after its registration; C 50.00, 27 days after its.
    const { rows, totals } = await made(ageing, { effectiveOn: '2026-02-28' });
    const line = (age: string, debts: number, amount: string) => ({
      entity: CITY,
      currency: 'SAR',
      age,
      debts,
      amount,
    });
    expect(rows).toEqual([line('0-30', 1, '50.00'), line('31-90', 2, '300.00')]);
    expect(totals).toEqual([{ currency: 'SAR', debts: 3, amount: '350.00' }]);
  });
  test('counts what is not due yet apart', async () => {
    const { rows } = await made(ageing, { effectiveOn: '2025-12-31' }); // A only, due the day after
    expect(rows).toMatchObject([{ age: 'not-due', debts: 1, amount: '115.00' }]);
  });
  test.each([
    ['2026-01-31', '0-30'], // 30 days after 1 January
    ['2026-02-01', '31-90'],
    ['2026-04-01', '31-90'], // 90
    ['2026-04-02', '91-365'],
    ['2027-01-01', '91-365'], // 365
    ['2027-01-02', 'over-365'],
  ])('on %s debt A is %s', async (effectiveOn, age) => {
    const { rows } = await made(ageing, { effectiveOn }, 1); // what was known when only A was there
    expect(rows).toMatchObject([{ age, amount: '115.00' }]);
  });
});

describe('5, roll-forward', () => {
  test('opening + registered + updated − paid − waived − cancelled = closing', async () => {
    // 115.00 + (230.00 + 50.00) − 15.00 − 30.00 − 50.00 = 300.00; the plan changes nothing.
    const { rows } = await made(rollForward, { from: '2026-01-01', to: '2026-03-01' });
    expect(rows).toEqual([
      {
        entity: CITY,
        currency: 'SAR',
        opening: '115.00',
        registered: '280.00',
        updated: '0.00',
        paid: '15.00',
        waived: '30.00',
        cancelled: '50.00',
        closing: '300.00',
      },
    ]);
  });
  test('what was known before is the same fold stopped earlier', async () => {
    const { rows } = await made(rollForward, { from: '2026-01-01', to: '2026-03-01' }, 5);
    expect(rows).toMatchObject([{ opening: '115.00', registered: '280.00', paid: '0.00', closing: '395.00' }]);
  });
  test('of another entity there is nothing', async () => {
    expect((await made(rollForward, { entity: party('other') })).rows).toEqual([]);
  });
});

describe('13, four eyes', () => {
  test('names who asked and who decided, and where they are one', async () => {
    const { rows } = await made(fourEyes, { from: '2026-02-01', to: '2026-03-10' });
    const seen = (row: Row) => [
      row['sequence'],
      row['decision'],
      row['requestedBy'],
      row['decidedBy'],
      row['separate'],
    ];
    expect(rows.map(seen)).toEqual([
      [5, 'debts.DebtRegistered', HUDA.id, HUDA.id, 'no'],
      [8, 'debts.ExemptionGranted', HUDA.id, OMAR.id, 'yes'],
      [9, 'debts.InstalmentPlanApproved', HUDA.id, OMAR.id, 'yes'], // the latest request of B, here the exemption's
      [11, 'debts.DebtCancelled', HUDA.id, OMAR.id, 'yes'],
    ]);
  });
});

describe('what makes a report repeatable', () => {
  test('the digest is that of its canonical rows', async () => {
    const { rows, digest } = await made(ageing, { effectiveOn: '2026-02-28' });
    expect(digest).toBe(sha256(rows.map((row) => `${canonicalJson(row)}\n`).join('')));
  });
  test('defaults are filled in: they are part of the question', () => {
    expect(values(rollForward, {})).toEqual({ from: '2026-01-01', to: TODAY });
    expect(values(rollForward, { to: '2025-06-30' })).toEqual({ from: '2025-01-01', to: '2025-06-30' });
  });
  test.each([{ effectiveOn: '2026-01-01' }, { from: '2026-02-01', to: '2026-01-31' }])('%j is refused', (asked) => {
    expect(() => values(rollForward, asked)).toThrow('INVALID_REQUEST');
  });
});

describe('CSV', () => {
  const text: Report = {
    ...ageing,
    columns: [
      { name: 'note', kind: 'text', en: 'Note', ar: 'ملاحظة' },
      { name: 'amount', kind: 'money', en: 'Amount', ar: 'المبلغ' },
    ],
  };
  test.each([
    ['=1+1', `'=1+1`],
    ['+966', `'+966`],
    ['@x', `'@x`],
    ['-x', `'-x`],
    ['\tx', `'\tx`],
    ['a,"b"', '"a,""b"""'],
    [null, ''],
  ])('a text %j is written %s: none becomes a formula', (note, written) => {
    expect([...csv({ columns: text.columns, rows: [{ note, amount: '-5.00' }] }, 'en')].join('')).toBe(
      `\uFEFFNote,Amount\r\n${written},-5.00\r\n`,
    );
  });
  test('is in Arabic where asked for', async () => {
    const table = tableOf(ageing, await made(ageing, { effectiveOn: '2025-12-31' }));
    const lines = [...csv(table, 'ar')].join('').split('\r\n');
    expect(lines[0]).toBe('\uFEFFالجهة,العملة,العمر,عدد المديونيات,المبلغ المستحق,التصحيحات');
    expect(lines[1]).toBe(`${CITY},SAR,لم يحن موعدها,1,115.00,`);
  });
});

describe('the catalogue', () => {
  const names = reports.flatMap(({ title, about, columns }) => [
    title,
    about,
    ...columns.flatMap((column) => [column, ...Object.values(column.labels ?? {})]),
  ]);
  test('everything has its name in Arabic and in English', () => {
    for (const { en, ar } of [...names, ...Object.values(PARAMETERS)]) {
      expect(en).toMatch(/[A-Za-z]/);
      expect(ar).toMatch(/[\u0600-\u06FF]/);
    }
  });
  test('no two reports share a name, no two columns of one do, and keys are columns', () => {
    expect(new Set(reports.map(({ name }) => name)).size).toBe(reports.length);
    for (const { columns, key } of reports) {
      const own = columns.map(({ name }) => name);
      expect(new Set(own).size).toBe(own.length);
      expect(own).toEqual(expect.arrayContaining([...key]));
    }
  });
  test('a role is bound by a party, which the report takes', () => {
    for (const { takes, boundBy } of reports) {
      for (const parameter of Object.values(boundBy)) {
        expect(PARAMETERS[parameter].kind).toBe('party');
        expect(Object.keys(takes)).toContain(parameter);
      }
    }
  });
  test('sums are exact beyond 2⁵³, and below zero', () => {
    const row = (amount: string) => ({ currency: 'SAR', debts: 1, amount });
    const rows = [row('90071992547409.91'), row('90071992547409.91'), row('-0.01')];
    expect(totalsOf(ageing, rows)).toEqual([{ currency: 'SAR', debts: 3, amount: '180143985094819.81' }]);
  });
});
