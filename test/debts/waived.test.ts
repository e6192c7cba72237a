import { debt } from '../../src/contexts/debts/debt.js';
import type { DebtCommand } from '../../src/contexts/debts/commands.js';
import type { Debt } from '../../src/contexts/debts/state.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { CommandContext } from '../../src/kernel/decider.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { eventId } from '../../src/kernel/ids.js';
import { SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  CREDITOR,
  DEBT,
  debtor,
  DEBTOR,
  openRequest,
  receive,
  requestCancellation,
  requestPayment,
  requestUpdate,
  REVIEW,
  type GivenDebt,
} from './cast.js';
import { partlyPaid } from './states.js';

/*
 * The rules that name `waived` (domain.md §3, §4), for a debt of 100.00 of which 60.00 is received: the tests put 30.00
 * of it into its state. How it comes there is exemption.test.ts.
 */
const exempt = ({ state }: GivenDebt): Debt => ({
  ...state!,
  waived: 30_00n,
  waivers: [{ year: '2026', minor: 30_00n }],
});

function decide(state: Debt, command: DebtCommand, actor: Actor) {
  const today = '2026-03-01' as BusinessDate;
  const context: CommandContext = {
    id: REVIEW.id,
    actor,
    today,
    effectiveOn: today,
    eventId: (index) => eventId(REVIEW.id, index),
  };
  return debt.decide(command, state, context);
}

/** The approval of what the clerk, or the debtor, asks for. */
function approval(before: GivenDebt, command: DebtCommand, by: Actor, changes: Partial<Debt> = {}) {
  const asked = before.and([command, by]);
  return decide({ ...exempt(asked), ...changes }, approve(openRequest(asked)), approver);
}

const dims = { entity: CREDITOR, party: DEBTOR, sector: 'traffic', debt: DEBT };
const posted = (account: string, amount: string) => ({
  debit: { account: '4300', dims: { ...dims, ground: 'fine' } },
  credit: { account, dims: account === '2330' ? { entity: CREDITOR, transit: eventId(REVIEW.id, 0) } : dims },
  amount,
  currency: 'SAR',
});

test('E7 RequestPayment: what was waived is not to be paid: AMOUNT', () => {
  const facts = { atLeast: '0.01', atMost: '70.00', currency: 'SAR' };
  expect(decide(exempt(partlyPaid()), requestPayment('70.01'), debtor)).toMatchObject({
    refused: { code: 'AMOUNT' },
    facts,
  });
  expect(decide(exempt(partlyPaid()), requestPayment('70'), debtor)).toMatchObject([
    { type: 'debts.PaymentRequested' },
  ]);
});

test('E8 ApplyReceipt: a receipt pays what is neither received nor waived', () => {
  const data = { applied: '10.00', excess: '15.00', received: '70.00', balance: '0.00' };
  expect(decide(exempt(partlyPaid()), receive('r2', '25'), SYSTEM)).toMatchObject([{ data }]);
});

test('E6 Approve: settled when approved + waived = amount', () => {
  const paid = partlyPaid().and([receive('r2', '10'), SYSTEM]);
  expect(approval(paid, requestPayment('70'), debtor)).toMatchObject([{ type: 'debts.DebtSettled' }]);
  expect(approval(paid, requestPayment('69.99'), debtor)).toMatchObject([{ type: 'debts.PartialPaymentApproved' }]);
});

test('E7 a reduction never goes below what was waived: AMOUNT', () => {
  const facts = { atLeast: '30.00' };
  const asked = (amount: string) => decide(exempt(partlyPaid()), requestUpdate({ amount }), clerk);
  expect(asked('29.99')).toMatchObject({ refused: { code: 'AMOUNT' }, facts });
  expect(asked('30.00')).toMatchObject([{ type: 'debts.UpdateRequested' }]);
});

test('E7 a reduction below received + waived gives the excess back', () => {
  expect(approval(partlyPaid(), requestUpdate({ amount: '50' }), clerk)).toMatchObject([
    {
      type: 'debts.DebtUpdated',
      data: { received: '20.00', balance: '0.00', givenBack: '40.00' },
      entries: [posted('1200', '10.00'), posted('2330', '40.00')],
    },
    { type: 'debts.ReceiptsGivenBack', data: { parts: [{ amount: '40.00' }] } },
  ]);
});

test('E6 a reduction to what was approved and waived settles the debt', () => {
  const reduced = approval(partlyPaid(), requestUpdate({ amount: '80' }), clerk, { approved: 50_00n });
  expect(reduced).toMatchObject([
    { data: { received: '50.00', approved: '50.00' } },
    { type: 'debts.ReceiptsGivenBack' },
    { type: 'debts.DebtSettled', data: { amount: '0.00', approved: '50.00' } },
  ]);
});

test('E6 a cancellation undoes the waiver too: 4300 / 1200, 4300 / 5100, 4300 / 2330', () => {
  expect(approval(partlyPaid(), requestCancellation(), clerk)).toMatchObject([
    {
      type: 'debts.DebtCancelled',
      data: { unpaid: '10.00', received: '60.00', waived: '30.00' },
      entries: [posted('1200', '10.00'), posted('5100', '30.00'), posted('2330', '60.00')],
    },
    { type: 'debts.ReceiptsGivenBack', data: { parts: [{ amount: '60.00' }], rest: '0.00' } },
  ]);
});
