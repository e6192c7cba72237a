import { id, SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  CREDITOR,
  DEBT,
  DEBTOR,
  debtor,
  openRequest,
  receive,
  REFS,
  requestCancellation,
  requestPayment,
  requestUpdate,
  takeBack,
  type GivenDebt,
} from './cast.js';
import { cancelled, drafted, partlyPaid, registered, settled, STATES } from './states.js';

const REVERSAL_REFS = { ...REFS, receipt: id('r1'), payer: DEBTOR };

const reversed = (figures: Record<'applied' | 'credited' | 'received' | 'approved' | 'balance', string>) => ({
  type: 'debts.ReceiptReversed',
  data: { receipt: id('r1'), payer: DEBTOR, reference: 'back-r1', on: '2026-02-20', ...figures, currency: 'SAR' },
  refs: REVERSAL_REFS,
});
const owedAgain = (amount: string) => [
  {
    debit: { account: '1200' as const, dims: { entity: CREDITOR, party: DEBTOR, sector: 'traffic', debt: DEBT } },
    credit: { account: '2310' as const, dims: { entity: CREDITOR, party: DEBTOR, receipt: id('r1') } },
    amount,
    currency: 'SAR',
  },
];
const application = ({ events }: GivenDebt) => events.find(({ type }) => type === 'debts.ReceiptApplied')!.id;

describe('the bank takes a receipt back (E8)', () => {
  test('E8 outstanding × ReverseReceipt: it is owed again, 1200 / 2310, and corrects its application', () => {
    const before = partlyPaid();
    before.when(takeBack('r1'), SYSTEM).then({
      ...reversed({ applied: '60.00', credited: '0.00', received: '0.00', approved: '0.00', balance: '100.00' }),
      entries: owedAgain('60.00'),
      corrects: application(before),
    });
  });

  test('E8 outstanding × ReverseReceipt: an approved part falls with it', () => {
    const approved = STATES.underReview().and([receive('r2', '10'), SYSTEM], [approve(), approver]);
    approved
      .when(takeBack('r1'), SYSTEM)
      .then(reversed({ applied: '60.00', credited: '0.00', received: '10.00', approved: '10.00', balance: '90.00' }));
  });

  test('E8 underReview × ReverseReceipt: the request stays open, and its payment is no longer there', () => {
    const after = STATES.underReview()
      .when(takeBack('r1'), SYSTEM)
      .then(reversed({ applied: '60.00', credited: '0.00', received: '0.00', approved: '0.00', balance: '100.00' }));
    after.when(approve(), approver).refuses('NOT_RECEIVED', { received: '0.00', needed: '40.00', currency: 'SAR' });
  });

  test('E8 outstanding × ReverseReceipt of more than was owed: the excess comes back from the balance', () => {
    const paid = registered().and([receive('r1', '130'), SYSTEM]);
    paid.when(takeBack('r1'), SYSTEM).then({
      ...reversed({ applied: '100.00', credited: '30.00', received: '0.00', approved: '0.00', balance: '100.00' }),
      entries: owedAgain('100.00'),
    });
  });

  test('E6 settled × ReverseReceipt: the debt is open again, and can be settled anew', () => {
    const after = settled()
      .when(takeBack('r1'), SYSTEM)
      .then(
        {
          ...reversed({ applied: '60.00', credited: '0.00', received: '40.00', approved: '40.00', balance: '60.00' }),
          entries: owedAgain('60.00'),
        },
        {
          type: 'debts.DebtReopened',
          data: { receipt: id('r1'), approved: '40.00', currency: 'SAR' },
          refs: REVERSAL_REFS,
          entries: [],
        },
      );
    const asked = after.and([receive('r3', '60'), SYSTEM], [requestPayment('60'), debtor]);
    asked.when(approve(openRequest(asked)), approver).then({ type: 'debts.DebtSettled' });
  });

  test('E6 settled × ReverseReceipt of a receipt that came too late: the debt stays settled', () => {
    const late = settled().and([receive('r9', '70'), SYSTEM]);
    const after = late.when(takeBack('r9'), SYSTEM).then({ type: 'debts.ReceiptReversed', entries: [] });
    expect(after.state).toMatchObject({ status: 'settled', received: 100_00n, approved: 100_00n });
    expect(after.events.at(-1)?.data).toMatchObject({ applied: '0.00', credited: '70.00' });
  });

  test('E8 cancelled × ReverseReceipt: all of it comes back from the balance, nothing is posted here', () => {
    cancelled()
      .when(takeBack('r1'), SYSTEM)
      .then({
        ...reversed({ applied: '0.00', credited: '60.00', received: '0.00', approved: '0.00', balance: '0.00' }),
        entries: [],
      });
  });

  test('E8 after a reduction gave a part of it back, both parts come back from where they are', () => {
    const asked = partlyPaid().and([requestUpdate({ amount: '45' }), clerk]);
    const reduced = asked.and([approve(openRequest(asked)), approver]);
    reduced.when(takeBack('r1'), SYSTEM).then({
      ...reversed({ applied: '45.00', credited: '15.00', received: '0.00', approved: '0.00', balance: '45.00' }),
      entries: owedAgain('45.00'),
    });
  });

  test('E8 a receipt is reversed once, is not applied again, and is given back to nobody', () => {
    const after = partlyPaid().and([takeBack('r1'), SYSTEM]);
    after.when(takeBack('r1'), SYSTEM).then();
    after.when(receive('r1', '60'), SYSTEM).then();
    const asked = after.and([requestCancellation(), clerk]);
    const { events } = asked.and([approve(openRequest(asked)), approver]);
    expect(events.at(-1)?.data).toMatchObject({ unpaid: '100.00', received: '0.00' });
  });

  test('E8 settled, reopened and then cancelled: each receipt comes back once, whole, from where it is', () => {
    const reopened = settled().and(
      [takeBack('r1'), SYSTEM],
      [receive('r3', '70'), SYSTEM],
      [requestCancellation(), clerk],
    );
    const after = reopened
      .when(approve(openRequest(reopened)), approver)
      .then({ type: 'debts.DebtCancelled' }, { type: 'debts.ReceiptsGivenBack' });
    expect(after.events.at(-1)?.data).toMatchObject({
      parts: [
        { receipt: id('r3'), amount: '60.00' },
        { receipt: id('r2'), amount: '40.00' },
      ],
    });
    const credited = (receipt: string) => after.and([takeBack(receipt), SYSTEM]).events.at(-1)?.data;
    expect(credited('r2')).toMatchObject({ applied: '0.00', credited: '40.00' });
    expect(credited('r3')).toMatchObject({ applied: '0.00', credited: '70.00' });
    after.when(takeBack('r1'), SYSTEM).then();
  });

  test('E8 a receipt that the debt never had changes nothing', () => {
    for (const state of [registered(), settled(), cancelled(), drafted()]) state.when(takeBack('r7'), SYSTEM).then();
  });
});
