import { setImmediate as turn } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import PDFDocument from 'pdfkit';
import type { Language } from '../../src/http/problems/language.js';
import type { Column, Row } from '../report.js';
import type { Heading } from './heading.js';
import { Lettering } from './lettering.js';
import { Stamp } from './stamp.js';
import type { Table } from './table.js';

const PAGE = {
  en: { page: 'Page', of: 'of' },
  ar: { page: 'صفحة', of: 'من' },
} as const;

const MARGIN = 36;
const FOOTER = 16;
const GAP = 3;
/** Of a footer's letters. */
const SMALL = 7;
/** As wide as the number of pages may be. */
const NUMBERS = 16;
/** Bytes that wait for the reader: no row is drawn before they are taken. */
const MOST_WAITING = 262_144;
/** Rows that are drawn at once: other requests are answered between. */
const TURN = 8;

/** How wide a column is beside the others. */
const WEIGHTS: Partial<Record<Column['kind'], number>> = { id: 2.2, moment: 1.8, money: 1.6, text: 1.6, date: 1.2 };

/**
 * A report as a document to print, page by page as it is read: title and question; on each page the title, the days that were
 * asked for and the names of the columns, and in its footer the sequence, the digest, its number and how many there are. Its
 * date is the last day that was asked for: the same rows are the same bytes. In Arabic it reads from right to left.
 */
export function pdf(table: Table, heading: Heading, language: Language): Readable {
  const isWide = table.columns.length > 10;
  const document = new PDFDocument({
    size: isWide ? 'A3' : 'A4',
    layout: 'landscape',
    margins: { top: MARGIN, bottom: 0, left: MARGIN, right: MARGIN }, // the footer stands below
    autoFirstPage: false,
    lang: language,
    info: { Title: heading.title, CreationDate: heading.date },
  });
  new Pages(document, table, heading, language).print().then(
    () => document.end(),
    (error: unknown) => document.destroy(error as Error),
  );
  return document as unknown as Readable;
}

class Pages {
  readonly #lettering: Lettering;
  readonly #size: number;
  readonly #isRightToLeft: boolean;
  #widths: readonly number[] = [];
  #y = 0;
  #page = 0;
  /** How many pages there are. */
  readonly #total: Stamp;

  constructor(
    private readonly document: PDFKit.PDFDocument,
    private readonly table: Table,
    private readonly heading: Heading,
    private readonly language: Language,
  ) {
    this.#isRightToLeft = language === 'ar';
    this.#lettering = new Lettering(document, this.#isRightToLeft ? 'rtl' : 'ltr');
    this.#total = new Stamp(document);
    this.#size = table.columns.length > 14 ? 6 : table.columns.length > 10 ? 7 : 8;
  }

  async print(): Promise<void> {
    const { columns, rows } = this.table;
    this.#addPage();
    let drawn = 0;
    for (const row of rows) {
      this.#row(columns.map((column) => cellOf(column, row, this.language)));
      if (++drawn % TURN === 0) await turn();
      const { readableLength, destroyed } = this.document as unknown as Readable;
      if (destroyed) return; // the reader went away
      if (readableLength > MOST_WAITING) await this.#taken();
    }
    for (const row of this.table.totals ?? []) {
      this.#row(
        columns.map((column) => cellOf(column, row, this.language)),
        'total',
      );
    }
    this.#total.draw(() => this.#lettering.draw(String(this.#page), this.#numbers, this.#bottom, SMALL));
  }

  async #taken(): Promise<void> {
    const stream = this.document as unknown as Readable;
    while (!stream.destroyed && stream.readableLength > MOST_WAITING / 2) await turn();
  }

  #addPage(): void {
    this.document.addPage();
    this.#page++;
    const { width } = this.document.page;
    const total = this.table.columns.reduce((sum, { kind }) => sum + (WEIGHTS[kind] ?? 1), 0);
    this.#widths = this.table.columns.map(({ kind }) => ((width - 2 * MARGIN) * (WEIGHTS[kind] ?? 1)) / total);
    this.#y = MARGIN;
    if (this.#page === 1) this.#title();
    else this.#line([this.heading.title, this.heading.days].filter((part) => part !== '').join(' · '), 10);
    this.#lettering.draw(this.heading.footer, this.#edge, this.#bottom, SMALL);
    const { page, of } = PAGE[this.language];
    const number = `${page} ${this.#page} ${of}`;
    const before = this.#lettering.widthOf(number, SMALL) + GAP;
    this.#lettering.draw(number, this.#numbers + (this.#isRightToLeft ? before : -before), this.#bottom, SMALL);
    this.#total.put();
    this.#row(
      this.table.columns.map((column) => column[this.language]),
      'head',
    );
  }

  #title(): void {
    const [[title = '', about = ''] = [], ...asked] = this.heading.lines;
    this.#line(title, 16);
    for (const line of this.#lettering.lines(about, this.document.page.width - 2 * MARGIN, 9)) this.#line(line, 9);
    for (const [name = '', value = ''] of asked) this.#line(`${name}: ${value}`, 9);
    this.#y += 4;
  }

  /** Where a line begins for its reader. */
  get #edge(): number {
    return this.#isRightToLeft ? this.document.page.width - MARGIN : MARGIN;
  }

  /** Where a cell's text begins in its column; figures stand on the right, one below the other. */
  #inset(column: number, text: string): number {
    if (this.#isRightToLeft) return -GAP;
    const { kind } = this.table.columns[column] as Column;
    if (kind !== 'money' && kind !== 'count') return GAP;
    return (this.#widths[column] as number) - GAP - this.#lettering.widthOf(text, this.#size);
  }

  /** Where the footer's lines are. */
  get #bottom(): number {
    return this.document.page.height - MARGIN - 2;
  }

  /** Where the number of all pages begins for its reader. */
  get #numbers(): number {
    return this.#isRightToLeft ? MARGIN + NUMBERS : this.document.page.width - MARGIN - NUMBERS;
  }

  #line(text: string, size: number): void {
    this.#lettering.draw(text, this.#edge, this.#y, size);
    this.#y += size * 1.7;
  }

  #row(cells: readonly string[], look: 'plain' | 'head' | 'total' = 'plain'): void {
    const size = this.#size;
    const lines = cells.map((cell, i) => this.#lettering.lines(cell, (this.#widths[i] as number) - 2 * GAP, size));
    const height = Math.max(...lines.map(({ length }) => length)) * size * 1.6 + GAP;
    const bottom = this.document.page.height - MARGIN - FOOTER;
    if (look !== 'head' && this.#y + height > bottom) this.#addPage();
    const { width } = this.document.page;
    if (look !== 'plain')
      this.document
        .rect(MARGIN, this.#y, width - 2 * MARGIN, height)
        .fill('#e8e8e8')
        .fillColor('black');
    let x = this.#edge;
    lines.forEach((parts, i) => {
      const width = this.#widths[i] as number;
      parts.forEach((part, line) =>
        this.#lettering.draw(part, x + this.#inset(i, part), this.#y + 1 + line * size * 1.6, size),
      );
      x += this.#isRightToLeft ? -width : width;
    });
    this.#y += height;
    this.document
      .moveTo(MARGIN, this.#y)
      .lineTo(width - MARGIN, this.#y)
      .lineWidth(0.3)
      .stroke('#888888');
  }
}

function cellOf({ name, labels }: Column, row: Row, language: Language): string {
  const cell = row[name] ?? null;
  return cell === null ? '' : (labels?.[cell]?.[language] ?? String(cell));
}
