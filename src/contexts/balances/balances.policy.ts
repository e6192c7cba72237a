import type { EventOf } from '../../event-store/catalogue.js';
import type { Policy } from '../../feed/consumers.js';
import type { Envelope } from '../../kernel/envelope.js';
import type { Recorded } from '../../kernel/decider.js';
import { balanceId, type EventId, type PartyId, type Uuid } from '../../kernel/ids.js';
import { parseMoney } from '../../kernel/money.js';
import type { ReceiptApplied, ReceiptReversed, ReceiptsGivenBack } from '../debts/events.js';
import type { OrderCancelled, OrderLapsed, PaymentReceived, PaymentReversed } from '../subscriptions/events.js';
import type { BalanceCommand, CreditReason, PaidFor } from './commands.js';

/*
 * What a debt or a subscription did not need goes to the payer's refundable balance with the entity, and comes back from there when
 * the bank takes the receipt back. A refused command is final, so the commands of one debt or subscription must reach a
 * balance in the order of its events: a credit before its reversal.
 */

/** More was received than was still owed, or the debt was closed (domain.md §3, ApplyReceipt). */
export const creditExcess: Policy = {
  name: 'credit-excess',
  types: ['debts.ReceiptApplied'],
  startsAt: 'beginning',
  react(event) {
    const { receipt, payer, excess, currency } = dataOf<typeof ReceiptApplied>(event);
    return creditOf(event, { receipt, payer, amount: excess }, currency, 'excess', null);
  },
};

/** What a cancellation or a reduction gives back, receipt by receipt; until then it waits in 2330. */
export const creditGivenBack: Policy = {
  name: 'credit-given-back',
  types: ['debts.ReceiptsGivenBack'],
  startsAt: 'beginning',
  react(event) {
    const { parts, currency } = dataOf<typeof ReceiptsGivenBack>(event);
    return parts.flatMap((part) => creditOf(event, part, currency, part.reason, part.transit as EventId));
  },
};

/**
 * The part of a reversed receipt that had gone to the balance (domain.md §3, ReverseReceipt on a cancelled debt: "from
 * the balance, else a new debt").
 *
 * The balance always suffices, so that no new debt is needed yet: what a receipt's credits hold is exactly what its one
 * debt says was `credited`. A receipt is matched once, and its payer, the creditor and the sector never change, so all
 * its credits are in one place; each follows from an event of that debt before its ReceiptReversed (an excess, or
 * ReceiptsGivenBack, which names what still waits first), and reaches the balance before; there is one ReceiptReversed
 * for a receipt, and none of it is credited afterwards; nothing but this takes from a balance. The last will end with
 * the consumption of balances, which must then say what a shortfall becomes: INSUFFICIENT raises an alarm until it
 * does. The lives of `test/world` hold the claim: no rule stops what a policy sends.
 */
export const reverseCredit: Policy = {
  name: 'reverse-credit',
  types: ['debts.ReceiptReversed'],
  startsAt: 'beginning',
  react(event) {
    const { receipt, payer, credited, currency, reference } = dataOf<typeof ReceiptReversed>(event);
    return reversalOf(event, { receipt, payer, amount: credited }, currency, reference);
  },
};

/** More came than was ordered, or for an order that had ended: it never became a subscription amount (domain.md Q6). */
export const creditUnused: Policy = {
  name: 'credit-unused-payment',
  types: ['subscriptions.PaymentReceived'],
  startsAt: 'beginning',
  react(event) {
    const { receipt, payer, excess, currency } = dataOf<typeof PaymentReceived>(event);
    return creditOf(event, { receipt, payer, amount: excess }, currency, 'excess', null);
  },
};

/** What waited for an order that ended unpaid (domain.md Q6). */
export const creditReleased: Policy = {
  name: 'credit-released-payment',
  types: ['subscriptions.OrderCancelled', 'subscriptions.OrderLapsed'],
  startsAt: 'beginning',
  react(event) {
    const { released, currency } = dataOf<typeof OrderCancelled | typeof OrderLapsed>(event);
    return released.flatMap((part) => creditOf(event, part, currency, 'orderEnded', null));
  },
};

/** As reverseCredit, for a subscription: what a receipt's credits hold is what its subscription says was `credited`. */
export const reverseUnused: Policy = {
  name: 'reverse-unused-payment',
  types: ['subscriptions.PaymentReversed'],
  startsAt: 'beginning',
  react(event) {
    const { receipt, payer, credited, currency, reference } = dataOf<typeof PaymentReversed>(event);
    return reversalOf(event, { receipt, payer, amount: credited }, currency, reference);
  },
};

export const balancePolicies: readonly Policy[] = [
  creditExcess,
  creditGivenBack,
  reverseCredit,
  creditUnused,
  creditReleased,
  reverseUnused,
];

interface Part {
  readonly receipt: string;
  readonly payer: string;
  readonly amount: string;
}

function creditOf(
  event: Envelope,
  { receipt, payer, amount }: Part,
  currency: string,
  reason: CreditReason,
  transit: EventId | null,
): readonly BalanceCommand[] {
  if (isZero(amount, currency)) return [];
  const { paidFor, entity, sector } = routeOf(event);
  const party = payer as PartyId;
  return [
    {
      type: 'CreditBalance',
      target: balanceId(party, entity, currency),
      data: { party, entity, currency, sector, amount, receipt: receipt as Uuid, ...paidFor, reason, transit },
    },
  ];
}

function reversalOf(
  event: Envelope,
  { receipt, payer, amount }: Part,
  currency: string,
  reference: string,
): readonly BalanceCommand[] {
  if (isZero(amount, currency)) return [];
  const { paidFor, entity, sector } = routeOf(event);
  return [
    {
      type: 'ReverseCredit',
      target: balanceId(payer as PartyId, entity, currency),
      data: { receipt: receipt as Uuid, ...paidFor, sector, amount, reference },
    },
  ];
}

/** The types that a policy names are the ones that it is given. */
const dataOf = <D>(event: Envelope) => (event as Recorded<EventOf<D>>).data as EventOf<D>['data'];

/** @throws Error for an event that does not say whose money it is: it stops the policy rather than lose money */
function routeOf({ refs, type, id }: Envelope): { paidFor: PaidFor; entity: PartyId; sector: string } {
  const { debt, creditor, subscription, entity, sector } = refs;
  if (debt !== undefined && creditor !== undefined && sector !== undefined) {
    return { paidFor: { debt: debt as Uuid }, entity: creditor as PartyId, sector };
  }
  if (subscription !== undefined && entity !== undefined && sector !== undefined) {
    return { paidFor: { subscription: subscription as Uuid }, entity: entity as PartyId, sector };
  }
  throw new Error(`${type} ${id} names no debt, creditor or sector in its refs, nor a subscription, entity or sector`);
}

const isZero = (amount: string, currency: string): boolean => parseMoney({ amount, currency }).minor === 0n;
