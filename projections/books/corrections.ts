import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { Closing, Closings } from '../closings-of.js';
import type { Sources } from '../report.js';
import { holding, livePages, summed, type Chosen } from './balances.js';
import type { Line } from './ledger.js';
import { bookOf, keyOf, liveId, monthOf, pageId } from './legs.js';
import { sumsModel, type SumsPage } from './model.js';
import { all, between, pageAt } from './pages.js';
import { eachLine, partsFrom, placeOf } from './texts.js';

/** By account and currency: sequences, rising. */
export type Corrections = ReadonlyMap<string, readonly number[]>;

/** Pages read at once. */
const AT_ONCE = 16;

/**
 * What is posted on accounts on closed days, up to one, and came after their closing; the closing of a year itself is not. An account's
 * sums as of a closing say in which months there is any: a page is read for each account and closing, and of those months
 * what came later. How many lines there are besides does not matter.
 */
export async function correctionsIn(
  { models, sequence, closingsOf }: Sources,
  chosen: Chosen,
  upTo: string,
): Promise<Corrections> {
  const { all: closings } = await closingsOf(chosen.entity, sequence);
  const found = new Map<string, number[]>();
  if (closings.length === 0) return found;
  for await (const pages of livePages(models, chosen)) {
    const books = pages.map((page) => ({ page, ...bookOf(page.id) })).filter(({ isClosing }) => !isClosing);
    const posted = await Promise.all(books.map(({ page }) => correctionsOf(models, page, closings, sequence, upTo)));
    for (const [at, { account, currency }] of books.entries()) {
      const key = `${account} ${currency}`;
      found.set(key, [...(found.get(key) ?? []), ...(posted[at] as number[])]);
    }
  }
  return new Map([...found].map(([key, sequences]) => [key, [...new Set(sequences)].sort((a, b) => a - b)]));
}

/** A line is a correction by its day and its sequence alone; the closing of a year itself is none. @returns its sequence */
export const corrected = (line: Line, closings: Closings): readonly number[] =>
  line.dims['closing'] === undefined && closings.isCorrection(line) ? [line.sequence] : [];

/** Of one book. Periods are whole months. */
async function correctionsOf(
  models: ReadModelReader,
  live: SumsPage,
  closings: readonly Closing[],
  sequence: number,
  upTo: string,
): Promise<number[]> {
  const now = await holding(models, live, sequence);
  if (now === undefined) return [];
  const found: number[] = [];
  let then: SumsPage | undefined = now;
  for (let at = closings.length - 1; at >= 0; at--) {
    const { through, closedAt } = closings[at] as Closing;
    const since = closings[at - 1]?.through;
    const [from, below] = [since === undefined ? '' : behind(since), behind(through)];
    if (then !== undefined) then = await holding(models, then, closedAt);
    const isSame = (least: string, most: string): boolean =>
      turnover(now, sequence, least, most) === (then === undefined ? 0n : turnover(then, closedAt, least, most));
    if ((since ?? '') >= upTo || isSame(from, below)) continue;
    for (const month of monthsOf(now, sequence, from, below)) {
      if (!isSame(month, behind(month)))
        found.push(...(await postedSince(models, live, month, { closedAt, sequence, upTo })));
    }
  }
  return found;
}

/** Stands behind the month of a day, and before the next one. */
const behind = (day: string): string => `${day.slice(0, 7)}~`;

/** All that is posted on some months: it grows by whatever is posted. */
function turnover(page: SumsPage, known: number, from: string, below: string): bigint {
  const [least, most] = [summed(page, known, from), summed(page, known, below)];
  return most.debits + most.credits - least.debits - least.credits;
}

function monthsOf({ before, lines }: SumsPage, known: number, from: string, below: string): ReadonlySet<string> {
  const months = new Set(partsFrom(before, placeOf(before, from), below));
  eachLine(lines, known, (month) => month >= from && month < below && months.add(month));
  return months;
}

interface Since {
  readonly closedAt: number;
  readonly sequence: number;
  readonly upTo: string;
}

async function postedSince(
  models: ReadModelReader,
  { id }: SumsPage,
  month: string,
  { closedAt, sequence, upTo }: Since,
): Promise<number[]> {
  const found: number[] = [];
  const key = monthOf(keyOf(keyOf(id)), month);
  const held = await pageAt(models, sumsModel, key, closedAt);
  const where = between(held?.id ?? pageId(key, 0), liveId(key));
  for await (const pages of all(models, sumsModel, { where, limit: AT_ONCE })) {
    for (const { lines } of pages) {
      eachLine(lines, sequence, (day, _minor, at) => {
        if (at > closedAt && `${month}-${day}` <= upTo) found.push(at);
      });
    }
  }
  return found;
}
