import type { Language } from '../../src/http/problems/language.js';
import type { Cell, Column, Report } from '../report.js';
import type { Made } from './making.js';

/**
 * RFC 4180 in UTF-8 with a byte order mark, so that spreadsheets read its Arabic: a line of the columns' names in the
 * language that was asked for, then the rows, without totals. Amounts are decimal texts as they are.
 */
export function csv({ columns }: Report, { rows }: Made, language: Language): string {
  const lines = [
    columns.map((column) => quoted(column[language])),
    ...rows.map((row) => columns.map((column) => field(column, row[column.name] ?? null, language))),
  ];
  return `\uFEFF${lines.map((line) => `${line.join(',')}\r\n`).join('')}`;
}

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
