import type { DimName } from '../src/kernel/accounts.js';
import type { Envelope } from '../src/kernel/envelope.js';
import { parseMoney } from '../src/kernel/money.js';

/** One side of an entry. */
export interface PostedLeg {
  /** Among the legs of its event. */
  readonly place: number;
  readonly account: string;
  readonly dims: Readonly<Partial<Record<DimName, string>>> & { readonly entity: string };
  /** The account on the other side. */
  readonly counter: string;
  readonly currency: string;
  /** Minor units; what is debited is positive. A single amount is an exact JSON integer (`MAX_MINOR`). */
  readonly minor: number;
}

const known = new WeakMap<object, readonly PostedLeg[]>();
const NO_LEGS: readonly PostedLeg[] = [];

/** Both sides of every entry, in their order. Worked out once for an event. */
export function legsOf(event: Pick<Envelope, 'entries'>): readonly PostedLeg[] {
  if (event.entries.length === 0) return NO_LEGS;
  let legs = known.get(event);
  if (legs === undefined) known.set(event, (legs = bothSides(event)));
  return legs;
}

function bothSides({ entries }: Pick<Envelope, 'entries'>): PostedLeg[] {
  const legs: PostedLeg[] = [];
  for (const { debit, credit, amount, currency } of entries) {
    const minor = Number(parseMoney({ amount, currency }).minor);
    const place = legs.length;
    legs.push(
      { place, account: debit.account, dims: debit.dims, counter: credit.account, currency, minor },
      { place: place + 1, account: credit.account, dims: credit.dims, counter: debit.account, currency, minor: -minor },
    );
  }
  return legs;
}

/** Parts of an event by the documents that they touch. */
export type ByDocument<Part> = (event: Envelope) => ReadonlyMap<string, readonly Part[]>;

/**
 * Sorts an event's parts by documents, once: a projection is asked which of them the event touches, and then about each of these.
 * @param idsOf the documents that a part touches
 */
export function byDocument<Part>(
  partsOf: (event: Envelope) => readonly Part[],
  idsOf: (part: Part, event: Envelope) => readonly string[],
): ByDocument<Part> {
  const known = new WeakMap<Envelope, ReadonlyMap<string, readonly Part[]>>();
  const nowhere: ReadonlyMap<string, readonly Part[]> = new Map();
  return (event) => {
    let sorted = known.get(event);
    if (sorted !== undefined) return sorted;
    const parts = partsOf(event);
    if (parts.length === 0) return nowhere;
    known.set(event, (sorted = sortedBy(parts, (part) => idsOf(part, event))));
    return sorted;
  };
}

function sortedBy<Part>(parts: readonly Part[], idsOf: (part: Part) => readonly string[]): Map<string, Part[]> {
  const sorted = new Map<string, Part[]>();
  for (const part of parts) {
    for (const id of idsOf(part)) {
      const its = sorted.get(id);
      if (its === undefined) sorted.set(id, [part]);
      else its.push(part);
    }
  }
  return sorted;
}

export const legsBy = (idsOf: (leg: PostedLeg, event: Envelope) => readonly string[]): ByDocument<PostedLeg> =>
  byDocument(legsOf, idsOf);
