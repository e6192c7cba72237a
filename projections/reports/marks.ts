import type { Report, Row } from '../report.js';
import { keyOf } from './rows.js';

/** Sequences of corrections, rising, by what names the rows that they changed (`keyOf`). */
export type Marks = ReadonlyMap<string, readonly number[]>;

/** The same the other way round: by sequence, what names the rows. */
export function bySequence(marks: Marks): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const [key, sequences] of marks) {
    for (const sequence of sequences) {
      const keys = found.get(sequence);
      if (keys === undefined) found.set(sequence, [key]);
      else keys.push(key);
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

/** Of some rows only. */
export const marksOf = (report: Report, rows: readonly Row[], marks: Marks): Marks =>
  new Map(rows.map((row) => keyOf(report, row)).flatMap((key) => (marks.has(key) ? [[key, marks.get(key)!]] : [])));

/** The last column of a file. */
export const CORRECTIONS = { name: 'corrections', kind: 'text', en: 'Corrections', ar: 'التصحيحات' } as const;

/** A row with that column. */
export const marked = (row: Row, corrections: readonly number[] = []): Row => ({
  ...row,
  corrections: corrections.length === 0 ? null : corrections.join(' '),
});
