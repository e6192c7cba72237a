import type { Column, Named, Report, Row } from '../report.js';
import type { Difference } from './difference.js';
import type { Made } from './making.js';
import { keyOf } from './rows.js';

/** What is printed, in whatever format: rows under named columns. */
export interface Table {
  readonly columns: readonly Column[];
  /** Made one after the other, as they are printed. */
  readonly rows: Iterable<Row>;
  /** What the rows come to, for each currency: printed, and no row of a file that others calculate with. */
  readonly totals?: readonly Row[];
}

const CORRECTIONS = { name: 'corrections', kind: 'text', en: 'Corrections', ar: 'التصحيحات' } as const;

/** A report; of a replayed one a last column tells the sequences of corrections that changed the row. */
export function tableOf(report: Report, { rows, totals, corrections }: Made): Table {
  if (corrections === undefined) return { columns: report.columns, rows, totals };
  const of = new Map<string, string>();
  for (const { sequence, rows: keys } of corrections.listed) {
    for (const key of keys) of.set(key, [of.get(key), sequence].filter((part) => part !== undefined).join(' '));
  }
  return { columns: [...report.columns, CORRECTIONS], rows: marked(report, rows, of), totals };
}

function* marked(report: Report, rows: readonly Row[], of: ReadonlyMap<string, string>): Iterable<Row> {
  for (const row of rows) yield { ...row, corrections: of.get(keyOf(report, row)) ?? null };
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
