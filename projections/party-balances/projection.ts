import { factTypes } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Leg } from '../../src/kernel/accounts.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';
import { plus } from '../sums.js';
import { partyBalancesModel, type Credit, type Owed, type PartyBalances } from './model.js';

/** Receivables: what is still owed to an entity (domain.md §4). */
const RECEIVABLE: ReadonlySet<string> = new Set(['1200', '1205', '1210', '1220']);
const REFUNDABLE = '2300';

/** One side of an entry on an account that counts here; debits are positive. */
interface Posting {
  readonly leg: Leg;
  readonly minor: bigint;
  readonly currency: string;
}

/** GET /v1/parties/{party}/balances: what is owed and what is refundable, from the entries alone (domain.md E4). */
export const partyBalances: Projection<PartyBalances> = {
  name: 'party-balances',
  model: partyBalancesModel,
  types: factTypes([...debtEvents, ...billingEvents, ...balanceEvents, ...subscriptionFacts]),
  identify: (event) => [...new Set(postings(event).flatMap(({ leg }) => leg.dims.party ?? []))],
  evolve(document, { event }, id) {
    const before: PartyBalances = document ?? { id, owed: [], credits: [] };
    return postings(event)
      .filter(({ leg }) => leg.dims.party === id)
      .reduce(
        (after, posting) =>
          posting.leg.account === REFUNDABLE
            ? { ...after, credits: credited(after.credits, posting) }
            : { ...after, owed: owing(after.owed, posting) },
        before,
      );
  },
};

const postings = ({ entries }: Envelope): Posting[] =>
  entries.flatMap(({ debit, credit, amount, currency }) => {
    const { minor } = parseMoney({ amount, currency });
    return [
      { leg: debit, minor, currency },
      { leg: credit, minor: -minor, currency },
    ].filter(({ leg: { account } }) => account === REFUNDABLE || RECEIVABLE.has(account));
  });

function owing(lines: readonly Owed[], { leg: { dims }, minor, currency }: Posting): Owed[] {
  const key = { entity: dims.entity, sector: dims.sector ?? null, currency };
  const amount = plus(lines.find(at(key))?.amount, minor, currency);
  return inOrder([...lines.filter((line) => !at(key)(line)), { ...key, amount }]);
}

/** Nothing is held yet, and everything credited is of a cancelled or unused operation: all of it is refundable. */
function credited(lines: readonly Credit[], { leg: { dims }, minor, currency }: Posting): Credit[] {
  const { entity, sector } = dims;
  if (sector === undefined) throw new Error(`a posting on ${REFUNDABLE} names no sector`);
  const key = { entity, sector, currency };
  const available = plus(lines.find(at(key))?.available, -minor, currency);
  const total = plus(lines.find(of(key))?.total, -minor, currency);
  const line = { ...key, available, held: plus(undefined, 0n, currency), refundable: available, total };
  return inOrder([
    ...lines.filter((each) => !at(key)(each)).map((each) => (of(key)(each) ? { ...each, total } : each)),
    line,
  ]);
}

type Key = Pick<Owed, 'entity' | 'sector' | 'currency'>;
const of = (key: Key) => (line: Key) => line.entity === key.entity && line.currency === key.currency;
const at = (key: Key) => (line: Key) => of(key)(line) && line.sector === key.sector;

const inOrder = <L extends Key>(lines: L[]): L[] => lines.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
const orderOf = ({ entity, sector, currency }: Key): string => `${entity} ${sector ?? ''} ${currency}`;
