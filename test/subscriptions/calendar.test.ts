import fc from 'fast-check';
import { dueCode, dueOf, endOf, nextDue, readDue, type Schedule } from '../../src/contexts/subscriptions/schedule.js';
import { addDays, addMonths, type BusinessDate } from '../../src/kernel/calendar.js';
import { SYSTEM } from '../given.js';
import {
  day,
  DEFERRED,
  dueNow,
  given,
  owner,
  passTo,
  pay,
  purchase,
  renew,
  REVENUE,
  sar,
  subscription,
  type GivenSubscription,
} from './cast.js';
import { active, renewing, MIDDLE } from './states.js';

const boughtOn = (on: BusinessDate): GivenSubscription =>
  given(
    [purchase(), owner, { today: on }],
    [pay('r1', on < '2020-07-01' ? '105' : '115', { paidOn: on }), SYSTEM, { today: on }],
  );

const EVENT = {
  earn: 'MonthEarned',
  remind: 'ExpiryAnnounced',
  lapse: 'OrderLapsed',
  expire: 'SubscriptionExpired',
} as const;

const anyDay = fc.integer({ min: 0, max: 30_000 }).map((days) => addDays(day('2018-01-01'), days));

describe('what a subscription owes to the calendar (Q7)', () => {
  test('a year is the same day of the next year, and 29 February ends on 28 February', () => {
    expect(endOf(day('2026-03-14'))).toBe('2027-03-14');
    expect(endOf(day('2024-02-29'))).toBe('2025-02-28');
    const leap = boughtOn(day('2024-02-29'));
    expect(leap.state?.endsOn).toBe('2025-02-28');
    const months = passTo('2025-02-28', leap).events.filter(({ type }) => type === 'subscriptions.MonthEarned');
    expect(months.map(({ effectiveOn }) => effectiveOn)).toEqual([
      '2024-03-29',
      '2024-04-29',
      '2024-05-29',
      '2024-06-29',
      '2024-07-29',
      '2024-08-29',
      '2024-09-29',
      '2024-10-29',
      '2024-11-29',
      '2024-12-29',
      '2025-01-29',
      '2025-02-28',
    ]);
  });

  test('whatever day it begins, it is earned whole, is announced 30, 7 and 1 days before, and expires at its end', () => {
    fc.assert(
      fc.property(anyDay, (on) => {
        const end = addMonths(on, 12);
        const { events, state } = passTo('2199-12-31', boughtOn(on));
        const kept = events.slice(3);
        expect(kept.map(({ effectiveOn }) => effectiveOn)).toEqual(
          kept.map(({ effectiveOn }) => effectiveOn).toSorted((a, b) => (a < b ? -1 : 1)),
        );
        const announced = kept.flatMap(({ type, effectiveOn, data }) =>
          type === 'subscriptions.ExpiryAnnounced' ? [[effectiveOn, (data as { days: number }).days]] : [],
        );
        expect(announced).toEqual([30, 7, 1].map((days) => [addDays(end, -days), days]));
        const earned = kept.flatMap(({ entries }) => entries.map(({ amount }) => Number(amount.replace('.', ''))));
        expect([earned.length, earned.reduce((a, b) => a + b)]).toEqual([12, 100_00]);
        expect(kept.at(-1)).toMatchObject({ type: 'subscriptions.SubscriptionExpired', effectiveOn: end });
        expect(state).toMatchObject({ status: 'expired', earning: [], endsOn: end });
      }),
      { numRuns: 60 },
    );
  });

  test('Q3 a renewal that was paid begins at the old end: nothing expires, and the new end is announced', () => {
    const prepaid = renewing().and([pay('r2', '115', { paidOn: '2026-09-15' }), SYSTEM, MIDDLE]);
    expect(prepaid.state).toMatchObject({ term: 2, endsOn: '2028-03-01' });
    const { events } = passTo('2028-03-01', prepaid);
    const later = events.slice(prepaid.events.length);
    const of = (type: string) => later.filter((each) => each.type === `subscriptions.${type}`);
    expect(of('MonthEarned')).toHaveLength(18);
    expect(of('ExpiryAnnounced').map(({ effectiveOn }) => effectiveOn)).toEqual([
      '2028-01-31',
      '2028-02-23',
      '2028-02-29',
    ]);
    expect(of('SubscriptionExpired').map(({ effectiveOn }) => effectiveOn)).toEqual(['2028-03-01']);
  });

  test('several renewals may be prepaid, each from the end before', () => {
    let now = active();
    for (const n of [2, 3, 4]) now = now.and([renew(), owner, MIDDLE], [pay(`r${n}`, '115'), SYSTEM, MIDDLE]);
    expect(now.state).toMatchObject({ term: 4, endsOn: '2030-03-01' });
    expect(passTo('2030-03-01', now).events.filter(({ type }) => type === 'subscriptions.MonthEarned')).toHaveLength(
      48,
    );
  });

  test('each announcement says what is due next, and none is made twice', () => {
    const announced = passTo('2027-02-28', active()).events.filter(
      ({ type }) => type === 'subscriptions.ExpiryAnnounced',
    );
    expect(announced.map(({ effectiveOn, data }) => [effectiveOn, (data as { due: string }).due])).toEqual([
      ['2027-01-30', '2027-02-01.earn.1.11'],
      ['2027-02-22', '2027-02-28.remind.1.1'],
      ['2027-02-28', '2027-03-01.earn.1.12'],
    ]);
  });

  test('what falls on one day has an order: earned, announced, lapsed, expired', () => {
    const schedule: Schedule = {
      status: 'active',
      term: 1,
      endsOn: day('2027-03-01'),
      reminded: [30, 7],
      earning: [{ number: 1, startsOn: day('2027-01-28'), earned: 0 }],
      order: { number: 2, dueOn: day('2027-02-27') },
    };
    expect(nextDue(schedule)).toMatchObject({ on: '2027-02-28', what: 'earn' });
    const earned = { ...schedule, earning: [] };
    expect(nextDue(earned)).toMatchObject({ on: '2027-02-28', what: 'remind', number: 1 });
    expect(nextDue({ ...earned, reminded: [30, 7, 1] })).toMatchObject({ on: '2027-02-28', what: 'lapse' });
    const onTheEnd = { ...earned, reminded: [30, 7, 1], order: { number: 2, dueOn: day('2027-02-28') } };
    expect(nextDue(onTheEnd)).toMatchObject({ on: '2027-03-01', what: 'lapse' });
    expect(nextDue({ ...onTheEnd, order: null })).toMatchObject({ on: '2027-03-01', what: 'expire' });
  });

  test('one command does all that falls on one day, in order: each event says what is due after it', () => {
    const before = passTo('2027-02-28', active());
    const after = before.when(...dueNow(before)).then(
      {
        type: 'subscriptions.MonthEarned',
        data: {
          number: 1,
          month: 12,
          amount: '8.37',
          deferred: '0.00',
          currency: 'SAR',
          due: '2027-03-01.expire.1.0',
        },
        entries: [sar(DEFERRED, REVENUE, '8.37')],
      },
      { type: 'subscriptions.SubscriptionExpired', data: { number: 1, endsOn: '2027-03-01', due: null }, entries: [] },
    );
    after.when(...dueNow(before)).then(); // again: nothing
  });

  test('however late it comes, it does the one day that it names, and counts on it', () => {
    const [command, by] = dueNow(active());
    const late = active()
      .when(command, by, { today: '2027-04-20', effectiveOn: '2026-04-01' })
      .then({ type: 'subscriptions.MonthEarned' });
    expect(late.events.at(-1)).toMatchObject({ effectiveOn: '2026-04-01', data: { due: '2026-05-01.earn.1.2' } });
    for (const due of ['2026-05-01.earn.1.2', '2026-03-01.earn.1.0', '2027-03-01.expire.1.0']) {
      active()
        .when({ ...command, type: 'BringUpToDate', data: { due } }, by, { today: '2027-04-20' })
        .then(); // not what is next
    }
  });

  test('a day of which a part was done before goes on with the rest', () => {
    const eve = passTo('2027-02-28', active());
    const [earned, expiry] = passTo('2027-03-01', eve).events.slice(eve.events.length);
    const half = eve.and(earned!);
    expect(half.state).toMatchObject({ status: 'active', earning: [] });
    half.when(...dueNow(half)).then({ type: 'subscriptions.SubscriptionExpired', data: expiry!.data });
  });

  test('what a command does at once is what would be done one thing after the other, whatever falls together', () => {
    const days = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(anyDay, days, days, (on, orderedAfter, until) => {
        const orderedOn = addDays(on, orderedAfter);
        const open = passTo(orderedOn, boughtOn(on));
        const now = open.state?.status === 'active' ? open.and([renew(), owner, { today: orderedOn }]) : open;
        const kept = passTo(addDays(orderedOn, until), now).events.slice(now.events.length);
        kept.reduce((state, event) => {
          const next = state && nextDue(state);
          expect([event.type, event.effectiveOn]).toEqual([`subscriptions.${EVENT[next!.what]}`, next!.on]);
          const after = subscription.evolve(state, event);
          expect((event.data as { due: string | null }).due).toBe(dueOf(after!));
          return after;
        }, now.state);
      }),
      { numRuns: 60 },
    );
  });

  test('a code says what is due, the day first, and is read back', () => {
    const due = { on: day('2027-03-14'), what: 'earn', of: 1, number: 12 } as const;
    expect(dueCode(due)).toBe('2027-03-14.earn.1.12');
    expect(readDue(dueCode(due))).toEqual(due);
    for (const code of ['', '2027-03-14.refund.1.0', 'earn.1.12']) expect(() => readDue(code)).toThrow('nothing that');
  });
});
