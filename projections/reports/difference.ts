import { isAccountCode } from '../../src/kernel/accounts.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Known, Report, Row, Values } from '../report.js';
import { Folding, make, seenBy } from './making.js';
import { replay, type Places, type Progress } from './replaying.js';
import { differing, digestOf, keyed, type Keyed } from './rows.js';

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

/** So many events are looked at: each time all rows are worked out anew. Whoever wants more asks from there on. */
const MOST_LOOKED_AT = 500;

/** Rows of a report that differ between two times, each with the events that restated it. */
export function difference(
  report: Report,
  values: Values,
  times: Times,
  places: Places,
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
  return restated(before ?? folding.keyed(), folding.keyed(), touching, named);
}

/** What changed a row are the events that post to the account and dimensions that its key names. */
async function ofIndexed(
  report: Report,
  values: Values,
  { against, sequence }: Times,
  places: Places,
  progress: Progress,
): Promise<Difference> {
  const before = keyed(report, (await make(report, values, against, places, progress)).rows);
  const after = keyed(report, (await make(report, values, sequence, places, progress)).rows);
  const differs = new Set(differing(before, after));
  const touching = new Map<string, Known[]>();
  await replay(places, undefined, sequence, progress, (known) => {
    if (known.sequence <= against || !counts(known, values)) return;
    const keys = new Set(known.event.entries.flatMap((entry) => keysOf(report, entry)));
    for (const key of keys) if (differs.has(key)) note(touching, key, known);
  });
  return restated(before, after, touching, sequence);
}

/** A report is of what counts by its last day: whatever counts later changes nothing in it. */
const counts = ({ event }: Known, { effectiveOn, to }: Values<Record<string, 'optional'>>): boolean =>
  event.effectiveOn <= (effectiveOn ?? to ?? '9999');

const note = (touching: Map<string, Known[]>, key: string, known: Known): void => {
  const events = touching.get(key);
  if (events === undefined) touching.set(key, [known]);
  else events.push(known);
};

/** The rows that both legs of an entry belong to. */
const keysOf = ({ key }: Report, { debit, credit, currency }: Entry): string[] =>
  [debit, credit].map(({ account, dims }) => {
    if (!isAccountCode(account)) throw new Error(`there is no account ${String(account)}`);
    const names: Readonly<Record<string, string | undefined>> = { ...dims, account, currency };
    return JSON.stringify(key.map((name) => names[name] ?? null));
  });

function restated(
  before: Keyed,
  after: Keyed,
  touching: ReadonlyMap<string, readonly Known[]>,
  named: number,
): Difference {
  const rows = differing(before, after).map((key): Restated => {
    const [old, now] = [before.get(key) ?? null, after.get(key) ?? null];
    const change = old === null ? 'added' : now === null ? 'gone' : 'changed';
    return { change, before: old, after: now, events: touching.get(key) ?? [] };
  });
  const bytes = 1_000 * rows.length + 200 * rows.reduce((sum, { events }) => sum + events.length, 0);
  return { rows, before: digestOf(before.values()), after: digestOf(after.values()), named, bytes };
}
