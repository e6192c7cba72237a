import type { Policy } from '../../feed/consumers.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandOf, Recorded } from '../../kernel/decider.js';
import type { Envelope } from '../../kernel/envelope.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';
import type { ReceiptMatched, ReceiptReversed } from '../billing/events.js';
import type { CancelForResignation, ConfirmPayment, ReversePayment } from './commands.js';
import type { ResignationRecorded } from './events.js';

/** A receipt that has found its subscription pays what is ordered (domain.md §3, ConfirmPayment). */
export const confirmPayment: Policy = {
  name: 'confirm-payment',
  types: ['billing.ReceiptMatched'],
  startsAt: 'beginning',
  react(event): readonly CommandOf<ConfirmPayment>[] {
    const matched = (event as Recorded<ReceiptMatched>).data;
    if (!('subscription' in matched)) return [];
    const { subscription, payer, amount, currency, paidOn } = matched;
    const data = {
      receipt: receiptIn(event),
      payer: payer as PartyId,
      amount,
      currency,
      paidOn: paidOn as BusinessDate,
    };
    return [{ type: 'ConfirmPayment', target: subscription as Uuid, data }];
  },
};

/** A receipt that the bank takes back no longer pays the subscription that it was matched with. */
export const reversePayment: Policy = {
  name: 'reverse-payment',
  types: ['billing.ReceiptReversed'],
  startsAt: 'beginning',
  react(event): readonly CommandOf<ReversePayment>[] {
    const { subscription, reference, on } = (event as Recorded<ReceiptReversed>).data;
    if (subscription === null) return [];
    const data = { receipt: receiptIn(event), reference, on: on as BusinessDate };
    return [{ type: 'ReversePayment', target: subscription as Uuid, data }];
  },
};

/** An employee's resignation cancels the establishment's subscriptions of that user (domain.md Q8). */
export const cancelForResignation: Policy = {
  name: 'cancel-for-resignation',
  types: ['subscriptions.ResignationRecorded'],
  startsAt: 'beginning',
  react(event): readonly CommandOf<CancelForResignation>[] {
    const { subscriptions, on } = (event as Recorded<ResignationRecorded>).data;
    const data = { on: on as BusinessDate };
    return subscriptions.map((target) => ({ type: 'CancelForResignation', target: target as Uuid, data }));
  },
};

/** In this order: what a page of the feed confirms is there when a later event of it takes it back. */
export const subscriptionPolicies: readonly Policy[] = [confirmPayment, reversePayment, cancelForResignation];

/** @throws Error where the event does not name it in its refs: it stops the policy rather than lose money */
function receiptIn({ refs, type, id }: Envelope): Uuid {
  if (refs.receipt === undefined) throw new Error(`${type} ${id} names no receipt in its refs`);
  return refs.receipt as Uuid;
}
