import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/event-store/canonical.js';
import type { Report, Row } from '../report.js';

/** Rows by what names them. */
export type Keyed = ReadonlyMap<string, Row>;

export const keyOf = ({ key }: Pick<Report, 'key'>, row: Row): string => JSON.stringify(key.map((name) => row[name]));

export const keyed = (report: Pick<Report, 'key'>, rows: Iterable<Row>): Keyed =>
  new Map([...rows].map((row) => [keyOf(report, row), row]));

/** The keys of rows that one has and the other has not, or has otherwise: in the order of `after`, what is gone last. */
export function differing(before: Keyed, after: Keyed): string[] {
  const changed = [...after].filter(([key, row]) => {
    const old = before.get(key);
    return old !== row && (old === undefined || canonicalJson(old) !== canonicalJson(row));
  });
  return [...changed.map(([key]) => key), ...[...before.keys()].filter((key) => !after.has(key))];
}

/** What a report's digest is over, for each row: its canonical JSON (RFC 8785) and a line feed. */
export const lineOf = (row: Row): string => `${canonicalJson(row)}\n`;

/** SHA-256, hex, of the rows' lines. */
export function digestOf(rows: Iterable<Row>): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(lineOf(row));
  return hash.digest('hex');
}
