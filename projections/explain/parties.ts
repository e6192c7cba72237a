import type { DebtEvent } from '../../src/contexts/debts/events.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { Problem } from '../../src/http/problems/problem.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { StreamName } from '../../src/kernel/ids.js';
import type { Cut } from '../instruments/cut.js';
import type { Instrument } from '../instruments/instrument.js';
import type { Found, Log } from '../instruments/opening.js';
import { streamOf } from '../instruments/streams.js';
import { take, type DebtStanding } from './debt.js';
import { assertSaid, changeBy, refundable, type Line, type PartyFigure } from './party.js';

export interface PartyAsked {
  readonly figure: PartyFigure;
  readonly line: Line;
  readonly effectiveOn: BusinessDate;
  readonly cut: Cut;
  /** The last instrument that was given. */
  readonly after?: { readonly stream: string; readonly revision: number };
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
 * Stream by stream, each in the order in which it was recorded. All are read for every page, so that what is said adds up on
 * each of them; only the page is held.
 * @throws Problem `CURSOR_INVALID`; Error where an event's entries do not come to what it says itself
 */
export async function explainedParty(
  log: Log,
  streams: AsyncIterable<StreamName> | Iterable<StreamName>,
  { figure, line, effectiveOn, cut, after, limit }: PartyAsked,
): Promise<PartyExplained> {
  const changeOf = changeBy(figure, line);
  let value = 0n;
  let count = 0;
  let isLast = true;
  let isPassed = after === undefined;
  const page: (Found & { before: bigint; after: bigint })[] = [];
  for await (const stream of streams) {
    const check = checkOf(stream, effectiveOn);
    for await (const stored of streamOf(log, stream, cut)) {
      const { event } = stored;
      const request = check(stored);
      const change = event.entries.reduce((sum, entry) => sum + changeOf(entry), 0n);
      if (event.effectiveOn > effectiveOn || change === 0n) continue;
      const before = value;
      value += change;
      count++;
      if (!isPassed) isPassed = stream === after?.stream && event.revision === after.revision;
      else if (page.length < limit) page.push({ stored, currency: line.currency, request, before, after: value });
      else isLast = false;
    }
  }
  if (!isPassed) throw new Problem('CURSOR_INVALID');
  return { value, count, page, isLast };
}

/** Holds each event's entries against its own figures. @returns the request that it answers */
function checkOf(stream: StreamName, effectiveOn: BusinessDate): (stored: StoredEvent) => Instrument['request'] {
  if (stream.startsWith('debt-')) {
    let standing: DebtStanding | null = null;
    return ({ event }) => {
      const question = { figure: 'balance', effectiveOn, isRegistered: true } as const;
      const taken = take(standing, event as Recorded<DebtEvent>, question);
      standing = taken.standing;
      return taken.effect?.request ?? null;
    };
  }
  const sums = new Map<string, bigint>();
  return ({ event }) => {
    for (const [sector, minor] of refundable(event)) sums.set(sector, (sums.get(sector) ?? 0n) + minor);
    if (stream.startsWith('balance-')) assertSaid(event, sums);
    return null;
  };
}
