import { setImmediate as turn } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import PDFDocument from 'pdfkit';
import type { Language } from '../../src/http/problems/language.js';
import type { Column, Row } from '../report.js';
import type { Heading } from './heading.js';
import { Lettering } from './lettering.js';
import type { Table } from './table.js';

const MARGIN = 36;
const FOOTER = 16;
const GAP = 3;
/** Bytes that wait for the reader: no row is drawn before they are taken. */
const MOST_WAITING = 262_144;
/** Rows that are drawn at once: other requests are answered between. */
const TURN = 8;

/** How wide a column is beside the others. */
const WEIGHTS: Partial<Record<Column['kind'], number>> = { id: 2.2, moment: 1.8, money: 1.6, text: 1.6, date: 1.2 };

/**
 * A report as a document to print, page by page as it is read: title and question, the names of the columns on each page,
 * and in each page's footer its number, the sequence and the digest. Its date is the last day that was asked for: the same rows are
 * the same bytes. In Arabic it reads from right to left.
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

  constructor(
    private readonly document: PDFKit.PDFDocument,
    private readonly table: Table,
    private readonly heading: Heading,
    private readonly language: Language,
  ) {
    this.#isRightToLeft = language === 'ar';
    this.#lettering = new Lettering(document, this.#isRightToLeft ? 'rtl' : 'ltr');
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
  }

  async #taken(): Promise<void> {
    const stream = this.document as unknown as Readable;
    while (!stream.destroyed && stream.readableLength > MOST_WAITING / 2) await turn();
  }

  #addPage(): void {
    this.document.addPage();
    this.#page++;
    const { width, height } = this.document.page;
    const total = this.table.columns.reduce((sum, { kind }) => sum + (WEIGHTS[kind] ?? 1), 0);
    this.#widths = this.table.columns.map(({ kind }) => ((width - 2 * MARGIN) * (WEIGHTS[kind] ?? 1)) / total);
    this.#y = MARGIN;
    if (this.#page === 1) this.#title();
    else this.#line(this.heading.title, 10);
    const [bottom, page] = [height - MARGIN - 2, String(this.#page)];
    this.#lettering.draw(this.heading.footer, this.#edge, bottom, 7);
    const pageWidth = this.#lettering.widthOf(page, 7);
    this.#lettering.draw(page, this.#isRightToLeft ? MARGIN + pageWidth : width - MARGIN - pageWidth, bottom, 7);
    this.#row(
      this.table.columns.map((column) => column[this.language]),
      true,
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

  #line(text: string, size: number): void {
    this.#lettering.draw(text, this.#edge, this.#y, size);
    this.#y += size * 1.7;
  }

  #row(cells: readonly string[], isHeader = false): void {
    const size = this.#size;
    const lines = cells.map((cell, i) => this.#lettering.lines(cell, (this.#widths[i] as number) - 2 * GAP, size));
    const height = Math.max(...lines.map(({ length }) => length)) * size * 1.6 + GAP;
    const bottom = this.document.page.height - MARGIN - FOOTER;
    if (!isHeader && this.#y + height > bottom) this.#addPage();
    const { width } = this.document.page;
    if (isHeader)
      this.document
        .rect(MARGIN, this.#y, width - 2 * MARGIN, height)
        .fill('#e8e8e8')
        .fillColor('black');
    let x = this.#edge;
    lines.forEach((parts, i) => {
      const inset = this.#isRightToLeft ? -GAP : GAP;
      parts.forEach((part, line) => this.#lettering.draw(part, x + inset, this.#y + 1 + line * size * 1.6, size));
      x += this.#isRightToLeft ? -(this.#widths[i] as number) : (this.#widths[i] as number);
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
