import type { Language } from '../../src/http/problems/language.js';
import type { Cell, Column, Row } from '../report.js';
import type { Table } from './table.js';

/** Characters that are sent at once. */
export const CHUNK = 65_536;

/**
 * RFC 4180 in UTF-8 with a byte order mark, so that spreadsheets read its Arabic: a line of the columns' names in the
 * language that was asked for, then the rows, without totals. Amounts are decimal texts as they are.
 */
export function* csv({ columns, rows }: Table, language: Language): Generator<string> {
  let text = csvHead(columns, language);
  for (const row of rows) {
    text += csvLine(columns, row, language);
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

export const csvHead = (columns: readonly Column[], language: Language): string =>
  `\uFEFF${columns.map((column) => quoted(column[language])).join(',')}\r\n`;

export const csvLine = (columns: readonly Column[], row: Row, language: Language): string =>
  `${columns.map((column) => field(column, row[column.name] ?? null, language)).join(',')}\r\n`;

function field({ kind, labels }: Column, cell: Cell, language: Language): string {
  if (cell === null) return '';
  if (typeof cell === 'number' || kind === 'money') return String(cell);
  return quoted(labels?.[cell]?.[language] ?? cell);
}

/** What a spreadsheet would take for a formula is told to be a text. Amounts never come here. */
const FORMULA = /^[=+\-@\t\r]/;

function quoted(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
