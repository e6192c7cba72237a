import { factTypes } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import { legsBy, type PostedLeg } from '../legs.js';
import { plus } from '../sums.js';
import { partyBalancesModel, type Credit, type Owed, type PartyBalances } from './model.js';

/** Receivables: what is still owed to an entity (domain.md §4). */
const RECEIVABLE: ReadonlySet<string> = new Set(['1200', '1205', '1210', '1220']);
const REFUNDABLE = '2300';

/** GET /v1/parties/{party}/balances: what is owed and what is refundable, from the entries alone (domain.md E4). */
export const partyBalances: Projection<PartyBalances> = {
  name: 'party-balances',
  model: partyBalancesModel,
  types: factTypes([...debtEvents, ...billingEvents, ...balanceEvents, ...subscriptionFacts]),
  identify: (event) => [...legsByParty(event).keys()],
  evolve(document, { event }, id) {
    let { owed, credits }: Pick<PartyBalances, 'owed' | 'credits'> = document ?? { owed: [], credits: [] };
    for (const leg of legsByParty(event).get(id) ?? []) {
      if (leg.account === REFUNDABLE) credits = credited(credits, leg);
      else owed = owing(owed, leg);
    }
    return { id, owed, credits };
  },
};

const legsByParty = legsBy(({ account, dims: { party } }) =>
  party !== undefined && (account === REFUNDABLE || RECEIVABLE.has(account)) ? [party] : [],
);

function owing(lines: readonly Owed[], { dims, minor, currency }: PostedLeg): Owed[] {
  const key = { entity: dims.entity, sector: dims.sector ?? null, currency };
  const place = lines.findIndex(at(key));
  const line = { ...key, amount: plus(lines[place]?.amount, BigInt(minor), currency) };
  return place < 0 ? inOrder([...lines, line]) : lines.with(place, line);
}

/** Nothing is held yet, and everything credited is of a cancelled or unused operation: all of it is refundable. */
function credited(lines: readonly Credit[], { dims: { entity, sector }, minor, currency }: PostedLeg): Credit[] {
  if (sector === undefined) throw new Error(`a posting on ${REFUNDABLE} names no sector`);
  const key = { entity, sector, currency };
  const available = plus(lines.find(at(key))?.available, BigInt(-minor), currency);
  const total = plus(lines.find(of(key))?.total, BigInt(-minor), currency);
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
