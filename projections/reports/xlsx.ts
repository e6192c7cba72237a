import { Zip, ZipDeflate } from 'fflate';
import type { Language } from '../../src/http/problems/language.js';
import type { Cell, Column, Row } from '../report.js';
import type { Heading } from './heading.js';
import type { Table } from './table.js';

/** Characters that are compressed at once. */
const CHUNK = 65_536;
/** What Excel's doubles hold exactly; more digits are written as text. */
const MOST_DIGITS = 15;
/** Each entry of the archive has this time, in whatever zone: the same rows are the same bytes. */
const TIME = new Date(1980, 0, 1);

/**
 * An Office Open XML workbook (ECMA-376) of two sheets: the rows, and what the report is. Written as it is read, a chunk at
 * a time. Texts are inline, of a type of their own: none becomes a formula. Amounts are numbers where a double is exact.
 */
export function* xlsx(table: Table, heading: Heading, language: Language): Generator<Uint8Array> {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, data) => {
    if (error !== null) throw error;
    made.push(data);
  });
  for (const [name, parts] of Object.entries(filesOf(table, heading, language))) {
    const file = new ZipDeflate(name, { level: 6 });
    file.mtime = TIME;
    zip.add(file);
    let text = '';
    for (const part of parts) {
      text += part;
      if (text.length < CHUNK) continue;
      file.push(Buffer.from(text));
      text = '';
      yield* made.splice(0);
    }
    file.push(Buffer.from(text), true);
    yield* made.splice(0);
  }
  zip.end();
  yield* made.splice(0);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const filesOf = (table: Table, heading: Heading, language: Language): Record<string, Iterable<string>> => ({
  '[Content_Types].xml': [
    `${XML}<Types xmlns="${PACKAGE}/content-types">`,
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>`,
    `<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>`,
    ...[1, 2].map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPE}.worksheet+xml"/>`),
    '</Types>',
  ],
  '_rels/.rels': [
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">`,
    `<Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  'xl/workbook.xml': [
    `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>`,
    `<sheet name="${language === 'ar' ? 'التقرير' : 'Report'}" sheetId="1" r:id="r1"/>`,
    `<sheet name="${language === 'ar' ? 'عن التقرير' : 'About'}" sheetId="2" r:id="r2"/></sheets></workbook>`,
  ],
  'xl/_rels/workbook.xml.rels': [
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">`,
    ...[1, 2].map((n) => `<Relationship Id="r${n}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${n}.xml"/>`),
    `<Relationship Id="r3" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
  ],
  'xl/styles.xml': [STYLES],
  'xl/worksheets/sheet1.xml': sheet(rowsOf(table, language), language, table.columns.map(widthOf)),
  'xl/worksheets/sheet2.xml': sheet(
    heading.lines.map((line) => line.map((cell) => text(cell))),
    language,
    [24, 90],
  ),
});

/** The styles before it are of numbers with 0 to 4 decimals. */
const BOLD = 5;
const STYLES =
  `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.000"/>` +
  '<numFmt numFmtId="165" formatCode="0.0000"/></numFmts>' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="6">' +
  [1, 0, 2, 164, 165].map((id) => `<xf numFmtId="${id}" fontId="0" applyNumberFormat="1"/>`).join('') +
  '<xf numFmtId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>';

const WIDTHS: Partial<Record<Column['kind'], number>> = { id: 43, moment: 25, money: 18, date: 12, text: 30 };
const widthOf = ({ kind, en }: Column): number => Math.max(WIDTHS[kind] ?? 14, Math.min(en.length + 2, 40));

function* sheet(rows: Iterable<readonly string[]>, language: Language, widths: readonly number[]): Generator<string> {
  const direction = language === 'ar' ? ' rightToLeft="1"' : '';
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView${direction} workbookViewId="0">`;
  yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>';
  yield widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join('');
  yield '</cols><sheetData>';
  for (const cells of rows) yield `<row>${cells.join('')}</row>`;
  yield '</sheetData></worksheet>';
}

function* rowsOf({ columns, rows }: Table, language: Language): Generator<readonly string[]> {
  yield columns.map((column) => text(column[language], BOLD));
  for (const row of rows) yield columns.map((column) => cellOf(column, row, language));
}

function cellOf({ name, kind, labels }: Column, row: Row, language: Language): string {
  const cell: Cell = row[name] ?? null;
  if (cell === null) return '<c/>';
  if (typeof cell === 'number' || kind === 'money') return number(String(cell));
  return text(labels?.[cell]?.[language] ?? cell);
}

function number(decimal: string): string {
  if (decimal.replaceAll(/\D/g, '').replace(/^0+/, '').length > MOST_DIGITS) return text(decimal);
  const decimals = decimal.split('.')[1]?.length ?? 0;
  return `<c s="${decimals}"><v>${decimal}</v></c>`;
}

const text = (value: string, style?: number): string =>
  `<c t="inlineStr"${style === undefined ? '' : ` s="${style}"`}><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** XML 1.0 has no place for control characters. */
const escaped = (value: string): string =>
  value
    .replaceAll(/[&<>"]/g, (found) => ENTITIES[found] as string)
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
