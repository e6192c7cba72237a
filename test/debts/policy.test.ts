import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { ReceiptMatched, ReceiptReversed } from '../../src/contexts/billing/events.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { id, party } from '../given.js';

const [applyReceipt, reverseReceipt] = debtPolicies;

/** What a policy looks at of an event. */
const event = (type: string, data: unknown, refs = { receipt: id('r1') }): Envelope =>
  ({ type, id: id('event'), data, refs }) as unknown as Envelope;

const matched = { debt: id('debt'), payer: party('payer'), amount: '60.00', currency: 'SAR' };
const reversed = { reference: 'back', on: '2026-02-20', amount: '60.00', currency: 'SAR', payer: party('payer') };

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

test('an event that does not name its receipt stops the policy', () => {
  expect(() => applyReceipt?.react(event(ReceiptMatched.type, matched, {} as never))).toThrow(/names no receipt/);
});
