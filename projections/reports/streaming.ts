import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Language } from '../../src/http/problems/language.js';
import { Problem } from '../../src/http/problems/problem.js';
import { InvalidPlace, type PlacedRow, type Report, type Row } from '../report.js';
import { CHUNK, csvHead, csvLine } from './csv.js';
import { CORRECTIONS, marked, type Marks } from './marks.js';
import { keyOf, lineOf } from './rows.js';

/** A page of a report that is read as it is asked for. */
export interface StreamedPage {
  readonly items: readonly Row[];
  readonly marks: Marks;
  /** The cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** @throws Problem `CURSOR_INVALID` */
export async function pageOf(report: Report, rows: AsyncIterable<PlacedRow>, limit: number): Promise<StreamedPage> {
  const items: Row[] = [];
  const marks = new Map<string, readonly number[]>();
  let last: string | undefined;
  try {
    for await (const { row, corrections, place } of rows) {
      if (items.length === limit) return { items, marks, next: cursorOf(last) };
      items.push(row);
      if (corrections.length > 0) marks.set(keyOf(report, row), corrections);
      last = place;
    }
  } catch (error) {
    throw error instanceof InvalidPlace ? new Problem('CURSOR_INVALID') : error;
  }
  return { items, marks };
}

const cursorOf = (place = ''): string => Buffer.from(place).toString('base64url');

/** @throws Problem `CURSOR_INVALID` */
export function placeOf(cursor: string): string {
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(cursor)) throw new Problem('CURSOR_INVALID');
  return Buffer.from(cursor, 'base64url').toString();
}

/**
 * All rows as CSV, no faster than they are taken; behind them, as the trailer `Sijill-Digest`, the digest of all rows. An answer
 * that is cut off has none.
 */
export function csvStream(
  reply: FastifyReply,
  report: Report,
  rows: AsyncIterable<PlacedRow>,
  language: Language,
): Readable {
  const columns = [...report.columns, CORRECTIONS];
  const hash = createHash('sha256');
  reply.trailer('sijill-digest', () => Promise.resolve(hash.digest('hex')));
  return Readable.from(chunks(), { objectMode: false });

  async function* chunks(): AsyncGenerator<string> {
    let text = csvHead(columns, language);
    for await (const { row, corrections } of rows) {
      hash.update(lineOf(row));
      text += csvLine(columns, marked(row, corrections), language);
      if (text.length < CHUNK) continue;
      yield text;
      text = '';
    }
    yield text;
  }
}
