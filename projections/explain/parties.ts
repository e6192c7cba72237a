import { Problem } from '../../src/http/problems/problem.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { StreamName } from '../../src/kernel/ids.js';
import type { Cut } from '../instruments/cut.js';
import type { Found, Log } from '../instruments/opening.js';
import { streamOf } from '../instruments/streams.js';
import { assertSaid, changeBy, refundable, type Line, type PartyFigure } from './party.js';

export interface BalanceAsked {
  readonly figure: Exclude<PartyFigure, 'owed'>;
  readonly line: Line;
  readonly effectiveOn: BusinessDate;
  readonly cut: Cut;
  /** The revision of the last instrument that was given. */
  readonly after?: number;
  readonly limit: number;
}

export interface PartyExplained {
  readonly value: bigint;
  /** Instruments in all. */
  readonly count: number;
  readonly page: readonly (Found & { readonly before: bigint; readonly after: bigint })[];
  readonly isLast: boolean;
}

/**
 * What is owed to a party: its balance's own stream, in the order in which it was recorded. It is read whole for every page,
 * so that what is said adds up on each of them; only the page is held.
 * @throws Problem `CURSOR_INVALID`; Error where an event's entries do not come to what it says itself
 */
export async function explainedBalance(
  log: Log,
  stream: StreamName,
  { figure, line, effectiveOn, cut, after, limit }: BalanceAsked,
): Promise<PartyExplained> {
  const changeOf = changeBy(figure, line);
  const sums = new Map<string, bigint>();
  let [value, count, isLast, isPassed] = [0n, 0, true, after === undefined];
  const page: (Found & { before: bigint; after: bigint })[] = [];
  for await (const stored of streamOf(log, stream, cut)) {
    const { event } = stored;
    for (const [sector, minor] of refundable(event)) sums.set(sector, (sums.get(sector) ?? 0n) + minor);
    assertSaid(event, sums);
    const change = event.entries.reduce((sum, entry) => sum + changeOf(entry), 0n);
    if (event.effectiveOn > effectiveOn || change === 0n) continue;
    const before = value;
    value += change;
    count++;
    if (!isPassed) isPassed = event.revision === after;
    else if (page.length < limit) page.push({ stored, currency: line.currency, before, after: value });
    else isLast = false;
  }
  if (!isPassed) throw new Problem('CURSOR_INVALID');
  return { value, count, page, isLast };
}
