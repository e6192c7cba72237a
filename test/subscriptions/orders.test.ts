import { readTariff } from '../../src/contexts/subscriptions/tariff.js';
import { EXAMPLE_TARIFF } from '../../src/contexts/subscriptions/example-tariff.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { subscriptionUnder } from '../../src/contexts/subscriptions/subscription.js';
import { subscriptionId } from '../../src/kernel/ids.js';
import { actor, givenFor, party, SYSTEM } from '../given.js';
import {
  askBack,
  cancel,
  ENTITY,
  ESTABLISHMENT,
  given,
  ORDERED,
  owner,
  passTo,
  pay,
  purchase,
  REFS,
  reinstate,
  renew,
  resign,
  stranger,
  subscription,
  SUBSCRIPTION,
  takeBack,
  transfer,
  use,
  user,
  USER,
} from './cast.js';
import { active, AFTER, expired, MIDDLE, ordered, renewing, STATES } from './states.js';

const ON = { today: ORDERED };
const BILL = {
  order: 1,
  term: 'P1Y',
  terms: 'v1',
  paymentMethod: 'sadad',
  net: '100.00',
  vat: '15.00',
  vatCode: 'standard',
  vatRate: 1_500,
  gross: '115.00',
  currency: 'SAR',
  dueOn: '2026-03-31',
  due: '2026-04-01.lapse.1.0',
};

describe('an order (Q3)', () => {
  test('is a bill of the day’s price with its VAT, without an entry, and keeps what was accepted', () => {
    const after = given()
      .when(purchase(), owner, ON)
      .then({
        type: 'subscriptions.SubscriptionPurchased',
        data: {
          establishment: ESTABLISHMENT,
          user: USER,
          relation: 'employee',
          plan: 'basic',
          entity: ENTITY,
          sector: 'labour',
          ...BILL,
        },
        refs: REFS,
        entries: [],
      });
    expect(subscription.summary(after.state)).toEqual({ state: 'pendingPayment', due: '2026-04-01.lapse.1.0' });
  });

  test('of a renewal has the price of its own day, and nothing of the term changes yet', () => {
    const tariff = readTariff({
      ...EXAMPLE_TARIFF,
      plans: EXAMPLE_TARIFF.plans.map((each) => ({
        ...each,
        prices: [...each.prices, { from: '2026-06-01', net: '250.00', vat: 'zero', billDays: 10 }],
      })),
      terms: [...EXAMPLE_TARIFF.terms, { from: '2026-06-01', version: 'v2' }],
    });
    const dearer = givenFor(subscriptionUnder(tariff), subscriptionEvents)(
      [purchase(), owner, ON],
      [pay('r1', '115'), SYSTEM, ON],
    );
    dearer.when(renew(), owner, MIDDLE).refuses('TERMS_NOT_CURRENT', { given: 'v1', current: 'v2' });
    dearer.when(renew({ terms: 'v2', paymentMethod: 'card' }), owner, MIDDLE).then({
      type: 'subscriptions.RenewalOrdered',
      data: {
        ...BILL,
        order: 2,
        terms: 'v2',
        paymentMethod: 'card',
        net: '250.00',
        vat: '0.00',
        vatCode: 'zero',
        vatRate: 0,
        gross: '250.00',
        dueOn: '2026-09-25',
        due: '2026-04-01.earn.1.1',
      },
      refs: REFS,
      entries: [],
    });
  });

  test('Q7 for another term than one year is refused: TERM_NOT_ONE_YEAR', () => {
    for (const term of ['P2Y', 'P6M', 'P12M', 'P365D', 'P0Y', 'year']) {
      given().when(purchase({ term }), owner, ON).refuses('TERM_NOT_ONE_YEAR', { term });
      active().when(renew({ term }), owner, MIDDLE).refuses('TERM_NOT_ONE_YEAR', { term });
    }
  });

  test('under other terms than those in force is refused: TERMS_NOT_CURRENT', () => {
    given()
      .when(purchase({ terms: 'v0' }), owner, ON)
      .refuses('TERMS_NOT_CURRENT', { given: 'v0', current: 'v1' });
  });

  test('of a plan that is not offered on the day is refused: PLAN_NOT_OFFERED', () => {
    given()
      .when(purchase({ plan: 'premium' }), owner, ON)
      .refuses('PLAN_NOT_OFFERED', { plan: 'premium', on: ORDERED, offered: 'basic' });
    given()
      .when(purchase(), owner, { today: '2017-12-31' })
      .refuses('PLAN_NOT_OFFERED', { plan: 'basic', on: '2017-12-31', offered: '-' });
  });

  test('Q4 has an id of its own for each establishment, user and plan', () => {
    const ids = [
      SUBSCRIPTION,
      subscriptionId(party('another establishment'), USER, 'basic'),
      subscriptionId(ESTABLISHMENT, party('another user'), 'basic'),
      subscriptionId(ESTABLISHMENT, USER, 'premium'),
    ];
    expect(new Set(ids).size).toBe(4);
    const wrong = { ...purchase(), target: ids[1]! };
    expect(() => given().when(wrong, owner, ON)).toThrow("not the subscription's id");
  });

  test('one at a time: what is open is told', () => {
    ordered().when(purchase(), owner, ON).refuses('DUPLICATE', { state: 'pendingPayment', order: 1 });
    active().when(purchase(), owner, ON).refuses('DUPLICATE', { state: 'active', order: 'none' });
    renewing().when(renew(), owner, MIDDLE).refuses('DUPLICATE', { state: 'active', order: 2 });
  });

  test('after the end begins a new life of the same subscription: its numbers go on', () => {
    const again = { today: '2027-06-01' };
    const bought = expired().and([purchase({ relation: 'owner' }), owner, again]);
    bought.when(pay('r2', '115', { paidOn: '2027-06-02' }), SYSTEM, { today: '2027-06-02' }).then(
      { type: 'subscriptions.PaymentReceived' },
      {
        type: 'subscriptions.SubscriptionActivated',
        data: {
          order: 2,
          number: 2,
          startsOn: '2027-06-02',
          endsOn: '2028-06-02',
          invoice: `${SUBSCRIPTION}/2`,
          net: '100.00',
          vat: '15.00',
          gross: '115.00',
          currency: 'SAR',
          due: '2027-07-02.earn.2.1',
        },
      },
    );
  });
});

test('Q7 no two terms cover one day, though an order be dated back', () => {
  const back = { today: '2027-03-10', effectiveOn: '2027-02-20' };
  const bought = expired().and([purchase(), owner, back]);
  const startOf = (now: ReturnType<typeof active>) => (now.events.at(-1)!.data as { startsOn: string }).startsOn;
  expect(startOf(bought.and([pay('r2', '115', { paidOn: '2027-02-21' }), SYSTEM, AFTER]))).toBe('2027-03-01');
  const again = active().and([cancel(), owner, { today: '2026-05-01' }], [purchase(), owner, { today: '2026-05-01' }]);
  expect(startOf(again.and([pay('r2', '115', { paidOn: '2026-05-01' }), SYSTEM, MIDDLE]))).toBe('2026-05-01');
});

describe('whose it is (Q4)', () => {
  const asked = [renew(), cancel(), askBack(), transfer(), reinstate(), use()];

  test('others see no subscription, whatever they ask, and a missing one answers alike', () => {
    const clerk = actor('clerk', 'clerk', ENTITY);
    for (const command of asked) {
      for (const [make, occasion] of Object.values(STATES)) {
        for (const other of [stranger, clerk]) make().when(command, other, occasion).refuses('NOT_FOUND', {});
      }
      given().when(command, owner, ON).refuses('NOT_FOUND', {});
    }
  });

  test('the user may use services, and no more', () => {
    for (const command of [renew(), cancel(), askBack(), transfer(), reinstate()]) {
      active().when(command, user, ON).refuses('NOT_YOURS', { command: command.type, who: 'establishment' });
    }
    active()
      .when(use('work-permit'), user, ON)
      .then({
        type: 'subscriptions.ServiceUsed',
        data: { service: 'work-permit' },
        refs: REFS,
        entries: [],
      });
  });

  test('nobody buys for an establishment that they do not act for, and nobody learns what it has', () => {
    for (const make of [() => given(), ordered, active]) {
      make().when(purchase(), stranger, ON).refuses('NOT_ESTABLISHMENT', {});
      make().when(purchase(), user, ON).refuses('NOT_ESTABLISHMENT', {});
    }
  });

  test('what policies and the clock send is theirs alone', () => {
    for (const command of [pay('r9', '1'), takeBack('r1'), resign()]) {
      active().when(command, owner, ON).refuses('NOT_YOURS');
      active().when(command, stranger, ON).refuses('NOT_FOUND', {});
    }
  });
});

describe('the clock may be late, and nothing else changes by it', () => {
  /** The year is over, and the clock has not run since it began. */
  const unkept = active;

  test('Q5 what is over is used no more, nor cancelled; it is renewed, not reinstated', () => {
    unkept().when(use(), owner, AFTER).refuses('NOT_ACTIVE', { state: 'expired', order: 'none' });
    unkept().when(cancel(), owner, AFTER).refuses('ENDED', { state: 'expired', order: 'none' });
    unkept().when(reinstate(), owner, AFTER).refuses('USE_RENEW');
    unkept().when(renew(), owner, AFTER).then({ type: 'subscriptions.RenewalOrdered' });
  });

  test('Q7 the last day is covered, the day of the end is not', () => {
    unkept().when(use(), owner, { today: '2027-02-28' }).then({ type: 'subscriptions.ServiceUsed' });
    unkept().when(use(), owner, { today: '2027-03-01' }).refuses('NOT_ACTIVE');
  });

  test('Q3 what is over expires before it is bought anew, and its months are still earned', () => {
    const bought = unkept()
      .when(purchase(), owner, AFTER)
      .then(
        {
          type: 'subscriptions.SubscriptionExpired',
          data: { number: 1, endsOn: '2027-03-01', due: '2026-04-01.earn.1.1' },
        },
        { type: 'subscriptions.SubscriptionPurchased' },
      );
    const kept = passTo('2027-03-15', bought);
    expect(kept.state).toMatchObject({ status: 'pendingPayment', earning: [] });
    expect(kept.events.filter(({ type }) => type === 'subscriptions.MonthEarned')).toHaveLength(12);
  });

  test('Q7 a renewal begins on the same day, whether the clock ran before the payment or not', () => {
    for (const paidOn of ['2027-02-20', '2027-03-01', '2027-03-10']) {
      const occasion = { today: '2027-03-12' };
      const starts = [true, false].map((inTime) => {
        const now = active().and([renew(), owner, { today: '2027-02-15' }]);
        const before = inTime ? passTo('2027-03-12', now) : now;
        const last = before.and([pay('r2', '115', { paidOn }), SYSTEM, occasion]).events.at(-1)!;
        return (last.data as { startsOn: string }).startsOn;
      });
      expect(starts).toEqual(Array(2).fill(paidOn > '2027-03-01' ? paidOn : '2027-03-01'));
    }
  });
});
