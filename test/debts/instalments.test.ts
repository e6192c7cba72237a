import type { Entry } from '../../src/kernel/entries.js';
import { formatMinor, MAX_MINOR, type Currency } from '../../src/kernel/money.js';
import { SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  CREDITOR,
  DEBT,
  debtor,
  DEBTOR,
  draft,
  given,
  openRequest,
  PROOF,
  receive,
  REFS,
  register,
  requestCancellation,
  requestInstalments,
  requestPayment,
  requestSchedule,
  requestUpdate,
  REQUEST,
  REVIEW,
  takeBack,
  type GivenDebt,
} from './cast.js';
import { inInstalments, partlyPaid, planOf, registered } from './states.js';

/* Instalments (E2j; domain.md §2, §4). The tests' today is 1 March 2026. */

const dims = { entity: CREDITOR, party: DEBTOR, sector: 'traffic', debt: DEBT };
const moved = (debit: '1205', credit: '1200', amount: string): Entry => ({
  debit: { account: debit, dims },
  credit: { account: credit, dims },
  amount,
  currency: 'SAR',
});
/** From or to the receipt: its account has dims of its own. */
const accounts = (event: GivenDebt['events'][number] | undefined) =>
  event!.entries.map(({ debit, credit, amount }) => [debit.account, credit.account, amount]);
const last = ({ events }: GivenDebt, type: string) => events.findLast((event) => event.type === `debts.${type}`);
const open = (debt: GivenDebt) => planOf(debt).instalments.map((each) => each.open);
const asked = (before: GivenDebt, command = requestInstalments(4)) => before.and([command, debtor, REVIEW]);

describe('RequestInstalments', () => {
  test('E2j the request says how many, from when and how far apart, and commits to the proof of inability', () => {
    registered()
      .when(requestInstalments(4), debtor, REVIEW)
      .then({
        type: 'debts.InstalmentRequested',
        data: { request: REQUEST, instalments: 4, firstDueOn: '2026-03-31', every: 'P1M' },
        refs: { ...REFS, request: REQUEST },
        evidence: [PROOF],
        entries: [],
      });
  });

  test('E2j or it names each instalment', () => {
    partlyPaid()
      .when(requestSchedule(['2026-04-01', '30'], ['2026-06-01', '10.00']), debtor, REVIEW)
      .then({
        type: 'debts.InstalmentRequested',
        data: {
          request: REQUEST,
          schedule: [
            { dueOn: '2026-04-01', amount: '30.00' },
            { dueOn: '2026-06-01', amount: '10.00' },
          ],
        },
      });
  });

  const facts = { most: 240, balance: '40.00', currency: 'SAR' };
  test.each([
    ['none', requestInstalments(0)],
    ['more than 240', requestInstalments(241)],
    ['that do not add up', requestSchedule(['2026-04-01', '30'], ['2026-06-01', '9.99'])],
    ['of zero', requestSchedule(['2026-04-01', '0'], ['2026-06-01', '40'])],
    ['out of order', requestSchedule(['2026-06-01', '30'], ['2026-04-01', '10'])],
    ['twice on one day', requestSchedule(['2026-06-01', '30'], ['2026-06-01', '10'])],
  ])('E2j instalments: %s: SCHEDULE', (_, command) => {
    partlyPaid().when(command, debtor).refuses('SCHEDULE', facts);
  });

  test('E2j instalments of less than a halala each: SCHEDULE', () => {
    const small = given([draft({ amount: '1' }), clerk], [register(), approver]);
    small.when(requestInstalments(101), debtor).refuses('SCHEDULE', { ...facts, balance: '1.00' });
    small.when(requestInstalments(100), debtor).then({ type: 'debts.InstalmentRequested' });
  });

  test('E2j at most 20 years: 240 months are, 20 years and a day are not: DUE_DATE', () => {
    const large = given([draft({ amount: '1000' }), clerk], [register(), approver]);
    large.when(requestInstalments(240, '2026-03-31'), debtor).then({ type: 'debts.InstalmentRequested' });
    const limits = { today: '2026-03-01', latest: '2046-03-01' };
    large.when(requestSchedule(['2046-03-01', '1000']), debtor).then({ type: 'debts.InstalmentRequested' });
    large.when(requestSchedule(['2046-03-02', '1000']), debtor).refuses('DUE_DATE', limits);
    large.when(requestInstalments(240, '2026-05-01'), debtor).refuses('DUE_DATE', limits);
  });

  test('E2j no instalment was due before today: DUE_DATE', () => {
    partlyPaid().when(requestInstalments(4, '2026-02-28'), debtor).refuses('DUE_DATE');
    partlyPaid().when(requestInstalments(4, '2026-03-01'), debtor).then({ type: 'debts.InstalmentRequested' });
  });

  test('E2j a day that the Hijri calendar does not reach cannot be printed: CALENDAR', () => {
    const then = { today: '2160-01-01' };
    const reaching = requestSchedule(['2174-11-25', '40']);
    partlyPaid().when(reaching, debtor, then).then({ type: 'debts.InstalmentRequested' });
    partlyPaid()
      .when(requestSchedule(['2174-11-26', '40']), debtor, then)
      .refuses('CALENDAR', { date: '2174-11-26' });
  });

  test('E5 a schedule in another currency: CURRENCY', () => {
    const command = requestSchedule(['2026-04-01', '40']);
    const dollars = { dueOn: '2026-04-01', amount: '40', currency: 'USD' };
    const data = { evidence: PROOF, wish: { schedule: [dollars] } };
    partlyPaid()
      .when({ ...command, data } as typeof command, debtor)
      .refuses('CURRENCY');
  });

  test('E2j nothing is owed: NOTHING_OWED; a plan runs: PLAN_RUNNING', () => {
    partlyPaid()
      .and([receive('r2', '40'), SYSTEM])
      .when(requestInstalments(4), debtor)
      .refuses('NOTHING_OWED');
    inInstalments().when(requestInstalments(4), debtor).refuses('PLAN_RUNNING');
  });
});

describe('InstalmentPlanApproved', () => {
  test('E2j 1205 / 1200; the remainder is in the last; due dates in both calendars, the 31st or a month’s last day', () => {
    asked(registered(), requestInstalments(3, '2026-12-31'))
      .when(approve(), approver)
      .then({
        type: 'debts.InstalmentPlanApproved',
        data: {
          request: REQUEST,
          plan: expect.any(String),
          amount: '100.00',
          currency: 'SAR',
          instalments: [
            { instalment: 1, dueOn: '2026-12-31', dueOnHijri: '1448-07-22', amount: '33.33' },
            { instalment: 2, dueOn: '2027-01-31', dueOnHijri: '1448-08-23', amount: '33.33' },
            { instalment: 3, dueOn: '2027-02-28', dueOnHijri: '1448-09-21', amount: '33.34' },
          ],
        },
        refs: { ...REFS, request: REQUEST },
        entries: [moved('1205', '1200', '100.00')],
      });
  });

  test('E2j what is owed at the approval is what is paid in instalments: receipts came meanwhile', () => {
    const paid = asked(registered()).and([receive('r1', '60'), SYSTEM], [approve(), approver]);
    expect(open(paid)).toEqual([10_00n, 10_00n, 10_00n, 10_00n]);
    paid
      .and([receive('r2', '40'), SYSTEM])
      .when(requestInstalments(2), debtor)
      .refuses('NOTHING_OWED');
  });

  test('E2j of a schedule, receipts that came meanwhile paid the first, and what went back is in the last', () => {
    const schedule = requestSchedule(['2026-04-01', '30'], ['2026-06-01', '10']);
    const less = asked(partlyPaid(), schedule).and([receive('r2', '32'), SYSTEM], [approve(), approver]);
    expect(planOf(less).instalments).toMatchObject([{ dueOn: '2026-06-01', open: 8_00n }]);
    const more = asked(partlyPaid(), schedule).and([takeBack('r1'), SYSTEM], [approve(), approver]);
    expect(open(more)).toEqual([30_00n, 70_00n]);
  });

  test('E2j an approval after the first due date comes too late: DUE_DATE', () => {
    asked(registered()).when(approve(), approver, { today: '2026-04-01' }).refuses('DUE_DATE');
  });

  test('E2j the largest plan of the largest debt fits into an event', () => {
    const amount = formatMinor(MAX_MINOR, 'SAR' as Currency);
    const largest = given([draft({ amount }), clerk], [register(), approver]);
    const plan = inInstalments(largest, 240);
    expect(planOf(plan).instalments).toHaveLength(240);
    expect(open(plan).reduce((sum, each) => sum + each)).toBe(MAX_MINOR);
    const paid = plan.and([receive('r1', amount), SYSTEM]); // 240 parts
    expect(planOf(paid).status).toBe('completed');
  });
});

describe('receipts and a running plan', () => {
  test('E2j E8 a receipt pays the oldest instalment first, from 1205; what is outside comes last', () => {
    const raised = inInstalments().and([requestUpdate({ amount: '105' }), clerk, REVIEW], [approve(), approver]);
    const first = raised.and([receive('r2', '15'), SYSTEM]);
    expect(accounts(last(first, 'ReceiptApplied'))).toEqual([['2310', '1205', '15.00']]);
    expect(last(first, 'InstalmentsPaid')!.data).toMatchObject({
      parts: [
        { instalment: 1, amount: '10.00' },
        { instalment: 2, amount: '5.00' },
      ],
      open: '25.00',
    });
    const second = first.and([receive('r3', '32'), SYSTEM]);
    expect(accounts(last(second, 'ReceiptApplied'))).toEqual([
      ['2310', '1205', '25.00'],
      ['2310', '1200', '5.00'],
    ]);
    expect(last(second, 'ReceiptApplied')!.data).toMatchObject({ applied: '30.00', excess: '2.00' });
    expect(last(second, 'PlanCompleted')!.data).toEqual({ plan: planOf(raised).id });
    expect(planOf(second).status).toBe('completed');
  });

  test('E2j E8 a reversed receipt reopens the instalments that it paid', () => {
    const paid = inInstalments().and([receive('r2', '15'), SYSTEM], [receive('r3', '25'), SYSTEM]);
    expect(planOf(paid).status).toBe('completed');
    const back = paid.and([takeBack('r2'), SYSTEM]);
    expect(accounts(last(back, 'ReceiptReversed'))).toEqual([['1205', '2310', '15.00']]);
    expect(last(back, 'InstalmentsReopened')!.data).toMatchObject({
      parts: [
        { instalment: 1, amount: '10.00' },
        { instalment: 2, amount: '5.00' },
      ],
      open: '15.00',
    });
    expect(planOf(back).status).toBe('running');
    expect(open(back)).toEqual([10_00n, 5_00n, 0n, 0n]);
    expect(planOf(back.and([receive('r4', '15'), SYSTEM])).status).toBe('completed');
  });

  test('E2j E8 a receipt from before the plan reopens none: it is owed outside', () => {
    const back = inInstalments().and([takeBack('r1'), SYSTEM]);
    expect(accounts(last(back, 'ReceiptReversed'))).toEqual([['1200', '2310', '60.00']]);
    expect(open(back)).toEqual([10_00n, 10_00n, 10_00n, 10_00n]);
  });

  test('E2j E8 a receipt of a plan before the last one reopens none', () => {
    const first = inInstalments().and([receive('r2', '40'), SYSTEM]);
    const raised = first.and([requestUpdate({ amount: '120' }), clerk, REVIEW], [approve(), approver]);
    const second = inInstalments(raised, 2);
    const back = second.and([takeBack('r2'), SYSTEM]);
    expect(accounts(last(back, 'ReceiptReversed'))).toEqual([['1200', '2310', '40.00']]);
    expect(open(back)).toEqual([10_00n, 10_00n]);
  });

  test('E6 E2j a settled debt whose plan was completed is opened again with its plan', () => {
    const paid = inInstalments().and([receive('r2', '40'), SYSTEM], [requestPayment('100'), debtor, REVIEW]);
    const settled = paid.and([approve(), approver]);
    settled
      .when(takeBack('r2'), SYSTEM)
      .then({ type: 'debts.ReceiptReversed' }, { type: 'debts.InstalmentsReopened' }, { type: 'debts.DebtReopened' });
  });
});

describe('changes of the debt and a running plan (domain.md §4)', () => {
  test('E7 a raise stays outside: 1200 / 4300, and the plan is as it was', () => {
    const before = inInstalments();
    const raised = before.and([requestUpdate({ amount: '150' }), clerk, REVIEW], [approve(), approver]);
    expect(accounts(last(raised, 'DebtUpdated'))).toEqual([['1200', '4300', '50.00']]);
    expect(planOf(raised)).toEqual(planOf(before));
  });

  test('E7 a reduction takes 1200, then 1205, the latest instalment first', () => {
    const raised = inInstalments().and([requestUpdate({ amount: '105' }), clerk, REVIEW], [approve(), approver]);
    const asked = raised.and([requestUpdate({ amount: '85' }), clerk, REVIEW]);
    const lowered = asked
      .when(approve(), approver)
      .then({ type: 'debts.DebtUpdated' }, { type: 'debts.InstalmentsLowered' });
    expect(accounts(last(lowered, 'DebtUpdated'))).toEqual([
      ['4300', '1200', '5.00'],
      ['4300', '1205', '15.00'],
    ]);
    expect(open(lowered)).toEqual([10_00n, 10_00n, 5_00n, 0n]);
  });

  test('E7 a reduction below what was received completes the plan and gives the excess back', () => {
    const asked = inInstalments().and([receive('r2', '10'), SYSTEM], [requestUpdate({ amount: '65' }), clerk, REVIEW]);
    const lowered = asked
      .when(approve(), approver)
      .then(
        { type: 'debts.DebtUpdated' },
        { type: 'debts.InstalmentsLowered' },
        { type: 'debts.PlanCompleted' },
        { type: 'debts.ReceiptsGivenBack' },
      );
    // Of the 10.00 of r2 that paid instalment 1, half was given back: only the rest is owed again.
    const back = lowered.and([takeBack('r2'), SYSTEM]);
    expect(accounts(last(back, 'ReceiptReversed'))).toEqual([['1205', '2310', '5.00']]);
    expect(open(back)).toEqual([5_00n, 0n, 0n, 0n]);
  });

  test('E6 a cancellation ends the plan: 4300 / 1200 + 1205', () => {
    const raised = inInstalments().and([requestUpdate({ amount: '105' }), clerk, REVIEW], [approve(), approver]);
    const cancelled = raised.and([requestCancellation(), clerk, REVIEW], [approve(), approver]);
    expect(accounts(last(cancelled, 'DebtCancelled'))).toEqual([
      ['4300', '1200', '5.00'],
      ['4300', '1205', '40.00'],
      ['4300', '2330', '60.00'],
    ]);
    expect(planOf(cancelled).status).toBe('ended');
    cancelled.when(takeBack('r1'), SYSTEM).then({ type: 'debts.ReceiptReversed', entries: [] });
    expect(openRequest(asked(registered()))).toBe(REQUEST);
  });
});
