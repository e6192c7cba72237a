import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { Closing, Closings } from '../closings-of.js';
import type { Sources } from '../report.js';
import { holding, livePages, type Chosen } from './balances.js';
import type { Line } from './ledger.js';
import { bookOf, keyOf, liveId, monthOf, pageId } from './keys.js';
import { sumsModel, type SumsPage } from './model.js';
import { all, between, pageAt } from './pages.js';
import { eachLine, lastOnParts } from './texts.js';

/** By account and currency: sequences, rising. */
export type Corrections = ReadonlyMap<string, readonly number[]>;

/** Pages read at once. */
const AT_ONCE = 16;

/**
 * What is posted on accounts on closed days, up to one, and came after their closing; the closing of a year itself is not. An account's
 * page says of each month with which sequence anything was posted on it last, and so in which months there is any: only of those
 * is read what came later. How many closings there are, and lines besides, does not matter.
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
  const page = await holding(models, live, sequence);
  if (page === undefined) return [];
  const late = lateMonths(page, closings, sequence).filter(({ month }) => `${month}-01` <= upTo);
  const found = late.map(({ month, closedAt }) => postedSince(models, live, month, { closedAt, sequence, upTo }));
  return (await Promise.all(found)).flat();
}

/** Months on which anything was posted after their closing. */
function lateMonths({ before, lines }: SumsPage, closings: readonly Closing[], known: number) {
  const posted = new Map(lastOnParts(before));
  eachLine(lines, known, (month, _minor, sequence) => posted.set(month, sequence));
  const late: { readonly month: string; readonly closedAt: number }[] = [];
  let at = 0;
  for (const month of [...posted.keys()].sort()) {
    while (at < closings.length && closings[at]!.through < month) at++; // a closing's last day sorts behind its month
    if (at === closings.length) break;
    const { closedAt } = closings[at]!;
    if (posted.get(month)! > closedAt) late.push({ month, closedAt });
  }
  return late;
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
