import type { Leg } from '../../kernel/accounts.js';
import { between, entry, type Entry } from '../../kernel/entries.js';
import type { Order, ReceiptPart, Subscription, SubscriptionRefs } from './state.js';

/** 2310 / 2100 and 2200: the money that waited pays the bill (domain.md §4, Subscription paid). */
export const activated = (
  { refs, currency }: Subscription,
  { net, vat }: Order,
  parts: readonly ReceiptPart[],
): Entry[] =>
  between(
    parts.map(({ receipt, payer, waiting }) => ({ leg: unmatched(refs, receipt, payer), minor: waiting })),
    [
      { leg: deferred(refs), minor: net },
      { leg: { account: '2200', dims: { entity: refs.entity, subscription: refs.subscription } }, minor: vat },
    ],
    currency,
  );

/** 2100 / 4100: a month, or at a cancellation the rest; the VAT stays as it is. */
export const earned = ({ refs, currency }: Subscription, minor: bigint): Entry[] =>
  entry(deferred(refs), { account: '4100', dims: { ...own(refs) } }, { minor, currency });

/** 1210 / 2310: the term stays, and is owed for; the money waits for the receipt's own reversal. */
export const fallenDue = ({ refs, currency }: Subscription, receipt: string, payer: string, minor: bigint): Entry[] =>
  entry(receivable(refs), unmatched(refs, receipt, payer), { minor, currency });

/** 2310 / 1210: what a reversed payment left owed is paid. */
export const madeGood = ({ refs, currency }: Subscription, receipt: string, payer: string, minor: bigint): Entry[] =>
  entry(unmatched(refs, receipt, payer), receivable(refs), { minor, currency });

const own = ({ entity, establishment, subscription }: SubscriptionRefs) => ({
  entity,
  party: establishment,
  subscription,
});

const deferred = (refs: SubscriptionRefs): Leg => ({ account: '2100', dims: own(refs) });

const receivable = (refs: SubscriptionRefs): Leg => ({ account: '1210', dims: { ...own(refs), sector: refs.sector } });

/** Without the subscription: the receipt's own postings do not know it, and the two must add up to zero. */
const unmatched = ({ entity }: SubscriptionRefs, receipt: string, payer: string): Leg => ({
  account: '2310',
  dims: { entity, party: payer, receipt },
});
