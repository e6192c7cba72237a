import { Problem } from '../../src/http/problems/problem.js';
import {
  InvalidPlace,
  type CellLine,
  type CellSources,
  type EventPlace,
  type NamedCell,
  type Report,
  type Row,
  type Values,
} from '../report.js';
import { isSum, nothingIn, valueOf, type CellValue } from './explaining.js';

/*
 * Where a cell of an indexed report comes from: the books' own lines, a page at a time, however many there are. An account
 * may have a million events behind it: none of them is read but those of the page.
 */

/** An event's lines together: what the cell came to before and after them. */
export interface LinesEffect {
  readonly sequence: number;
  readonly event: string;
  readonly before: CellValue;
  readonly after: CellValue;
  /** What each of its entries does to the cell, by its place among them; where it does anything. */
  readonly byEntry: ReadonlyMap<number, bigint>;
}

export interface LinesPage {
  readonly row: Row;
  readonly value: CellValue;
  /** What is brought forward: the first `before` of the first page. */
  readonly opening: bigint | null;
  /** By day and sequence. */
  readonly effects: readonly LinesEffect[];
  /** Where the next page begins; absent on the last. */
  readonly next?: EventPlace;
}

export interface PageAsked {
  readonly after: EventPlace | undefined;
  readonly limit: number;
}

/** Lines of a page, those included that do nothing to the cell: then a page ends early, and the next one goes on. */
const MOST_LOOKED_AT = 20_000;

/**
 * A page of a cell's explanation.
 * @throws Problem where there is no such row; Error where the lines do not come to what the cell says
 */
export async function pageOfLines(
  { source }: Report,
  values: Values,
  cell: NamedCell,
  sources: CellSources,
  { after, limit }: PageAsked,
): Promise<LinesPage> {
  if ('replay' in source) throw new Error('a replayed report has no lines');
  const { open } = 'reading' in source ? source.reading : source.streaming;
  const opened = await open(values, cell, sources);
  if (opened === undefined) throw new Problem('NOT_FOUND');
  const { row, opening } = opened;
  const value = valueOf(row, cell);
  const isFigure = isSum(nothingIn(cell.column));
  let running = after === undefined ? (opening ?? 0n) : await opened.heldWith(after).catch(asCursor);
  const effects: LinesEffect[] = [];
  let last: EventPlace | undefined;
  let looked = 0;
  for await (const lines of byEvent(opened.lines(after))) {
    if (last !== undefined && (effects.length === limit || looked >= MOST_LOOKED_AT)) {
      return { row, value, opening, effects, next: last };
    }
    const [{ effectiveOn, sequence, event }] = lines;
    last = { effectiveOn, sequence };
    looked += lines.length;
    const byEntry = changesOf(lines);
    const before = running;
    for (const change of byEntry.values()) running += change;
    if (!isFigure) effects.push({ sequence, event, before: null, after: value, byEntry });
    else if (running !== before) effects.push({ sequence, event, before, after: running, byEntry });
  }
  if (isFigure && running !== value) throw new Error(`the lines come to ${running}, the cell is ${value}`);
  return { row, value, opening, effects };
}

function changesOf(lines: readonly CellLine[]): Map<number, bigint> {
  const changes = new Map<number, bigint>();
  for (const { leg, change } of lines) {
    const entry = Math.floor(leg / 2);
    changes.set(entry, (changes.get(entry) ?? 0n) + change);
  }
  return changes;
}

const asCursor = (error: unknown): never => {
  throw error instanceof InvalidPlace ? new Problem('CURSOR_INVALID') : error;
};

/** Lines of one event stand together: they count on one day. */
async function* byEvent(lines: AsyncIterable<CellLine>): AsyncGenerator<[CellLine, ...CellLine[]]> {
  let some: [CellLine, ...CellLine[]] | undefined;
  for await (const line of lines) {
    if (some !== undefined && some[0].sequence === line.sequence) some.push(line);
    else {
      if (some !== undefined) yield some;
      some = [line];
    }
  }
  if (some !== undefined) yield some;
}
