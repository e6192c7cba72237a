import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isolated, mirrored, runsOf } from './bidi.js';

/** Amiri (SIL Open Font License 1.1) in the two parts that its package has: Arabic, and Latin with digits and signs. */
const FONTS = ['arabic', 'latin'] as const;
type Font = (typeof FONTS)[number];
type Document = PDFKit.PDFDocument;

const require = createRequire(import.meta.url);
let files: Readonly<Record<Font, Buffer>> | undefined;

/** Asks pdfkit to shape a text whole: word by word, Arabic would be set in the order of a left-to-right script. */
const WHOLE = { lineBreak: false, features: ['kern'] } as PDFKit.Mixins.TextOptions;

const ARABIC = /[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]/;

const DAYS = /\d{4}-\d{2}-\d{2}/g;

/** Pieces whose widths are remembered. */
const MOST_WIDTHS = 10_000;

interface Piece {
  readonly text: string;
  readonly font: Font;
}

/** Sets lines of Arabic and Latin text: in the right order, with joined letters. */
export class Lettering {
  /** Of pieces that were measured, at size 1. */
  readonly #widths = new Map<string, number>();

  constructor(
    private readonly document: Document,
    private readonly base: 'ltr' | 'rtl',
  ) {
    files ??= {
      arabic: readFileSync(require.resolve('@fontsource/amiri/files/amiri-arabic-400-normal.woff')),
      latin: readFileSync(require.resolve('@fontsource/amiri/files/amiri-latin-400-normal.woff')),
    };
    for (const font of FONTS) document.registerFont(font, files[font] as unknown as string);
  }

  widthOf(line: string, size: number): number {
    return this.#pieces(line).reduce((sum, piece) => sum + this.#width(piece, size), 0);
  }

  /** @param x of the side where the reader begins: the left, or the right */
  draw(line: string, x: number, y: number, size: number): void {
    const pieces = this.#pieces(line);
    const widths = pieces.map((piece) => this.#width(piece, size));
    let at = this.base === 'rtl' ? x - widths.reduce((sum, width) => sum + width, 0) : x;
    pieces.forEach(({ text, font }, i) => {
      this.document.font(font).fontSize(size).text(text, at, y, WHOLE);
      at += widths[i] as number;
    });
  }

  /** Lines that fit into a width: broken between words, and within what is longer than a line. */
  lines(text: string, width: number, size: number): string[] {
    const lines: string[] = [];
    let line = '';
    for (const word of text.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (this.widthOf(longer, size) <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      while (line.length > 1 && this.widthOf(line, size) > width) {
        let fits = Math.max(1, Math.floor((line.length * width) / this.widthOf(line, size)));
        while (fits > 1 && this.widthOf(line.slice(0, fits), size) > width) fits--;
        lines.push(line.slice(0, fits));
        line = line.slice(fits);
      }
    }
    return [...lines, line];
  }

  /** What has no Arabic letter reads from left to right: an amount, an id. */
  #pieces(line: string): Piece[] {
    const base = ARABIC.test(line) ? this.base : 'ltr';
    return runsOf(line.replaceAll(DAYS, isolated), base).flatMap(({ text, isRightToLeft }) => {
      const pieces: { text: string; font: Font }[] = [];
      for (const character of text) {
        const font = ARABIC.test(character) ? 'arabic' : 'latin';
        const last = pieces.at(-1);
        if (last?.font === font) last.text += character;
        else pieces.push({ text: character, font });
      }
      if (!isRightToLeft) return pieces;
      return pieces.reverse().map(({ text: part, font }) => ({
        font,
        text: font === 'arabic' ? part : Array.from(part).reverse().map(mirrored).join(''),
      }));
    });
  }

  /** Shaping is dear, and columns repeat themselves. */
  #width({ text, font }: Piece, size: number): number {
    const key = `${font} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = this.document.font(font).fontSize(1).widthOfString(text, WHOLE);
      if (this.#widths.size >= MOST_WIDTHS) this.#widths.clear();
      this.#widths.set(key, width);
    }
    return width * size;
  }
}
