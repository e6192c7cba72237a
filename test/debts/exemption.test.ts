import type { Authority } from '../../src/contexts/debts/authorities.js';
import type { Entry } from '../../src/kernel/entries.js';
import { actor, party, SYSTEM } from '../given.js';
import {
  approve,
  approver,
  authority,
  clerk,
  CREDITOR,
  DEBT,
  debtor,
  DEBTOR,
  DELEGATION,
  receive,
  REFS,
  requestCancellation,
  requestExemption,
  requestPayment,
  requestUpdate,
  REQUEST,
  REVIEW,
  takeBack,
  type GivenDebt,
} from './cast.js';
import { inInstalments, partlyPaid, registered } from './states.js';

/* Exemption (E2i; domain.md §2, §4): who may grant it, what it posts, and how a debt ends by it. */

const dims = { entity: CREDITOR, party: DEBTOR, sector: 'traffic', debt: DEBT };
const waived = (account: '1200' | '1205', amount: string): Entry => ({
  debit: { account: '5100', dims },
  credit: { account, dims },
  amount,
  currency: 'SAR',
});

/** The debtor asks for an exemption, under the known request id. */
const asked = (before: GivenDebt, amount?: string): GivenDebt => before.and([requestExemption(amount), debtor, REVIEW]);
const granted = (before: GivenDebt, amount?: string): GivenDebt =>
  asked(before, amount).and([approve(REQUEST, authority()), approver]);

describe('RequestExemption', () => {
  test('E2i the request commits to its proof and is one of the kinds that put the debt under review', () => {
    const proof = '0e'.repeat(32);
    const command = requestExemption('40');
    partlyPaid()
      .when({ ...command, data: { ...command.data, evidence: proof } } as typeof command, debtor, REVIEW)
      .then({
        type: 'debts.ExemptionRequested',
        data: { request: REQUEST, ground: 'hardship', amount: '40.00' },
        refs: { ...REFS, request: REQUEST },
        evidence: [proof],
        entries: [],
      });
  });

  test.each(['0', '40.01'])('E2i an exemption of %s of the 40.00 that is owed: AMOUNT', (amount) => {
    const facts = { atLeast: '0.01', atMost: '40.00', currency: 'SAR' };
    partlyPaid().when(requestExemption(amount), debtor).refuses('AMOUNT', facts);
  });

  test('E2i there is nothing to exempt from where all is paid: NOTHING_OWED', () => {
    const paid = partlyPaid().and([receive('r2', '40'), SYSTEM]);
    paid.when(requestExemption(), debtor).refuses('NOTHING_OWED');
  });
});

describe('the approval of an exemption needs authority by amount', () => {
  const request = (amount = '40') => asked(partlyPaid(), amount);

  test.each<[string, Partial<Authority>]>([
    ['of somebody else', { approver: actor('another', 'approver').id }],
    ['of another entity', { entity: party('another entity') }],
    ['for something else', { kind: 'refund' }],
    ['in another currency', { currency: 'USD' }],
    ['that does not reach so far', { upTo: '39.99' }],
    ['that nobody has approved', { status: 'pending' }],
    ['that was revoked', { status: 'revoked', revision: 2 }],
    ['that has not begun', { from: '2026-03-02' }],
    ['that is over', { to: '2026-02-28' }],
  ])('E2i a delegation %s: AUTHORITY', (_, changes) => {
    request()
      .when(approve(REQUEST, authority(changes)), approver)
      .refuses('AUTHORITY', { amount: '40.00', currency: 'SAR' });
  });

  test.each([undefined, null])('E2i a delegation that is not named, or not there: AUTHORITY', (none) => {
    request().when(approve(REQUEST, none), approver).refuses('AUTHORITY');
  });

  test('E2i the first and the last day count, and the whole amount', () => {
    const narrow = authority({ from: '2026-03-01', to: '2026-03-01', upTo: '40.00' });
    request().when(approve(REQUEST, narrow), approver).then({ type: 'debts.ExemptionGranted' });
  });

  test('E2i a date in the past does not revive a delegation that is over, nor one in its time a new one', () => {
    const over = authority({ to: '2026-02-28' });
    const young = authority({ from: '2026-03-01' });
    const backdated = { effectiveOn: '2026-02-27' };
    request().when(approve(REQUEST, over), approver, backdated).refuses('AUTHORITY');
    request().when(approve(REQUEST, young), approver, backdated).refuses('AUTHORITY');
  });

  test('E2i a large exemption does not pass in small parts: all that is waived of the debt counts', () => {
    const first = granted(partlyPaid(), '30');
    const second = asked(first, '10');
    second
      .when(approve(REQUEST, authority({ upTo: '39.99' })), approver)
      .refuses('AUTHORITY', { amount: '40.00', currency: 'SAR' });
    second.when(approve(REQUEST, authority({ upTo: '40.00' })), approver).then({ type: 'debts.ExemptionGranted' });
  });

  test('E7 who asked for it does not approve it, with whatever authority: SELF_APPROVAL', () => {
    const own = authority({ approver: debtor.id });
    request()
      .when(approve(REQUEST, own), { ...debtor, actingFor: CREDITOR })
      .refuses('SELF_APPROVAL');
  });
});

describe('ExemptionGranted', () => {
  test('E2i it posts 5100 / 1200, cites the delegation as authority, and at which revision it was read', () => {
    asked(partlyPaid(), '30')
      .when(approve(REQUEST, authority()), approver)
      .then({
        type: 'debts.ExemptionGranted',
        data: {
          request: REQUEST,
          ground: 'hardship',
          amount: '30.00',
          waived: '30.00',
          balance: '10.00',
          currency: 'SAR',
          delegation: DELEGATION,
          delegationRevision: 1,
        },
        refs: { ...REFS, request: REQUEST, delegation: DELEGATION },
        entries: [waived('1200', '30.00')],
        authority: DELEGATION,
      });
  });

  test('E2i 1205 first, then 1200; the plan is lowered from its end', () => {
    const raised = inInstalments().and([requestUpdate({ amount: '150' }), clerk, REVIEW], [approve(), approver]);
    asked(raised, '60')
      .when(approve(REQUEST, authority()), approver)
      .then(
        { type: 'debts.ExemptionGranted', entries: [waived('1205', '40.00'), waived('1200', '20.00')] },
        { type: 'debts.InstalmentsLowered' },
        { type: 'debts.PlanCompleted' },
      );
    const { events } = asked(raised, '15').and([approve(REQUEST, authority()), approver]);
    expect(events.at(-1)!.data).toMatchObject({
      parts: [
        { instalment: 4, amount: '10.00' },
        { instalment: 3, amount: '5.00' },
      ],
      open: '25.00',
    });
  });

  test('E2i what receipts paid meanwhile is not waived too', () => {
    const paid = asked(partlyPaid(), '30').and([receive('r2', '25'), SYSTEM]);
    paid
      .when(approve(REQUEST, authority()), approver)
      .then({ type: 'debts.ExemptionGranted', entries: [waived('1200', '15.00')] });
    paid
      .and([receive('r3', '15'), SYSTEM])
      .when(approve(REQUEST, authority()), approver)
      .refuses('NOTHING_OWED');
  });

  test('E6 a full exemption cancels the debt with the reason exemption, and posts nothing more', () => {
    const cancelled = asked(registered())
      .when(approve(REQUEST, authority()), approver)
      .then(
        { type: 'debts.ExemptionGranted', entries: [waived('1200', '100.00')] },
        {
          type: 'debts.DebtCancelled',
          data: {
            request: REQUEST,
            ground: 'exemption',
            unpaid: '0.00',
            received: '0.00',
            waived: '100.00',
            currency: 'SAR',
          },
          entries: [],
          authority: DELEGATION,
        },
      );
    expect(cancelled.state).toMatchObject({ status: 'cancelled', waived: 100_00n, request: null });
    cancelled.when(receive('r9', '5'), SYSTEM).then({ type: 'debts.ReceiptApplied', entries: [] });
  });

  test('E6 a full exemption in two parts cancels the debt, too', () => {
    asked(granted(registered(), '60'), '40')
      .when(approve(REQUEST, authority()), approver)
      .then({ type: 'debts.ExemptionGranted' }, { type: 'debts.DebtCancelled' });
  });

  test('E6 the last open part waived after approved payments: the same approval settles the debt', () => {
    const approved = partlyPaid().and([requestPayment('60'), debtor, REVIEW], [approve(), approver]);
    const settled = asked(approved)
      .when(approve(REQUEST, authority()), approver)
      .then(
        { type: 'debts.ExemptionGranted', entries: [waived('1200', '40.00')] },
        {
          type: 'debts.DebtSettled',
          data: { request: REQUEST, amount: '0.00', approved: '60.00', currency: 'SAR' },
          authority: DELEGATION,
        },
      );
    settled.when(takeBack('r1'), SYSTEM).then({ type: 'debts.ReceiptReversed' }, { type: 'debts.DebtReopened' });
  });

  test('E6 a zero balance alone is not settled: payments that nobody approved are still to be recognised', () => {
    const waivedRest = asked(partlyPaid())
      .when(approve(REQUEST, authority()), approver)
      .then({ type: 'debts.ExemptionGranted' });
    expect(waivedRest.state).toMatchObject({ status: 'outstanding', received: 60_00n, waived: 40_00n });
    waivedRest
      .and([requestPayment('60'), debtor, REVIEW])
      .when(approve(), approver)
      .then({ type: 'debts.DebtSettled' });
  });
});

test('E6 the ground exemption is that of a waiver alone: RESERVED_GROUND', () => {
  partlyPaid().when(requestCancellation('exemption'), clerk).refuses('RESERVED_GROUND', { ground: 'exemption' });
});

describe('what was waived stays waived', () => {
  test('E7 a reduction never goes below it: AMOUNT', () => {
    granted(partlyPaid(), '30')
      .when(requestUpdate({ amount: '29.99' }), clerk)
      .refuses('AMOUNT', { atLeast: '30.00', atMost: '90071992547409.91', currency: 'SAR' });
  });

  test('E6 a reduction down to it leaves a debt that is waived whole: cancelled, and what was received goes back', () => {
    granted(partlyPaid(), '30')
      .and([requestUpdate({ amount: '30' }), clerk, REVIEW])
      .when(approve(), approver)
      .then({ type: 'debts.DebtUpdated' }, { type: 'debts.ReceiptsGivenBack' }, { type: 'debts.DebtCancelled' });
  });

  test('E6 a cancellation as an error undoes the waiver too: 4300 / 5100', () => {
    const undone = granted(partlyPaid(), '30').and([requestCancellation(), clerk, REVIEW], [approve(), approver]);
    const entries = undone.events.find(({ type }) => type === 'debts.DebtCancelled')!.entries;
    expect(entries.map(({ credit, amount }) => [credit.account, amount])).toEqual([
      ['1200', '10.00'],
      ['5100', '30.00'],
      ['2330', '60.00'],
    ]);
  });
});
