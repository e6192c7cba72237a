import type { CommandContext } from '../../kernel/decider.js';
import { MAX_MINOR, formatMinor, max, min } from '../../kernel/money.js';
import { yearOf } from '../../kernel/period.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { amountOf, outOfRange, type DataOf } from './amounts.js';
import type { DebtEvent } from './events.js';
import { approveExemption, EXEMPTION, closedWhenNothingIsOwed } from './exemption.js';
import { firstGivenBack } from './giving-back.js';
import { approveInstalments } from './instalments.js';
import { loweredPlan, planned } from './plan.js';
import { lowered, raised } from './postings.js';
import { NO_CHANGE, NOT_RECEIVED, NOT_REQUESTER, RESERVED_GROUND, SELF_APPROVAL, TOO_MANY_GROUNDS } from './rules.js';
import { balanceOf, type Debt, type OpenRequest, type RequestOf } from './state.js';

/*
 * What puts a debt under review, and how the review ends (domain.md E7). A request's id is the id of the event that
 * opened it.
 */

type Decision = readonly DebtEvent[] | Refusal;

export function requestUpdate(debt: Debt, data: DataOf<'RequestUpdate'>, context: CommandContext): Decision {
  const amount = amountOf(debt, data);
  if (amount !== null && typeof amount !== 'bigint') return amount;
  const atLeast = max(debt.waived, 1n); // what was waived was decided for good
  if (amount !== null && amount < atLeast) return outOfRange(debt, atLeast, MAX_MINOR);
  const { ground, dueOn } = data;
  if (amount !== null && amount > debt.amount && !mayRaiseOn(debt, ground, yearOf(context.effectiveOn))) {
    return refuse(TOO_MANY_GROUNDS, { most: MAX_GROUNDS });
  }
  const changes = {
    ...(amount !== null && amount !== debt.amount && { amount: formatMinor(amount, debt.currency) }),
    ...(dueOn !== undefined && dueOn !== debt.dueOn && { dueOn }),
  };
  if (Object.keys(changes).length === 0) return refuse(NO_CHANGE);
  const request = context.eventId(0);
  return [{ type: 'debts.UpdateRequested', data: { request, ground, ...changes }, refs: { ...debt.refs, request } }];
}

/** Grounds that revenue of one debt may have: with the longest names, their postings take 33,000 bytes of an event. */
const MAX_GROUNDS = 50;

const mayRaiseOn = ({ revenue }: Debt, ground: string, year: string): boolean =>
  revenue.length < MAX_GROUNDS || revenue.some((each) => each.ground === ground && each.year === year);

export function requestPayment(debt: Debt, data: DataOf<'RequestPayment'>, context: CommandContext): Decision {
  const minor = amountOf(debt, data);
  if (typeof minor !== 'bigint') return minor;
  const open = debt.amount - debt.waived - debt.approved;
  if (minor < 1n || minor > open) return outOfRange(debt, 1n, open);
  const request = context.eventId(0);
  const amount = formatMinor(minor, debt.currency);
  return [{ type: 'debts.PaymentRequested', data: { request, amount }, refs: { ...debt.refs, request } }];
}

export function requestCancellation(
  { refs }: Debt,
  { ground }: DataOf<'RequestCancellation'>,
  context: CommandContext,
): Decision {
  if (ground === EXEMPTION) return refuse(RESERVED_GROUND, { ground });
  const request = context.eventId(0);
  return [{ type: 'debts.CancellationRequested', data: { request, ground }, refs: { ...refs, request } }];
}

export function withdrawRequest(debt: Debt, { actor }: CommandContext): Decision {
  const { id: request, by } = openRequest(debt);
  if (actor.id !== by) return refuse(NOT_REQUESTER);
  return [{ type: 'debts.RequestWithdrawn', data: { request }, refs: { ...debt.refs, request } }];
}

export function declineRequest(debt: Debt, { reason }: DataOf<'DeclineRequest'>, { actor }: CommandContext): Decision {
  const { id: request, by } = openRequest(debt);
  if (actor.id === by) return refuse(SELF_APPROVAL);
  return [{ type: 'debts.RequestDeclined', data: { request, reason }, refs: { ...debt.refs, request } }];
}

export function approveRequest(
  debt: Debt,
  { authority = null }: DataOf<'ApproveRequest'>,
  context: CommandContext,
  atOnce: number,
): Decision {
  const request = openRequest(debt);
  if (context.actor.id === request.by) return refuse(SELF_APPROVAL);
  switch (request.kind) {
    case 'update':
      return approveUpdate(debt, request, context, atOnce);
    case 'payment':
      return approvePayment(debt, request);
    case 'cancellation':
      return approveCancellation(debt, request, context, atOnce);
    case 'exemption':
      return approveExemption(debt, request, authority, context);
    case 'instalments':
      return approveInstalments(debt, request, context);
  }
}

/** @param atOnce how many receipts are named in one event */
function approveUpdate(debt: Debt, request: RequestOf<'update'>, context: CommandContext, atOnce: number): Decision {
  const transit = context.eventId(0);
  const year = yearOf(context.effectiveOn);
  const { currency, refs } = debt;
  const amount = request.amount ?? debt.amount;
  const excess = max(0n, debt.received - (amount - debt.waived));
  const received = debt.received - excess;
  const approved = min(debt.approved, received);
  const unpaid = max(0n, debt.amount - amount - excess);
  const ofPlan = max(0n, unpaid - (balanceOf(debt) - planned(debt))); // 1200, then 1205 (domain.md §4)
  const text = (minor: bigint): string => formatMinor(minor, currency);
  const updated: DebtEvent = {
    type: 'debts.DebtUpdated',
    data: {
      request: request.id,
      ground: request.ground,
      previousAmount: text(debt.amount),
      amount: text(amount),
      currency,
      ...(request.dueOn !== null && { dueOn: request.dueOn }),
      received: text(received),
      approved: text(approved),
      balance: text(amount - received - debt.waived),
      givenBack: text(excess),
    },
    refs: { ...refs, request: request.id },
    entries:
      amount > debt.amount
        ? raised(debt, request.ground, amount - debt.amount)
        : lowered(debt, { unpaid, ofPlan, waived: 0n, back: excess, transit, year }),
  };
  return [
    updated,
    ...loweredPlan(debt, ofPlan),
    ...firstGivenBack(debt, excess, { transit, reason: 'reduction' }, atOnce),
    ...closedWhenNothingIsOwed({ ...debt, amount, received, approved }, request.id),
  ];
}

function approvePayment(debt: Debt, request: RequestOf<'payment'>): Decision {
  const { currency } = debt;
  const approved = debt.approved + request.amount;
  if (debt.received < approved) {
    const [received, needed] = [formatMinor(debt.received, currency), formatMinor(approved, currency)];
    return refuse(NOT_RECEIVED, { received, needed, currency });
  }
  const isWhole = approved + debt.waived === debt.amount;
  const type = isWhole ? 'debts.DebtSettled' : 'debts.PartialPaymentApproved';
  return [{ type, ...recognised(debt, request, request.amount, approved) }];
}

function approveCancellation(
  debt: Debt,
  request: RequestOf<'cancellation'>,
  context: CommandContext,
  atOnce: number,
): Decision {
  const transit = context.eventId(0);
  const year = yearOf(context.effectiveOn);
  const { currency, refs, received, waived } = debt;
  const unpaid = balanceOf(debt);
  return [
    {
      type: 'debts.DebtCancelled',
      data: {
        request: request.id,
        ground: request.ground,
        unpaid: formatMinor(unpaid, currency),
        received: formatMinor(received, currency),
        waived: formatMinor(waived, currency),
        currency,
      },
      refs: { ...refs, request: request.id },
      entries: lowered(debt, { unpaid, ofPlan: planned(debt), waived, back: received, transit, year }),
    },
    ...firstGivenBack(debt, received, { transit, reason: 'cancellation' }, atOnce),
  ];
}

/** `amount` by this approval, `approved` by all of them. */
const recognised = ({ currency, refs }: Debt, { id: request }: OpenRequest, amount: bigint, approved: bigint) => ({
  data: { request, amount: formatMinor(amount, currency), approved: formatMinor(approved, currency), currency },
  refs: { ...refs, request },
});

/** Admission has seen to it that a review is open. */
function openRequest({ refs, request }: Debt): OpenRequest {
  if (request === null) throw new Error(`debt ${refs.debt} has no open request`);
  return request;
}
