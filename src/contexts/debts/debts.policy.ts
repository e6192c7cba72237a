import type { Policy } from '../../feed/consumers.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandOf, Recorded } from '../../kernel/decider.js';
import type { Envelope } from '../../kernel/envelope.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';
import type { ReceiptMatched, ReceiptReversed } from '../billing/events.js';
import type { ApplyReceipt, GiveBack, ReverseReceipt } from './commands.js';
import type { ReceiptsGivenBack } from './events.js';

/** A receipt that has found its debt pays it off (domain.md E8). */
export const applyReceipt: Policy = {
  name: 'apply-receipt',
  types: ['billing.ReceiptMatched'],
  startsAt: 'beginning',
  react(event): readonly CommandOf<ApplyReceipt>[] {
    const matched = (event as Recorded<ReceiptMatched>).data;
    if (!('debt' in matched)) return [];
    const { debt, payer, amount, currency } = matched;
    const data = { receipt: idIn(event, 'receipt'), payer: payer as PartyId, amount, currency };
    return [{ type: 'ApplyReceipt', target: debt as Uuid, data }];
  },
};

/** A receipt that the bank takes back no longer pays the debt that it was matched with. */
export const reverseReceipt: Policy = {
  name: 'reverse-receipt',
  types: ['billing.ReceiptReversed'],
  startsAt: 'beginning',
  react(event): readonly CommandOf<ReverseReceipt>[] {
    const { debt, reference, on } = (event as Recorded<ReceiptReversed>).data;
    if (debt === null) return [];
    const data = { receipt: idIn(event, 'receipt'), reference, on: on as BusinessDate };
    return [{ type: 'ReverseReceipt', target: debt as Uuid, data }];
  },
};

/** As long as something waits to be given back, the debt is asked to name the next of it (domain.md §3). */
export const giveBack: Policy = {
  name: 'give-back',
  types: ['debts.ReceiptsGivenBack'],
  startsAt: 'beginning',
  react(event): readonly CommandOf<GiveBack>[] {
    const { rest } = (event as Recorded<ReceiptsGivenBack>).data;
    return isZero(rest) ? [] : [{ type: 'GiveBack', target: idIn(event, 'debt'), data: {} }];
  },
};

/** Without `parseMoney`: what waits in all may be more than any single amount is. */
const isZero = (amount: string): boolean => !/[1-9]/.test(amount);

/** In this order: what a page of the feed applies is there when a later event of it takes it back. */
export const debtPolicies: readonly Policy[] = [applyReceipt, reverseReceipt, giveBack];

/** @throws Error where the event does not name it in its refs: it stops the policy rather than lose money */
function idIn({ refs, type, id }: Envelope, name: 'debt' | 'receipt'): Uuid {
  const found = refs[name];
  if (found === undefined) throw new Error(`${type} ${id} names no ${name} in its refs`);
  return found as Uuid;
}
