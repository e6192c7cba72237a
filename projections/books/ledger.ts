import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { keyOf, liveId } from './keys.js';
import { linesModel, type LinesPage } from './model.js';
import { all, between, pageAt } from './pages.js';
import { pageLinesOf, type PageLine } from './texts.js';

/** A line of the books, with the day that it counts on. */
export interface Line extends PageLine {
  readonly effectiveOn: string;
}

/** Where a line stands: unique among those of an account, and of a party. */
export type LinePlace = Pick<Line, 'effectiveOn' | 'sequence' | 'leg'>;

export interface Span {
  /** Both inclusive. */
  readonly from: string;
  readonly to: string;
  /** The last event that is known; all up to it must have been folded. */
  readonly sequence: number;
  /** Exclusive. */
  readonly after?: LinePlace | undefined;
}

/** Pages read at once. */
const AT_ONCE = 16;

/**
 * The lines of an account or a party, by day and in the order of the log, a few pages in memory at a time.
 * @param days `accountDays(…)` or `partyDays(…)`
 */
export async function* linesOf(
  models: ReadModelReader,
  days: string,
  { from, to, sequence, after }: Span,
): AsyncGenerator<Line> {
  const held = after && (await pageAt(models, linesModel, `${days} ${after.effectiveOn}`, after.sequence));
  const begin = held?.id ?? `${days} ${from}`;
  let day = '';
  let last = -1;
  for await (const pages of all(models, linesModel, {
    where: between(begin, liveId(`${days} ${to}`)),
    limit: AT_ONCE,
  })) {
    for (const page of pages) {
      const effectiveOn = dayOf(page);
      if (effectiveOn !== day) [day, last] = [effectiveOn, -1];
      const before = last;
      for (const stored of pageLinesOf(days, page.lines)) {
        const line = { effectiveOn, ...stored };
        // Sealed pages come before the live one that they were part of, for as long as a batch takes to be written.
        if (line.sequence <= before || line.sequence > sequence) continue;
        last = line.sequence;
        if (after === undefined || isBehind(line, after)) yield line;
      }
    }
  }
}

/** What the account's day came to up to and including a line, from the one page that holds it. */
export async function heldWith(models: ReadModelReader, days: string, place: LinePlace): Promise<bigint> {
  const page = await pageAt(models, linesModel, `${days} ${place.effectiveOn}`, place.sequence);
  if (page === undefined) return 0n;
  let held = BigInt(page.before[0]) - BigInt(page.before[1]);
  for (const stored of pageLinesOf(days, page.lines)) {
    const line = { effectiveOn: place.effectiveOn, ...stored };
    if (!isBehind(line, place)) held += line.minor;
  }
  return held;
}

export const isBehind = (line: LinePlace, place: LinePlace): boolean =>
  line.effectiveOn > place.effectiveOn ||
  (line.effectiveOn === place.effectiveOn &&
    (line.sequence > place.sequence || (line.sequence === place.sequence && line.leg > place.leg)));

const dayOf = ({ id }: LinesPage): string => {
  const key = keyOf(id);
  return key.slice(key.lastIndexOf(' ') + 1);
};
