import type { BusinessDate } from '../../kernel/calendar.js';
import { formatMinor, parseMoney } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { CommandContext } from '../../kernel/decider.js';
import type { DataOf } from './commands.js';
import type { PaymentReceived, PaymentReversed, SubscriptionActivated, SubscriptionEvent } from './events.js';
import { activated, fallenDue, madeGood } from './postings.js';
import { SUBSCRIPTION_RULES as RULES } from './rules.js';
import { dueOf, endOf } from './schedule.js';
import { waitingOf, type Order, type ReceiptPart, type Subscription } from './state.js';

/**
 * Receipts that may wait for one order: the event that takes them all in has at most 60,000 bytes. One more that does
 * not complete the bill goes to the payer's balance *(ours)*.
 */
const MOST_WAITING = 50;

/**
 * Never refused for the state that the subscription is in (domain.md §3, ConfirmPayment); a receipt that came before
 * changes nothing. It pays what a reversal left owed, then the open order; what is more is the payer's.
 */
export function confirmPayment(
  state: Subscription,
  { receipt, payer, amount, currency, paidOn }: DataOf<'ConfirmPayment'>,
  context: CommandContext,
): readonly SubscriptionEvent[] | Refusal {
  if (currency !== state.currency) return refuse(RULES.CURRENCY, { currency: state.currency });
  if (state.receipts.some((each) => each.receipt === receipt)) return [];
  const { minor } = parseMoney({ amount, currency });
  const arrears = min(minor, state.owed);
  const missing = missingOf(state);
  const fits = min(minor - arrears, missing);
  const full = state.receipts.filter(({ waiting }) => waiting > 0n).length >= MOST_WAITING;
  const kept = full && fits < missing ? 0n : fits;
  const text = (each: bigint): string => formatMinor(each, state.currency);
  const received: PaymentReceived = {
    type: 'subscriptions.PaymentReceived',
    data: {
      receipt,
      payer,
      paidOn,
      amount: text(minor),
      arrears: text(arrears),
      kept: text(kept),
      excess: text(minor - arrears - kept),
      missing: text(missing - kept),
      currency,
    },
    refs: { ...state.refs, receipt, payer },
    entries: madeGood(state, receipt, payer, arrears),
  };
  if (state.order === null || kept < missing) return [received];
  const part = { receipt, payer, paidOn, waiting: kept, paid: arrears, credited: 0n, event: context.eventId(0) };
  return [received, begun(state, state.order, [...state.receipts, { ...part, reversed: false }])];
}

/** What the open order still lacks. */
const missingOf = (state: Subscription): bigint =>
  state.order === null ? 0n : state.order.net + state.order.vat - waitingOf(state);

/** The bill is paid: the tax invoice is issued, and the term begins (domain.md Q7). */
function begun(state: Subscription, order: Order, receipts: readonly ReceiptPart[]): SubscriptionEvent {
  const parts = receipts.filter(({ waiting }) => waiting > 0n);
  const paidOn = parts.map((each) => each.paidOn).reduce((a, b) => (a > b ? a : b));
  const startsOn = startOf(state, order, paidOn);
  const { currency, refs } = state;
  const term: Omit<SubscriptionActivated['data'], 'due'> = {
    order: order.number,
    number: state.term + 1,
    startsOn,
    endsOn: endOf(startsOn),
    invoice: `${refs.subscription}/${order.number}`,
    net: formatMinor(order.net, currency),
    vat: formatMinor(order.vat, currency),
    gross: formatMinor(order.net + order.vat, currency),
    currency,
  };
  const earning = [...state.earning, { number: term.number, startsOn, net: order.net, earned: 0 }];
  const after = { status: 'active', term: term.number, endsOn: endOf(startsOn), reminded: [], earning, order: null };
  return {
    type: order.renews ? 'subscriptions.SubscriptionRenewed' : 'subscriptions.SubscriptionActivated',
    data: { ...term, due: dueOf(after) },
    refs,
    entries: activated(state, order, parts),
  };
}

/** The day of payment: of a renewal not before the old end, of a first order not before it was made; never two at once. */
function startOf({ endsOn }: Subscription, { renews, orderedOn }: Order, paidOn: BusinessDate): BusinessDate {
  const earliest = [paidOn, ...(renews ? [] : [orderedOn]), ...(endsOn === null ? [] : [endsOn])];
  return earliest.reduce((a, b) => (a > b ? a : b));
}

/** Waiting money is no longer there; a term that it paid stays, and is owed for; a credit is taken back. */
export function reversePayment(
  state: Subscription,
  { receipt, reference, on }: DataOf<'ReversePayment'>,
): readonly PaymentReversed[] {
  const part = state.receipts.find((each) => each.receipt === receipt);
  if (part === undefined || part.reversed) return [];
  const { currency, refs } = state;
  const { payer, waiting, paid, credited, event } = part;
  return [
    {
      type: 'subscriptions.PaymentReversed',
      data: {
        receipt,
        payer,
        reference,
        on,
        waiting: formatMinor(waiting, currency),
        owed: formatMinor(paid, currency),
        credited: formatMinor(credited, currency),
        currency,
      },
      refs: { ...refs, receipt, payer },
      entries: fallenDue(state, receipt, payer, paid),
      corrects: event,
    },
  ];
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
