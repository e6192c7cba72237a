import { setImmediate as turn } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/event-store/canonical.js';
import type { EventReader, Place } from '../../src/event-store/event-store.js';
import { Problem } from '../../src/http/problems/problem.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { Report, Row, Values } from '../report.js';
import { byText, decimal } from './sorting.js';

/** A report for one question at one sequence: the same for ever. */
export interface Made {
  readonly rows: readonly Row[];
  /** One row for each currency, or one for all; none where the report adds nothing up. */
  readonly totals: readonly Row[];
  /** SHA-256, hex, of the rows' canonical JSON (RFC 8785), each followed by a line feed. */
  readonly digest: string;
  /** Of those lines, in UTF-16 code units. */
  readonly bytes: number;
}

export interface Places {
  readonly events: EventReader;
  readonly models: ReadModelReader;
  /** Brings an event to its type's current version. @throws InvalidEvent */
  readonly upcast: (event: Envelope) => Envelope;
}

/** Rows as JSON; in memory they take some three times as much. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Read at once: other requests are answered between two pages. */
const PAGE = 256;

/**
 * @throws Problem `REPORT_TOO_LARGE`: it does not fit into memory, so whoever asks has to ask for less
 * @param sequence the last event that is known; -1: none
 * @param progress told how many events have been considered
 */
export async function make(
  report: Report,
  values: Values,
  sequence: number,
  places: Places,
  progress: (done: number) => void,
): Promise<Made> {
  const rows: Row[] = [];
  let bytes = 0;
  const hash = createHash('sha256');
  for await (const row of rowsOf(report, values, sequence, places, progress)) {
    const line = `${canonicalJson(row)}\n`;
    bytes += line.length;
    if (bytes > MOST_BYTES) throw new Problem('REPORT_TOO_LARGE', { facts: { rows: rows.length } });
    hash.update(line);
    rows.push(row);
  }
  return { rows, totals: totalsOf(report, rows), digest: hash.digest('hex'), bytes };
}

async function* rowsOf(
  { source }: Report,
  values: Values,
  sequence: number,
  { events, models, upcast }: Places,
  progress: (done: number) => void,
): AsyncGenerator<Row> {
  if ('reading' in source) {
    yield* source.reading.read(values, { models, events, sequence });
    return;
  }
  const { types, asStored = false, initial, fold, rows } = source.replay;
  const state = initial();
  const filter = types === undefined ? {} : { filter: { types } };
  for (let after: Place | undefined; (after?.count ?? 0) <= sequence;) {
    const page = await events.readAll({ limit: PAGE, ...filter, ...(after !== undefined && { after }) });
    for (const { event, sequence: at } of page.events) {
      if (at === undefined || at > sequence) continue;
      fold(state, { event: asStored ? event : upcast(event), sequence: at }, values);
    }
    if (page.next === undefined || page.atEnd) break;
    after = page.next;
    progress(after.count);
    await turn();
  }
  yield* rows(state, values);
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
