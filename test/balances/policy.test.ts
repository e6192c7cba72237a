import { balanceEvents } from '../../src/contexts/balances/events.js';
import { balance } from '../../src/contexts/balances/balance.js';
import {
  balancePolicies,
  creditExcess,
  creditGivenBack,
  reverseCredit,
} from '../../src/contexts/balances/balances.policy.js';
import type { BalanceCommand } from '../../src/contexts/balances/commands.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
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
const catalogue = new Catalogue(debtEvents);

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

test('each policy has a name of its own, wants only types that are stored, and leaves none of them out', () => {
  expect(new Set(balancePolicies.map(({ name }) => name)).size).toBe(3);
  expect(balancePolicies.map(({ startsAt }) => startsAt)).toEqual(balancePolicies.map(() => 'beginning'));
  for (const type of balancePolicies.flatMap(({ types }) => types)) expect(catalogue.version(type)).toBe(1);
});
