import type { Policy } from '../../feed/consumers.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandOf, Recorded } from '../../kernel/decider.js';
import type { Envelope } from '../../kernel/envelope.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';
import type { ReceiptMatched, ReceiptReversed } from '../billing/events.js';
import type { ApplyReceipt, ReverseReceipt } from './commands.js';

/** A receipt that has found its debt pays it off (domain.md E8). */
export const applyReceipt: Policy = {
  name: 'apply-receipt',
  types: ['billing.ReceiptMatched'],
  react(event): readonly CommandOf<ApplyReceipt>[] {
    const { debt, payer, amount, currency } = (event as Recorded<ReceiptMatched>).data;
    const data = { receipt: receiptOf(event), payer: payer as PartyId, amount, currency };
    return [{ type: 'ApplyReceipt', target: debt as Uuid, data }];
  },
};

/** A receipt that the bank takes back no longer pays the debt that it was matched with. */
export const reverseReceipt: Policy = {
  name: 'reverse-receipt',
  types: ['billing.ReceiptReversed'],
  react(event): readonly CommandOf<ReverseReceipt>[] {
    const { debt, reference, on } = (event as Recorded<ReceiptReversed>).data;
    if (debt === null) return [];
    const data = { receipt: receiptOf(event), reference, on: on as BusinessDate };
    return [{ type: 'ReverseReceipt', target: debt as Uuid, data }];
  },
};

/** In this order: what a page of the feed applies is there when a later event of it takes it back. */
export const debtPolicies: readonly Policy[] = [applyReceipt, reverseReceipt];

/** @throws Error where the event does not say which receipt it is of: it stops the policy rather than lose money */
function receiptOf({ refs, type, id }: Envelope): Uuid {
  if (refs.receipt === undefined) throw new Error(`${type} ${id} names no receipt in its refs`);
  return refs.receipt as Uuid;
}
