import type { EmploymentCommand, FoundSubscription } from '../../src/contexts/subscriptions/commands.js';
import { employment } from '../../src/contexts/subscriptions/employment.js';
import { ResignationRecorded, subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import {
  cancelForResignation,
  confirmPayment,
  reversePayment,
  subscriptionPolicies,
} from '../../src/contexts/subscriptions/subscriptions.policy.js';
import { ReceiptMatched, ReceiptReversed } from '../../src/contexts/billing/events.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { employmentId, subscriptionId } from '../../src/kernel/ids.js';
import { givenFor, id, party } from '../given.js';
import { day, ESTABLISHMENT, owner, stranger, SUBSCRIPTION, user, USER } from './cast.js';

const given = givenFor(employment, subscriptionEvents);
const PREMIUM = subscriptionId(ESTABLISHMENT, USER, 'premium');
const found = (state: string, relation = 'employee', subscription = SUBSCRIPTION): FoundSubscription => ({
  subscription,
  relation,
  state,
});
const resigns = (subscriptions: readonly FoundSubscription[], on = '2026-02-20'): EmploymentCommand => ({
  type: 'RecordResignation',
  target: employmentId(ESTABLISHMENT, USER),
  data: { establishment: ESTABLISHMENT, user: USER, on: day(on), found: subscriptions },
});

describe('an employee’s resignation (Q8)', () => {
  test('is recorded with the subscriptions that it ends, those that are over left out', () => {
    const after = given()
      .when(resigns([found('active'), found('pendingPayment', 'employee', PREMIUM), found('lapsed')]), owner)
      .then({
        type: 'subscriptions.ResignationRecorded',
        data: { establishment: ESTABLISHMENT, user: USER, on: '2026-02-20', subscriptions: [SUBSCRIPTION, PREMIUM] },
        refs: { establishment: ESTABLISHMENT, user: USER },
        entries: [],
      });
    expect(employment.summary(after.state)).toEqual({ state: 'resigned' });
    expect(employment.summary(employment.initial)).toEqual({ state: 'none' });
  });

  test.each(['owner', 'delegate'])('of an %s is refused: NOT_EMPLOYEE', (relation) => {
    for (const state of ['pendingPayment', 'active', 'expired', 'cancelled']) {
      given()
        .when(resigns([found(state, relation)]), owner)
        .refuses('NOT_EMPLOYEE', { relation });
    }
  });

  test.each([
    ['expired', 'ENDED'],
    ['lapsed', 'ENDED'],
    ['cancelled', 'ALREADY_CANCELLED'],
  ])('of whom every subscription is %s is refused: %s (the table’s row)', (state, code) => {
    given()
      .when(resigns([found(state)]), owner)
      .refuses(code);
  });

  test('of a user who has no subscription there, or of another establishment, answers alike', () => {
    given().when(resigns([]), owner).refuses('NOT_FOUND', {});
    for (const other of [stranger, user])
      given()
        .when(resigns([found('active')]), other)
        .refuses('NOT_FOUND', {});
  });

  test('that is yet to come is no fact: FUTURE_DATE', () => {
    const facts = { field: 'on', date: '2026-03-02', today: '2026-03-01' };
    given()
      .when(resigns([found('active')], '2026-03-02'), owner)
      .refuses('FUTURE_DATE', facts);
    given()
      .when(resigns([found('active')], '2026-03-01'), owner)
      .then({ type: 'subscriptions.ResignationRecorded' });
  });

  test('may happen again after the user came back', () => {
    given([resigns([found('active')]), owner])
      .when(resigns([found('active')], '2026-03-01'), owner)
      .then({ type: 'subscriptions.ResignationRecorded' });
  });

  test('is recorded under its own id', () => {
    const wrong = { ...resigns([found('active')]), target: id('elsewhere') };
    expect(() => given().when(wrong, owner)).toThrow("not the employment's id");
  });
});

/** What a policy looks at of an event. */
const event = (type: string, data: unknown, refs: object = { receipt: id('r1') }): Envelope =>
  ({ type, id: id('event'), data, refs }) as unknown as Envelope;

describe('what follows from events', () => {
  const money = { payer: party('payer'), amount: '115.00', currency: 'SAR' };

  test('§3 a matched receipt pays its subscription; a debt’s is none of its business', () => {
    expect(confirmPayment.types).toEqual([ReceiptMatched.type]);
    const paid = { subscription: SUBSCRIPTION, ...money, paidOn: '2026-02-20' };
    expect(confirmPayment.react(event(ReceiptMatched.type, paid))).toEqual([
      { type: 'ConfirmPayment', target: SUBSCRIPTION, data: { receipt: id('r1'), ...money, paidOn: '2026-02-20' } },
    ]);
    expect(confirmPayment.react(event(ReceiptMatched.type, { debt: id('debt'), ...money }))).toEqual([]);
    expect(() => confirmPayment.react(event(ReceiptMatched.type, paid, {}))).toThrow('names no receipt');
  });

  test('§4 a receipt that the bank takes back no longer does', () => {
    expect(reversePayment.types).toEqual([ReceiptReversed.type]);
    const reversed = { ...money, reference: 'R-1', on: '2026-02-21', debt: null };
    expect(reversePayment.react(event(ReceiptReversed.type, { ...reversed, subscription: SUBSCRIPTION }))).toEqual([
      { type: 'ReversePayment', target: SUBSCRIPTION, data: { receipt: id('r1'), reference: 'R-1', on: '2026-02-21' } },
    ]);
    expect(reversePayment.react(event(ReceiptReversed.type, { ...reversed, subscription: null }))).toEqual([]);
  });

  test('Q8 a resignation cancels the subscriptions that it names', () => {
    expect(cancelForResignation.types).toEqual([ResignationRecorded.type]);
    const data = { establishment: ESTABLISHMENT, user: USER, on: '2026-02-20', subscriptions: [SUBSCRIPTION, PREMIUM] };
    expect(cancelForResignation.react(event(ResignationRecorded.type, data))).toEqual(
      [SUBSCRIPTION, PREMIUM].map((target) => ({ type: 'CancelForResignation', target, data: { on: '2026-02-20' } })),
    );
  });

  test('each of them does what followed from events before it was there', () => {
    expect(subscriptionPolicies.map(({ startsAt }) => startsAt)).toEqual(['beginning', 'beginning', 'beginning']);
  });
});
