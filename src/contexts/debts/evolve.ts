import type { BusinessDate } from '../../kernel/calendar.js';
import type { Recorded } from '../../kernel/decider.js';
import { parseMoney } from '../../kernel/money.js';
import { yearOf } from '../../kernel/period.js';
import { shared } from '../../kernel/shared-text.js';
import type {
  DebtDrafted,
  DebtEvent,
  DebtUpdated,
  InstalmentRequested,
  ReceiptApplied,
  ReceiptReversed,
} from './events.js';
import { sendBack, withoutParts } from './giving-back.js';
import { evolvePlan } from './plan.js';
import { addTo, takeFrom } from './revenue.js';
import type { Every, Wish } from './schedule.js';
import type { Debt, DebtState, ReceiptPart } from './state.js';

/** The debt after an event: decides nothing. */
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
      return {
        ...debt,
        status: 'outstanding',
        authors: NONE,
        revenue: [{ ground: debt.ground, year: shared(yearOf(event.effectiveOn)), minor: debt.amount }],
      };

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
        waivers: [],
        ...sendBack(debt, debt.received, { transit: event.id, reason: 'cancellation' }),
        plan: debt.plan?.status === 'running' ? { ...debt.plan, status: 'ended', notice: null } : debt.plan,
        request: null,
      };
    case 'debts.ExemptionGranted':
      return {
        ...debt,
        waived: minor(event.data.waived),
        waivers: debt.waivers.concat([{ year: shared(yearOf(event.effectiveOn)), minor: minor(event.data.amount) }]),
        request: null,
      };
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

/** One list for all that have none. */
const NONE: readonly never[] = [];

function drafted({ data, refs, actor }: Recorded<DebtDrafted>): Debt {
  const { debtor, creditor, sector, ground, dueOn = null } = data;
  const { minor: amount, currency } = parseMoney(data);
  return {
    status: 'draft',
    refs: { debt: refs.debt as string, debtor, creditor: shared(creditor), sector: shared(sector) },
    currency,
    amount,
    received: 0n,
    waived: 0n,
    approved: 0n,
    ground: shared(ground),
    dueOn,
    authors: [shared(actor.id)],
    revenue: NONE,
    waivers: NONE,
    receipts: NONE,
    returning: NONE,
    plan: null,
    request: null,
  };
}

function updated(debt: Debt, { id, data, effectiveOn }: Recorded<DebtUpdated>, minor: Minor): Debt {
  const amount = minor(data.amount);
  const raise = amount - debt.amount;
  const raised = { ground: shared(data.ground), year: shared(yearOf(effectiveOn)), minor: raise };
  return {
    ...debt,
    amount,
    received: minor(data.received),
    approved: minor(data.approved),
    dueOn: data.dueOn ?? debt.dueOn,
    revenue: raise > 0n ? addTo(debt.revenue, raised) : takeFrom(debt.revenue, -raise).left,
    ...sendBack(debt, minor(data.givenBack), { transit: id, reason: 'reduction' }),
    request: null,
  };
}

function receiptApplied(debt: Debt, { id, data }: Recorded<ReceiptApplied>, minor: Minor): Debt {
  const { debtor } = debt.refs;
  const part: ReceiptPart = {
    receipt: data.receipt,
    payer: data.payer === debtor ? debtor : data.payer, // mostly: one text for both
    applied: minor(data.applied),
    credited: minor(data.excess),
    event: id,
    reversed: false,
  };
  return { ...debt, received: minor(data.received), receipts: debt.receipts.concat([part]) };
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
