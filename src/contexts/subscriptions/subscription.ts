import type { CommandContext, Decider } from '../../kernel/decider.js';
import { formatMinor } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { admit } from './admission.js';
import type { DataOf, SubscriptionCommand } from './commands.js';
import type { CalendarEvent, SubscriptionEvent } from './events.js';
import { cancel, expired, isOpenOn, lapsed, purchase, renew } from './orders.js';
import { confirmPayment, reversePayment } from './payments.js';
import { earned } from './postings.js';
import { SUBSCRIPTION_RULES as RULES } from './rules.js';
import { dueCode, dueOf, MONTHS, nextDue, type Occurrence } from './schedule.js';
import { afterCalendar, deferredOf, evolve, monthOf, type Subscription, type SubscriptionState } from './state.js';
import type { Tariff } from './tariff.js';

/** A subscription that an establishment buys for an authorised user (domain.md Q3–Q8 and §3, Subscription). */
export const subscriptionUnder = (
  tariff: Tariff,
): Decider<SubscriptionState, SubscriptionCommand, SubscriptionEvent> => ({
  context: 'subscriptions',
  category: 'subscription',
  initial: null,
  evolve,
  decide: (command, state, context) => decide(tariff, command, state, context),

  /** `due` is what it owes to the calendar next. */
  summary(state) {
    if (state === null) return { state: 'none' };
    const due = dueOf(state);
    return { state: state.status, ...(due !== null && { due }) };
  },
});

function decide(
  tariff: Tariff,
  command: SubscriptionCommand,
  state: SubscriptionState,
  context: CommandContext,
): readonly SubscriptionEvent[] | Refusal {
  const { actor, effectiveOn } = context;
  if (command.type === 'PurchaseSubscription') {
    // Nobody else's may be asked for, so that none is given away either.
    if (actor.actingFor !== command.data.establishment) return refuse(RULES.NOT_ESTABLISHMENT);
    const stopped = state === null ? null : admit(command, state, context);
    return stopped ?? purchase(tariff, command.target, command.data, state, context);
  }
  if (state === null) return actor.role === 'system' ? [] : refuse(RULES.NOT_FOUND);
  const stopped = admit(command, state, context);
  if (stopped !== null) return stopped;

  switch (command.type) {
    case 'RenewSubscription':
      return renew(tariff, state, command.data, context);
    case 'CancelSubscription':
      return cancel(state, 'request', effectiveOn);
    case 'CancelForResignation':
      return isOpenOn(state, effectiveOn) ? cancel(state, 'resignation', command.data.on) : [];
    case 'UseService':
      return [{ type: 'subscriptions.ServiceUsed', data: { service: command.data.service }, refs: state.refs }];
    case 'ConfirmPayment':
      return confirmPayment(state, command.data, context);
    case 'ReversePayment':
      return reversePayment(state, command.data);
    case 'BringUpToDate':
      return bringUpToDate(state, command.data, context);
    case 'RefundAttempt':
    case 'TransferSubscription':
    case 'ReinstateSubscription':
      throw new Error(`${command.type} is refused in every state`);
  }
}

/**
 * All that falls on the day of what is next, in order, and only when that day has come: what was done, or no longer
 * applies, changes nothing. What falls on a later day is another command's, which counts on that day.
 */
function bringUpToDate(
  state: Subscription,
  { due }: DataOf<'BringUpToDate'>,
  { effectiveOn }: CommandContext,
): readonly CalendarEvent[] {
  const first = nextDue(state);
  if (first === null || dueCode(first) !== due || first.on > effectiveOn) return [];
  const events: CalendarEvent[] = [];
  let now = state;
  for (let next: Occurrence | null = first; next?.on === first.on; next = nextDue(now)) {
    const event = happened(now, next);
    events.push(event);
    now = afterCalendar(now, event);
  }
  return events;
}

function happened(state: Subscription, { what, of, number }: Occurrence): CalendarEvent {
  const { refs, currency, order, endsOn, reminded, earning } = state;
  switch (what) {
    case 'earn': {
      const [term, ...later] = earning;
      if (term === undefined) throw new Error(`subscription ${refs.subscription} has nothing to earn`);
      const amount = monthOf(term);
      const rest = number === MONTHS ? later : [{ ...term, earned: number }, ...later];
      const data = {
        number: of,
        month: number,
        amount: formatMinor(amount, currency),
        deferred: formatMinor(deferredOf(state) - amount, currency),
        currency,
        due: dueOf({ ...state, earning: rest }),
      };
      return { type: 'subscriptions.MonthEarned', data, refs, entries: earned(state, amount) };
    }
    case 'remind': {
      const due = dueOf({ ...state, reminded: [...reminded, number] });
      return {
        type: 'subscriptions.ExpiryAnnounced',
        data: { number: of, endsOn: endsOn as string, days: number, due },
        refs,
      };
    }
    case 'lapse':
      if (order === null) throw new Error(`subscription ${refs.subscription} has no order`);
      return lapsed(state, order);
    case 'expire':
      return expired(state, dueOf({ ...state, status: 'expired' }));
  }
}
