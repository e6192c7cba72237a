import { balanceEvents } from '../../src/contexts/balances/events.js';
import { balance } from '../../src/contexts/balances/balance.js';
import {
  balancePolicies,
  creditExcess,
  creditGivenBack,
  creditReleased,
  creditUnused,
  reverseCredit,
  reverseUnused,
} from '../../src/contexts/balances/balances.policy.js';
import type { BalanceCommand } from '../../src/contexts/balances/commands.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import { Catalogue } from '../../src/event-store/catalogue.js';
import type { Envelope, Refs } from '../../src/kernel/envelope.js';
import { balanceId } from '../../src/kernel/ids.js';
import { givenFor, id, party, SYSTEM } from '../given.js';

const ENTITY = party('entity');
const PAYER = party('payer');
const OTHER = party('other payer');
const DEBT = id('debt');
const RECEIPT = id('r1');
const EVENT = id('event');
const REFS: Refs = { debt: DEBT, debtor: party('debtor'), creditor: ENTITY, sector: 'traffic' };
const catalogue = new Catalogue([...debtEvents, ...subscriptionFacts]);

/** An event of a debt, as far as a policy looks at it. */
function event(type: string, data: object, refs = REFS): Envelope {
  catalogue.validate(type, data);
  return { id: EVENT, type, data, refs } as unknown as Envelope;
}

const applied = (excess: string, refs = REFS) =>
  event(
    'debts.ReceiptApplied',
    {
      receipt: RECEIPT,
      payer: PAYER,
      currency: 'SAR',
      amount: '115.00',
      applied: '85.00',
      excess,
      received: '85.00',
      balance: '0.00',
    },
    refs,
  );
const reversed = (credited: string) =>
  event('debts.ReceiptReversed', {
    receipt: RECEIPT,
    payer: PAYER,
    currency: 'SAR',
    reference: 'R-1',
    on: '2026-03-01',
    applied: '85.00',
    credited,
    received: '0.00',
    approved: '0.00',
    balance: '85.00',
  });
const APPROVAL = id('approval');
const givenBack = (reason: string) =>
  event('debts.ReceiptsGivenBack', {
    parts: [
      { transit: APPROVAL, reason, receipt: id('r2'), payer: OTHER, amount: '5.00' },
      { transit: APPROVAL, reason, receipt: RECEIPT, payer: PAYER, amount: '85.00' },
    ],
    rest: '10.00',
    currency: 'SAR',
  });

const credit = (changes: object): BalanceCommand =>
  ({
    type: 'CreditBalance',
    target: balanceId(PAYER, ENTITY, 'SAR'),
    data: {
      party: PAYER,
      entity: ENTITY,
      currency: 'SAR',
      sector: 'traffic',
      receipt: RECEIPT,
      debt: DEBT,
      ...changes,
    },
  }) as BalanceCommand;
const both = (reason: string) => [
  {
    ...credit({ party: OTHER, receipt: id('r2'), amount: '5.00', reason, transit: APPROVAL }),
    target: balanceId(OTHER, ENTITY, 'SAR'),
  },
  credit({ amount: '85.00', reason, transit: APPROVAL }),
];

test('an excess is credited to its payer, with the creditor, from the receipt (domain.md §3, ApplyReceipt)', () => {
  expect(creditExcess.react(applied('30.00'))).toEqual([credit({ amount: '30.00', reason: 'excess', transit: null })]);
  expect(creditExcess.react(applied('0.00'))).toEqual([]);
});

test('what a cancellation or a reduction gives back is credited receipt by receipt (domain.md §4)', () => {
  expect(creditGivenBack.react(givenBack('cancellation'))).toEqual(both('cancellation'));
  expect(creditGivenBack.react(givenBack('reduction'))).toEqual(both('reduction'));
});

test('what a reversed receipt had credited is taken back', () => {
  const data = { receipt: RECEIPT, debt: DEBT, sector: 'traffic', amount: '30.00', reference: 'R-1' };
  const command = { type: 'ReverseCredit', target: balanceId(PAYER, ENTITY, 'SAR'), data };
  expect(reverseCredit.react(reversed('30.00'))).toEqual([command]);
  expect(reverseCredit.react(reversed('0.00'))).toEqual([]);
});

describe('of a subscription (domain.md Q6)', () => {
  const SUBSCRIPTION = id('subscription');
  const refs = { subscription: SUBSCRIPTION, entity: ENTITY, sector: 'labour' } as Refs;
  const target = balanceId(PAYER, ENTITY, 'SAR');
  const shared = { receipt: RECEIPT, subscription: SUBSCRIPTION, sector: 'labour', amount: '30.00' };
  const owed = { ...shared, party: PAYER, entity: ENTITY, currency: 'SAR', transit: null };
  const money = { receipt: RECEIPT, payer: PAYER, currency: 'SAR' };

  test('what a payment was too much, or came too late, is credited', () => {
    const received = (excess: string) => {
      const data = {
        ...money,
        paidOn: '2026-03-01',
        amount: '145.00',
        arrears: '0.00',
        kept: '115.00',
        excess,
        missing: '0.00',
      };
      return event('subscriptions.PaymentReceived', data, refs);
    };
    expect(creditUnused.react(received('0.00'))).toEqual([]);
    expect(creditUnused.react(received('30.00'))).toEqual([
      { type: 'CreditBalance', target, data: { ...owed, reason: 'excess' } },
    ]);
  });

  test('what waited for an order that ended unpaid is credited, receipt by receipt', () => {
    const released = [
      { receipt: RECEIPT, payer: PAYER, amount: '30.00' },
      { receipt: id('r2'), payer: OTHER, amount: '1.00' },
    ];
    const ended = { order: 1, released, currency: 'SAR', due: null };
    for (const each of [
      event('subscriptions.OrderCancelled', { ...ended, reason: 'request' }, refs),
      event('subscriptions.OrderLapsed', { ...ended, dueOn: '2026-03-31' }, refs),
    ]) {
      const [first, second] = creditReleased.react(each);
      expect(first).toEqual({ type: 'CreditBalance', target, data: { ...owed, reason: 'orderEnded' } });
      expect(second).toMatchObject({ target: balanceId(OTHER, ENTITY, 'SAR'), data: { party: OTHER, amount: '1.00' } });
    }
  });

  test('a credit is taken back when the bank takes back its receipt', () => {
    const taken = (credited: string) => {
      const data = { ...money, reference: 'R-1', on: '2026-03-01', waiting: '0.00', owed: '115.00', credited };
      return event('subscriptions.PaymentReversed', data, refs);
    };
    expect(reverseUnused.react(taken('0.00'))).toEqual([]);
    const command = { type: 'ReverseCredit', target, data: { ...shared, reference: 'R-1' } };
    expect(reverseUnused.react(taken('30.00'))).toEqual([command]);
    const after = givenFor(balance, balanceEvents)(
      [{ type: 'CreditBalance', target, data: { ...owed, reason: 'excess' } } as BalanceCommand, SYSTEM],
      [command as BalanceCommand, SYSTEM],
    );
    expect(after.events[1]?.refs).toMatchObject({ subscription: SUBSCRIPTION, receipt: RECEIPT });
  });
});

test('a balance accepts what the policies send, in that order', () => {
  const commands = [creditExcess, reverseCredit].flatMap((policy) =>
    policy.react(policy === creditExcess ? applied('30.00') : reversed('30.00')),
  ) as BalanceCommand[];
  const after = givenFor(balance, balanceEvents)(...commands.map((command) => [command, SYSTEM] as const));
  expect(after.events.map(({ type }) => type)).toEqual(['balances.BalanceCredited', 'balances.CreditReversed']);
});

test('an event that does not say whose it is stops the policy rather than lose money', () => {
  for (const missing of ['debt', 'creditor', 'sector'] as const) {
    const { [missing]: _, ...rest } = REFS;
    expect(() => creditExcess.react(applied('30.00', rest))).toThrow(/names no debt, creditor or sector/);
  }
});

test('nor is one of a subscription without its entity or its sector anybody’s', () => {
  const released = [{ receipt: RECEIPT, payer: PAYER, amount: '30.00' }];
  const ended = { order: 1, released, currency: 'SAR', due: null, dueOn: '2026-03-31' };
  const refs = { subscription: id('subscription'), entity: ENTITY, sector: 'labour' };
  for (const missing of ['subscription', 'entity', 'sector'] as const) {
    const { [missing]: _, ...rest } = refs;
    expect(() => creditReleased.react(event('subscriptions.OrderLapsed', ended, rest as Refs))).toThrow(
      /nor a subscription, entity or sector/,
    );
  }
});

test('each policy has a name of its own, wants only types that are stored, and leaves none of them out', () => {
  expect(new Set(balancePolicies.map(({ name }) => name)).size).toBe(6);
  expect(balancePolicies.map(({ startsAt }) => startsAt)).toEqual(balancePolicies.map(() => 'beginning'));
  for (const type of balancePolicies.flatMap(({ types }) => types)) expect(catalogue.version(type)).toBe(1);
});
