import { factTypes } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import type * as debts from '../../src/contexts/debts/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';
import { byDocument, legsOf, type PostedLeg } from '../legs.js';
import { plus } from '../sums.js';
import { entityTotalsModel, TOTALS, type EntityTotals } from './model.js';

type Total = (typeof TOTALS)[number];
/** So much more of a total, in minor units. */
interface Change {
  readonly total: Total;
  readonly entity: string;
  readonly currency: string;
  readonly minor: bigint;
}

const CASH: ReadonlySet<string> = new Set(['1100', '1110', '1120']);
/** What credits minus debits of a liability add up to. */
const LIABILITIES: Readonly<Record<string, Total>> = { '2300': 'refundable', '2310': 'unmatched', '2330': 'inTransit' };

/** What each entity has registered, received and still to get: for exports and for checking imported files. */
export const entityTotals: Projection<EntityTotals> = {
  name: 'entity-totals',
  model: entityTotalsModel,
  types: factTypes([...debtEvents, ...billingEvents, ...balanceEvents, ...subscriptionFacts]),
  identify: (event) => [...changesBy(event).keys()],
  evolve(document, { event }, id) {
    const changes = changesBy(event).get(id) ?? [];
    const [first] = changes;
    if (first === undefined) return document;
    const before = document ?? nothing(id, first);
    const after: Partial<Record<Total, string>> = {};
    for (const { total, minor, currency } of changes)
      after[total] = plus(after[total] ?? before[total], minor, currency);
    return { ...before, ...after };
  },
};

const idOf = ({ entity, currency }: Change): string => `${entity}:${currency}`;

const nothing = (id: string, { entity, currency }: Change): EntityTotals => ({
  id,
  entity,
  currency,
  ...(Object.fromEntries(TOTALS.map((total) => [total, plus(undefined, 0n, currency)])) as Record<Total, string>),
});

const changesBy = byDocument(changesOf, (change) => [idOf(change)]);

function changesOf(event: Envelope): Change[] {
  const changes = told(event);
  for (const leg of legsOf(event)) {
    const { entity } = leg.dims;
    const { currency } = leg;
    for (const [total, minor] of posted(event.type, leg))
      changes.push({ total, entity, currency, minor: BigInt(minor) });
  }
  return changes;
}

function posted(type: string, { account, counter, minor }: PostedLeg): [Total, number][] {
  const found: [Total, number][] = [];
  if (minor > 0 && account === '1200' && isOf(counter, '4300')) found.push(['registered', minor]);
  if (minor > 0 && type === 'debts.DebtUpdated' && isOf(account, '4300')) found.push(['reduced', minor]);
  const liability = LIABILITIES[account];
  if (account === '1200' || account === '1205') found.push(['outstanding', minor]);
  else if (account === '5100') found.push(['waived', minor]);
  else if (account === '3000' && waives(type, minor)) found.push(['waived', minor]);
  else if (CASH.has(account)) found.push(['received', minor]);
  else if (liability !== undefined) found.push([liability, -minor]);
  return found;
}

/** The account, or 3000 in its place where its year is closed (docs/adr/0018). */
const isOf = (account: string, result: string): boolean => account === result || account === '3000';

/** Whether a side on 3000 stands for one on 5100: a cancellation's debit is what it takes off revenue. */
const waives = (type: string, minor: number): boolean =>
  (type === 'debts.ExemptionGranted' && minor > 0) || (type === 'debts.DebtCancelled' && minor < 0);

/** What entries alone do not say. */
function told(envelope: Envelope): Change[] {
  const event = envelope as Recorded<debts.ReceiptApplied | debts.ReceiptReversed | debts.DebtCancelled>;
  const change = (total: Total, amount: string, sign = 1n): Change => {
    const { creditor: entity } = event.refs;
    const { currency } = event.data;
    if (entity === undefined) throw new Error(`${event.type} names no creditor`);
    return { total, entity, currency, minor: sign * parseMoney({ amount, currency }).minor };
  };
  switch (event.type) {
    case 'debts.ReceiptApplied':
      return [change('applied', event.data.applied)];
    case 'debts.ReceiptReversed':
      return [change('applied', event.data.applied, -1n)];
    case 'debts.DebtCancelled':
      return [change('cancelledUnpaid', event.data.unpaid), change('cancelledPaid', event.data.received)];
    default:
      return [];
  }
}
