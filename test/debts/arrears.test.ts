import type { EventId } from '../../src/kernel/ids.js';
import { id, SYSTEM } from '../given.js';
import {
  approve,
  approver,
  authority,
  CREDITOR,
  DEBT,
  debtor,
  DEBTOR,
  fallDue,
  miss,
  receive,
  requestExemption,
  requestInstalments,
  REQUEST,
  REVIEW,
  serve,
  takeBack,
  type GivenDebt,
} from './cast.js';
import { inInstalments, planOf } from './states.js';

/* What time does to a plan of four instalments of 10.00, due on 31 March, 30 April, 31 May and 30 June (E2j, §2, §3). */

const UNTIL = '2026-05-13';
const on = (today: string) => ({ today });
const running = () => inInstalments();
const PLAN = planOf(running()).id;
const late = () => running().and([miss(PLAN, 1), SYSTEM, on('2026-04-01')]);
const noticed = () => late().and([serve(PLAN, '2026-04-01', UNTIL), SYSTEM, on('2026-04-01')]);
const dims = { entity: CREDITOR, party: DEBTOR, sector: 'traffic', debt: DEBT };
const flags = (debt: GivenDebt) => planOf(debt).instalments.map((each) => each.late);

describe('MissInstalment', () => {
  test('E2j on the day after the due date, what is open of it', () => {
    running()
      .and([receive('r2', '4'), SYSTEM])
      .when(miss(PLAN, 1), SYSTEM, on('2026-04-01'))
      .then({
        type: 'debts.InstalmentMissed',
        data: { plan: PLAN, instalment: 1, occurrence: 1, dueOn: '2026-03-31', open: '6.00', currency: 'SAR' },
        entries: [],
      });
  });

  test.each<[string, () => GivenDebt, EventId, number, number, string]>([
    ['on the due date', running, PLAN, 1, 1, '2026-03-31'],
    ['before it', running, PLAN, 2, 1, '2026-04-01'],
    ['when it is paid', () => running().and([receive('r2', '10'), SYSTEM]), PLAN, 1, 1, '2026-04-01'],
    ['a second time', late, PLAN, 1, 1, '2026-04-02'],
    ['for the second time before the first', running, PLAN, 1, 2, '2026-04-01'],
    ['of another plan', running, REQUEST, 1, 1, '2026-04-01'],
    ['that the plan does not have', running, PLAN, 5, 1, '2027-01-01'],
    [
      'when the plan has fallen due',
      () => noticed().and([fallDue(PLAN), SYSTEM, on('2026-05-14')]),
      PLAN,
      2,
      1,
      '2026-05-14',
    ],
  ])('E2j nothing is missed %s', (_, state, plan, instalment, occurrence, today) => {
    state()
      .when(miss(plan, instalment, occurrence), SYSTEM, on(today))
      .then();
  });

  test('E2j a reversed receipt reopens an instalment, which can be missed once more', () => {
    const paid = late().and([receive('r2', '10'), SYSTEM, on('2026-04-05')]);
    expect(flags(paid)).toEqual([false, false, false, false]);
    const back = paid.and([takeBack('r2'), SYSTEM, on('2026-04-09')]);
    back.when(miss(PLAN, 1, 1), SYSTEM, on('2026-04-09')).then();
    back
      .when(miss(PLAN, 1, 2), SYSTEM, on('2026-04-09'))
      .then({ type: 'debts.InstalmentMissed', data: expect.objectContaining({ occurrence: 2 }) });
  });

  test('E2j it is missed under review, too', () => {
    const review = running().and([requestExemption('1'), debtor, REVIEW]);
    review.when(miss(PLAN, 1), SYSTEM, on('2026-04-01')).then({ type: 'debts.InstalmentMissed' });
  });
});

describe('ServeNotice', () => {
  test('E2j a notice names everything that is late, and until when it can be paid', () => {
    late()
      .and([miss(PLAN, 2), SYSTEM, on('2026-05-01')], [receive('r2', '3'), SYSTEM, on('2026-05-01')])
      .when(serve(PLAN, '2026-05-02', '2026-06-15'), SYSTEM, on('2026-05-02'))
      .then({
        type: 'debts.NoticeServed',
        data: {
          plan: PLAN,
          notice: 1,
          instalments: [1, 2],
          overdue: '17.00',
          currency: 'SAR',
          on: '2026-05-02',
          until: '2026-06-15',
        },
        entries: [],
      });
  });

  test.each<[string, () => GivenDebt, string, number]>([
    ['while nothing is late', running, '2026-04-01', 1],
    ['while another runs', noticed, '2026-04-02', 2],
    ['under a number that is not next', late, '2026-04-01', 2],
    ['for another day than today', late, '2026-04-02', 1],
  ])('E2j no notice %s', (_, state, today, notice) => {
    const day = notice === 1 && today === '2026-04-02' ? '2026-04-01' : today;
    state()
      .when(serve(PLAN, day, UNTIL, notice), SYSTEM, on(today))
      .then();
  });

  test('E2j paid in time, the notice is over, and the next late instalment gets one of its own', () => {
    const paid = noticed().and([receive('r2', '10'), SYSTEM, on('2026-05-13')]);
    expect(planOf(paid).notice).toBeNull();
    paid.when(fallDue(PLAN), SYSTEM, on('2026-05-14')).then();
    const again = paid.and([miss(PLAN, 2), SYSTEM, on('2026-05-14')]);
    again
      .when(serve(PLAN, '2026-05-14', '2026-06-30', 2), SYSTEM, on('2026-05-14'))
      .then({ type: 'debts.NoticeServed', data: expect.objectContaining({ notice: 2, instalments: [2] }) });
  });

  test('E2j an instalment that is missed while a notice runs is not in it', () => {
    const second = noticed().and(
      [miss(PLAN, 2), SYSTEM, on('2026-05-01')],
      [receive('r2', '10'), SYSTEM, on('2026-05-02')],
    );
    expect(planOf(second)).toMatchObject({ notice: null, notices: 1 });
    expect(flags(second)).toEqual([false, true, false, false]);
  });
});

describe('DefaultPlan', () => {
  test('E2j after the notice’s last day the plan falls due as a whole: 1200 / 1205', () => {
    noticed().when(fallDue(PLAN), SYSTEM, on(UNTIL)).then();
    const whole = noticed()
      .and([receive('r2', '4'), SYSTEM, on('2026-04-20')])
      .when(fallDue(PLAN), SYSTEM, on('2026-05-14'))
      .then({
        type: 'debts.PlanDefaulted',
        data: { plan: PLAN, notice: 1, amount: '36.00', currency: 'SAR' },
        entries: [
          { debit: { account: '1200', dims }, credit: { account: '1205', dims }, amount: '36.00', currency: 'SAR' },
        ],
      });
    whole.when(fallDue(PLAN), SYSTEM, on('2026-05-15')).then();
    expect(
      whole
        .and([receive('r3', '5'), SYSTEM])
        .events.at(-1)!
        .entries.map(({ credit }) => credit.account),
    ).toEqual(['1200']);
    whole
      .when(requestInstalments(4, '2026-06-01'), debtor, on('2026-05-15'))
      .then({ type: 'debts.InstalmentRequested' });
  });

  test('E2j a receipt of a plan that has fallen due is owed outside when it is reversed', () => {
    const whole = noticed().and([receive('r2', '4'), SYSTEM], [fallDue(PLAN), SYSTEM, on('2026-05-14')]);
    const back = whole.when(takeBack('r2'), SYSTEM).then({ type: 'debts.ReceiptReversed' });
    expect(back.events.at(-1)!.entries.map(({ debit }) => debit.account)).toEqual(['1200']);
  });

  test('E2j another notice’s command changes nothing', () => {
    noticed().when(fallDue(PLAN, 2), SYSTEM, on('2026-05-14')).then();
    late().when(fallDue(PLAN), SYSTEM, on('2026-05-14')).then();
    noticed()
      .when(fallDue(id('plan') as EventId), SYSTEM, on('2026-05-14'))
      .then();
  });

  test('E2i E2j an exemption lowers the plan from its end: what is late stays late', () => {
    const waived = noticed().and([requestExemption('35'), debtor, REVIEW], [approve(REQUEST, authority()), approver]);
    expect(planOf(waived).instalments.map((each) => each.open)).toEqual([5_00n, 0n, 0n, 0n]);
    waived.when(fallDue(PLAN), SYSTEM, on('2026-05-14')).then({ type: 'debts.PlanDefaulted' });
  });
});
