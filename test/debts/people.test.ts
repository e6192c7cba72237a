import { debtCommands, type DebtCommand } from '../../src/contexts/debts/commands.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { actor, party, SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  CREDITOR,
  debtor,
  DEBTOR,
  decline,
  discard,
  draft,
  edit,
  editor,
  fallDue,
  given,
  giveBack,
  miss,
  proceed,
  receive,
  register,
  requestCancellation,
  requestExemption,
  requestInstalments,
  requestPayment,
  requestUpdate,
  REQUEST,
  REVIEW,
  serve,
  stranger,
  takeBack,
  withdraw,
} from './cast.js';
import { drafted, registered, settled, STATES, type StateName } from './states.js';

/** Each command on an existing debt, as whoever may send it in the right state would. */
const CHANGES: readonly DebtCommand[] = [
  edit({ amount: '90' }),
  discard(),
  register(),
  requestUpdate({ amount: '90' }),
  requestPayment('40'),
  requestCancellation(),
  requestExemption(),
  requestInstalments(4),
  approve(),
  decline(),
  withdraw(),
  receive('r9', '70'),
  takeBack('r1'),
  giveBack(),
  miss(REQUEST, 1),
  serve(REQUEST, '2026-03-01', '2026-04-12'),
  fallDue(REQUEST),
  proceed(),
];
const REGISTERED_STATES: readonly StateName[] = ['outstanding', 'underReview', 'settled', 'cancelled'];

test('the lists of this file are complete', () => {
  expect([...CHANGES, draft()].map(({ type }) => type).toSorted()).toEqual([...debtCommands].toSorted());
});

describe("someone else's debt and a missing one answer alike (E5)", () => {
  test.each(CHANGES.map((command) => [command.type, command] as const))(
    'E5 %s by a stranger: NOT_FOUND',
    (_, command) => {
      const missing = given().when(command, stranger);
      missing.refuses('NOT_FOUND');
      for (const state of ['draft', ...REGISTERED_STATES] as const) {
        expect(STATES[state]().when(command, stranger).outcome).toEqual(missing.outcome);
        expect(STATES[state]().when(command, { ...clerk, actingFor: stranger.actingFor! }).outcome).toEqual(
          missing.outcome,
        );
        expect(STATES[state]().when(command, actor('nobody', 'operator')).outcome).toEqual(missing.outcome);
      }
    },
  );

  test.each(CHANGES.map((command) => [command.type, command] as const))('E5 %s by the ledger itself', (_, command) => {
    const when = STATES.underReview().when(command, SYSTEM);
    if (command.type === 'ApplyReceipt') when.then({ type: 'debts.ReceiptApplied' });
    else if (command.type === 'ReverseReceipt') when.then({ type: 'debts.ReceiptReversed' });
    else if (['GiveBack', 'MissInstalment', 'ServeNotice', 'DefaultPlan'].includes(command.type)) when.then();
    else when.refuses('NOT_FOUND');
  });

  const creditorsOnly = [edit({ amount: '90' }), discard(), register(), approve(), decline(), proceed()];
  test.each(
    [...creditorsOnly, receive('r9', '70'), takeBack('r1'), giveBack()].map(
      (command) => [command.type, command] as const,
    ),
  )('E6 draft × %s by the debtor: the draft is hidden', (_, command) => {
    const { outcome } = given().when(command, debtor);
    drafted().when(command, debtor).refuses('NOT_FOUND');
    expect(drafted().when(command, debtor).outcome).toEqual(outcome);
  });

  test('a discarded draft is as if it had never been, for everybody', () => {
    for (const command of CHANGES) {
      for (const by of [clerk, approver, debtor, stranger]) {
        expect(STATES.discarded().when(command, by).outcome).toEqual(given().when(command, by).outcome);
      }
    }
  });
});

describe('what only one side may do (E7)', () => {
  const review = STATES.underReview;
  test.each<[string, () => ReturnType<typeof review>, DebtCommand, Actor, string]>([
    ['RequestPayment by the creditor', registered, requestPayment('40'), clerk, 'debtor'],
    ['RequestExemption by the creditor (E2i)', registered, requestExemption(), clerk, 'debtor'],
    ['RequestInstalments by the creditor (E2j)', registered, requestInstalments(4), clerk, 'debtor'],
    ['MissInstalment by the creditor', registered, miss(REQUEST, 1), clerk, 'ledger'],
    ['ServeNotice by the creditor', registered, serve(REQUEST, '2026-03-01', '2026-04-12'), clerk, 'ledger'],
    ['DefaultPlan by the debtor', registered, fallDue(REQUEST), debtor, 'ledger'],
    ['ApproveRequest by the debtor', review, approve(), actor('heir', 'debtor', DEBTOR), 'creditor'],
    ['DeclineRequest by the debtor', review, decline(), actor('heir', 'debtor', DEBTOR), 'creditor'],
    ['RecordProceeding by the debtor', settled, proceed(), debtor, 'creditor'],
    ['ApplyReceipt by the debtor', registered, receive('r9', '70'), debtor, 'ledger'],
    ['ApplyReceipt by the creditor', registered, receive('r9', '70'), clerk, 'ledger'],
    ['ReverseReceipt by the debtor', settled, takeBack('r1'), debtor, 'ledger'],
    ['GiveBack by the debtor', settled, giveBack(), debtor, 'ledger'],
    ['GiveBack by the creditor', settled, giveBack(), clerk, 'ledger'],
  ])('E7 %s: NOT_YOURS', (_, state, command, by, who) => {
    state().when(command, by).refuses('NOT_YOURS', { command: command.type, who });
  });

  test('the state is looked at before the actor: a debtor who edits a registered debt is told its state', () => {
    registered()
      .when(edit({ amount: '1' }), debtor)
      .refuses('NOT_DRAFT');
    registered().when(approve(), debtor).refuses('NONE');
    settled().when(requestPayment('1'), clerk).refuses('CLOSED', { state: 'settled', open: 'none' });
  });

  test('E5 only those who act for the creditor draft a debt: NOT_CREDITOR', () => {
    given().when(draft(), debtor).refuses('NOT_CREDITOR');
    given().when(draft(), stranger).refuses('NOT_CREDITOR');
    given().when(draft(), SYSTEM).refuses('NOT_CREDITOR');
    given()
      .when(draft({ creditor: party('another entity') }), clerk)
      .refuses('NOT_CREDITOR');
  });

  test('E5 (ours) nobody owes to themselves: SAME_PARTY', () => {
    given()
      .when(draft({ debtor: CREDITOR }), clerk)
      .refuses('SAME_PARTY');
    given()
      .when(draft({ debtor: CREDITOR }), stranger)
      .refuses('NOT_CREDITOR');
  });

  test('E7 only who made a request withdraws it, not another person of the same side: NOT_REQUESTER', () => {
    STATES.underReview()
      .when(withdraw(), actor('heir', 'debtor', DEBTOR))
      .refuses('NOT_REQUESTER');
    STATES.underReview().when(withdraw(), clerk).refuses('NOT_REQUESTER');
  });
});

describe('four eyes (E7)', () => {
  test('E7 draft × RegisterDebt by the drafter: SELF_APPROVAL', () => {
    drafted().when(register(), clerk).refuses('SELF_APPROVAL');
    drafted().when(register(), editor).then({ type: 'debts.DebtRegistered' });
  });

  test('E7 draft × RegisterDebt by any who edited it, in whatever role: SELF_APPROVAL', () => {
    const edited = drafted().and([edit({ amount: '90' }), editor], [edit({ amount: '80' }), clerk]);
    edited.when(register(), clerk).refuses('SELF_APPROVAL');
    edited.when(register(), editor).refuses('SELF_APPROVAL');
    edited.when(register(), { ...editor, role: 'approver' }).refuses('SELF_APPROVAL');
    edited.when(register(), approver).then({ type: 'debts.DebtRegistered' });
  });

  test.each<[string, DebtCommand, Actor]>([
    ['an update', requestUpdate({ amount: '90' }), clerk],
    ['a cancellation', requestCancellation(), clerk],
    ['a payment, by someone who acts for both sides', requestPayment('40'), { ...clerk, actingFor: DEBTOR }],
  ])('E7 underReview × ApproveRequest, DeclineRequest of %s by the requester: SELF_APPROVAL', (_, request, by) => {
    const review = STATES.outstanding().and([request, by, REVIEW]);
    review.when(approve(), { ...by, actingFor: CREDITOR }).refuses('SELF_APPROVAL');
    review.when(decline(), { ...by, actingFor: CREDITOR }).refuses('SELF_APPROVAL');
    review.when(decline(), approver).then({ type: 'debts.RequestDeclined' });
  });
});
