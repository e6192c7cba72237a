import type { DebtEvent } from '../../src/contexts/debts/events.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Entry } from '../../src/kernel/entries.js';
import { formatMinor, parseMoney, type Currency } from '../../src/kernel/money.js';
import type { Instrument } from '../instruments/instrument.js';

/*
 * Where a debt's figures come from: each event of its stream, and what it changes. Events are taken in the order in
 * which they were recorded, for each was decided on those before it; the ones that count later than the day of the
 * question change nothing in the answer.
 */

const MONEY_FIGURES = ['balance', 'amount', 'received', 'waived', 'approved'] as const;
type MoneyFigure = (typeof MONEY_FIGURES)[number];
export const DEBT_FIGURES = [...MONEY_FIGURES, 'state'] as const;
export type DebtFigure = (typeof DEBT_FIGURES)[number];

/** As in domain.md E6, with the review of E7 over the outstanding. */
export const EXPLAINED_STATES = [
  'none',
  'draft',
  'outstanding',
  'underReview',
  'settled',
  'cancelled',
  'discarded',
] as const;
type State = (typeof EXPLAINED_STATES)[number];

type Figures = { readonly state: State } & { readonly [F in MoneyFigure]: bigint };

export interface DebtQuestion {
  readonly figure: DebtFigure;
  readonly effectiveOn: BusinessDate;
  /**
   * Whether the debt was registered by then, as far as is known. What a draft proposes counts only for as long as there
   * is no registration: from then on the debt is what its registration says.
   */
  readonly isRegistered: boolean;
}

/** So much of a debt's stream, folded. */
export interface DebtStanding {
  readonly currency: Currency;
  /** After all events so far, whenever they count. */
  readonly figures: Figures;
  /** The asked figure, by the events that count: minor units, or a state. */
  readonly running: bigint | State;
  /** The latest request, or the draft that a registration decides on. */
  readonly request: NonNullable<Instrument['request']> | null;
  /** Whether an event so far counts later than the day of the question. */
  readonly isCut: boolean;
}

export interface Effect {
  readonly before: bigint | State;
  readonly after: bigint | State;
  readonly request: Instrument['request'];
}

const NOTHING: Figures = { state: 'none', balance: 0n, amount: 0n, received: 0n, waived: 0n, approved: 0n };

/**
 * The next event of the stream.
 * @returns what it does to the asked figure; without an effect: nothing
 * @throws Error where an event's entries and its figures disagree: then there is no explanation
 */
export function take(
  standing: DebtStanding | null,
  event: Recorded<DebtEvent>,
  question: DebtQuestion,
): { readonly standing: DebtStanding; readonly effect?: Effect } {
  const before = standing ?? begun(event, question);
  const { currency } = before;
  const figures = after(before.figures, event, currency, question.isRegistered);
  if (hasBooks(before, event)) assertPosted(event, figures.balance - before.figures.balance);
  const request = requestOf(event);
  const next = { ...before, figures, ...(request !== null && { request }) };
  if (event.effectiveOn > question.effectiveOn) return { standing: { ...next, isCut: true } };
  const running = moved(before, figures, question.figure);
  const counted = { ...next, running };
  if (running === before.running) return { standing: counted };
  const decided = decidedOn(event, before.request);
  return { standing: counted, effect: { before: before.running, after: running, request: decided } };
}

function begun(event: Recorded<DebtEvent>, { figure }: DebtQuestion): DebtStanding {
  if (event.type !== 'debts.DebtDrafted') throw new Error(`${event.stream} begins with ${event.type}`);
  const { currency } = parseMoney(event.data);
  return { currency, figures: NOTHING, running: figure === 'state' ? 'none' : 0n, request: null, isCut: false };
}

function moved({ running, figures: before }: DebtStanding, figures: Figures, figure: DebtFigure): bigint | State {
  return figure === 'state' ? figures.state : (running as bigint) + figures[figure] - before[figure];
}

/** The figure that the events add up to. @throws Error where they do not come to what the last of them says */
export function figureOf({ running, figures, isCut }: DebtStanding, { figure }: DebtQuestion): bigint | State {
  if (!isCut && running !== figures[figure]) {
    throw new Error(`the explanation comes to ${running}, the ${figure} is ${figures[figure]}`);
  }
  return running;
}

export const textOf = (value: bigint | State, currency: Currency): string =>
  typeof value === 'bigint' ? formatMinor(value, currency) : value;

/** What an entry does to what is owed on debts: accounts 1200 and 1205. */
export function owedBy({ debit, credit, amount, currency }: Entry): bigint {
  const { minor } = parseMoney({ amount, currency });
  const isOwed = ({ account }: Entry['debit']): boolean => account === '1200' || account === '1205';
  return (isOwed(debit) ? minor : 0n) - (isOwed(credit) ? minor : 0n);
}

/** A draft posts nothing; its balance is what it proposes. */
const hasBooks = ({ figures }: DebtStanding, { type }: Recorded<DebtEvent>): boolean =>
  figures.state === 'outstanding' ||
  figures.state === 'underReview' ||
  figures.state === 'settled' ||
  figures.state === 'cancelled' ||
  (type === 'debts.DebtRegistered' && figures.balance === 0n);

function assertPosted({ type, id, entries }: Recorded<DebtEvent>, change: bigint): void {
  const posted = entries.reduce((sum, entry) => sum + owedBy(entry), 0n);
  if (posted !== change) throw new Error(`${type} ${id} posts ${posted} to what is owed, and says ${change}`);
}

/** The figures after an event, as the debt's own view has them (GET /v1/debts/{id}). */
function after(figures: Figures, event: Recorded<DebtEvent>, currency: Currency, isRegistered: boolean): Figures {
  const minor = (amount: string): bigint => parseMoney({ amount, currency }).minor;
  const proposed = (amount: string | undefined): Partial<Figures> =>
    amount === undefined || isRegistered ? {} : { amount: minor(amount), balance: minor(amount) };
  switch (event.type) {
    case 'debts.DebtDrafted':
      return { ...figures, state: 'draft', ...proposed(event.data.amount) };
    case 'debts.DraftEdited':
      return { ...figures, ...proposed(event.data.amount) };
    case 'debts.DraftDiscarded':
      return { ...NOTHING, state: 'discarded' };
    case 'debts.DebtRegistered': {
      const amount = minor(event.data.amount);
      return { ...figures, state: 'outstanding', amount, balance: amount };
    }
    case 'debts.UpdateRequested':
    case 'debts.PaymentRequested':
    case 'debts.CancellationRequested':
    case 'debts.ExemptionRequested':
    case 'debts.InstalmentRequested':
      return { ...figures, state: 'underReview' };
    case 'debts.RequestWithdrawn':
    case 'debts.RequestDeclined':
    case 'debts.InstalmentPlanApproved':
      return { ...figures, state: 'outstanding' };
    case 'debts.DebtUpdated': {
      const { amount, received, approved, balance } = event.data;
      const now = { amount: minor(amount), received: minor(received), approved: minor(approved) };
      return { ...figures, ...now, balance: minor(balance), state: 'outstanding' };
    }
    case 'debts.PartialPaymentApproved':
      return { ...figures, approved: minor(event.data.approved), state: 'outstanding' };
    case 'debts.DebtSettled':
      return { ...figures, approved: minor(event.data.approved), state: 'settled' };
    case 'debts.DebtCancelled':
      return { ...figures, received: 0n, approved: 0n, balance: 0n, state: 'cancelled' };
    case 'debts.ExemptionGranted': {
      const { waived, balance } = event.data;
      return { ...figures, waived: minor(waived), balance: minor(balance), state: 'outstanding' };
    }
    case 'debts.ReceiptApplied': {
      const { received, balance } = event.data;
      return { ...figures, received: minor(received), balance: minor(balance) };
    }
    case 'debts.ReceiptReversed': {
      const { received, approved, balance } = event.data;
      return { ...figures, received: minor(received), approved: minor(approved), balance: minor(balance) };
    }
    case 'debts.DebtReopened':
      return { ...figures, approved: minor(event.data.approved), state: 'outstanding' };
    case 'debts.ReceiptsGivenBack':
    case 'debts.InstalmentsPaid':
    case 'debts.InstalmentsReopened':
    case 'debts.InstalmentsLowered':
    case 'debts.InstalmentMissed':
    case 'debts.NoticeServed':
    case 'debts.PlanDefaulted':
    case 'debts.PlanCompleted':
    case 'debts.ProceedingRecorded':
      return figures;
  }
}

/** What a later decision may answer. */
function requestOf(event: Recorded<DebtEvent>): DebtStanding['request'] {
  switch (event.type) {
    case 'debts.DebtDrafted':
    case 'debts.UpdateRequested':
    case 'debts.PaymentRequested':
    case 'debts.CancellationRequested':
    case 'debts.ExemptionRequested':
    case 'debts.InstalmentRequested':
      return { event: event.id, type: event.type, on: event.effectiveOn, by: event.actor };
    default:
      return null;
  }
}

/** A registration decides on the draft; other decisions name the request that they answer. */
function decidedOn({ type, data }: Recorded<DebtEvent>, request: DebtStanding['request']): Instrument['request'] {
  if (request === null || type === 'debts.DebtDrafted') return null;
  if (type === 'debts.DebtRegistered') return request;
  return 'request' in data && data.request === request.event ? request : null;
}
