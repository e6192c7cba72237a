import type { DebtEvent } from '../../src/contexts/debts/events.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { Problem } from '../../src/http/problems/problem.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { EventsAt } from '../events-at.js';
import type { Cut } from '../instruments/cut.js';
import type { Instrument } from '../instruments/instrument.js';
import type { Log } from '../instruments/opening.js';
import { streamOf } from '../instruments/streams.js';
import type { PartyLine, PartyLines } from '../party-lines.js';
import { take, type DebtStanding } from './debt.js';
import type { PartyExplained } from './parties.js';
import { changeBy, isOwed, type Line } from './party.js';

export interface OwingSources {
  readonly log: Log;
  readonly lines: PartyLines;
  readonly eventsAt: EventsAt;
}

export interface OwingAsked {
  readonly line: Line;
  readonly effectiveOn: BusinessDate;
  readonly cut: Cut;
  /** The last instrument that was given. */
  readonly after?: OwingPlace;
  readonly limit: number;
}

export interface OwingPlace {
  readonly effectiveOn: string;
  readonly sequence: number;
}

interface Effect extends OwingPlace {
  readonly event: string;
  readonly before: bigint;
  readonly after: bigint;
}

/**
 * What a party owes, by day and sequence. For every page the party's lines are added up, so that what is said adds up on each of
 * them; of the log only the page's events are read, and the debts that they are of, which say what each answers.
 * @throws Problem `CURSOR_INVALID`; Error where an event and the books, or its own figures and entries, disagree
 */
export async function explainedOwing(
  { log, lines, eventsAt }: OwingSources,
  { line, effectiveOn, cut, after, limit }: OwingAsked,
): Promise<PartyExplained> {
  const page: Effect[] = [];
  let [value, count, isLast, isPassed] = [0n, 0, true, after === undefined];
  for await (const effect of effectsOf(lines(line.party, effectiveOn, cut.sequence), line)) {
    value = effect.after;
    count++;
    if (!isPassed) isPassed = effect.effectiveOn === after?.effectiveOn && effect.sequence === after.sequence;
    else if (page.length < limit) page.push(effect);
    else isLast = false;
  }
  if (!isPassed) throw new Problem('CURSOR_INVALID');
  const found = await eventsAt(page.map(({ sequence }) => sequence));
  const requests = await requestsOf(log, found, cut);
  const changeOf = changeBy('owed', line);
  return {
    value,
    count,
    isLast,
    page: page.map(({ event: id, before, after: then }, i) => {
      const at = found[i] as StoredEvent;
      const event = log.upcast(at.event);
      const change = event.entries.reduce((sum, entry) => sum + changeOf(entry), 0n);
      if (event.id !== id || change !== then - before) throw new Error(`the books tell otherwise of event ${event.id}`);
      const request = requests.get(event.id) ?? null;
      return { stored: { ...at, event }, currency: line.currency, request, before, after: then };
    }),
  };
}

/** Lines of one event stand together: they count on one day. What changes nothing is left out. */
async function* effectsOf(lines: AsyncIterable<PartyLine>, asked: Line): AsyncGenerator<Effect> {
  let value = 0n;
  let held: Effect | undefined;
  for await (const { effectiveOn, sequence, event, minor, ...line } of lines) {
    if (!isOwed(asked, line)) continue;
    if (held !== undefined && held.sequence !== sequence) {
      if (held.after !== held.before) yield held;
      held = undefined;
    }
    const before = held?.before ?? value;
    value += minor;
    held = { effectiveOn, sequence, event, before, after: value };
  }
  if (held !== undefined && held.after !== held.before) yield held;
}

/** By event: what it answers. Each event of the debts is held against its own figures on the way. */
async function requestsOf(
  log: Log,
  found: readonly StoredEvent[],
  cut: Cut,
): Promise<ReadonlyMap<string, Instrument['request']>> {
  const ofDebts = found.map(({ event }) => event).filter(({ stream }) => stream.startsWith('debt-'));
  const last = new Map<(typeof ofDebts)[number]['stream'], number>();
  for (const { stream, revision } of ofDebts) last.set(stream, Math.max(revision, last.get(stream) ?? 0));
  const requests = new Map<string, Instrument['request']>();
  for (const [stream, revision] of last) {
    let standing: DebtStanding | null = null;
    for await (const { event } of streamOf(log, stream, cut)) {
      const taken = take(standing, event as Recorded<DebtEvent>, WHOLE);
      standing = taken.standing;
      if (taken.effect !== undefined) requests.set(event.id, taken.effect.request);
      if (event.revision === revision) break;
    }
  }
  return requests;
}

const WHOLE = { figure: 'balance', effectiveOn: '9999-12-31' as BusinessDate, isRegistered: true } as const;
