import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { bookOf, keyOf, monthOf, type Book } from './legs.js';
import { sumsModel, type SumsPage } from './model.js';
import { all, pageAt, sealedAt } from './pages.js';
import { carriedOf, partIn, sumsLineOf } from './texts.js';

/** Which accounts of an entity. */
export interface Chosen {
  readonly entity: string;
  readonly account?: string | undefined;
  readonly currency?: string | undefined;
  readonly sector?: string | undefined;
  readonly ground?: string | undefined;
}

/** Debits and credits in minor units. */
export interface Total {
  readonly debits: bigint;
  readonly credits: bigint;
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
  const ofEntity = { where: [{ field: 'entity', is: 'eq', value: chosen.entity }], limit: AT_ONCE } as const;
  for await (const documents of all(models, sumsModel, ofEntity)) {
    const pages = documents.filter((page) => isChosen(bookOf(page.id), chosen));
    const found = await Promise.all(pages.map((page) => heldAt(models, page, sequence, days)));
    held.push(...found.flatMap((each) => each ?? []));
  }
  return held;
}

const isChosen = (book: Book, { account, currency, sector, ground }: Chosen): boolean =>
  (account === undefined || book.account === account) &&
  (currency === undefined || book.currency === currency) &&
  (sector === undefined || book.sector === sector) &&
  (ground === undefined || book.ground === ground);

async function heldAt(
  models: ReadModelReader,
  live: SumsPage,
  sequence: number,
  days: readonly string[],
): Promise<Held | undefined> {
  const key = keyOf(live.id);
  const page = live.first <= sequence ? live : await sealedAt(models, sumsModel, key, sequence);
  if (page === undefined) return undefined;
  const book = keyOf(key);
  const totals = await Promise.all(days.map((day) => totalAt(models, book, page, sequence, day)));
  return { book: bookOf(book), totals };
}

/** The months before the day's from the account's page; of the day's month, the days up to it from the month's page. */
async function totalAt(
  models: ReadModelReader,
  book: string,
  page: SumsPage,
  sequence: number,
  day: string,
): Promise<Total> {
  const month = day.slice(0, 7);
  const earlier = summed(page, sequence, (part) => part.slice(0, 7) < month);
  const ofMonth = await pageAt(models, sumsModel, monthOf(book, day), sequence);
  if (ofMonth === undefined) return earlier;
  const within = summed(ofMonth, sequence, (part) => part <= day);
  return { debits: earlier.debits + within.debits, credits: earlier.credits + within.credits };
}

function summed({ before, lines }: SumsPage, upTo: number, counts: (part: string) => boolean): Total {
  let { debits, credits } = carriedOf(before.findLast((text) => counts(partIn(text))) ?? '');
  for (const line of lines) {
    const { sequence, effectiveOn, minor } = sumsLineOf(line);
    if (sequence > upTo || !counts(effectiveOn)) continue;
    if (minor > 0) debits += BigInt(minor);
    else credits -= BigInt(minor);
  }
  return { debits, credits };
}
