import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { ReceiptMatched, ReceiptReversed } from '../../src/contexts/billing/events.js';
import { ReceiptsGivenBack } from '../../src/contexts/debts/events.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { id, party } from '../given.js';

const [applyReceipt, reverseReceipt, giveBack] = debtPolicies;

/** What a policy looks at of an event. */
const event = (type: string, data: unknown, refs = { receipt: id('r1') }): Envelope =>
  ({ type, id: id('event'), data, refs }) as unknown as Envelope;

const matched = { debt: id('debt'), payer: party('payer'), amount: '60.00', currency: 'SAR' };
const reversed = { reference: 'back', on: '2026-02-20', amount: '60.00', currency: 'SAR', payer: party('payer') };

test('each of them does what followed from events before it was there', () => {
  expect(debtPolicies.map(({ startsAt }) => startsAt)).toEqual(debtPolicies.map(() => 'beginning'));
});

test('E8 a matched receipt is applied to its debt', () => {
  expect(applyReceipt).toMatchObject({ name: 'apply-receipt', types: [ReceiptMatched.type] });
  expect(applyReceipt?.react(event(ReceiptMatched.type, matched))).toEqual([
    {
      type: 'ApplyReceipt',
      target: id('debt'),
      data: { receipt: id('r1'), payer: party('payer'), amount: '60.00', currency: 'SAR' },
    },
  ]);
});

test('E8 a receipt that paid a subscription is applied to no debt', () => {
  const { debt: _, ...paid } = matched;
  expect(applyReceipt?.react(event(ReceiptMatched.type, { ...paid, subscription: id('subscription') }))).toEqual([]);
});

test('E8 the reversal of a matched receipt reaches its debt', () => {
  expect(reverseReceipt).toMatchObject({ name: 'reverse-receipt', types: [ReceiptReversed.type] });
  expect(reverseReceipt?.react(event(ReceiptReversed.type, { ...reversed, debt: id('debt') }))).toEqual([
    {
      type: 'ReverseReceipt',
      target: id('debt'),
      data: { receipt: id('r1'), reference: 'back', on: '2026-02-20' },
    },
  ]);
});

test('E8 the reversal of an unmatched receipt is no matter of any debt', () => {
  expect(reverseReceipt?.react(event(ReceiptReversed.type, { ...reversed, debt: null }))).toEqual([]);
});

test('E7 as long as something waits to be given back, the debt is asked to name the next of it', () => {
  expect(giveBack).toMatchObject({ name: 'give-back', types: [ReceiptsGivenBack.type] });
  const react = (rest: string, refs: object = { debt: id('debt') }) =>
    giveBack?.react(event(ReceiptsGivenBack.type, { parts: [], rest, currency: 'SAR' }, refs as never));
  const asked = [{ type: 'GiveBack', target: id('debt'), data: {} }];
  expect(react('0.01')).toEqual(asked);
  expect(react('0.00')).toEqual([]);
  // More than any single amount may be: several reductions may wait.
  expect(react('180143985094819.82')).toEqual(asked);
  expect(() => react('0.01', {})).toThrow(/names no debt/);
});

test('an event that does not name its receipt stops the policy', () => {
  expect(() => applyReceipt?.react(event(ReceiptMatched.type, matched, {} as never))).toThrow(/names no receipt/);
});
