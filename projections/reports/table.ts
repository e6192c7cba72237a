import type { Column, Named, Report, Row } from '../report.js';
import type { Difference } from './difference.js';
import type { Made } from './making.js';
import { CORRECTIONS, marked, type Marks } from './marks.js';
import { keyOf } from './rows.js';

/** What is printed, in whatever format: rows under named columns. */
export interface Table {
  readonly columns: readonly Column[];
  /** Made one after the other, as they are printed. */
  readonly rows: Iterable<Row>;
  /** What the rows come to, for each currency: printed, and no row of a file that others calculate with. */
  readonly totals?: readonly Row[];
}

/** A report; a last column tells the sequences of corrections that changed the row. */
export function tableOf(report: Report, { rows, totals, marks }: Made): Table {
  return { columns: [...report.columns, CORRECTIONS], rows: markedRows(report, rows, marks), totals };
}

function* markedRows(report: Report, rows: readonly Row[], marks: Marks): Iterable<Row> {
  for (const row of rows) yield marked(row, marks.get(keyOf(report, row)));
}

const CHANGES = {
  added: { en: 'Added', ar: 'مضاف' },
  changed: { en: 'Changed', ar: 'معدَّل' },
  gone: { en: 'Gone', ar: 'محذوف' },
} as const satisfies Record<string, Named>;

/** A line for each row that differs: its key, each of its other cells before and after, and the events between. */
export function tableOfDifference({ columns, key }: Report, { rows }: Difference): Table {
  const isKey = ({ name }: Column): boolean => key.includes(name);
  const [keys, others] = [columns.filter(isKey), columns.filter((column) => !isKey(column))];
  const at = (when: 'before' | 'after', column: Column): Column => ({
    ...column,
    name: `${column.name} ${when}`,
    en: `${column.en}, ${when}`,
    ar: `${column.ar} (${when === 'before' ? 'قبل' : 'بعد'})`,
  });
  return {
    columns: [
      { name: 'change', kind: 'code', en: 'Change', ar: 'التغيير', labels: CHANGES },
      ...keys,
      ...others.flatMap((column) => [at('before', column), at('after', column)]),
      { name: 'events', kind: 'text', en: 'Events', ar: 'الأحداث' },
    ],
    rows: lines(keys, others, rows),
  };
}

function* lines(keys: readonly Column[], others: readonly Column[], rows: Difference['rows']): Iterable<Row> {
  for (const { change, before, after, events } of rows) {
    const row = after ?? before ?? {};
    yield {
      change,
      ...Object.fromEntries(keys.map(({ name }) => [name, row[name] ?? null])),
      ...Object.fromEntries(
        others.flatMap(({ name }) => [
          [`${name} before`, before?.[name] ?? null],
          [`${name} after`, after?.[name] ?? null],
        ]),
      ),
      events: events.map(({ sequence }) => sequence).join(' '),
    };
  }
}
