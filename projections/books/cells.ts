import { FIRST_DAY } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { legsOf, type PostedLeg } from '../legs.js';
import {
  InvalidPlace,
  type CellLine,
  type EventPlace,
  type MarkedRow,
  type Moved,
  type NamedCell,
  type OpenedCell,
  type Row,
  type Sources,
} from '../report.js';
import { dayBefore, totalsOf, type Chosen, type Total } from './balances.js';
import type { Book } from './keys.js';
import { isBehind, linesOf, type Line, type LinePlace } from './ledger.js';

/* Where a cell of a report of the books comes from: lines, in their order, each with what it does to the figure. */

/** Which lines make a figure. */
export interface Lines {
  /** `accountDays(…)` or `partyDays(…)`. */
  readonly days: string;
  /** Both inclusive. */
  readonly from: string;
  readonly to: string;
  /** The last one; absent: that of the last day. */
  readonly until?: LinePlace;
  /** What a line does to the figure; 0n: nothing. */
  readonly changeBy: (line: Line) => bigint;
}

export const ALL_BEFORE = (from: string): Pick<Lines, 'from' | 'to'> => ({ from: FIRST_DAY, to: dayBefore(from) });

/**
 * A cell whose lines are read a few pages at a time, from any event on.
 * @param heldWith what the lines come to up to and including an event's
 */
export function ofLines(
  row: Row,
  opening: bigint | null,
  span: Lines,
  sources: Sources,
  heldWith: OpenedCell['heldWith'],
): OpenedCell {
  return {
    row,
    opening,
    lines: (after) => linesOfCell(span, sources, after),
    async heldWith(place) {
      const { from, to, until } = span;
      const isBehindLast = until !== undefined && isBehind({ ...place, leg: 0 }, until);
      if (place.effectiveOn < from || place.effectiveOn > to || isBehindLast) {
        throw new InvalidPlace(`no line of the cell stands at ${place.effectiveOn} ${place.sequence}`);
      }
      return (opening ?? 0n) + (await heldWith(place));
    },
  };
}

export async function* linesOfCell(
  { days, from, to, until, changeBy }: Lines,
  { models, sequence }: Sources,
  after?: EventPlace,
): AsyncGenerator<CellLine> {
  const behind = after && { ...after, leg: Number.MAX_SAFE_INTEGER };
  for await (const line of linesOf(models, days, { from, to, sequence, after: behind })) {
    if (until !== undefined && isBehind(line, until)) return;
    const { effectiveOn, leg, event } = line;
    yield { effectiveOn, sequence: line.sequence, leg, event, change: changeBy(line) };
  }
}

/** What lines come to, one by one: a party has few. */
export async function sumOf(lines: AsyncIterable<CellLine>, upTo?: EventPlace): Promise<bigint> {
  let sum = 0n;
  for await (const line of lines) {
    if (upTo !== undefined && isBehind(line, { ...upTo, leg: Number.MAX_SAFE_INTEGER })) break;
    sum += line.change;
  }
  return sum;
}

/** Nothing: the cell is a name, or zero because nothing counts in it. */
export const ofNothing = (row: Row): OpenedCell => ({
  row,
  opening: null,
  async *lines() {},
  heldWith: () => Promise.reject(new InvalidPlace('no line makes the cell')),
});

/** A cell that tells of one line alone. */
export const ofOneLine = (row: Row, { column: { name, kind } }: NamedCell): OpenedCell => ({
  ...ofNothing(row),
  async *lines() {
    const said = row[name] ?? null;
    if (said === null) return;
    const { effectiveOn, sequence, leg, event } = row as unknown as CellLine;
    const addsUp = kind === 'money' || kind === 'count';
    yield { effectiveOn, sequence, leg, event, change: addsUp ? BigInt(String(said).replace('.', '')) : 0n };
  },
});

/**
 * What was posted on accounts from a day on, up to and including an event's lines, in the order of days: four sums of each
 * account, however many lines there are.
 */
export async function postedWith(
  { models, sequence }: Sources,
  chosen: Chosen,
  counts: (book: Book) => boolean,
  from: string,
  place: EventPlace,
): Promise<Total> {
  const day = place.effectiveOn;
  const [known, then] = await Promise.all([
    totalsOf(models, chosen, sequence, [dayBefore(from), dayBefore(day)]),
    totalsOf(models, chosen, place.sequence, [dayBefore(day), day]),
  ]);
  let [debits, credits] = [0n, 0n];
  for (const { book, totals } of [...known, ...then]) {
    if (!counts(book)) continue;
    const [least, most] = totals as [Total, Total];
    debits += most.debits - least.debits;
    credits += most.credits - least.credits;
  }
  return { debits, credits };
}

/** The first row that has the key; null and empty are one. */
export async function rowNamed(
  rows: AsyncIterable<MarkedRow>,
  names: readonly string[],
  { key }: NamedCell,
): Promise<Row | undefined> {
  for await (const { row } of rows) {
    if (names.every((name, i) => String(row[name] ?? '') === (key[i] ?? ''))) return row;
  }
  return undefined;
}

/** What an event moves of balances that are carried on from line to line. */
export function balancesMoved(event: Envelope, groupOf: (leg: PostedLeg) => string | undefined): Moved[] {
  const moved = new Map<string, bigint>();
  for (const leg of legsOf(event)) {
    const group = groupOf(leg);
    if (group !== undefined) moved.set(group, (moved.get(group) ?? 0n) + BigInt(leg.minor));
  }
  return [...moved].map(([group, minor]) => ({ group, isNothing: minor === 0n }));
}
