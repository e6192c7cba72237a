import type { Place } from '../../src/event-store/event-store.js';
import type { EventsAt } from '../events-at.js';
import type { Known, Report, Row, Standing, Values } from '../report.js';
import { Folding, make, seenBy } from './making.js';
import { replay, type Places, type Progress } from './replaying.js';
import { differing, digestOf, keyed, keyOf, type Keyed } from './rows.js';

/** What a report says of a row at two times, and what came between. */
export interface Restated {
  readonly change: 'added' | 'changed' | 'gone';
  /** At the earlier time; null: there was no such row. */
  readonly before: Row | null;
  readonly after: Row | null;
  /** By sequence: what changed the row, as far as `named` says. */
  readonly events: readonly Known[];
}

export interface Difference {
  readonly rows: readonly Restated[];
  /** Of the report's rows at the earlier time. */
  readonly before: string;
  readonly after: string;
  /** The last event that was looked at: of what came later nothing is named. */
  readonly named: number;
  readonly bytes: number;
}

export interface Times {
  /** The last event that was known then, and the last that is known; -1: none. */
  readonly against: number;
  readonly sequence: number;
}

export interface DifferencePlaces extends Places {
  readonly eventsAt: EventsAt;
}

/** So many events are looked at: each time all rows are worked out anew. Whoever wants more asks from there on. */
const MOST_LOOKED_AT = 500;

/** Rows of a report that differ between two times, each with the events that restated it. */
export function difference(
  report: Report,
  values: Values,
  times: Times,
  places: DifferencePlaces,
  progress: Progress,
): Promise<Difference> {
  const { source } = report;
  if ('replay' in source) return ofReplayed(report, values, times, places, progress);
  return ofIndexed(report, values, times, places, progress);
}

/** What changed a row is found by working out the rows before and after each later event. */
async function ofReplayed(
  report: Report,
  values: Values,
  { against, sequence }: Times,
  places: Places,
  progress: Progress,
): Promise<Difference> {
  if (!('replay' in report.source)) throw new Error(`${report.name} is not replayed`);
  const folding = new Folding(report, report.source.replay, values);
  let before: Keyed | undefined;
  const touching = new Map<string, Known[]>();
  let looked = 0;
  let named = sequence;
  const { types } = report.source.replay;
  await replay(seenBy(report.source.replay, places), types, sequence, progress, (known) => {
    if (known.sequence <= against) return folding.fold(known);
    before ??= folding.keyed();
    if (!counts(known, values) || looked === MOST_LOOKED_AT) {
      if (counts(known, values)) named = Math.min(named, known.sequence - 1);
      return folding.fold(known);
    }
    looked++;
    for (const key of folding.changedBy(known)) note(touching, key, known);
  });
  return restated(
    before ?? folding.keyed(),
    folding.keyed(),
    named,
    looked,
    (row) => touching.get(keyOf(report, row)) ?? [],
  );
}

/** An event that moves rows of a group. */
interface Move extends Known {
  readonly isNothing: boolean;
}

/** What changed a row are the events that came later and move what it is of; the rest of the log is not looked at. */
async function ofIndexed(
  report: Report,
  values: Values,
  { against, sequence }: Times,
  places: DifferencePlaces,
  progress: Progress,
): Promise<Difference> {
  const { source } = report;
  if ('replay' in source) throw new Error(`${report.name} is replayed`);
  const { moves, standing } = 'reading' in source ? source.reading : source.streaming;
  const before = keyed(report, (await make(report, values, against, places, progress)).rows);
  const after = keyed(report, (await make(report, values, sequence, places, progress)).rows);
  const moved = new Map<string, Move[]>();
  let looked = 0;
  let named = sequence;
  const look = (known: Known): 'enough' | void => {
    const all = moves(values, known.event);
    if (all.length === 0) return undefined;
    if (looked++ === MOST_LOOKED_AT) {
      named = known.sequence - 1;
      return 'enough';
    }
    for (const { group, isNothing } of all) {
      const some = moved.get(group) ?? [];
      moved.set(group, some);
      some.push({ ...known, isNothing });
    }
    return undefined;
  };
  await replay(places, undefined, sequence, progress, look, await placeOf(places, against));
  return restated(before, after, named, looked, (row, isNew) => {
    const stands = standing(values, row);
    return changing(moved.get(stands.group) ?? [], stands, isNew);
  });
}

/** Behind an event. */
async function placeOf({ eventsAt }: DifferencePlaces, sequence: number): Promise<Place | undefined> {
  if (sequence < 0) return undefined;
  const [stored] = await eventsAt([sequence]);
  return stored && { position: stored.position, count: sequence + 1 };
}

/** What moved a row since it was there; what made it, whatever it moves. */
function changing(moves: readonly Move[], { upTo, sequence, thereUpTo }: Standing, isNew: boolean): Known[] {
  const making = isNew && moves.find((each) => sequence === each.sequence || isThere(each, sequence, thereUpTo));
  const isMoved = ({ event: { effectiveOn }, sequence: at, isNothing }: Move): boolean =>
    !isNothing &&
    (effectiveOn < upTo || (effectiveOn === upTo && (sequence === null || at <= sequence))) &&
    (!isNew || sequence === null || at > sequence);
  return moves.filter((each) => each === making || isMoved(each));
}

/** A row that is no line is there with the first event that counts in it. */
const isThere = ({ event }: Known, sequence: number | null, upTo: string): boolean =>
  sequence === null && event.effectiveOn <= upTo;

/** A report is of what counts by its last day: whatever counts later changes nothing in it. */
const counts = ({ event }: Known, { effectiveOn, to }: Values<Record<string, 'optional'>>): boolean =>
  event.effectiveOn <= (effectiveOn ?? to ?? '9999');

const note = (touching: Map<string, Known[]>, key: string, known: Known): void => {
  const events = touching.get(key);
  if (events === undefined) touching.set(key, [known]);
  else events.push(known);
};

function restated(
  before: Keyed,
  after: Keyed,
  named: number,
  looked: number,
  eventsOf: (row: Row, isNew: boolean) => readonly Known[],
): Difference {
  const rows = differing(before, after).map((key): Restated => {
    const [old, now] = [before.get(key) ?? null, after.get(key) ?? null];
    const change = old === null ? 'added' : now === null ? 'gone' : 'changed';
    return {
      change,
      before: old,
      after: now,
      // Found when they are asked for: a ledger's rows carry a balance on, and each may have all events of its account.
      get events() {
        return eventsOf((now ?? old) as Row, old === null);
      },
    };
  });
  const bytes = 1_000 * (rows.length + looked);
  return { rows, before: digestOf(before.values()), after: digestOf(after.values()), named, bytes };
}
