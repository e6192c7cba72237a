import { createHash } from 'node:crypto';
import { Problem } from '../../src/http/problems/problem.js';
import type { Known, MarkedRow, Replay, Report, Row, Values } from '../report.js';
import { ClosedDays, CLOSINGS } from './closed-days.js';
import { replay, type Places, type Progress } from './replaying.js';
import type { Marks } from './marks.js';
import { differing, keyed, keyOf, lineOf, type Keyed } from './rows.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

/** A report for one question at one sequence: the same for ever. */
export interface Made {
  readonly rows: readonly Row[];
  /** One row for each currency, or one for all; none where the report adds nothing up. */
  readonly totals: readonly Row[];
  /** SHA-256, hex, of the rows' canonical JSON (RFC 8785), each followed by a line feed. */
  readonly digest: string;
  /** Of those lines, in UTF-16 code units. */
  readonly bytes: number;
  /** Rows that are marked as corrected after their period was closed. */
  readonly marks: Marks;
  /** Undefined: the report reads an index; its marks say all. */
  readonly corrections: Corrections | undefined;
}

/** An event that counts in a period that was closed before it, and changed rows of the report when it came. */
export interface Correction extends Known {
  /** `keyOf` of the rows. */
  readonly rows: readonly string[];
}

export interface Corrections {
  /** By sequence. */
  readonly listed: readonly Correction[];
  /** So many more came later, and were not looked at: they may have changed rows, or not. */
  readonly more: number;
}

/** Rows as JSON; in memory they take some three times as much. */
const MOST_BYTES = 64 * 1024 * 1024;
/** So many corrections are looked at: each time all rows are worked out, before and after it. */
const MOST_LOOKED_AT = 200;

/**
 * @param sequence the last event that is known; -1: none
 * @throws Problem `REPORT_TOO_LARGE`: it does not fit into memory, so whoever asks has to ask for less
 */
export async function make(
  report: Report,
  values: Values,
  sequence: number,
  places: Places,
  progress: Progress,
): Promise<Made> {
  const { source } = report;
  if (!('replay' in source)) {
    const { models, events, closingsOf } = places;
    const sources = { models, events, closingsOf, sequence };
    const read =
      'reading' in source ? source.reading.read(values, sources) : source.streaming.stream(values, sources, undefined);
    const marks = new Map<string, readonly number[]>();
    return { ...(await collected(report, noted(report, read, marks))), marks, corrections: undefined };
  }
  const folding = new Folding(report, source.replay, values);
  await replay(seenBy(source.replay, places), folding.types, sequence, progress, (known) => folding.take(known));
  const { corrections } = folding;
  return { ...(await collected(report, folding.rows())), marks: byRow(corrections), corrections };
}

/** Rows without their marks, which are put down. */
async function* noted(
  report: Report,
  rows: AsyncIterable<MarkedRow>,
  marks: Map<string, readonly number[]>,
): AsyncGenerator<Row> {
  for await (const { row, corrections } of rows) {
    if (corrections.length > 0) marks.set(keyOf(report, row), corrections);
    yield row;
  }
}

function byRow({ listed }: Corrections): Marks {
  const marks = new Map<string, number[]>();
  for (const { sequence, rows } of listed) {
    for (const key of rows) marks.set(key, [...(marks.get(key) ?? []), sequence]);
  }
  return marks;
}

/** A report may want events exactly as they were appended. */
export const seenBy = ({ asStored }: Pick<Replay<unknown, Values>, 'asStored'>, places: Places): Places =>
  asStored === true ? { ...places, upcast: (event) => event } : places;

async function collected(
  report: Report,
  from: Iterable<Row> | AsyncIterable<Row>,
): Promise<Omit<Made, 'marks' | 'corrections'>> {
  const rows: Row[] = [];
  let bytes = 0;
  const hash = createHash('sha256');
  for await (const row of from) {
    const line = lineOf(row);
    bytes += line.length;
    if (bytes > MOST_BYTES) throw new Problem('REPORT_TOO_LARGE', { facts: { rows: rows.length } });
    hash.update(line);
    rows.push(row);
  }
  return { rows, totals: totalsOf(report, rows), digest: hash.digest('hex'), bytes };
}

/** A replayed report on its way through the log. */
export class Folding {
  readonly #corrections: Correction[] = [];
  /** The stored types that it has to see. */
  readonly types: readonly string[] | undefined;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #state: unknown;
  readonly #closed = new ClosedDays();
  /** The rows as they are now, where they were just worked out. */
  #now: Keyed | undefined;
  /** Corrections so far. */
  #asked = 0;

  constructor(
    private readonly report: Pick<Report, 'key'>,
    private readonly replay: Replay<unknown, Values>,
    private readonly values: Values,
  ) {
    const { types, initial } = replay;
    this.types = types && [...new Set([...types, ...CLOSINGS])];
    this.#wanted = types && new Set(types);
    this.#state = initial();
  }

  take(known: Known): void {
    const corrects = this.#closed.corrects(known.event);
    if (this.#wanted?.has(known.event.type) === false) return;
    if (!corrects) return this.fold(known);
    if (++this.#asked > MOST_LOOKED_AT) return this.fold(known);
    const rows = this.changedBy(known);
    if (rows.length > 0) this.#corrections.push({ ...known, rows });
  }

  get corrections(): Corrections {
    return { listed: this.#corrections, more: Math.max(0, this.#asked - MOST_LOOKED_AT) };
  }

  /** Takes an event. @returns the keys of the rows that it changed */
  changedBy(known: Known): readonly string[] {
    const before = this.keyed();
    this.fold(known);
    return differing(before, this.keyed());
  }

  keyed(): Keyed {
    return (this.#now ??= keyed(this.report, this.rows()));
  }

  rows(): Iterable<Row> {
    return this.replay.rows(this.#state, this.values);
  }

  fold(known: Known): void {
    this.#now = undefined;
    this.replay.fold(this.#state, known, this.values);
  }
}

/** Exact sums of the columns that ask for them, by currency where the report has one. */
export function totalsOf({ columns }: Report, rows: readonly Row[]): Row[] {
  const added = columns.filter(({ total }) => total);
  const currency = columns.find(({ kind }) => kind === 'currency')?.name;
  if (added.length === 0) return [];
  const sums = new Map<string, bigint[]>();
  for (const row of rows) {
    const of = currency === undefined ? '' : String(row[currency]);
    const sum = sums.get(of) ?? added.map(() => 0n);
    sums.set(
      of,
      sum.map((minor, i) => minor + minorOf(row[(added[i] as { name: string }).name])),
    );
  }
  return [...sums].sort(byText(([of]) => of)).map(([of, sum]) => {
    const cells = added.map(({ name, kind }, i) => {
      const minor = sum[i] as bigint;
      return [name, kind === 'money' ? decimal(minor, of) : Number(minor)] as const;
    });
    return { ...(currency !== undefined && { [currency]: of }), ...Object.fromEntries(cells) };
  });
}

const minorOf = (cell: Row[string] | undefined): bigint =>
  cell === null || cell === undefined ? 0n : BigInt(String(cell).replace('.', ''));
