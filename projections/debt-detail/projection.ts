import { factTypes } from '../../src/event-store/catalogue.js';
import * as debts from '../../src/contexts/debts/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { toJson, zero, type Currency, type MoneyJson } from '../../src/kernel/money.js';
import { debtDetailModel, LATEST, type DebtDetail, type OpenRequest } from './model.js';

type DebtEnvelope = Recorded<debts.DebtEvent>;
type Request = Extract<
  DebtEnvelope,
  {
    type:
      | 'debts.UpdateRequested'
      | 'debts.PaymentRequested'
      | 'debts.CancellationRequested'
      | 'debts.ExemptionRequested'
      | 'debts.InstalmentRequested';
  }
>;

/** GET /v1/debts/{id}: a debt's data, value, state and what is asked of it (domain.md E5, E6, E7). */
export const debtDetail: Projection<DebtDetail> = {
  name: 'debt-detail',
  model: debtDetailModel,
  types: factTypes(debts.debtEvents),
  identify: ({ refs }) => (refs.debt === undefined ? [] : [refs.debt]),
  evolve(debt, { event: envelope }, id): DebtDetail | null {
    const event = envelope as unknown as DebtEnvelope;
    if (event.type === 'debts.DebtDrafted') return drafted(event, id);
    if (debt === null) throw new Error(`${event.type} before the draft of ${id}`);
    const change = changeOf(debt, event);
    return change && { ...debt, ...change, revision: event.revision };
  },
};

/** What the event makes different; null: the debt is discarded. */
function changeOf(
  debt: DebtDetail,
  event: Exclude<DebtEnvelope, { type: 'debts.DebtDrafted' }>,
): Partial<DebtDetail> | null {
  const money = (amount: string): MoneyJson => ({ amount, currency: debt.amount.currency });
  switch (event.type) {
    case 'debts.DraftEdited': {
      const { amount, ground, dueOn } = event.data;
      const edited = { ground: ground ?? debt.ground, dueOn: dueOn ?? debt.dueOn };
      return amount === undefined ? edited : { ...edited, amount: money(amount), balance: money(amount) };
    }
    case 'debts.DraftDiscarded':
      return null;
    case 'debts.DebtRegistered':
      return { state: 'outstanding', registeredOn: event.effectiveOn };
    case 'debts.UpdateRequested':
    case 'debts.PaymentRequested':
    case 'debts.CancellationRequested':
    case 'debts.ExemptionRequested':
    case 'debts.InstalmentRequested':
      return { underReview: true, request: opened(event, money) };
    case 'debts.RequestWithdrawn':
    case 'debts.RequestDeclined':
      return REVIEWED;
    case 'debts.DebtUpdated': {
      const { amount, received, approved, balance, dueOn } = event.data;
      const figures = { amount: money(amount), received: money(received), approved: money(approved) };
      return { ...REVIEWED, ...figures, balance: money(balance), dueOn: dueOn ?? debt.dueOn };
    }
    case 'debts.PartialPaymentApproved':
      return { ...REVIEWED, approved: money(event.data.approved) };
    case 'debts.DebtSettled':
      return { ...REVIEWED, state: 'settled', approved: money(event.data.approved), closedOn: event.effectiveOn };
    case 'debts.DebtCancelled': {
      const nothing = toJson(zero(debt.amount.currency as Currency));
      const figures = { received: nothing, approved: nothing, balance: nothing };
      const plan = debt.plan?.state === 'running' ? { ...debt.plan, state: 'ended' as const } : debt.plan;
      return { ...REVIEWED, ...figures, plan, state: 'cancelled', closedOn: event.effectiveOn };
    }
    case 'debts.ReceiptApplied': {
      const { receipt, applied, excess, received, balance } = event.data;
      const receipts = latest(debt.receipts, { receipt, applied, excess, on: event.effectiveOn });
      const receiptCount = debt.receiptCount + 1;
      return { received: money(received), balance: money(balance), receipts, receiptCount };
    }
    case 'debts.ReceiptReversed': {
      const { receipt, received, approved, balance } = event.data;
      const receipts = debt.receipts.filter((each) => each.receipt !== receipt);
      const figures = { received: money(received), approved: money(approved), balance: money(balance) };
      return { ...figures, receipts, receiptCount: debt.receiptCount - 1 };
    }
    case 'debts.DebtReopened':
      return { state: 'outstanding', approved: money(event.data.approved), closedOn: null };
    case 'debts.ExemptionGranted': {
      const { waived, balance } = event.data;
      return { ...REVIEWED, waived: money(waived), balance: money(balance) };
    }
    case 'debts.InstalmentPlanApproved': {
      const { plan: id, amount, instalments } = event.data;
      const figures = { amount: money(amount), open: money(amount), instalments: instalments.length };
      return { ...REVIEWED, plan: { id, state: 'running', ...figures } };
    }
    case 'debts.InstalmentsPaid':
    case 'debts.InstalmentsLowered':
    case 'debts.InstalmentsReopened':
      return withPlan(debt, { state: 'running', open: money(event.data.open) });
    case 'debts.PlanCompleted':
      return withPlan(debt, { state: 'completed' });
    case 'debts.PlanDefaulted':
      return withPlan(debt, { state: 'defaulted' });
    case 'debts.InstalmentMissed':
    case 'debts.NoticeServed':
    case 'debts.ReceiptsGivenBack':
      return {};
    case 'debts.ProceedingRecorded': {
      const { kind, on } = event.data;
      const proceedings = latest(debt.proceedings, { kind, on });
      return { proceedings, proceedingCount: debt.proceedingCount + 1 };
    }
  }
}

function drafted(event: Extract<DebtEnvelope, { type: 'debts.DebtDrafted' }>, id: string): DebtDetail {
  const { debtor, creditor, ground, sector, currency, amount, dueOn } = event.data;
  const nothing = toJson(zero(currency as Currency));
  return {
    id,
    debtor,
    creditor,
    ground,
    sector,
    state: 'draft',
    underReview: false,
    amount: { amount, currency },
    received: nothing,
    approved: nothing,
    waived: nothing,
    balance: { amount, currency },
    dueOn: dueOn ?? null,
    draftedOn: event.effectiveOn,
    registeredOn: null,
    closedOn: null,
    request: null,
    plan: null,
    receipts: [],
    receiptCount: 0,
    proceedings: [],
    proceedingCount: 0,
    revision: event.revision,
  };
}

/** @throws Error where the debt has no plan: an approval comes before everything that happens to one */
function withPlan(debt: DebtDetail, change: Partial<NonNullable<DebtDetail['plan']>>): Pick<DebtDetail, 'plan'> {
  if (debt.plan === null) throw new Error(`debt ${debt.id} has no plan`);
  return { plan: { ...debt.plan, ...change } };
}

const REVIEWED = { underReview: false, request: null } as const;

const latest = <T>(list: readonly T[], item: T): T[] => [...list.slice(1 - LATEST), item];

function opened(event: Request, money: (amount: string) => MoneyJson): OpenRequest {
  const asked = {
    id: event.data.request,
    by: event.actor.id,
    on: event.effectiveOn,
    amount: null,
    ground: null,
    dueOn: null,
  };
  switch (event.type) {
    case 'debts.UpdateRequested': {
      const { amount, ground, dueOn } = event.data;
      const wish = { amount: amount === undefined ? null : money(amount), ground, dueOn: dueOn ?? null };
      return { ...asked, ...wish, kind: 'update' };
    }
    case 'debts.PaymentRequested':
      return { ...asked, kind: 'payment', amount: money(event.data.amount) };
    case 'debts.CancellationRequested':
      return { ...asked, kind: 'cancellation', ground: event.data.ground };
    case 'debts.ExemptionRequested': {
      const { amount, ground } = event.data;
      return { ...asked, kind: 'exemption', amount: amount === undefined ? null : money(amount), ground };
    }
    case 'debts.InstalmentRequested':
      return { ...asked, kind: 'instalments', dueOn: event.data.firstDueOn ?? event.data.schedule?.[0]?.dueOn ?? null };
  }
}
