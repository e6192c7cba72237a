import { setImmediate as turn } from 'node:timers/promises';
import { invalid, Problem } from '../../src/http/problems/problem.js';
import type { Column, Known, NamedCell, Replay, Report, Row, Values } from '../report.js';
import { seenBy } from './making.js';
import { replay as replayLog, type Places, type Progress } from './replaying.js';

/*
 * Where a cell of a replayed report comes from: the events that changed it, one after the other, each with what the cell
 * said before and after it. They come to exactly what the report says; where they did not, there is no explanation.
 */

/** Minor units, or a count; of a column that does not add up, its text. */
export type CellValue = bigint | string | null;

/** An event that changed the cell, by its place. */
export interface Traced {
  readonly stream: string;
  readonly revision: number;
  readonly sequence: number;
  readonly before: CellValue;
  readonly after: CellValue;
}

export interface Trace {
  readonly column: Column;
  readonly row: Row;
  readonly value: CellValue;
  /** By sequence. */
  readonly effects: readonly Traced[];
  /** What it takes in memory, about. */
  readonly bytes: number;
}

/** Runs through the log, as far as it is known. */
type Run = (each: (known: Known) => void) => Promise<void>;

/** Events that are kept for the pages of one explanation. */
const MOST_EFFECTS = 200_000;
const BYTES_OF_EFFECT = 200;
/** What is looked at where a report has to be worked out whole before and after each event. */
const MOST_LOOKED_AT = 2_000;
const MOST_ROWS = 2_000_000;
/** For so long, in milliseconds, other requests wait at once. */
const PATIENCE_MS = 20;

/** `column@key,key`: an empty one is none. @throws Problem for what names no cell of the report */
export function cellOf({ columns, key }: Pick<Report, 'columns' | 'key'>, text: string): NamedCell {
  const at = text.indexOf('@');
  const column = columns.find(({ name }) => name === (at < 0 ? text : text.slice(0, at)));
  const cells = at < 0 ? [] : text.slice(at + 1).split(',');
  if (column === undefined || cells.length !== key.length) {
    const accepted = `COLUMN@${key.map((name) => name.toUpperCase()).join(',')}`;
    throw invalid({
      path: 'cell',
      code: 'NOT_ACCEPTED',
      facts: { accepted: `${accepted}: ${columns.map(({ name }) => name).join(', ')}` },
    });
  }
  return { key: cells.map((each) => (each === '' ? null : each)), column };
}

/**
 * Most reports add up what single streams come to, or list it. So each stream is folded by itself, and its rows are few;
 * where their cells do not add up to the report's, the whole report is worked out before and after each event.
 * @throws Problem where there is no such row, or too much to be worked out or kept
 */
export async function trace(
  report: Report,
  values: Values,
  cell: NamedCell,
  sequence: number,
  places: Places,
  progress: Progress,
): Promise<Trace> {
  if (!('replay' in report.source)) throw new Error(`${report.name} is not replayed`);
  const { replay } = report.source;
  let rested = performance.now();
  const rest = async (): Promise<void> => {
    await turn();
    rested = performance.now();
  };
  const run: Run = (each) =>
    replayLog(seenBy(replay, places), replay.types, sequence, progress, (known) => {
      each(known);
      return performance.now() - rested > PATIENCE_MS ? rest() : undefined;
    });
  const whole = replay.initial();
  const parts = new Parts(report, replay, values, cell);
  await run((known) => {
    replay.fold(whole, known, values);
    parts.take(known);
  });
  const row = rowIn(report, replay.rows(whole, values), cell);
  if (row === undefined) throw new Problem('NOT_FOUND');
  const value = valueOf(row, cell);
  const effects = parts.comeTo(value) ?? (await wholly(report, replay, values, cell, run));
  assertComesTo(value, effects, cell);
  return { column: cell.column, row, value, effects, bytes: effects.length * BYTES_OF_EFFECT };
}

/** @throws Error: then there is no explanation */
function assertComesTo(value: CellValue, effects: readonly Traced[], { column }: NamedCell): void {
  let running = nothingIn(column);
  for (const { before, after, sequence } of effects) {
    if (before !== running) throw new Error(`event ${sequence} follows ${running}, and says ${before}`);
    running = after;
  }
  if (running !== value) throw new Error(`the explanation comes to ${running}, the cell is ${value}`);
}

/** What each stream, or whatever the report names a part, comes to by itself. */
class Parts {
  readonly #parts = new Map<string, { readonly state: unknown; value: CellValue }>();
  readonly #effects: Traced[] = [];
  #running: CellValue;
  #isBroken = false;

  constructor(
    private readonly report: Report,
    private readonly replay: Replay<unknown, Values>,
    private readonly values: Values,
    private readonly cell: NamedCell,
  ) {
    this.#running = nothingIn(cell.column);
  }

  take(known: Known): void {
    if (this.#isBroken) return;
    const { replay } = this;
    for (const name of replay.parts?.(known) ?? [known.event.stream]) this.#takeIn(name, known);
  }

  #takeIn(name: string, known: Known): void {
    const { replay, report, cell, values } = this;
    let part = this.#parts.get(name);
    if (part === undefined) {
      part = { state: replay.initial(), value: nothingIn(cell.column) };
      this.#parts.set(name, part);
    }
    let value: CellValue;
    try {
      replay.fold(part.state, known, values);
      value = valueOf(rowIn(report, replay.rows(part.state, values), cell), cell);
    } catch {
      this.#break(); // a fold that misses what other parts know: the whole report has to be looked at
      return;
    }
    if (value === part.value) return;
    const before = this.#running;
    const after = isSum(before) && isSum(value) && isSum(part.value) ? before + value - part.value : value;
    part.value = value;
    if (after === before) return;
    this.#running = after;
    if (this.#effects.push(tracedOf(known, before, after)) > MOST_EFFECTS) throw tooMany();
  }

  /** @returns undefined: the parts do not add up to the report */
  comeTo(value: CellValue): readonly Traced[] | undefined {
    return this.#isBroken || this.#running !== value ? undefined : this.#effects;
  }

  #break(): void {
    this.#isBroken = true;
    this.#parts.clear();
    this.#effects.length = 0;
  }
}

async function wholly(
  report: Report,
  { initial, fold, rows }: Replay<unknown, Values>,
  values: Values,
  cell: NamedCell,
  run: Run,
): Promise<Traced[]> {
  const state = initial();
  const effects: Traced[] = [];
  let running = nothingIn(cell.column);
  let looked = 0;
  let worked = 0;
  await run((known) => {
    fold(state, known, values);
    const all = [...rows(state, values)];
    worked += all.length;
    if (++looked > MOST_LOOKED_AT || worked > MOST_ROWS) throw new Problem('CELL_NOT_OPENED');
    const value = valueOf(rowIn(report, all, cell), cell);
    if (value === running) return;
    effects.push(tracedOf(known, running, value));
    running = value;
  });
  return effects;
}

const tooMany = (): Problem => new Problem('REPORT_TOO_LARGE', { facts: { rows: MOST_EFFECTS } });

const tracedOf = ({ event: { stream, revision }, sequence }: Known, before: CellValue, after: CellValue): Traced => ({
  stream,
  revision,
  sequence,
  before,
  after,
});

function rowIn({ key }: Pick<Report, 'key'>, rows: Iterable<Row>, cell: NamedCell): Row | undefined {
  for (const row of rows) if (key.every((name, i) => textOf(row[name]) === cell.key[i])) return row;
  return undefined;
}

const textOf = (cell: Row[string] | undefined): string | null =>
  cell === null || cell === undefined ? null : String(cell);

/** Money and counts add up; nothing else does. */
const addsUp = ({ kind }: Column): boolean => kind === 'money' || kind === 'count';
export const isSum = (value: CellValue): value is bigint => typeof value === 'bigint';
export const nothingIn = (column: Column): CellValue => (addsUp(column) ? 0n : null);

export function valueOf(row: Row | undefined, { column }: NamedCell): CellValue {
  const text = textOf(row?.[column.name]);
  if (!addsUp(column)) return text;
  return text === null ? 0n : BigInt(text.replace('.', ''));
}
