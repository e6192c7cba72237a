import type { Envelope } from '../../src/kernel/envelope.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { EventReader } from '../../src/event-store/event-store.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { Report } from '../../projections/report.js';
import { equalTreatment } from '../../projections/reports/equal-treatment.js';
import { exceptions } from '../../projections/reports/exceptions.js';
import { make } from '../../projections/reports/making.js';
import { valuesOf } from '../../projections/reports/question.js';
import { actor, id, party } from '../given.js';
import { nothingClosed } from './reporting.js';

const CITY = party('city');
const HUDA = actor('huda', 'clerk', CITY);

const event = (type: string, on: string, about: string, data: object = {}, by = HUDA): Envelope =>
  ({
    id: id(`${type} ${on} ${about}`),
    type,
    effectiveOn: on,
    recordedAt: `${on}T08:00:00.000Z`,
    actor: by,
    refs: { debt: id(about), creditor: CITY, receipt: id(about) },
    entries: [],
    data,
  }) as unknown as Envelope;

async function rowsOf(report: Report, history: readonly Envelope[], asked: object) {
  const page = { events: history.map((each, sequence) => ({ event: each, sequence })), next: undefined, atEnd: true };
  const events = { readAll: () => Promise.resolve(page) } as unknown as EventReader;
  const values = valuesOf(report, asked, '2026-12-31' as BusinessDate);
  const places = { events, models: {} as ReadModelReader, closingsOf: nothingClosed, upcast: (each: Envelope) => each };
  return (await make(report, values, history.length - 1, places, () => {})).rows;
}

describe('25, equal treatment', () => {
  const exemption = (on: string, debt: string) => event('debts.ExemptionRequested', on, debt, { ground: 'poverty' });
  const history = [
    exemption('2026-01-01', 'A'),
    event('debts.ExemptionGranted', '2026-01-03', 'A'), // 2 days
    event('debts.DebtSettled', '2026-01-03', 'A'), // by the same approval: counts once
    exemption('2026-01-01', 'B'),
    event('debts.RequestDeclined', '2026-01-11', 'B'), // 10 days
    exemption('2026-01-01', 'C'),
    event('debts.ExemptionGranted', '2026-01-05', 'C'), // 4 days
    exemption('2026-01-01', 'D'),
    event('debts.RequestWithdrawn', '2026-03-01', 'D'), // nobody decided
    exemption('2026-01-01', 'E'), // still open
    event('debts.PaymentRequested', '2026-02-01', 'F'),
    event('debts.PartialPaymentApproved', '2026-02-01', 'F'), // on the same day
  ];
  const group = { entity: CITY, request: 'debts.ExemptionRequested', ground: 'poverty' };

  test('counts decisions by entity, request and ground, and their days', async () => {
    expect(await rowsOf(equalTreatment, history, {})).toEqual([
      { ...group, approved: 2, declined: 1, withdrawn: 1, medianDays: 4, mostDays: 10 }, // 2, 4, 10
      {
        entity: CITY,
        request: 'debts.PaymentRequested',
        ground: null,
        approved: 1,
        declined: 0,
        withdrawn: 0,
        medianDays: 0,
        mostDays: 0,
      },
    ]);
  });
  test('a request counts when it is decided', async () => {
    expect(await rowsOf(equalTreatment, history, { from: '2026-01-04', to: '2026-01-31' })).toEqual([
      { ...group, approved: 1, declined: 1, withdrawn: 0, medianDays: 4, mostDays: 10 },
    ]);
  });
});

describe('12, exceptions', () => {
  const refused = (rule: string, on: string, by = HUDA) =>
    event(
      'debts.RegisterDebtRejected',
      on,
      rule,
      { rule, code: `C_${rule}`, command: 'RegisterDebt', target: id('A') },
      by,
    );
  const omar = actor('omar', 'approver', CITY);
  const history = [
    refused('E7', '2026-01-01'),
    refused('E6', '2026-01-03', omar),
    event('billing.ReceiptConflictRecorded', '2026-01-04', 'A'),
  ];
  test('lists what rules stopped, and contradicting receipts', async () => {
    const rows = await rowsOf(exceptions, history, {});
    expect(rows.map(({ rule, code, actor: who }) => [rule, code, who])).toEqual([
      ['E7', 'C_E7', HUDA.id],
      ['E6', 'C_E6', omar.id],
      ['E8', 'RECEIPT_CONFLICT', HUDA.id],
    ]);
  });
  test.each([
    [{ rule: 'E6' }, ['E6']],
    [{ actor: HUDA.id }, ['E7', 'E8']],
    [{ from: '2026-01-02', to: '2026-01-03' }, ['E6']],
  ])('by %j', async (asked, rules) => {
    const rows = await rowsOf(exceptions, history, asked);
    expect(rows.map(({ rule }) => rule)).toEqual(rules);
  });
});
