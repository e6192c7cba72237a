import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Language } from '../../src/http/problems/language.js';
import { Problem } from '../../src/http/problems/problem.js';
import { InvalidPlace, type PlacedRow, type Report, type Row } from '../report.js';
import { CHUNK, csvHead, csvLine } from './csv.js';
import { lineOf } from './rows.js';

/** A page of a report that is read as it is asked for. */
export interface StreamedPage {
  readonly items: readonly Row[];
  /** The cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** @throws Problem `CURSOR_INVALID` */
export async function pageOf(rows: AsyncIterable<PlacedRow>, limit: number): Promise<StreamedPage> {
  const page: PlacedRow[] = [];
  try {
    for await (const each of rows) {
      if (page.length === limit) return { items: page.map(({ row }) => row), next: cursorOf(page.at(-1)) };
      page.push(each);
    }
  } catch (error) {
    throw error instanceof InvalidPlace ? new Problem('CURSOR_INVALID') : error;
  }
  return { items: page.map(({ row }) => row) };
}

const cursorOf = (last: PlacedRow | undefined): string => Buffer.from(last?.place ?? '').toString('base64url');

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
  { columns }: Report,
  rows: AsyncIterable<PlacedRow>,
  language: Language,
): Readable {
  const hash = createHash('sha256');
  reply.trailer('sijill-digest', () => Promise.resolve(hash.digest('hex')));
  return Readable.from(chunks(), { objectMode: false });

  async function* chunks(): AsyncGenerator<string> {
    let text = csvHead(columns, language);
    for await (const { row } of rows) {
      hash.update(lineOf(row));
      text += csvLine(columns, row, language);
      if (text.length < CHUNK) continue;
      yield text;
      text = '';
    }
    yield text;
  }
}
