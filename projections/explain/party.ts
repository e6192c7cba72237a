import type { BalanceEvent } from '../../src/contexts/balances/events.js';
import type { Leg } from '../../src/kernel/accounts.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';
import { postedTo } from '../postings.js';
import { decimal } from '../sums.js';

/* Where a party's balances with an entity come from: the entries that name it, and nothing else (domain.md E4). */

export const PARTY_FIGURES = ['owed', 'available', 'held', 'refundable', 'total'] as const;
export type PartyFigure = (typeof PARTY_FIGURES)[number];

export interface Line {
  readonly party: string;
  readonly entity: string;
  readonly currency: string;
  /** Of `total` there is none: it is that of all sectors. */
  readonly sector?: string;
}

/** Receivables: what is still owed to an entity (domain.md §4). */
const RECEIVABLE: ReadonlySet<string> = new Set(['1200', '1205', '1210', '1220']);
const REFUNDABLE = '2300';

/** What an entry does to the figure, in minor units. */
export const changeBy =
  (figure: PartyFigure, line: Line) =>
  ({ debit, credit, amount, currency }: Entry): bigint => {
    if (currency !== line.currency) return 0n;
    const { minor } = parseMoney({ amount, currency });
    const debits = (isOn(figure, line, debit) ? minor : 0n) - (isOn(figure, line, credit) ? minor : 0n);
    return figure === 'owed' ? debits : -debits;
  };

/** Whether a leg is of what the party owes the entity. */
export const isOwed = (
  { party, entity, currency, sector }: Line,
  leg: { readonly account: string; readonly currency: string; readonly dims: Readonly<Record<string, string>> },
): boolean =>
  RECEIVABLE.has(leg.account) &&
  leg.currency === currency &&
  leg.dims['entity'] === entity &&
  (leg.dims['party'] ?? party) === party &&
  leg.dims['sector'] === sector;

/** Nothing is held yet, and everything credited is of a cancelled or unused operation: all of it is refundable. */
function isOn(figure: PartyFigure, { party, entity, sector }: Line, { account, dims }: Leg): boolean {
  if (figure === 'held') return false;
  if (figure === 'owed' ? !RECEIVABLE.has(account) : account !== REFUNDABLE) return false;
  return dims.party === party && dims.entity === entity && (figure === 'total' || dims.sector === sector);
}

/**
 * A balance's event says what is available and the total after it: so must its entries, all before it included.
 * @param sums what 2300 has come to by sector, in minor units, with this event
 * @throws Error where they disagree: then there is no explanation
 */
export function assertSaid(event: Envelope, sums: ReadonlyMap<string, bigint>): void {
  const { type, id, data } = event as Recorded<BalanceEvent>;
  const { sector, available, total, currency } = data;
  const text = (minor: bigint): string => decimal(minor, currency);
  const posted = text(sums.get(sector) ?? 0n);
  const all = text([...sums.values()].reduce((sum, minor) => sum + minor, 0n));
  if (posted !== available || all !== total) {
    throw new Error(`${type} ${id} says ${available} of ${total}, the entries come to ${posted} of ${all}`);
  }
}

/** What an event posts to 2300, by sector. */
export function refundable(event: Envelope): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { dims, minor } of postedTo([REFUNDABLE], event)) {
    // A liability stands on the credit side.
    if (dims.sector !== undefined) sums.set(dims.sector, (sums.get(dims.sector) ?? 0n) - minor);
  }
  return sums;
}
