import { factTypes } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import type * as debts from '../../src/contexts/debts/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';
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
  identify: (event) => [...new Set(changes(event).map(idOf))],
  evolve: (document, { event }, id) =>
    changes(event)
      .filter((change) => idOf(change) === id)
      .reduce<EntityTotals | null>((before, change) => {
        const totals = before ?? nothing(id, change);
        return { ...totals, [change.total]: plus(totals[change.total], change.minor, change.currency) };
      }, document),
};

const idOf = ({ entity, currency }: Change): string => `${entity}:${currency}`;

const nothing = (id: string, { entity, currency }: Change): EntityTotals => ({
  id,
  entity,
  currency,
  ...(Object.fromEntries(TOTALS.map((total) => [total, plus(undefined, 0n, currency)])) as Record<Total, string>),
});

const changes = (event: Envelope): Change[] => [
  ...event.entries.flatMap((entry) => posted(event.type, entry)),
  ...told(event),
];

function posted(type: string, { debit, credit, amount, currency }: Entry): Change[] {
  const { minor } = parseMoney({ amount, currency });
  const { entity } = debit.dims;
  const found: Change[] = [];
  const add = (total: Total, by: bigint): void => void found.push({ total, entity, currency, minor: by });
  if (debit.account === '1200' && isOf(credit.account, '4300')) add('registered', minor);
  if (type === 'debts.DebtUpdated' && isOf(debit.account, '4300')) add('reduced', minor);
  for (const [{ account }, by] of [
    [debit, minor],
    [credit, -minor],
  ] as const) {
    const liability = LIABILITIES[account];
    if (account === '1200' || account === '1205') add('outstanding', by);
    else if (account === '5100') add('waived', by);
    else if (account === '3000' && waives(type, by)) add('waived', by);
    else if (CASH.has(account)) add('received', by);
    else if (liability !== undefined) add(liability, -by);
  }
  return found;
}

/** The account, or 3000 in its place where its year is closed (docs/adr/0018). */
const isOf = (account: string, result: string): boolean => account === result || account === '3000';

/** Whether a side on 3000 stands for one on 5100: a cancellation's debit is what it takes off revenue. */
const waives = (type: string, by: bigint): boolean =>
  (type === 'debts.ExemptionGranted' && by > 0n) || (type === 'debts.DebtCancelled' && by < 0n);

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
