import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isolated, mirrored, runsOf } from './bidi.js';
import { unpacked } from './woff.js';

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

/** What is in one font, from left to right. */
interface Piece {
  readonly text: string;
  readonly font: Font;
  /** At size 1. */
  readonly width: number;
}

/** The part of pdfkit's font that shapes a text: each time that it is measured, and once more as it is drawn. */
interface Shaping {
  layout: (text: string, ...how: unknown[]) => unknown;
}

/** Lines, and pieces of them, that are remembered: columns repeat themselves, and shaping is dear. */
const MOST_REMEMBERED = 10_000;

/** Sets lines of Arabic and Latin text: in the right order, with joined letters. */
export class Lettering {
  readonly #lines = new Map<string, readonly Piece[]>();
  readonly #shaping = new Set<Font>();

  constructor(
    private readonly document: Document,
    private readonly base: 'ltr' | 'rtl',
  ) {
    files ??= {
      arabic: unpacked(readFileSync(require.resolve('@fontsource/amiri/files/amiri-arabic-400-normal.woff'))),
      latin: unpacked(readFileSync(require.resolve('@fontsource/amiri/files/amiri-latin-400-normal.woff'))),
    };
    for (const font of FONTS) document.registerFont(font, files[font] as unknown as string);
  }

  widthOf(line: string, size: number): number {
    return this.#pieces(line).reduce((sum, { width }) => sum + width, 0) * size;
  }

  /** @param x of the side where the reader begins: the left, or the right */
  draw(line: string, x: number, y: number, size: number): void {
    let at = this.base === 'rtl' ? x - this.widthOf(line, size) : x;
    for (const { text, font, width } of this.#pieces(line)) {
      this.#set(font, size).text(text, at, y, WHOLE);
      at += width * size;
    }
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

  #pieces(line: string): readonly Piece[] {
    return remembered(this.#lines, line, () =>
      this.#split(line).map((piece) => ({
        ...piece,
        width: this.#set(piece.font, 1).widthOfString(piece.text, WHOLE),
      })),
    );
  }

  /** What has no Arabic letter reads from left to right: an amount, an id. */
  #split(line: string): Omit<Piece, 'width'>[] {
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

  /** pdfkit remembers what it shaped of words alone. */
  #set(name: Font, size: number): Document {
    this.document.font(name).fontSize(size);
    if (!this.#shaping.has(name)) {
      this.#shaping.add(name);
      const font = (this.document as unknown as { _font: Shaping })._font;
      const shape = font.layout.bind(font);
      const shaped = new Map<string, unknown>();
      font.layout = (text, ...how) => remembered(shaped, text, () => shape(text, ...how));
    }
    return this.document;
  }
}

function remembered<T>(known: Map<string, T>, key: string, work: () => T): T {
  let found = known.get(key);
  if (found === undefined) {
    found = work();
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, found);
  }
  return found;
}
