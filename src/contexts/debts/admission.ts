import type { Actor } from '../../kernel/envelope.js';
import { refuse, type Refusal, type Rule } from '../../kernel/refusal.js';
import type { DebtCommand } from './commands.js';
import { CLOSED, DRAFT, NONE, NOT_DRAFT, NOT_FOUND, NOT_YOURS, PENDING, REGISTERED } from './rules.js';
import type { Debt } from './state.js';

/** Every command on a debt that exists. */
export type DebtChange = Exclude<DebtCommand, { type: 'DraftDebt' }>;
type Name = DebtChange['type'];

type Who = 'creditor' | 'debtor' | 'debtor or creditor' | 'ledger';

/** Whose side may send it (domain.md E7): by the party that the actor acts for; `ledger` is a policy or the clock. */
const MAY: Record<Name, Who> = {
  EditDraft: 'creditor',
  DiscardDraft: 'creditor',
  RegisterDebt: 'creditor',
  RequestUpdate: 'debtor or creditor',
  RequestPayment: 'debtor',
  RequestCancellation: 'debtor or creditor',
  RequestExemption: 'debtor',
  RequestInstalments: 'debtor',
  ApproveRequest: 'creditor',
  DeclineRequest: 'creditor',
  WithdrawRequest: 'debtor or creditor',
  ApplyReceipt: 'ledger',
  ReverseReceipt: 'ledger',
  GiveBack: 'ledger',
  MissInstalment: 'ledger',
  ServeNotice: 'ledger',
  DefaultPlan: 'ledger',
  RecordProceeding: 'creditor',
};

type Cell = 'draft' | 'outstanding' | 'underReview' | 'settled' | 'cancelled';
type Row = Partial<Record<Cell, Rule>>;

const ONLY_DRAFT: Row = { outstanding: NOT_DRAFT, underReview: NOT_DRAFT, settled: CLOSED, cancelled: CLOSED };
const OPENS_REVIEW: Row = { draft: DRAFT, underReview: PENDING, settled: CLOSED, cancelled: CLOSED };
const ENDS_REVIEW: Row = { settled: CLOSED, cancelled: CLOSED }; // in the others: if the request is the open one

/** The refusals of the Debt table (domain.md §3); an absent cell lets the command through. */
const STOPPED: Record<Name, Row> = {
  EditDraft: ONLY_DRAFT,
  DiscardDraft: ONLY_DRAFT,
  RegisterDebt: { outstanding: REGISTERED, underReview: REGISTERED, settled: CLOSED, cancelled: CLOSED },
  RequestUpdate: OPENS_REVIEW,
  RequestPayment: OPENS_REVIEW,
  RequestCancellation: OPENS_REVIEW,
  RequestExemption: OPENS_REVIEW,
  RequestInstalments: OPENS_REVIEW,
  ApproveRequest: ENDS_REVIEW,
  DeclineRequest: ENDS_REVIEW,
  WithdrawRequest: ENDS_REVIEW,
  ApplyReceipt: {},
  ReverseReceipt: {},
  GiveBack: {},
  MissInstalment: {},
  ServeNotice: {},
  DefaultPlan: {},
  RecordProceeding: { draft: DRAFT },
};

/** Existence, state, actor, in this order: whoever may not see a debt learns nothing about it. */
export function admit(command: DebtChange, debt: Debt, actor: Actor): Refusal | null {
  const who = MAY[command.type];
  if (!sees(debt, who, actor)) return refuse(NOT_FOUND);
  const rule = STOPPED[command.type][cellOf(debt)];
  if (rule !== undefined) return refuse(rule, factsOf(debt));
  if ('request' in command.data && command.data.request !== debt.request?.id) return refuse(NONE, factsOf(debt));
  if (!isOn(debt, who, actor)) return refuse(NOT_YOURS, { command: command.type, who });
  return null;
}

/** A draft is the creditor's own, but for what a debtor could do once it is registered. */
function sees(debt: Debt, who: Who, actor: Actor): boolean {
  if (debt.status === 'discarded') return false;
  if (isOn(debt, 'creditor', actor)) return true;
  if (actor.role === 'system') return who === 'ledger';
  return isOn(debt, 'debtor', actor) && (debt.status !== 'draft' || who === 'debtor' || who === 'debtor or creditor');
}

function isOn({ refs }: Debt, who: Who, { role, actingFor }: Actor): boolean {
  switch (who) {
    case 'ledger':
      return role === 'system';
    case 'creditor':
      return actingFor === refs.creditor;
    case 'debtor':
      return actingFor === refs.debtor;
    case 'debtor or creditor':
      return actingFor === refs.creditor || actingFor === refs.debtor;
  }
}

const cellOf = ({ status, request }: Debt): Cell =>
  request !== null ? 'underReview' : (status as Exclude<Debt['status'], 'discarded'>);

const factsOf = ({ status, request }: Debt): Refusal['facts'] => ({ state: status, open: request?.id ?? 'none' });
