import type { BusinessDate } from '../../kernel/calendar.js';
import type { Recorded } from '../../kernel/decider.js';
import type { ActorId, EventId } from '../../kernel/ids.js';
import { parseMoney, type Currency } from '../../kernel/money.js';
import type {
  DebtDrafted,
  DebtEvent,
  DebtUpdated,
  InstalmentRequested,
  ReceiptApplied,
  ReceiptReversed,
} from './events.js';
import { sendBack, withoutParts, type Returning } from './giving-back.js';
import { evolvePlan, type Part, type Plan } from './plan.js';
import type { Every, Wish } from './schedule.js';

/** The states of domain.md E6; a discarded draft is as if it had never been. */
export type DebtStatus = 'draft' | 'outstanding' | 'settled' | 'cancelled' | 'discarded';

/** Null: there is no debt yet. */
export type DebtState = Debt | null;

/** Amounts are minor units of the debt's currency. Always 0 ≤ approved ≤ received and received + waived ≤ amount. */
export interface Debt {
  readonly status: DebtStatus;
  /** What every event of the debt is routed by. */
  readonly refs: DebtRefs;
  readonly currency: Currency;
  readonly amount: bigint;
  /** What receipts paid off. */
  readonly received: bigint;
  readonly waived: bigint;
  /** What the creditor has recognised as settlement so far. */
  readonly approved: bigint;
  readonly ground: string;
  readonly dueOn: string | null;
  /** Who drafted or edited it: none of them registers it. */
  readonly authors: readonly ActorId[];
  /** What was registered and raised, by ground, in the order in which the grounds appeared. */
  readonly revenue: readonly Revenue[];
  /** In the order in which they were applied. */
  readonly receipts: readonly ReceiptPart[];
  /** In the order in which it left the debt. */
  readonly returning: readonly Returning[];
  /** The latest; null: there never was one. */
  readonly plan: Plan | null;
  /** The one that put the debt under review (domain.md E7). */
  readonly request: OpenRequest | null;
}

export interface DebtRefs {
  readonly debt: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly sector: string;
}

export interface Revenue {
  readonly ground: string;
  readonly minor: bigint;
}

export interface ReceiptPart {
  readonly receipt: string;
  readonly payer: string;
  /** Minor units that pay this debt off. */
  readonly applied: bigint;
  /** Minor units that went to the payer's refundable balance, as an excess or given back, or are on their way there. */
  readonly credited: bigint;
  /** The ReceiptApplied. */
  readonly event: EventId;
  readonly reversed: boolean;
  /** The instalments that it paid. */
  readonly paid?: { readonly plan: EventId; readonly parts: readonly Part[] };
}

/** A request of one kind. */
export type RequestOf<K extends OpenRequest['kind']> = Extract<OpenRequest, { kind: K }>;

export type OpenRequest = { readonly id: EventId; readonly by: ActorId } & (
  | { readonly kind: 'update'; readonly ground: string; readonly amount: bigint | null; readonly dueOn: string | null }
  | { readonly kind: 'payment'; readonly amount: bigint }
  | { readonly kind: 'cancellation'; readonly ground: string }
  | { readonly kind: 'exemption'; readonly ground: string; readonly amount: bigint | null }
  | { readonly kind: 'instalments'; readonly wish: Wish }
);

/** What is still owed, in minor units. */
export const balanceOf = (debt: Debt): bigint =>
  debt.status === 'cancelled' ? 0n : debt.amount - debt.received - debt.waived;

export function evolve(debt: DebtState, event: Recorded<DebtEvent>): Debt {
  if (event.type === 'debts.DebtDrafted') return drafted(event);
  if (debt === null) throw new Error(`${event.stream} begins with ${event.type}`);
  const minor = (amount: string): bigint => parseMoney({ amount, currency: debt.currency }).minor;

  switch (event.type) {
    case 'debts.DraftEdited': {
      const { amount, ground = debt.ground, dueOn = debt.dueOn } = event.data;
      const authors = debt.authors.includes(event.actor.id) ? debt.authors : [...debt.authors, event.actor.id];
      return { ...debt, amount: amount === undefined ? debt.amount : minor(amount), ground, dueOn, authors };
    }
    case 'debts.DraftDiscarded':
      return { ...debt, status: 'discarded' };
    case 'debts.DebtRegistered':
      return { ...debt, status: 'outstanding', revenue: [{ ground: debt.ground, minor: debt.amount }] };

    case 'debts.UpdateRequested': {
      const { ground, amount, dueOn = null } = event.data;
      const request = { kind: 'update', ground, amount: amount === undefined ? null : minor(amount), dueOn } as const;
      return { ...debt, request: { ...request, id: event.id, by: event.actor.id } };
    }
    case 'debts.PaymentRequested': {
      const request = { kind: 'payment', amount: minor(event.data.amount) } as const;
      return { ...debt, request: { ...request, id: event.id, by: event.actor.id } };
    }
    case 'debts.CancellationRequested': {
      const request = { kind: 'cancellation', ground: event.data.ground } as const;
      return { ...debt, request: { ...request, id: event.id, by: event.actor.id } };
    }
    case 'debts.ExemptionRequested': {
      const { ground, amount } = event.data;
      const request = { kind: 'exemption', ground, amount: amount === undefined ? null : minor(amount) } as const;
      return { ...debt, request: { ...request, id: event.id, by: event.actor.id } };
    }
    case 'debts.InstalmentRequested': {
      const request = { kind: 'instalments', wish: wished(event.data, minor) } as const;
      return { ...debt, request: { ...request, id: event.id, by: event.actor.id } };
    }
    case 'debts.RequestWithdrawn':
    case 'debts.RequestDeclined':
      return { ...debt, request: null };

    case 'debts.DebtUpdated':
      return updated(debt, event, minor);
    case 'debts.PartialPaymentApproved':
      return { ...debt, approved: minor(event.data.approved), request: null };
    case 'debts.DebtSettled':
      return { ...debt, status: 'settled', approved: minor(event.data.approved), request: null };
    case 'debts.DebtCancelled':
      return {
        ...debt,
        status: 'cancelled',
        received: 0n,
        approved: 0n,
        revenue: [],
        ...sendBack(debt, debt.received, { transit: event.id, reason: 'cancellation' }),
        plan: debt.plan?.status === 'running' ? { ...debt.plan, status: 'ended', notice: null } : debt.plan,
        request: null,
      };
    case 'debts.ExemptionGranted':
      return { ...debt, waived: minor(event.data.waived), request: null };
    case 'debts.ReceiptsGivenBack':
      return { ...debt, returning: withoutParts(debt.returning, event.data.parts) };

    case 'debts.ReceiptApplied':
      return receiptApplied(debt, event, minor);
    case 'debts.ReceiptReversed':
      return receiptReversed(debt, event, minor);
    case 'debts.DebtReopened':
      return { ...debt, status: 'outstanding' };
    case 'debts.ProceedingRecorded':
      return debt;
    default:
      return evolvePlan(debt, event, minor);
  }
}

type Minor = (amount: string) => bigint;

function drafted({ data, refs, actor }: Recorded<DebtDrafted>): Debt {
  const { debtor, creditor, sector, ground, dueOn = null } = data;
  const { minor: amount, currency } = parseMoney(data);
  return {
    status: 'draft',
    refs: { debt: refs.debt as string, debtor, creditor, sector },
    currency,
    amount,
    received: 0n,
    waived: 0n,
    approved: 0n,
    ground,
    dueOn,
    authors: [actor.id],
    revenue: [],
    receipts: [],
    returning: [],
    plan: null,
    request: null,
  };
}

function updated(debt: Debt, { id, data }: Recorded<DebtUpdated>, minor: Minor): Debt {
  const amount = minor(data.amount);
  const raise = amount - debt.amount;
  return {
    ...debt,
    amount,
    received: minor(data.received),
    approved: minor(data.approved),
    dueOn: data.dueOn ?? debt.dueOn,
    revenue: raise > 0n ? addTo(debt.revenue, data.ground, raise) : takeFrom(debt.revenue, -raise).left,
    ...sendBack(debt, minor(data.givenBack), { transit: id, reason: 'reduction' }),
    request: null,
  };
}

/** Grounds that return are added up, so that they stay few. */
function addTo(revenue: readonly Revenue[], ground: string, more: bigint): readonly Revenue[] {
  return revenue.some((each) => each.ground === ground)
    ? revenue.map((each) => (each.ground === ground ? { ground, minor: each.minor + more } : each))
    : [...revenue, { ground, minor: more }];
}

/** The latest ground gives first, so that a reduction undoes a raise before it touches the debt's own ground. */
export function takeFrom(revenue: readonly Revenue[], minor: bigint): { taken: Revenue[]; left: Revenue[] } {
  const taken: Revenue[] = [];
  const left: Revenue[] = [];
  let rest = minor;
  for (const each of revenue.toReversed()) {
    const part = each.minor < rest ? each.minor : rest;
    rest -= part;
    if (part > 0n) taken.push({ ground: each.ground, minor: part });
    if (each.minor > part) left.unshift({ ground: each.ground, minor: each.minor - part });
  }
  return { taken, left };
}

function receiptApplied(debt: Debt, { id, data }: Recorded<ReceiptApplied>, minor: Minor): Debt {
  const part: ReceiptPart = {
    receipt: data.receipt,
    payer: data.payer,
    applied: minor(data.applied),
    credited: minor(data.excess),
    event: id,
    reversed: false,
  };
  return { ...debt, received: minor(data.received), receipts: [...debt.receipts, part] };
}

function receiptReversed(debt: Debt, { data }: Recorded<ReceiptReversed>, minor: Minor): Debt {
  return {
    ...debt,
    received: minor(data.received),
    approved: minor(data.approved),
    receipts: debt.receipts.map((each) =>
      each.receipt === data.receipt ? { ...each, applied: 0n, credited: 0n, reversed: true } : each,
    ),
  };
}

/** As `RequestInstalments` was accepted: one of the two. */
const wished = ({ instalments, firstDueOn, every, schedule = [] }: InstalmentRequested['data'], minor: Minor): Wish =>
  instalments === undefined
    ? { schedule: schedule.map(({ dueOn, amount }) => ({ dueOn: dueOn as BusinessDate, minor: minor(amount) })) }
    : { instalments, firstDueOn: firstDueOn as BusinessDate, every: every as Every };
