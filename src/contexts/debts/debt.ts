import type { CommandContext, Decider, Summary } from '../../kernel/decider.js';
import { MAX_MINOR, formatMinor, parseMoney, toJson } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { admit } from './admission.js';
import { amountOf, outOfRange, type DataOf } from './amounts.js';
import { defaultPlan, missInstalment, serveNotice } from './arrears.js';
import type { DebtCommand } from './commands.js';
import type { DebtDrafted, DebtEvent, DebtRegistered, DraftEdited, ProceedingRecorded } from './events.js';
import { evolve } from './evolve.js';
import { requestExemption } from './exemption.js';
import { giveBack, GIVEN_BACK_AT_ONCE } from './giving-back.js';
import { requestInstalments } from './instalments.js';
import { registered } from './postings.js';
import { applyReceipt, reverseReceipt } from './receipts.js';
import {
  approveRequest,
  declineRequest,
  requestCancellation,
  requestPayment,
  requestUpdate,
  withdrawRequest,
} from './requests.js';
import { EXISTS, FUTURE_DATE, NO_CHANGE, NOT_CREDITOR, NOT_FOUND, SAME_PARTY, SELF_APPROVAL } from './rules.js';
import type { Debt, DebtState, DebtStatus } from './state.js';

type DebtDecider = Decider<DebtState, DebtCommand, DebtEvent>;

/**
 * A debt that an entity registers on somebody (domain.md E5–E8 and §3, Debt).
 * @param atOnce receipts in one ReceiptsGivenBack, at least one: the tests take fewer, to have more events
 */
export const debtGivingBack = (atOnce: number): DebtDecider => ({
  context: 'debts',
  category: 'debt',
  initial: null,
  evolve,
  decide: (command, state, context) => decide(command, state, context, atOnce),

  /** `underReview` overlays the state `outstanding`; `request` is the open request's id. */
  summary: (state) =>
    state === null || state.request === null
      ? UNREQUESTED[state?.status ?? 'none']
      : { state: state.status, underReview: true, request: state.request.id },
});

const unrequested = <S extends string>(state: S): Summary => Object.freeze({ state, underReview: false });
const UNREQUESTED = {
  none: unrequested('none'),
  draft: unrequested('draft'),
  outstanding: unrequested('outstanding'),
  settled: unrequested('settled'),
  cancelled: unrequested('cancelled'),
  discarded: unrequested('discarded'),
} as const satisfies Record<DebtStatus | 'none', Summary>;

export const debt = debtGivingBack(GIVEN_BACK_AT_ONCE);

function decide(
  command: DebtCommand,
  state: DebtState,
  context: CommandContext,
  atOnce: number,
): readonly DebtEvent[] | Refusal {
  if (command.type === 'DraftDebt') return draftDebt(command, state, context);
  const isBankFact = command.type === 'ApplyReceipt' || command.type === 'ReverseReceipt';
  if (isBankFact && context.actor.role === 'system' && !isRegistered(state)) return []; // the money stays unmatched
  if (state === null) return refuse(NOT_FOUND);
  const stopped = admit(command, state, context.actor);
  if (stopped !== null) return stopped;

  switch (command.type) {
    case 'EditDraft':
      return editDraft(state, command.data);
    case 'DiscardDraft':
      return [{ type: 'debts.DraftDiscarded', data: {}, refs: state.refs }];
    case 'RegisterDebt':
      return registerDebt(state, context);
    case 'RequestUpdate':
      return requestUpdate(state, command.data, context);
    case 'RequestPayment':
      return requestPayment(state, command.data, context);
    case 'RequestCancellation':
      return requestCancellation(state, command.data, context);
    case 'RequestExemption':
      return requestExemption(state, command.data, context);
    case 'RequestInstalments':
      return requestInstalments(state, command.data, context);
    case 'ApproveRequest':
      return approveRequest(state, command.data, context, atOnce);
    case 'DeclineRequest':
      return declineRequest(state, command.data, context);
    case 'WithdrawRequest':
      return withdrawRequest(state, context);
    case 'ApplyReceipt':
      return applyReceipt(state, command.data);
    case 'ReverseReceipt':
      return reverseReceipt(state, command.data, atOnce);
    case 'GiveBack':
      return giveBack(state, atOnce);
    case 'MissInstalment':
      return missInstalment(state, command.data, context);
    case 'ServeNotice':
      return serveNotice(state, command.data, context);
    case 'DefaultPlan':
      return defaultPlan(state, command.data, context);
    case 'RecordProceeding':
      return recordProceeding(state, command.data, context);
  }
}

const isRegistered = (state: DebtState): boolean =>
  state !== null && state.status !== 'draft' && state.status !== 'discarded';

function draftDebt(
  { target, data }: Extract<DebtCommand, { type: 'DraftDebt' }>,
  state: DebtState,
  { actor }: CommandContext,
): readonly DebtDrafted[] | Refusal {
  if (state !== null) return refuse(EXISTS); // a discarded one too: no id is ever used twice
  const { debtor, creditor, ground, sector, dueOn } = data;
  if (actor.actingFor !== creditor) return refuse(NOT_CREDITOR);
  if (debtor === creditor) return refuse(SAME_PARTY);
  const terms = {
    debtor,
    creditor,
    ...toJson(parseMoney(data)),
    ground,
    sector,
    ...(dueOn !== undefined && { dueOn }),
  };
  return [{ type: 'debts.DebtDrafted', data: terms, refs: { debt: target, debtor, creditor, sector } }];
}

function editDraft(draft: Debt, data: DataOf<'EditDraft'>): readonly DraftEdited[] | Refusal {
  const amount = amountOf(draft, data);
  if (amount !== null && typeof amount !== 'bigint') return amount;
  const { ground, dueOn } = data;
  const changes: DraftEdited['data'] = {
    ...(amount !== null && amount !== draft.amount && { amount: formatMinor(amount, draft.currency) }),
    ...(ground !== undefined && ground !== draft.ground && { ground }),
    ...(dueOn !== undefined && dueOn !== draft.dueOn && { dueOn }),
  };
  if (Object.keys(changes).length === 0) return refuse(NO_CHANGE);
  return [{ type: 'debts.DraftEdited', data: changes, refs: draft.refs }];
}

function registerDebt(draft: Debt, { actor }: CommandContext): readonly DebtRegistered[] | Refusal {
  if (draft.authors.includes(actor.id)) return refuse(SELF_APPROVAL);
  if (draft.amount === 0n) return outOfRange(draft, 1n, MAX_MINOR);
  const { refs, currency, ground, dueOn } = draft;
  const { debtor, creditor, sector } = refs;
  const terms = { debtor, creditor, amount: formatMinor(draft.amount, currency), currency, ground, sector };
  return [
    {
      type: 'debts.DebtRegistered',
      data: { ...terms, ...(dueOn !== null && { dueOn }) },
      refs,
      entries: registered(draft),
    },
  ];
}

function recordProceeding(
  { refs }: Debt,
  { kind, on }: DataOf<'RecordProceeding'>,
  { today }: CommandContext,
): readonly ProceedingRecorded[] | Refusal {
  if (on > today) return refuse(FUTURE_DATE, { field: 'on', date: on, today });
  return [{ type: 'debts.ProceedingRecorded', data: { kind, on }, refs }];
}
