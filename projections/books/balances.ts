import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { bookOf, keyOf, monthOf, type Book } from './keys.js';
import { sumsModel, type SumsPage } from './model.js';
import { all, between, pageAt, sealedAt } from './pages.js';
import { carriedBefore, placeOf, postedBelow, type Total } from './texts.js';

export type { Total };

/** Which accounts of an entity. */
export interface Chosen {
  readonly entity: string;
  readonly account?: string | undefined;
  readonly currency?: string | undefined;
  readonly sector?: string | undefined;
  readonly ground?: string | undefined;
}

/** What an account came to, as of the days that were asked for. */
export interface Held {
  readonly book: Book;
  readonly totals: readonly Total[];
}

export const dayBefore = (day: string): string => addDays(day as BusinessDate, -1);

/** Accounts at once: an entity has few more, and a page of a query no more. */
const AT_ONCE = 200;

/**
 * All that is posted on each account up to and including each day, as far as it was known; accounts that nothing was known of
 * are left out. Reads two or three pages for an account and day, however many lines there are and wherever the days and the
 * sequence lie (docs/adr/0017-balances-from-pages.md). In the order of the accounts' keys.
 * @param sequence the last event that is known; all up to it must have been folded
 */
export async function totalsOf(
  models: ReadModelReader,
  chosen: Chosen,
  sequence: number,
  days: readonly string[],
): Promise<Held[]> {
  const held: Held[] = [];
  for await (const pages of livePages(models, chosen)) {
    const found = await Promise.all(pages.map((page) => heldAt(models, page, sequence, days)));
    held.push(...found.flatMap((each) => each ?? []));
  }
  return held;
}

/** The pages of accounts that are still written, some at a time. */
export async function* livePages(models: ReadModelReader, chosen: Chosen): AsyncGenerator<readonly SumsPage[]> {
  const { entity, account } = chosen;
  // Of one account the others' pages are not read: ids begin with both.
  const ofAccount = account === undefined ? [] : between(`${entity} ${account} `, `${entity} ${account} ~`);
  const where = [{ field: 'entity', is: 'eq', value: entity } as const, ...ofAccount];
  for await (const documents of all(models, sumsModel, { where, limit: AT_ONCE })) {
    yield documents.filter((page) => isChosen(bookOf(page.id), chosen));
  }
}

const isChosen = (book: Book, { currency, sector, ground }: Chosen): boolean =>
  (currency === undefined || book.currency === currency) &&
  (sector === undefined || book.sector === sector) &&
  (ground === undefined || book.ground === ground);

async function heldAt(
  models: ReadModelReader,
  live: SumsPage,
  sequence: number,
  days: readonly string[],
): Promise<Held | undefined> {
  const book = keyOf(keyOf(live.id));
  const [page, ...months] = await Promise.all([
    holding(models, live, sequence),
    ...days.map((day) => pageAt(models, sumsModel, monthOf(book, day), sequence)),
  ]);
  if (page === undefined) return undefined;
  return { book: bookOf(book), totals: days.map((day, at) => totalAt(page, months[at], sequence, day)) };
}

/** The account's page that holds a sequence; undefined: nothing was posted by then. @param page one that holds a later one */
export const holding = (
  models: ReadModelReader,
  page: SumsPage,
  sequence: number,
): Promise<SumsPage | undefined> | SumsPage =>
  page.first <= sequence ? page : sealedAt(models, sumsModel, keyOf(page.id), sequence);

/** The months before the day's from the account's page; of the day's month, the days up to it from the month's page. */
function totalAt(page: SumsPage, ofMonth: SumsPage | undefined, sequence: number, day: string): Total {
  const earlier = summed(page, sequence, day.slice(0, 7));
  if (ofMonth === undefined) return earlier;
  const within = summed(ofMonth, sequence, `${day.slice(8)}~`); // the day with them
  return { debits: earlier.debits + within.debits, credits: earlier.credits + within.credits };
}

/** Parts of the page that come before one. */
function summed({ before, lines }: SumsPage, upTo: number, below: string): Total {
  const carried = carriedBefore(before, placeOf(before, below));
  const posted = postedBelow(lines, upTo, below);
  return { debits: carried.debits + posted.debits, credits: carried.credits + posted.credits };
}
