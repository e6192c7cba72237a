/*
 * What a report is (domain.md §5): its questions, its columns, and where its rows come from. Any projection's folder may
 * define some; `src/composition.ts` lists them all, and `projections/reports` answers and prints them.
 */
import type { EventReader } from '../src/event-store/event-store.js';
import type { BusinessDate } from '../src/kernel/calendar.js';
import type { Envelope } from '../src/kernel/envelope.js';
import type { ReadModelReader } from '../src/read-models/read-models.js';
import type { ClosingsOf } from './closings-of.js';
import type { EventsAt } from './events-at.js';

/** A name in both languages. */
export interface Named {
  readonly en: string;
  readonly ar: string;
}

/** Everything that a report may be asked by: one word means the same in all of them. */
export const PARAMETERS = {
  entity: { kind: 'party', en: 'Reporting entity', ar: 'الجهة' },
  party: { kind: 'party', en: 'Party', ar: 'الطرف' },
  effectiveOn: { kind: 'date', en: 'As of', ar: 'كما في' },
  from: { kind: 'date', en: 'From', ar: 'من' },
  to: { kind: 'date', en: 'To', ar: 'إلى' },
  account: { kind: 'code', en: 'Account', ar: 'الحساب' },
  currency: { kind: 'currency', en: 'Currency', ar: 'العملة' },
  ground: { kind: 'code', en: 'Ground', ar: 'السند' },
  sector: { kind: 'code', en: 'Sector', ar: 'القطاع' },
  rule: { kind: 'code', en: 'Rule', ar: 'القاعدة' },
  actor: { kind: 'actor', en: 'Actor', ar: 'المنفّذ' },
  beforeClosing: { kind: 'flag', en: 'Before the year-end entries', ar: 'قبل قيود الإقفال' },
} as const satisfies Record<
  string,
  Named & { readonly kind: 'party' | 'actor' | 'date' | 'code' | 'currency' | 'flag' }
>;
export type ParameterName = keyof typeof PARAMETERS;

/** What a default may depend on: the day of the question, and what is said or filled in by then. */
export type Given = { readonly today: BusinessDate } & Readonly<Partial<Record<ParameterName, string>>>;

/** Whether a parameter must be given, may be, or is filled in: then the filled-in value is stated in the selector. */
export type Presence = 'required' | 'optional' | { readonly default: (given: Given) => string };
/** Defaults are filled in in this order: what comes later may depend on what comes before. */
export type Takes = Readonly<Partial<Record<ParameterName, Presence>>>;

/** What a report is asked with, its defaults filled in. Always texts that have been checked. */
export type Values<T extends Takes = Takes> = {
  readonly [N in keyof T]: T[N] extends 'optional' ? string | undefined : string;
};

export const TODAY = { default: ({ today }: Given): string => today };
/** The first day of the year that the question ends in. */
export const YEAR_BEGIN = { default: ({ today, to }: Given): string => `${(to ?? today).slice(0, 4)}-01-01` };

/**
 * - `money`: a decimal text with its currency's decimals, maybe negative; the row has a column of kind `currency`
 * - `count`: a whole number; `sequence`: of an event; `moment`: RFC 3339; `id`: of an event, a party, a person …
 */
export type ColumnKind = 'text' | 'code' | 'id' | 'date' | 'moment' | 'currency' | 'money' | 'count' | 'sequence';

export interface Column extends Named {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of codes: their names, for documents that are printed; a code without one is printed as it is. */
  readonly labels?: Readonly<Record<string, Named>>;
  /** Its sum for each currency, or for all rows where the report has no currency, is part of the report. */
  readonly total?: true;
}

export type Cell = string | number | null;
/** A cell for each column, by the column's name; numbers are whole. */
export type Row = Readonly<Record<string, Cell>>;

interface Described<T extends Takes> {
  /** In the address: kebab-case, for ever. */
  readonly name: string;
  /** In the list of domain.md §5. */
  readonly number: number;
  readonly title: Named;
  /** What a row is and how its figures come about, in a sentence or two. */
  readonly about: Named;
  readonly takes: T;
  readonly columns: readonly Column[];
  /** The columns that name a row: no two rows of one report have the same. */
  readonly key: readonly string[];
  /**
   * Who else may ask than those who see everything: staff of an entity, and who has debts and subscriptions of their own,
   * each bound to their own party in this parameter. Not named: not admitted.
   */
  readonly boundBy: { readonly entity?: ParameterName; readonly own?: ParameterName };
}

/** An event and its place in the ledger, in its type's current version unless a report wants it as it is stored. */
export interface Known {
  readonly event: Envelope;
  readonly sequence: number;
}

/**
 * Rows that are made by replaying the log up to what is known: the same fold stopped earlier is the report of then. The
 * state is its own and may be changed in place; keep in it what can still be asked for, and no more. No clock, no I/O.
 */
export interface Replay<State, V> {
  /** The stored types that the fold wants; absent: all business events. */
  readonly types?: readonly string[];
  /** It wants events exactly as they were appended, not in their types' current versions. */
  readonly asStored?: true;
  readonly initial: () => State;
  /** By sequence. */
  readonly fold: (state: State, known: Known, values: V) => void;
  /**
   * By what an event is folded apart where a cell is explained, so that its rows are few; absent: its stream. A report whose
   * rows several streams tell of names what they are of.
   */
  readonly parts?: (known: Known) => readonly string[];
  /**
   * Sorted: the same state gives the same rows in the same order. It changes nothing: it is asked after the last event, and
   * before and after what restates a figure.
   */
  readonly rows: (state: State, values: V) => Iterable<Row>;
}

export interface Sources {
  readonly models: ReadModelReader;
  readonly events: EventReader;
  readonly closingsOf: ClosingsOf;
  /** The last event that is known, and folded into every read model; -1: none. */
  readonly sequence: number;
}

/** A cell, by what names its row and by its column. */
export interface NamedCell {
  /** In the order of the report's key, as texts; null where the row has none. */
  readonly key: readonly (string | null)[];
  readonly column: Column;
}

/** Where an event's lines stand in the books: by day, and in the order of the log. */
export interface EventPlace {
  readonly effectiveOn: string;
  readonly sequence: number;
}

/** A line of the books, and what it does to a cell. */
export interface CellLine extends EventPlace {
  /** Its place among the legs of its event's entries, two for each. */
  readonly leg: number;
  readonly event: string;
  /** In minor units, or counted; 0n: nothing. */
  readonly change: bigint;
}

/** A cell of an indexed report, opened: what is brought forward, with what its lines do to it, is what it says. */
export interface OpenedCell {
  readonly row: Row;
  /** In minor units; null: nothing is brought forward. */
  readonly opening: bigint | null;
  /** By day and in the order of the log. @param after only what comes behind that event */
  readonly lines: (after: EventPlace | undefined) => AsyncIterable<CellLine>;
  /** What the cell came to with all lines up to and including those of an event. */
  readonly heldWith: (place: EventPlace) => Promise<bigint>;
}

export interface CellSources extends Sources {
  readonly eventsAt: EventsAt;
}

/** What an event posts to rows that are of one thing: a row alone, or rows that carry a balance on. */
export interface Moved {
  readonly group: string;
  /** It cancels out: a row that is there already stays as it is. */
  readonly isNothing: boolean;
}

/** Which events a row tells of: all of its group up to its own line, or up to a day. */
export interface Standing {
  readonly group: string;
  readonly upTo: string;
  /** Of a line. */
  readonly sequence: number | null;
  /** The row is there if anything counts up to this day. */
  readonly thereUpTo: string;
}

interface OfLines<V> {
  /** @returns undefined: the report has no such row */
  readonly open: (values: V, cell: NamedCell, sources: CellSources) => Promise<OpenedCell | undefined>;
  /** A report says otherwise at two times by what events moved in between. */
  readonly moves: (values: V, event: Envelope) => readonly Moved[];
  readonly standing: (values: V, row: Row) => Standing;
}

/** A row, and what came after the closing of the period that it counts in. */
export interface MarkedRow {
  readonly row: Row;
  /**
   * Sequences, rising, of the corrections that it is of: of a line its own, of what adds lines up or brings them forward
   * those among them.
   */
  readonly corrections: readonly number[];
}

/** Rows that are read from an index, in an order that is always the same, a page at a time. */
export interface Reading<V> extends OfLines<V> {
  readonly read: (values: V, sources: Sources) => AsyncIterable<MarkedRow>;
}

/** A row, and a text by which the next one is found. */
export interface PlacedRow extends MarkedRow {
  readonly place: string;
}

/**
 * Rows that are read from an index as they are asked for, however many there are: a page at a time, or all of them with
 * no more in memory than a page. Nothing adds them up.
 */
export interface Streaming<V> extends OfLines<V> {
  /**
   * @param after where a row stood: what comes behind it; undefined: from the beginning
   * @throws InvalidPlace
   */
  readonly stream: (values: V, sources: Sources, after: string | undefined) => AsyncIterable<PlacedRow>;
}

/** No row of this report stands there. */
export class InvalidPlace extends Error {
  override readonly name = 'InvalidPlace';
}

/** A report as the catalogue holds it. */
export interface Report extends Described<Takes> {
  readonly source:
    | { readonly replay: Replay<unknown, Values> }
    | { readonly reading: Reading<Values> }
    | { readonly streaming: Streaming<Values> };
}

export function replayed<const T extends Takes, S>(definition: Described<T> & Replay<S, Values<T>>): Report {
  const { types, asStored, parts, initial, fold, rows, ...described } = definition;
  const wants = {
    ...(types !== undefined && { types }),
    ...(asStored !== undefined && { asStored }),
    ...(parts !== undefined && { parts }),
  };
  const replay = { ...wants, initial, fold, rows };
  return { ...described, source: { replay: replay as unknown as Replay<unknown, Values> } };
}

export function indexed<const T extends Takes>(definition: Described<T> & Reading<Values<T>>): Report {
  const { read, open, moves, standing, ...described } = definition;
  return { ...described, source: { reading: { read, open, moves, standing } as unknown as Reading<Values> } };
}

export function streamed<const T extends Takes>(definition: Described<T> & Streaming<Values<T>>): Report {
  const { stream, open, moves, standing, ...described } = definition;
  return { ...described, source: { streaming: { stream, open, moves, standing } as unknown as Streaming<Values> } };
}
