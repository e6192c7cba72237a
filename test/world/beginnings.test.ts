import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { balance } from '../../src/contexts/balances/balance.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { receipt } from '../../src/contexts/billing/receipt.js';
import { debt } from '../../src/contexts/debts/debt.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { delegation } from '../../src/contexts/delegations/delegation.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { subscription } from '../subscriptions/cast.js';
import { anyDecider } from './world.js';

/* A log that lost its beginning is never folded into something that looks right. */
test.each([
  ['debts.DebtRegistered', anyDecider(debt), debtEvents],
  ['billing.ReceiptReversed', anyDecider(receipt), billingEvents],
  ['balances.CreditReversed', anyDecider(balance), balanceEvents],
  ['delegations.DelegationRevoked', anyDecider(delegation), delegationEvents],
  ['subscriptions.MonthEarned', anyDecider(subscription), subscriptionEvents],
])('a stream that begins with %s is named, not folded', (type, decider, definitions) => {
  expect(definitions.map((each) => each.type)).toContain(type);
  const event = { type, stream: `${decider.category}-1`, id: 'e', refs: {}, data: {} } as unknown as Envelope;
  expect(() => decider.evolve(decider.initial, event)).toThrow(`${decider.category}-1 begins with ${type}`);
});
