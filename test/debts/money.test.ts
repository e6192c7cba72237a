import { canonicalEvent } from '../../src/event-store/canonical.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Entry } from '../../src/kernel/entries.js';
import { eventId } from '../../src/kernel/ids.js';
import { InvalidValue } from '../../src/kernel/invalid-value.js';
import { id, SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  CREDITOR,
  DEBT,
  debtor,
  DEBTOR,
  draft,
  edit,
  editor,
  given,
  openRequest,
  PAYER,
  proceed,
  receive,
  REFS,
  register,
  requestCancellation,
  requestPayment,
  requestUpdate,
  REQUEST,
  REVIEW,
  type GivenDebt,
} from './cast.js';
import { cancelled, drafted, partlyPaid, registered, STATES } from './states.js';

const on = (date: string) => date as BusinessDate;
const dims = { entity: CREDITOR, party: DEBTOR, sector: 'traffic', debt: DEBT };
const receivable = { account: '1200', dims } as const;
const revenue = (ground = 'fine') => ({ account: '4300', dims: { ...dims, ground } }) as const;
const unmatched = (receipt: string, payer = DEBTOR) =>
  ({ account: '2310', dims: { entity: CREDITOR, party: payer, receipt: id(receipt) } }) as const;
/** The approval's first event, under whose id the money waits. */
const APPROVAL = { id: id('approval') as string as typeof REVIEW.id };
const TRANSIT = eventId(APPROVAL.id, 0);
const transit = { account: '2330', dims: { entity: CREDITOR, transit: TRANSIT } } as const;
const post = (debit: Entry['debit'], credit: Entry['credit'], amount: string): Entry => ({
  debit,
  credit,
  amount,
  currency: 'SAR',
});
const back = (reason: string, receipt: string, amount: string, payer = DEBTOR) => ({
  transit: TRANSIT,
  reason,
  receipt: id(receipt),
  payer,
  amount,
});
/** Under review of what the command asks for, by the clerk. */
const asking = (before: GivenDebt, command: ReturnType<typeof requestUpdate>) => before.and([command, clerk, REVIEW]);

describe('drafts and registration (E5, E6)', () => {
  test('E5 a draft holds the terms in the canonical text of the amount', () => {
    const { data } = draft({ amount: '7.5', dueOn: on('2026-06-30') });
    given()
      .when(draft({ amount: '7.5', dueOn: on('2026-06-30') }), clerk)
      .then({ type: 'debts.DebtDrafted', data: { ...data, amount: '7.50' }, refs: REFS, entries: [] });
  });

  test('E6 an edit says only what it changes', () => {
    drafted()
      .when(edit({ amount: '100.00', ground: 'loan' }), editor)
      .then({ type: 'debts.DraftEdited', data: { ground: 'loan' }, refs: REFS, entries: [] });
  });

  test('E6 an edit may change the day on which it is due, and nothing else', () => {
    const due = given([draft({ dueOn: on('2026-06-30') }), clerk]);
    due.when(edit({ dueOn: on('2026-06-30') }), editor).refuses('NO_CHANGE');
    due
      .when(edit({ dueOn: on('2026-07-31'), ground: 'fine' }), editor)
      .then({ type: 'debts.DraftEdited', data: { dueOn: '2026-07-31' } });
    due
      .when(edit({ amount: '90', dueOn: on('2026-06-30') }), editor)
      .then({ type: 'debts.DraftEdited', data: { amount: '90.00' } });
  });

  test('E6 draft × EditDraft that changes nothing: NO_CHANGE', () => {
    drafted()
      .when(edit({ amount: '100', ground: 'fine' }), editor)
      .refuses('NO_CHANGE');
    drafted().when(edit({}), editor).refuses('NO_CHANGE');
  });

  test('E5 the registered terms are those of the last edit, and are owed: 1200 / 4300', () => {
    const edited = drafted().and([edit({ amount: '90', ground: 'loan', dueOn: on('2026-06-30') }), editor]);
    edited.when(register(), approver).then({
      type: 'debts.DebtRegistered',
      data: {
        debtor: DEBTOR,
        creditor: CREDITOR,
        amount: '90.00',
        currency: 'SAR',
        ground: 'loan',
        sector: 'traffic',
        dueOn: '2026-06-30',
      },
      refs: REFS,
      entries: [post(receivable, revenue('loan'), '90.00')],
    });
  });

  test('E5 draft × RegisterDebt of nothing: AMOUNT; a draft of nothing may wait for its amount', () => {
    const nothing = given([draft({ amount: '0' }), clerk]);
    nothing.when(register(), approver).refuses('AMOUNT', {
      atLeast: '0.01',
      atMost: '90071992547409.91',
      currency: 'SAR',
    });
    nothing
      .and([edit({ amount: '1' }), clerk])
      .when(register(), approver)
      .then({ type: 'debts.DebtRegistered' });
  });
});

describe('payments (E6, E7, E8)', () => {
  test.each(['0', '100.01'])('E7 outstanding × RequestPayment of %s: AMOUNT', (amount) => {
    registered()
      .when(requestPayment(amount), debtor)
      .refuses('AMOUNT', { atLeast: '0.01', atMost: '100.00', currency: 'SAR' });
  });

  test('E7 the least and the most that may be asked for', () => {
    registered().when(requestPayment('0.01'), debtor).then({ type: 'debts.PaymentRequested' });
    registered().when(requestPayment('100'), debtor).then({ type: 'debts.PaymentRequested' });
    registered()
      .when(requestUpdate({ amount: '0.01' }), clerk)
      .then({ type: 'debts.UpdateRequested' });
    registered()
      .when(requestUpdate({ amount: '90071992547409.91' }), clerk)
      .then({ type: 'debts.UpdateRequested' });
  });

  test('E7 what was approved is not asked for again', () => {
    const approved = STATES.underReview().and([approve(), approver]);
    approved
      .when(requestPayment('60.01'), debtor)
      .refuses('AMOUNT', { atLeast: '0.01', atMost: '60.00', currency: 'SAR' });
    approved.when(requestPayment('60'), debtor).then({ type: 'debts.PaymentRequested' });
  });

  test('E6 underReview × ApproveRequest of a payment that was not received: NOT_RECEIVED', () => {
    const asked = partlyPaid().and([requestPayment('60.01'), debtor, REVIEW]);
    const facts = { received: '60.00', needed: '60.01', currency: 'SAR' };
    asked.when(approve(), approver).refuses('NOT_RECEIVED', facts);
    const more = asked.and([receive('r2', '0.01'), SYSTEM]);
    more.when(approve(), approver).then({ type: 'debts.PartialPaymentApproved' });
  });

  test('E6 what was received counts once: an earlier approval has used it up', () => {
    const half = STATES.underReview().and([approve(), approver], [requestPayment('30'), debtor, { id: APPROVAL.id }]);
    half
      .when(approve(openRequest(half)), approver)
      .refuses('NOT_RECEIVED', { received: '60.00', needed: '70.00', currency: 'SAR' });
  });

  test('E7 an approval of a part posts nothing', () => {
    STATES.underReview()
      .when(approve(), approver)
      .then({
        type: 'debts.PartialPaymentApproved',
        data: { request: REQUEST, amount: '40.00', approved: '40.00', currency: 'SAR' },
        refs: { ...REFS, request: REQUEST },
        entries: [],
      });
  });

  test('E6 a zero balance is not settled until the rest is approved', () => {
    const paid = STATES.underReview().and([receive('r2', '40'), SYSTEM], [approve(), approver]);
    expect(paid.state).toMatchObject({ status: 'outstanding', received: 100_00n, approved: 40_00n });
    const asked = paid.and([requestPayment('60'), debtor]);
    const request = openRequest(asked);
    asked.when(approve(request), approver).then({
      type: 'debts.DebtSettled',
      data: { request, amount: '60.00', approved: '100.00', currency: 'SAR' },
      refs: { ...REFS, request },
      entries: [],
    });
  });

  test('E8 a receipt pays off what is owed, and the rest is excess', () => {
    partlyPaid()
      .when(receive('r2', '70', PAYER), SYSTEM)
      .then({
        type: 'debts.ReceiptApplied',
        data: {
          receipt: id('r2'),
          payer: PAYER,
          amount: '70.00',
          applied: '40.00',
          excess: '30.00',
          received: '100.00',
          balance: '0.00',
          currency: 'SAR',
        },
        refs: { ...REFS, receipt: id('r2'), payer: PAYER },
        entries: [post(unmatched('r2', PAYER), receivable, '40.00')],
      });
  });

  test.each([
    ['settled', { received: '100.00', balance: '0.00' }],
    ['cancelled', { received: '0.00', balance: '0.00' }],
  ] as const)('E8 %s × ApplyReceipt: all of it is excess, and nothing is posted', (state, figures) => {
    STATES[state]()
      .when(receive('r9', '70'), SYSTEM)
      .then({
        type: 'debts.ReceiptApplied',
        data: {
          receipt: id('r9'),
          payer: DEBTOR,
          amount: '70.00',
          applied: '0.00',
          excess: '70.00',
          ...figures,
          currency: 'SAR',
        },
        entries: [],
      });
  });

  test('E8 the same receipt again changes nothing', () => {
    for (const state of ['outstanding', 'underReview', 'settled', 'cancelled'] as const) {
      STATES[state]().when(receive('r1', '60'), SYSTEM).then();
    }
  });
});

describe('updates (E7)', () => {
  test('E7 a raise is owed under the ground of the update: 1200 / 4300', () => {
    const asked = asking(
      partlyPaid(),
      requestUpdate({ amount: '115.5', ground: 'late-penalty', dueOn: on('2026-09-01') }),
    );
    asked.when(approve(), approver, APPROVAL).then({
      type: 'debts.DebtUpdated',
      data: {
        request: REQUEST,
        ground: 'late-penalty',
        previousAmount: '100.00',
        amount: '115.50',
        currency: 'SAR',
        dueOn: '2026-09-01',
        received: '60.00',
        approved: '0.00',
        balance: '55.50',
        givenBack: '0.00',
      },
      refs: { ...REFS, request: REQUEST },
      entries: [post(receivable, revenue('late-penalty'), '15.50')],
    });
  });

  test('E7 a request says only what it would change', () => {
    registered()
      .when(requestUpdate({ amount: '100', dueOn: on('2026-09-01') }), debtor, REVIEW)
      .then({
        type: 'debts.UpdateRequested',
        data: { request: REQUEST, ground: 'correction', dueOn: '2026-09-01' },
        refs: { ...REFS, request: REQUEST },
        entries: [],
      });
  });

  test('E7 a new due date moves no money', () => {
    const asked = asking(partlyPaid(), requestUpdate({ dueOn: on('2026-09-01') }));
    const after = asked.when(approve(), approver).then({ type: 'debts.DebtUpdated', entries: [] });
    expect(after.state).toMatchObject({ dueOn: '2026-09-01', amount: 100_00n, received: 60_00n, ground: 'fine' });
    after.when(requestUpdate({ dueOn: on('2026-09-01') }), debtor).refuses('NO_CHANGE');
  });

  test.each([{}, { amount: '100.0' }])('E7 outstanding × RequestUpdate %j that changes nothing: NO_CHANGE', (data) => {
    registered().when(requestUpdate(data), clerk).refuses('NO_CHANGE');
  });

  test('E7 outstanding × RequestUpdate to nothing: AMOUNT', () => {
    registered()
      .when(requestUpdate({ amount: '0' }), clerk)
      .refuses('AMOUNT', {
        atLeast: '0.01',
        atMost: '90071992547409.91',
        currency: 'SAR',
      });
  });

  test('E7 a reduction takes the unpaid part off first: 4300 / 1200', () => {
    const asked = asking(partlyPaid(), requestUpdate({ amount: '70' }));
    const after = asked.when(approve(), approver, APPROVAL).then({
      type: 'debts.DebtUpdated',
      data: {
        request: REQUEST,
        ground: 'correction',
        previousAmount: '100.00',
        amount: '70.00',
        currency: 'SAR',
        received: '60.00',
        approved: '0.00',
        balance: '10.00',
        givenBack: '0.00',
      },
      entries: [post(revenue(), receivable, '30.00')],
    });
    expect(after.state?.status).toBe('outstanding');
  });

  test('E7 a reduction below what was received gives the latest receipts back first: 4300 / 2330', () => {
    const paid = partlyPaid().and([receive('r2', '10', PAYER), SYSTEM], [receive('r3', '15'), SYSTEM]);
    const asked = asking(paid, requestUpdate({ amount: '55' }));
    const after = asked.when(approve(), approver, APPROVAL).then(
      {
        type: 'debts.DebtUpdated',
        data: {
          request: REQUEST,
          ground: 'correction',
          previousAmount: '100.00',
          amount: '55.00',
          currency: 'SAR',
          received: '55.00',
          approved: '0.00',
          balance: '0.00',
          givenBack: '30.00',
        },
        entries: [post(revenue(), receivable, '15.00'), post(revenue(), transit, '30.00')],
      },
      {
        type: 'debts.ReceiptsGivenBack',
        data: {
          parts: [
            back('reduction', 'r3', '15.00'),
            back('reduction', 'r2', '10.00', PAYER),
            back('reduction', 'r1', '5.00'),
          ],
          rest: '0.00',
          currency: 'SAR',
        },
        refs: REFS,
        entries: [],
      },
    );
    expect(after.state?.receipts.map(({ applied, credited }) => [applied, credited])).toEqual([
      [55_00n, 5_00n],
      [0n, 10_00n],
      [0n, 15_00n],
    ]);
  });

  test('E7 outstanding × RequestUpdate that raises it on a 51st ground: TOO_MANY_GROUNDS', () => {
    const ground = (n: number): string => `${n}`.padStart(64, 'g');
    const trillions = (n: number): string => `${(n + 1) * 1_000_000_000_000}`;
    let debt = given(
      [draft({ amount: trillions(0), ground: ground(0), sector: ground(0) }), clerk],
      [register(), approver],
    );
    for (let n = 1; n < 50; n++) {
      const asked = debt.and([requestUpdate({ amount: trillions(n), ground: ground(n) }), clerk]);
      debt = asked.and([approve(openRequest(asked)), approver]);
    }
    debt
      .when(requestUpdate({ amount: trillions(50), ground: ground(50) }), clerk)
      .refuses('TOO_MANY_GROUNDS', { most: 50 });
    // On a ground that it has, and not at all, it may change.
    debt
      .when(requestUpdate({ amount: trillions(50), ground: ground(7) }), clerk)
      .then({ type: 'debts.UpdateRequested' });
    debt
      .when(requestUpdate({ amount: trillions(48), ground: ground(50) }), clerk)
      .then({ type: 'debts.UpdateRequested' });
    const moved = requestUpdate({ amount: trillions(49), dueOn: on('2026-09-01'), ground: ground(50) });
    debt.when(moved, clerk).then({ type: 'debts.UpdateRequested' });

    const asked = debt.and([receive('r1', '24500000000000.50'), SYSTEM], [requestCancellation(ground(0)), clerk]);
    const cancelled = asked.and([approve(openRequest(asked)), approver]).events.at(-2)!;
    expect([cancelled.type, cancelled.entries.length]).toEqual(['debts.DebtCancelled', 51]);
    expect(Buffer.byteLength(canonicalEvent(cancelled))).toBeLessThan(40_000);
  });

  test('a reduction undoes raises before it touches the ground of the debt', () => {
    const raised = asking(registered(), requestUpdate({ amount: '130', ground: 'late-penalty' })).and([
      approve(),
      approver,
    ]);
    const asked = raised.and([requestUpdate({ amount: '60' }), clerk]);
    asked.when(approve(openRequest(asked)), approver).then({
      type: 'debts.DebtUpdated',
      entries: [post(revenue('late-penalty'), receivable, '30.00'), post(revenue(), receivable, '40.00')],
    });
  });

  test('E7 what is approved never exceeds what is received: a reduction lowers it', () => {
    const approved = STATES.underReview().and([approve(), approver]);
    const asked = approved.and([requestUpdate({ amount: '30' }), clerk]);
    const after = asked.and([approve(openRequest(asked)), approver]);
    expect(after.state).toMatchObject({ received: 30_00n, approved: 30_00n });
  });

  test('E6 a reduction to what was approved settles the debt, or nothing ever could', () => {
    const approved = STATES.underReview().and([approve(), approver]);
    const asked = approved.and([requestUpdate({ amount: '40' }), clerk]);
    const request = openRequest(asked);
    const after = asked.when(approve(request), approver).then(
      { type: 'debts.DebtUpdated' },
      { type: 'debts.ReceiptsGivenBack' },
      {
        type: 'debts.DebtSettled',
        data: { request, amount: '0.00', approved: '40.00', currency: 'SAR' },
        refs: { ...REFS, request },
        entries: [],
      },
    );
    expect(after.state).toMatchObject({ status: 'settled', received: 40_00n, approved: 40_00n });
  });

  test('E6 a reduction to what was received, none of it approved, leaves the settlement to be asked for', () => {
    const asked = asking(partlyPaid(), requestUpdate({ amount: '60' }));
    const after = asked.when(approve(), approver).then({ type: 'debts.DebtUpdated' });
    expect(after.state?.status).toBe('outstanding');
    after.when(requestPayment('60'), debtor).then({ type: 'debts.PaymentRequested' });
  });
});

describe('proceedings (E5)', () => {
  test('E5 outstanding × RecordProceeding: a dated fact, which moves no money', () => {
    registered()
      .when(proceed('appeal-lodged', '2026-03-01'), clerk)
      .then({
        type: 'debts.ProceedingRecorded',
        data: { kind: 'appeal-lodged', on: '2026-03-01' },
        refs: REFS,
        entries: [],
      });
  });

  test('E5 outstanding × RecordProceeding on a day that lies ahead: FUTURE_DATE', () => {
    const facts = { field: 'on', date: '2026-03-02', today: '2026-03-01' };
    registered().when(proceed('notice-served', '2026-03-02'), clerk).refuses('FUTURE_DATE', facts);
  });

  test('E5 a day on which it is due may lie ahead', () => {
    given()
      .when(draft({ dueOn: on('2199-12-31') }), clerk)
      .then({ type: 'debts.DebtDrafted' });
  });
});

describe('currencies and amounts', () => {
  test.each([
    ['draft', edit({ amount: '1', currency: 'EUR' }), editor],
    ['outstanding', requestUpdate({ amount: '1', currency: 'EUR' }), clerk],
    ['outstanding', requestPayment('1', 'EUR'), debtor],
    ['outstanding', receive('r9', '1', DEBTOR, 'EUR'), SYSTEM],
  ] as const)('E5 currencies never mix: %s × %j: CURRENCY', (state, command, by) => {
    STATES[state]().when(command, by).refuses('CURRENCY', { currency: 'SAR' });
  });

  test('the currency may be named where it is the one of the debt', () => {
    registered().when(requestPayment('1', 'SAR'), debtor).then({ type: 'debts.PaymentRequested' });
  });

  test.each(['1.001', '-1', '1e3', '1,000.00', ''])(
    'an amount of "%s" is malformed, which no rule decides on',
    (amount) => {
      expect(() => given().when(draft({ amount }), clerk)).toThrow(InvalidValue);
      expect(() => drafted().when(edit({ amount }), clerk)).toThrow(InvalidValue);
      expect(() => registered().when(requestUpdate({ amount }), clerk)).toThrow(InvalidValue);
      expect(() => registered().when(requestPayment(amount), debtor)).toThrow(InvalidValue);
    },
  );

  test('a currency without decimals has none', () => {
    const yen = given([draft({ amount: '500', currency: 'JPY' }), clerk], [register(), approver]);
    expect(yen.events.at(-1)?.entries).toMatchObject([{ amount: '500', currency: 'JPY' }]);
    expect(() => yen.when(requestPayment('1.5'), debtor)).toThrow(InvalidValue);
  });
});

describe('cancellation (E6, E7)', () => {
  test('E6 what was unpaid is no longer owed, what was received goes back: 4300 / 1200, 4300 / 2330', () => {
    const paid = partlyPaid().and([receive('r2', '10', PAYER), SYSTEM]);
    const asked = paid.and([requestCancellation('dismissed'), debtor, REVIEW]);
    const after = asked.when(approve(), approver, APPROVAL).then(
      {
        type: 'debts.DebtCancelled',
        data: {
          request: REQUEST,
          ground: 'dismissed',
          unpaid: '30.00',
          received: '70.00',
          waived: '0.00',
          currency: 'SAR',
        },
        refs: { ...REFS, request: REQUEST },
        entries: [post(revenue(), receivable, '30.00'), post(revenue(), transit, '70.00')],
      },
      {
        type: 'debts.ReceiptsGivenBack',
        data: {
          parts: [back('cancellation', 'r2', '10.00', PAYER), back('cancellation', 'r1', '60.00')],
          rest: '0.00',
          currency: 'SAR',
        },
        refs: REFS,
        entries: [],
      },
    );
    expect(after.state).toMatchObject({ received: 0n, approved: 0n, request: null, revenue: [] });
  });

  test('each ground of a cancelled debt returns to zero', () => {
    const raised = asking(partlyPaid(), requestUpdate({ amount: '130', ground: 'late-penalty' })).and([
      approve(),
      approver,
    ]);
    const asked = raised.and([requestCancellation(), clerk]);
    asked.when(approve(openRequest(asked)), approver, APPROVAL).then(
      {
        type: 'debts.DebtCancelled',
        entries: [
          post(revenue('late-penalty'), receivable, '30.00'),
          post(revenue(), receivable, '40.00'),
          post(revenue(), transit, '60.00'),
        ],
      },
      { type: 'debts.ReceiptsGivenBack' },
    );
  });

  test('E6 nothing is given back twice', () => {
    const after = cancelled();
    expect(after.state?.receipts).toMatchObject([{ applied: 0n, credited: 60_00n }]);
  });
});
