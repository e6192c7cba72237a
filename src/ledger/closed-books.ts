import { isResultAccount, type Leg } from '../kernel/accounts.js';
import { addDays, type BusinessDate } from '../kernel/calendar.js';
import type { Clock } from '../kernel/clock.js';
import type { Command, Decider, Issued } from '../kernel/decider.js';
import type { Entry, PostedEntry, PostedLeg } from '../kernel/entries.js';
import type { NewEvent } from '../kernel/envelope.js';
import { streamName, type StreamName, type Uuid } from '../kernel/ids.js';
import { yearOf } from '../kernel/period.js';

/** How far the books of an entity are closed. */
export interface Closed {
  /** The last closed day, and all before it; null: none is. */
  readonly through: BusinessDate | null;
  /** The last year whose result is in 3000, and all before it; null: none is. */
  readonly year: string | null;
}

/* The deciders of the books and of a correction are the composition root's to name: the ledger knows no context. */

// oxlint-disable-next-line typescript/no-explicit-any -- whatever they decide and fold, the ledger only runs them
type AnyDecider = Decider<any, any, any>;

/** What closed periods are to the ledger (docs/adr/0018). */
export interface Periods {
  readonly books: AnyDecider;
  /** The books of an entity. */
  idOf(entity: string): Uuid;
  /** @param state of the books */
  closed(state: unknown): Closed;
  readonly corrections: AnyDecider;
  /** The command by which another one takes up the correction that it names. */
  take(
    by: Issued<string, unknown>,
    on: BusinessDate,
    entities: readonly string[],
  ): Command & Pick<Issued<string, unknown>, 'request'>;
}

/** For so long another process may not know what one has closed, in milliseconds. */
export const STALE_MS = 1_000;
/** Entities that are remembered; most processes see a few. */
const MOST_KNOWN = 10_000;

const OPEN: Closed = { through: null, year: null };

/** Remembers how far entities' books are closed: nothing is read for what counts today. */
export class ClosedBooks {
  readonly #known = new Map<string, { readonly closed: Closed; readonly readAt: number }>();

  /** @param read the state of the books in a stream as it is now; undefined: there is no such stream */
  constructor(
    private readonly periods: Periods,
    private readonly clock: Clock,
    private readonly read: (stream: StreamName, id: Uuid) => Promise<unknown>,
  ) {}

  /** What is closed of these entities' books: at once where that was read a moment ago. */
  of(entities: readonly string[]): ReadonlyMap<string, Closed> | Promise<ReadonlyMap<string, Closed>> {
    const now = this.clock.now();
    const found = new Map<string, Closed>();
    for (const entity of entities) {
      const known = this.#known.get(entity);
      if (known === undefined || now - known.readAt > STALE_MS) return this.#read(entities, now);
      found.set(entity, known.closed);
    }
    return found;
  }

  /** This process has closed something. */
  forget(): void {
    this.#known.clear();
  }

  async #read(entities: readonly string[], readAt: number): Promise<ReadonlyMap<string, Closed>> {
    if (this.#known.size > MOST_KNOWN) this.forget();
    const found = new Map<string, Closed>();
    for (const entity of entities) {
      const id = this.periods.idOf(entity);
      const state = await this.read(streamName(this.periods.books.category, id), id);
      const closed = state === undefined ? OPEN : this.periods.closed(state);
      this.#known.set(entity, { closed, readAt });
      found.set(entity, closed);
    }
    return found;
  }
}

/** Whether a decision can touch anything that may be closed: today never is. */
export const looksBack = (events: readonly NewEvent[], on: BusinessDate, today: BusinessDate): boolean =>
  on < today
    ? events.some(({ entries = [] }) => entries.length > 0)
    : events.some(({ entries = [] }) => entries.some(takesBack));

const takesBack = ({ debit, credit }: PostedEntry): boolean => debit.of !== undefined || credit.of !== undefined;

/** In whose books the events post. */
export function entitiesOf(events: readonly NewEvent[]): string[] {
  const found = new Set<string>();
  for (const { entries = [] } of events) for (const { debit } of entries) found.add(debit.dims.entity);
  return [...found];
}

/** The last day that is closed of any of them; null: all days are open. */
export function closedThrough(books: ReadonlyMap<string, Closed>): BusinessDate | null {
  let last: BusinessDate | null = null;
  for (const { through } of books.values()) if (through !== null && (last === null || through > last)) last = through;
  return last;
}

export const firstOpenDay = (through: BusinessDate): BusinessDate => addDays(through, 1);

/**
 * The entries as they are stored: what belongs to the result of a closed year is posted to 3000 in place of its own
 * account, with the same dims, so that sums by party, debt or ground stay what they are (domain.md §4).
 */
export const settled = (
  entries: readonly PostedEntry[],
  on: BusinessDate,
  books: ReadonlyMap<string, Closed>,
): readonly Entry[] => (isPlain(entries, books) ? entries : entries.map(settledEntry(on, books)));

const isPlain = (entries: readonly PostedEntry[], books: ReadonlyMap<string, Closed>): boolean =>
  ![...books.values()].some(({ year }) => year !== null) && !entries.some(takesBack);

const settledEntry =
  (on: BusinessDate, books: ReadonlyMap<string, Closed>) =>
  ({ debit, credit, amount, currency }: PostedEntry): Entry => ({
    debit: settledLeg(debit, on, books),
    credit: settledLeg(credit, on, books),
    amount,
    currency,
  });

function settledLeg({ of, ...leg }: PostedLeg, on: BusinessDate, books: ReadonlyMap<string, Closed>): Leg {
  if (!isResultAccount(leg.account)) return leg as Leg;
  const counts = yearOf(on);
  const year = of !== undefined && of < counts ? of : counts;
  const closed = books.get(leg.dims.entity)?.year ?? null;
  return closed !== null && year <= closed ? { account: '3000', dims: leg.dims } : (leg as Leg);
}
