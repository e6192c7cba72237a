import type { SubscriptionCommand } from '../../src/contexts/subscriptions/commands.js';
import { SUBSCRIPTION_STATES, subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import { SUBSCRIPTION_RULES } from '../../src/contexts/subscriptions/rules.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { SYSTEM } from '../given.js';
import {
  askBack,
  cancel,
  owner,
  passTo,
  pay,
  purchase,
  reinstate,
  renew,
  resign,
  subscription,
  takeBack,
  transfer,
  use,
  user,
} from './cast.js';
import { STATES, type StateName } from './states.js';

/*
 * The Subscription table of domain.md §3, cell by cell: ✗CODE is a refusal; – is accepted with nothing to record; else
 * the events, and after the arrow the state that the subscription is then in. `renewing` and `expiredRenewing` are
 * Active and Expired with an open renewal; `lapsed` is ours: an order that nobody paid. What a payment does not need is
 * its excess, which a policy credits to the payer's balance.
 */
const COLUMNS: readonly StateName[] = [
  'none',
  'pendingPayment',
  'active',
  'renewing',
  'expired',
  'expiredRenewing',
  'cancelled',
  'lapsed',
];

const bought = 'SubscriptionPurchased → pendingPayment';
const paid = 'PaymentReceived → ';
const ended = 'SubscriptionCancelled → cancelled';
const both = 'SubscriptionCancelled OrderCancelled → cancelled';
const renewed = 'PaymentReceived SubscriptionRenewed → active';

// prettier-ignore
const TABLE: readonly (readonly [rule: string, SubscriptionCommand, Actor, ...cells: string[]])[] = [
  ['Q3', purchase(), owner, bought, '✗DUPLICATE', '✗DUPLICATE', '✗DUPLICATE', bought, '✗DUPLICATE', bought, bought],
  ['Q6', pay('r9', '115'), SYSTEM, '–', 'PaymentReceived SubscriptionActivated → active', paid + 'active', renewed, paid + 'expired', renewed, paid + 'cancelled', paid + 'lapsed'],
  ['Q3', renew(), owner, '✗NOT_FOUND', '✗NOT_ACTIVE', 'RenewalOrdered → active', '✗DUPLICATE', 'RenewalOrdered → expired', '✗DUPLICATE', '✗NO_RECOVERY', '✗NOT_ACTIVE'],
  ['Q5', cancel(), owner, '✗NOT_FOUND', 'OrderCancelled → cancelled', ended, both, '✗ENDED', '✗ENDED', '✗ALREADY_CANCELLED', '✗ENDED'],
  ['Q8', resign(), SYSTEM, '–', 'OrderCancelled → cancelled', ended, both, '–', '–', '–', '–'],
  ['Q6', askBack(), owner, '✗NOT_FOUND', '✗NO_REFUND', '✗NO_REFUND', '✗NO_REFUND', '✗NO_REFUND', '✗NO_REFUND', '✗NO_REFUND', '✗NO_REFUND'],
  ['Q4', transfer(), owner, '✗NOT_FOUND', '✗NO_TRANSFER', '✗NO_TRANSFER', '✗NO_TRANSFER', '✗NO_TRANSFER', '✗NO_TRANSFER', '✗NO_TRANSFER', '✗NO_TRANSFER'],
  ['Q5', reinstate(), owner, '✗NOT_FOUND', '✗NOT_CANCELLED', '✗NOT_CANCELLED', '✗NOT_CANCELLED', '✗USE_RENEW', '✗USE_RENEW', '✗NO_RECOVERY', '✗NOT_CANCELLED'],
  ['Q5', use(), owner, '✗NOT_FOUND', '✗NOT_ACTIVE', 'ServiceUsed → active', 'ServiceUsed → active', '✗NOT_ACTIVE', '✗NOT_ACTIVE', '✗NO_RECOVERY', '✗NOT_ACTIVE'],
  ['Q5', use(), user, '✗NOT_FOUND', '✗NOT_ACTIVE', 'ServiceUsed → active', 'ServiceUsed → active', '✗NOT_ACTIVE', '✗NOT_ACTIVE', '✗NO_RECOVERY', '✗NOT_ACTIVE'],
  ['Q6', takeBack('r1'), SYSTEM, '–', '–', 'PaymentReversed → active', 'PaymentReversed → active', 'PaymentReversed → expired', 'PaymentReversed → expired', 'PaymentReversed → cancelled', '–'],
];

const CELLS = TABLE.flatMap(([rule, command, by, ...cells]) =>
  COLUMNS.map((column, index) => {
    const cell = cells[index] as string;
    return [`${rule} ${column} × ${command.type} by the ${by.role}: ${cell}`, column, command, by, cell] as const;
  }),
);

test.each(CELLS)('%s', (_, column, command, by, cell) => {
  const [make, occasion] = STATES[column];
  const before = make();
  const when = before.when(command, by, occasion);
  if (cell.startsWith('✗')) {
    expect(when.refuses(cell.slice(1)).state).toBe(before.state);
  } else if (cell === '–') {
    expect(when.then().state).toBe(before.state);
  } else {
    const [types, state] = cell.split(' → ') as [string, string];
    const after = when.then(...types.split(' ').map((type) => ({ type: `subscriptions.${type}` })));
    expect(subscription.summary(after.state).state).toBe(state);
  }
});

test('§3 every state, event and rule has its name in Arabic and English', () => {
  const named = [...Object.values(SUBSCRIPTION_STATES), ...subscriptionFacts, ...Object.values(SUBSCRIPTION_RULES)];
  for (const { en, ar } of named) {
    expect(en).toMatch(/[A-Za-z]{4}/);
    expect(ar).toMatch(/[\u0621-\u064a]/);
  }
  expect(new Set(named.map(({ ar }) => ar)).size).toBe(named.length);
  const reached = COLUMNS.map((column) => subscription.summary(STATES[column][0]().state).state);
  expect(Object.keys(SUBSCRIPTION_STATES).filter((code) => !reached.includes(code))).toEqual([]);
});

/** The row of the clock: its command names the first thing that is due on its day; what is no longer due is ignored. */
describe('Expire (clock)', () => {
  const due = (on: string, what: string, of: number): SubscriptionCommand => ({
    type: 'BringUpToDate',
    target: purchase().target,
    data: { due: `${on}.${what}.${of}.0` },
  });
  const [lapse, expiry, lateLapse] = [
    due('2026-04-01', 'lapse', 1),
    due('2027-03-01', 'expire', 1),
    due('2026-10-16', 'lapse', 2),
  ];
  test.each<[string, StateName, SubscriptionCommand, string | null]>([
    ['Q3 pendingPayment × Expire after its bill’s days: OrderLapsed', 'pendingPayment', lapse, 'OrderLapsed → lapsed'],
    [
      'Q3 renewing × Expire after the renewal’s bill’s days: OrderLapsed',
      'renewing',
      lateLapse,
      'OrderLapsed → active',
    ],
    ['Q7 expired × Expire: ignored', 'expired', expiry, null],
    ['Q7 cancelled × Expire: ignored', 'cancelled', expiry, null],
    ['Q7 lapsed × Expire: ignored', 'lapsed', lapse, null],
    ['Q7 active × Expire of the order that was paid: ignored', 'active', lapse, null],
    ['Q7 none × Expire: ignored', 'none', expiry, null],
  ])('%s', (_, column, command, cell) => {
    const before = STATES[column][0]();
    const on = (command.data as { due: string }).due.slice(0, 10);
    const at = column === 'renewing' ? { today: '2026-10-16' } : { today: on };
    // A renewal lapses after the months that are earned before it.
    const ready = column === 'renewing' ? passTo('2026-10-15', before) : before;
    const when = ready.when(command, SYSTEM, at);
    if (cell === null) return expect(when.then().state).toBe(ready.state);
    const [type, state] = cell.split(' → ') as [string, string];
    expect(subscription.summary(when.then({ type: `subscriptions.${type}` }).state).state).toBe(state);
  });

  test('Q7 active × Expire on the first day that the term no longer covers: SubscriptionExpired', () => {
    const [make] = STATES.active;
    const ready = passTo('2027-02-28', make());
    const lastDay: SubscriptionCommand = { ...expiry, type: 'BringUpToDate', data: { due: '2027-03-01.earn.1.12' } };
    ready.when(lastDay, SYSTEM, { today: '2027-02-28' }).then();
    const after = ready.when(lastDay, SYSTEM, { today: '2027-03-01' }).then(
      { type: 'subscriptions.MonthEarned' },
      {
        type: 'subscriptions.SubscriptionExpired',
        data: { number: 1, endsOn: '2027-03-01', due: null },
      },
    );
    expect(subscription.summary(after.state)).toEqual({ state: 'expired' });
  });
});
