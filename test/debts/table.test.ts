import type { DebtCommand } from '../../src/contexts/debts/commands.js';
import { debt } from '../../src/contexts/debts/debt.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { SYSTEM } from '../given.js';
import {
  approve,
  approver,
  authority,
  clerk,
  debtor,
  decline,
  discard,
  draft,
  edit,
  editor,
  fallDue,
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
  takeBack,
  withdraw,
} from './cast.js';
import { STATES, type StateName } from './states.js';

/*
 * The Debt table of domain.md §3, cell by cell: ✗CODE is a refusal; – is accepted with nothing to record; else the
 * events, and after the arrow the state that the debt is then in.
 */
const COLUMNS: readonly StateName[] = [
  'none',
  'draft',
  'outstanding',
  'underReview',
  'settled',
  'cancelled',
  'discarded',
];

const receipt = 'ReceiptApplied → ';
const reversal = 'ReceiptReversed → ';
const proceeding = 'ProceedingRecorded → ';

// prettier-ignore
const TABLE: readonly (readonly [rule: string, DebtCommand, Actor, ...cells: string[]])[] = [
  ['E6', draft(), clerk, 'DebtDrafted → draft', '✗EXISTS', '✗EXISTS', '✗EXISTS', '✗EXISTS', '✗EXISTS', '✗EXISTS'],
  ['E6', edit({ amount: '90' }), editor, '✗NOT_FOUND', 'DraftEdited → draft', '✗NOT_DRAFT', '✗NOT_DRAFT', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E6', discard(), clerk, '✗NOT_FOUND', 'DraftDiscarded → discarded', '✗NOT_DRAFT', '✗NOT_DRAFT', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', register(), approver, '✗NOT_FOUND', 'DebtRegistered → outstanding', '✗REGISTERED', '✗REGISTERED', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', requestUpdate({ amount: '90' }), clerk, '✗NOT_FOUND', '✗DRAFT', 'UpdateRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', requestUpdate({ amount: '90' }), debtor, '✗NOT_FOUND', '✗DRAFT', 'UpdateRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', requestCancellation(), clerk, '✗NOT_FOUND', '✗DRAFT', 'CancellationRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', requestCancellation(), debtor, '✗NOT_FOUND', '✗DRAFT', 'CancellationRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', requestPayment('40'), debtor, '✗NOT_FOUND', '✗DRAFT', 'PaymentRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E2i', requestExemption(), debtor, '✗NOT_FOUND', '✗DRAFT', 'ExemptionRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E2j', requestInstalments(4), debtor, '✗NOT_FOUND', '✗DRAFT', 'InstalmentRequested → underReview', '✗PENDING', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', withdraw(), debtor, '✗NOT_FOUND', '✗NONE', '✗NONE', 'RequestWithdrawn → outstanding', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', approve(), approver, '✗NOT_FOUND', '✗NONE', '✗NONE', 'PartialPaymentApproved → outstanding', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E7', decline(), approver, '✗NOT_FOUND', '✗NONE', '✗NONE', 'RequestDeclined → outstanding', '✗CLOSED', '✗CLOSED', '✗NOT_FOUND'],
  ['E8', receive('r9', '70'), SYSTEM, '–', '–', receipt + 'outstanding', receipt + 'underReview', receipt + 'settled', receipt + 'cancelled', '–'],
  ['E8', takeBack('r1'), SYSTEM, '–', '–', reversal + 'outstanding', reversal + 'underReview', 'ReceiptReversed DebtReopened → outstanding', reversal + 'cancelled', '–'],
  ['E7', giveBack(), SYSTEM, '✗NOT_FOUND', '–', '–', '–', '–', '–', '✗NOT_FOUND'],
  ['E2j', miss(REQUEST, 1), SYSTEM, '✗NOT_FOUND', '–', '–', '–', '–', '–', '✗NOT_FOUND'],
  ['E2j', serve(REQUEST, '2026-03-01', '2026-04-12'), SYSTEM, '✗NOT_FOUND', '–', '–', '–', '–', '–', '✗NOT_FOUND'],
  ['E2j', fallDue(REQUEST), SYSTEM, '✗NOT_FOUND', '–', '–', '–', '–', '–', '✗NOT_FOUND'],
  ['E5', proceed(), clerk, '✗NOT_FOUND', '✗DRAFT', proceeding + 'outstanding', proceeding + 'underReview', proceeding + 'settled', proceeding + 'cancelled', '✗NOT_FOUND'],
];

const CELLS = TABLE.flatMap(([rule, command, by, ...cells]) =>
  COLUMNS.map((column, index) => {
    const cell = cells[index] as string;
    return [`${rule} ${column} × ${command.type} by the ${by.role}: ${cell}`, column, command, by, cell] as const;
  }),
);

test.each(CELLS)('%s', (_, column, command, by, cell) => {
  const before = STATES[column]();
  const when = before.when(command, by);
  if (cell.startsWith('✗')) {
    expect(when.refuses(cell.slice(1)).state).toBe(before.state);
  } else if (cell === '–') {
    expect(when.then().state).toBe(before.state);
  } else {
    const [types, state] = outcomeOf(cell);
    const after = when.then(...types.map((type) => ({ type: `debts.${type}` })));
    expect(stateOf(debt.summary(after.state))).toBe(state);
  }
});

function outcomeOf(cell: string): [string[], string] {
  const [types, state] = cell.split(' → ') as [string, string];
  return [types.split(' '), state];
}

const stateOf = ({ state, underReview }: { state: string; [field: string]: string | boolean }): string =>
  underReview === true ? 'underReview' : state;

describe('the approval of each kind of request (E7)', () => {
  test('E7 the open request is the only one that is decided on', () => {
    const other = STATES.settled().events.find(({ type }) => type === 'debts.PaymentRequested')!;
    const review = STATES.underReview();
    for (const command of [approve(other.id), decline(other.id), withdraw(other.id)]) {
      review.when(command, approver).refuses('NONE', { state: 'outstanding', open: REQUEST });
    }
  });

  test.each([
    ['E2i', 'ExemptionGranted', requestExemption('10')],
    ['E2j', 'InstalmentPlanApproved', requestInstalments(4)],
  ])('%s underReview × ApproveRequest: %s → outstanding', (_, type, command) => {
    const asked = STATES.outstanding().and([command, debtor, REVIEW]);
    asked.when(approve(REQUEST, authority()), { ...approver, id: debtor.id }).refuses('SELF_APPROVAL');
    const after = asked.when(approve(REQUEST, authority()), approver).then({ type: `debts.${type}` });
    expect(debt.summary(after.state)).toEqual({ state: 'outstanding', underReview: false });
  });

  test('E7 a summary names the open request', () => {
    expect(debt.summary(STATES.underReview().state)).toEqual({
      state: 'outstanding',
      underReview: true,
      request: REQUEST,
    });
    expect(debt.summary(STATES.none().state)).toEqual({ state: 'none', underReview: false });
  });

  test('E7 a declined or withdrawn request leaves everything else as it was, and another may be made', () => {
    const before = STATES.outstanding().state;
    for (const [command, by] of [
      [decline(), approver],
      [withdraw(), debtor],
    ] as const) {
      const after = STATES.underReview().and([command, by]);
      expect(after.state).toEqual(before);
      after.when(requestPayment('60'), debtor).then({ type: 'debts.PaymentRequested' });
    }
  });
});
