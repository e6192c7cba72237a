import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import csv from 'csv-parser';

/** One row of the file. Texts are as the file has them: plain JSON, so that a row can wait in a temporary file. */
export interface Row {
  /** In the file, from 1; the header is line 1. */
  readonly line: number;
  /** The fine. */
  readonly case: string;
  /** Of the row within its fine, from 0. */
  readonly index: string;
  readonly activity: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The timestamp's own local date, `YYYY-MM-DD`: the business date. */
  readonly date: string;
  readonly officer: string;
  readonly article: string;
  readonly dismissal: string;
  /** Decimal texts in euros, empty where the row has none. */
  readonly amount: string;
  readonly expense: string;
  readonly payment: string;
  /** True for the fine's last row in the whole file, whatever part of it is imported. */
  readonly last: boolean;
}

const COLUMNS = {
  case: 'case',
  index: 'index',
  activity: 'concept:name',
  time: 'time:timestamp',
  officer: 'org:resource',
  article: 'article',
  dismissal: 'dismissal',
  amount: 'amount',
  expense: 'expense',
  payment: 'paymentAmount',
} as const;

/** A file that is not the road fines, or a damaged one: says where and what was expected. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/**
 * The rows of a `.csv` or `.csv.gz` file, a fine at a time; each fine's rows in the order of time, then of the file.
 * @throws UnreadableFile
 */
export async function* readFines(file: string): AsyncGenerator<readonly Row[]> {
  const seen = new Set<string>();
  let fine: Row[] = [];
  for await (const row of readRows(file)) {
    if (fine[0]?.case !== row.case) {
      if (fine.length > 0) yield inOrder(fine);
      // Only where its rows stand together is it known which of them is a fine's last.
      if (seen.has(row.case)) {
        throw new UnreadableFile(`line ${row.line}: the rows of fine ${row.case} must stand together in the file`);
      }
      seen.add(row.case);
      fine = [];
    }
    fine.push(row);
  }
  if (fine.length > 0) yield inOrder(fine);
}

const inOrder = (fine: readonly Row[]): readonly Row[] =>
  fine.toSorted(byTime).map((row, i) => (i === fine.length - 1 ? { ...row, last: true } : row));

export const byTime = (a: Row, b: Row): number => a.at - b.at || a.line - b.line;

async function* readRows(file: string): AsyncGenerator<Row> {
  const parsed = csv();
  let width = 0;
  parsed.once('headers', (names: string[]) => (width = names.length));
  const source = createReadStream(file);
  // The error of any stage is thrown by the iteration below: pipeline destroys its last stage with it.
  if (file.endsWith('.gz')) pipeline(source, createGunzip(), parsed, () => {});
  else pipeline(source, parsed, () => {});
  let line = 1;
  try {
    for await (const record of parsed as AsyncIterable<Record<string, string>>) {
      line++;
      // The parser's own strict mode throws before the rows that precede the fault are read: it cannot name the line.
      const cells = Object.keys(record).length;
      if (cells !== width) throw new UnreadableFile(`line ${line} has ${cells} columns, the header has ${width}`);
      yield toRow(record, line);
    }
  } catch (cause) {
    if (cause instanceof UnreadableFile) throw cause;
    throw new UnreadableFile(`${file}, after line ${line}: ${(cause as Error).message}`, { cause });
  }
}

function toRow(record: Readonly<Record<string, string>>, line: number): Row {
  const field = (name: keyof typeof COLUMNS): string => {
    const value = record[COLUMNS[name]];
    if (value === undefined) throw new UnreadableFile(`line ${line}: the column "${COLUMNS[name]}" is missing`);
    return value;
  };
  const time = field('time');
  const at = Date.parse(time);
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(time) || Number.isNaN(at)) {
    throw new UnreadableFile(`line ${line}: "${time}" is not a time such as 2006-07-24T00:00:00+02:00`);
  }
  if (field('case') === '') throw new UnreadableFile(`line ${line}: the row names no fine`);
  return {
    line,
    case: field('case'),
    index: field('index'),
    activity: field('activity'),
    at,
    date: time.slice(0, 10),
    officer: field('officer'),
    article: field('article'),
    dismissal: field('dismissal'),
    amount: field('amount'),
    expense: field('expense'),
    payment: field('payment'),
    last: false,
  };
}
