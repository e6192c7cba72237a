import { SYSTEM, id, party } from '../given.js';
import {
  cancel,
  DEFERRED,
  dueNow,
  ESTABLISHMENT,
  given,
  ORDERED,
  owner,
  passTo,
  pay,
  purchase,
  RECEIVABLE,
  REFS,
  renew,
  resign,
  REVENUE,
  sar,
  SUBSCRIPTION,
  takeBack,
  UNMATCHED,
  VAT,
} from './cast.js';
import { active, cancelled, expired, lapsed, MIDDLE, ordered, renewing } from './states.js';

const ON = { today: ORDERED };
const FRIEND = party('a friend who pays');

const received = (receipt: string, amounts: object, payer = ESTABLISHMENT) => ({
  type: 'subscriptions.PaymentReceived',
  data: {
    receipt: id(receipt),
    payer,
    paidOn: ORDERED,
    arrears: '0.00',
    kept: '0.00',
    excess: '0.00',
    missing: '0.00',
    currency: 'SAR',
    ...amounts,
  },
  refs: { ...REFS, receipt: id(receipt), payer },
});

describe('a bill is paid (§4, Subscription paid: 115.00)', () => {
  test('2310 / 2100 the net, 2310 / 2200 the VAT; the tax invoice is issued then, and the year begins', () => {
    ordered()
      .when(pay('r1', '115'), SYSTEM, ON)
      .then(
        { ...received('r1', { amount: '115.00', kept: '115.00' }), entries: [] },
        {
          type: 'subscriptions.SubscriptionActivated',
          data: {
            order: 1,
            number: 1,
            startsOn: ORDERED,
            endsOn: '2027-03-01',
            invoice: `${SUBSCRIPTION}/1`,
            net: '100.00',
            vat: '15.00',
            gross: '115.00',
            currency: 'SAR',
            due: '2026-04-01.earn.1.1',
          },
          refs: REFS,
          entries: [sar(UNMATCHED('r1'), DEFERRED, '100.00'), sar(UNMATCHED('r1'), VAT, '15.00')],
        },
      );
  });

  test('less than the bill waits in 2310, until receipts of whomever reach it; the rest is the last payer’s', () => {
    const waiting = ordered()
      .when(pay('r1', '60'), SYSTEM, ON)
      .then({ ...received('r1', { amount: '60.00', kept: '60.00', missing: '55.00' }), entries: [] });
    waiting
      .when(pay('r2', '80', { payer: FRIEND }), SYSTEM, ON)
      .then(received('r2', { amount: '80.00', kept: '55.00', excess: '25.00' }, FRIEND), {
        type: 'subscriptions.SubscriptionActivated',
        entries: [
          sar(UNMATCHED('r1'), DEFERRED, '60.00'),
          sar(UNMATCHED('r2', FRIEND), DEFERRED, '40.00'),
          sar(UNMATCHED('r2', FRIEND), VAT, '15.00'),
        ],
      });
  });

  test('the year begins on the day on which the last of it was paid, and never before the order', () => {
    const paidLate = ordered().and([pay('r1', '60', { paidOn: '2026-03-09' }), SYSTEM, { today: '2026-03-10' }]);
    paidLate
      .when(pay('r2', '55', { paidOn: '2026-03-05' }), SYSTEM, { today: '2026-03-11' })
      .then(
        { type: 'subscriptions.PaymentReceived' },
        expect.objectContaining({ type: 'subscriptions.SubscriptionActivated' }) as never,
      );
    const startOf = (now: ReturnType<typeof ordered>) => (now.events.at(-1)!.data as { startsOn: string }).startsOn;
    expect(startOf(paidLate.and([pay('r2', '55', { paidOn: '2026-03-05' }), SYSTEM, ON]))).toBe('2026-03-09');
    expect(startOf(ordered().and([pay('r1', '115', { paidOn: '2026-02-01' }), SYSTEM, ON]))).toBe(ORDERED);
  });

  test('a receipt that came before changes nothing, and another currency leaves the money where it is', () => {
    active().when(pay('r1', '115'), SYSTEM, ON).then();
    ordered()
      .when(pay('r1', '115', { currency: 'EUR' }), SYSTEM, ON)
      .refuses('CURRENCY', { currency: 'SAR' });
  });

  test('at most 50 receipts wait for one order: one more goes to the balance, unless it completes the bill', () => {
    let now = ordered();
    for (let n = 0; n < 50; n++) now = now.and([pay(`part ${n}`, '1'), SYSTEM, ON]);
    now.when(pay('more', '1'), SYSTEM, ON).then(received('more', { amount: '1.00', excess: '1.00', missing: '65.00' }));
    now
      .when(pay('rest', '65'), SYSTEM, ON)
      .then({ type: 'subscriptions.PaymentReceived' }, { type: 'subscriptions.SubscriptionActivated' });

    const paid = now.and([pay('rest', '65'), SYSTEM, ON]);
    passTo(MIDDLE.today, paid) // the 51 of the first order wait no more
      .and([renew(), owner, MIDDLE])
      .when(pay('next', '1'), SYSTEM, MIDDLE)
      .then(received('next', { amount: '1.00', kept: '1.00', missing: '114.00' }));
  });
});

describe('money that never became a subscription amount is the payer’s (Q6)', () => {
  test.each([
    ['active', active],
    ['expired', expired],
    ['cancelled', cancelled],
    ['lapsed', lapsed],
  ] as const)('what comes for one that is %s and has no open order is all excess', (_, make) => {
    make()
      .when(pay('late', '115'), SYSTEM, { today: '2027-03-10' })
      .then({ ...received('late', { amount: '115.00', excess: '115.00' }), entries: [] });
  });

  test('what waited for an order that is cancelled, or lapses, is released receipt by receipt', () => {
    const waiting = ordered().and([pay('r1', '60'), SYSTEM, ON], [pay('r2', '5', { payer: FRIEND }), SYSTEM, ON]);
    const released = [
      { receipt: id('r1'), payer: ESTABLISHMENT, amount: '60.00' },
      { receipt: id('r2'), payer: FRIEND, amount: '5.00' },
    ];
    const ended = { order: 1, released, currency: 'SAR', due: null };
    waiting.when(cancel(), owner, ON).then({
      type: 'subscriptions.OrderCancelled',
      data: { ...ended, reason: 'request' },
      refs: REFS,
      entries: [],
    });
    waiting.when(resign(), SYSTEM, ON).then({
      type: 'subscriptions.OrderCancelled',
      data: { ...ended, reason: 'resignation' },
    });
    waiting.when(...dueNow(waiting)).then({
      type: 'subscriptions.OrderLapsed',
      data: { ...ended, dueOn: '2026-03-31' },
      refs: REFS,
      entries: [],
    });
  });

  test('a renewal that lapses leaves the term as it is', () => {
    const waiting = renewing().and([pay('r2', '60', { paidOn: '2026-09-20' }), SYSTEM, { today: '2026-09-20' }]);
    const after = passTo('2026-10-16', waiting);
    expect(after.events.at(-1)).toMatchObject({
      type: 'subscriptions.OrderLapsed',
      data: { order: 2, released: [{ receipt: id('r2'), amount: '60.00' }], due: '2026-11-01.earn.1.8' },
    });
    expect(after.state).toMatchObject({ status: 'active', order: null });
  });

  test('a renewal that lapses before the end leaves its reminders as they are', () => {
    const ordered = { today: '2026-12-28' };
    const late = passTo('2027-01-28', passTo('2026-12-28', active()).and([renew(), owner, ordered]));
    expect(late.events.at(-1)).toMatchObject({
      type: 'subscriptions.OrderLapsed',
      data: { order: 2, due: '2027-01-30.remind.1.30' },
    });
  });

  test('a renewal paid before the old end leaves the old term to be earned first', () => {
    const ahead = renewing().and([pay('r2', '115', { paidOn: '2026-09-20' }), SYSTEM, { today: '2026-09-20' }]);
    expect(ahead.events.at(-1)).toMatchObject({
      type: 'subscriptions.SubscriptionRenewed',
      data: { number: 2, startsOn: '2027-03-01', due: '2026-10-01.earn.1.7' },
    });
  });
});

describe('a term is earned by the month (§4, Month of a subscription earned)', () => {
  test('1/12 each, the remainder in the last: 11 × 8.33 and 8.37', () => {
    const months = passTo('2027-03-01', active()).events.filter(({ type }) => type === 'subscriptions.MonthEarned');
    expect(months.map(({ effectiveOn, data }) => [effectiveOn, (data as { amount: string }).amount])).toEqual([
      ...['2026-04-01', '2026-05-01', '2026-06-01', '2026-07-01', '2026-08-01', '2026-09-01', '2026-10-01'].map(
        (on) => [on, '8.33'],
      ),
      ...['2026-11-01', '2026-12-01', '2027-01-01', '2027-02-01'].map((on) => [on, '8.33']),
      ['2027-03-01', '8.37'],
    ]);
    expect(months[0]).toMatchObject({
      data: { number: 1, month: 1, deferred: '91.67', due: '2026-05-01.earn.1.2' },
      refs: REFS,
      entries: [sar(DEFERRED, REVENUE, '8.33')],
    });
    expect(months.at(-1)?.data).toMatchObject({ deferred: '0.00', due: '2027-03-01.expire.1.0' });
  });

  test('a month is earned once, on its day and not before', () => {
    const [command, by, on] = dueNow(active());
    active().when(command, by, { today: '2026-03-31' }).then();
    const earned = active().and([command, by, on]);
    earned.when(command, by, { today: '2026-12-31' }).then();
  });
});

describe('a cancellation earns the rest, and refunds nothing (§4, Subscription cancelled; Q5, Q6)', () => {
  test('2100 / 4100 what was still to be earned; VAT stays as it is', () => {
    passTo('2026-09-15', active())
      .when(cancel(), owner, MIDDLE)
      .then({
        type: 'subscriptions.SubscriptionCancelled',
        data: { reason: 'request', on: '2026-09-15', earned: '50.02', currency: 'SAR', due: null },
        refs: REFS,
        entries: [sar(DEFERRED, REVENUE, '50.02')],
      });
  });

  test('of a prepaid renewal too; an open one is cancelled with it, its money released', () => {
    const prepaid = renewing().and([pay('r2', '115', { paidOn: '2026-09-16' }), SYSTEM, MIDDLE]);
    const reordered = prepaid.and([renew(), owner, MIDDLE], [pay('r3', '15'), SYSTEM, MIDDLE]);
    reordered.when(cancel(), owner, MIDDLE).then(
      {
        type: 'subscriptions.SubscriptionCancelled',
        data: { reason: 'request', on: '2026-09-15', earned: '150.02', currency: 'SAR', due: null },
        entries: [sar(DEFERRED, REVENUE, '150.02')],
      },
      {
        type: 'subscriptions.OrderCancelled',
        data: {
          order: 3,
          released: [{ receipt: id('r3'), payer: ESTABLISHMENT, amount: '15.00' }],
          reason: 'request',
          currency: 'SAR',
          due: null,
        },
        entries: [],
      },
    );
  });

  test('Q8 of an employee who resigned, with the day of the resignation', () => {
    active()
      .when(resign('2026-02-20'), SYSTEM, ON)
      .then({
        type: 'subscriptions.SubscriptionCancelled',
        data: { reason: 'resignation', on: '2026-02-20', earned: '100.00', currency: 'SAR', due: null },
      });
  });
});

describe('the bank takes a payment back (§4, Receipt reversed by the bank)', () => {
  const back = (receipt: string, amounts: object) => ({
    type: 'subscriptions.PaymentReversed',
    data: {
      receipt: id(receipt),
      payer: ESTABLISHMENT,
      reference: `back-${receipt}`,
      on: ORDERED,
      waiting: '0.00',
      owed: '0.00',
      credited: '0.00',
      currency: 'SAR',
      ...amounts,
    },
  });

  test('what waited for the bill is no longer there', () => {
    const waiting = ordered().and([pay('r1', '60'), SYSTEM, ON]);
    const after = waiting.when(takeBack('r1'), SYSTEM, ON).then({
      ...back('r1', { waiting: '60.00' }),
      entries: [],
      corrects: waiting.events.at(-1)?.id ?? '',
    });
    after
      .when(pay('r2', '100'), SYSTEM, ON)
      .then(received('r2', { amount: '100.00', kept: '100.00', missing: '15.00' }));
  });

  test('what paid a term is owed: 1210 / 2310; the next money pays that first: 2310 / 1210', () => {
    const after = active()
      .when(takeBack('r1'), SYSTEM, ON)
      .then({ ...back('r1', { owed: '115.00' }), entries: [sar(RECEIVABLE, UNMATCHED('r1'), '115.00')] });
    expect(after.state).toMatchObject({ status: 'active', owed: 115_00n });
    after.when(takeBack('r1'), SYSTEM, ON).then();
    after.when(pay('r2', '120'), SYSTEM, ON).then({
      ...received('r2', { amount: '120.00', arrears: '115.00', excess: '5.00' }),
      entries: [sar(UNMATCHED('r2'), RECEIVABLE, '115.00')],
    });
  });

  test('what was credited is named, to be taken back from the balance', () => {
    const over = ordered().and([pay('r1', '130'), SYSTEM, ON]);
    over.when(takeBack('r1'), SYSTEM, ON).then(back('r1', { owed: '115.00', credited: '15.00' }));
    const released = ordered().and([pay('r1', '60'), SYSTEM, ON], [cancel(), owner, ON]);
    released.when(takeBack('r1'), SYSTEM, ON).then({ ...back('r1', { credited: '60.00' }), entries: [] });
  });
});

test('Q6 nothing that a subscription records gives money back: 2100 and 2200 are never debited but to earn', () => {
  const lives = [active(), cancelled(), expired(), lapsed(), given([purchase(), owner, ON], [cancel(), owner, ON])];
  for (const { debit, credit } of lives.flatMap(({ events }) => events).flatMap(({ entries }) => entries)) {
    expect(debit.account).not.toBe('2200');
    if (debit.account === '2100') expect(credit.account).toBe('4100');
    expect(['2300', '2320', '2330', '1100']).not.toContain(credit.account);
  }
});
