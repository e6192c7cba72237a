import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { allOf, bookKey, keyOf, legsOf, liveId, monthOf, pageId } from './legs.js';
import { sumsModel, type SumsPage } from './model.js';
import { carriedOf, carriedText, sequenceOf, sumsLineOf, sumsText, type Carried } from './texts.js';

/** Lines of a page before it is sealed. */
const MOST = 128;

/** What every account of every entity comes to, as of any day and any sequence (docs/adr/0017-balances-from-pages.md). */
export const bookSums: Projection<SumsPage> = {
  name: 'book-sums',
  model: sumsModel,
  types: '*',
  identify: (event) => [...postedBy(event).keys()],
  evolve(page, { event, sequence }, id) {
    const posted = postedBy(event).get(id) ?? [];
    const before = page ?? empty(id, sequence);
    const lines = posted.map((minor) => sumsText(sequence, event.effectiveOn, minor));
    return { ...before, lines: [...before.lines, ...lines] };
  },
  seal(page) {
    const last = page.lines.at(-1);
    if (last === undefined || page.lines.length < MOST) return null;
    const key = keyOf(page.id);
    return {
      sealed: { ...page, id: pageId(key, page.first), entity: null },
      rest: { ...page, first: sequenceOf(last) + 1, before: broughtForward(page), lines: [] },
    };
  },
};

const empty = (id: string, first: number): SumsPage => ({
  id,
  entity: isOfAccount(id) ? id.slice(0, id.indexOf(' ')) : null,
  first,
  before: [],
  lines: [],
});

function broughtForward({ id, before, lines }: SumsPage): readonly string[] {
  const carried = new Map(before.map(carriedOf).map((each) => [each.part, each]));
  const posted = new Map<string, { debits: bigint; credits: bigint }>();
  for (const line of lines) {
    const { effectiveOn, minor } = sumsLineOf(line);
    const part = partOf(id, effectiveOn);
    const sum = posted.get(part) ?? { debits: 0n, credits: 0n };
    posted.set(part, sum);
    if (minor > 0) sum.debits += BigInt(minor);
    else sum.credits -= BigInt(minor);
  }
  let upTo: Omit<Carried, 'part'> = { debits: 0n, credits: 0n };
  let [debits, credits] = [0n, 0n];
  return [...new Set([...carried.keys(), ...posted.keys()])].sort().map((part) => {
    upTo = carried.get(part) ?? upTo;
    debits += posted.get(part)?.debits ?? 0n;
    credits += posted.get(part)?.credits ?? 0n;
    return carriedText({ part, debits: upTo.debits + debits, credits: upTo.credits + credits });
  });
}

const isOfAccount = (id: string): boolean => keyOf(id).endsWith(' all');

/** By what a page sums up: months of an account, days of a month. */
const partOf = (id: string, day: string): string => (isOfAccount(id) ? day.slice(0, 7) : day);

/** Amounts by the pages that an event is posted on. Asked for once for each of them. */
const known = new WeakMap<Envelope, ReadonlyMap<string, readonly number[]>>();

function postedBy(event: Envelope): ReadonlyMap<string, readonly number[]> {
  let posted = known.get(event);
  if (posted === undefined) known.set(event, (posted = sortedOut(event)));
  return posted;
}

function sortedOut(event: Envelope): Map<string, number[]> {
  const posted = new Map<string, number[]>();
  for (const leg of legsOf(event)) {
    const book = bookKey(leg);
    for (const key of [allOf(book), monthOf(book, event.effectiveOn)]) {
      const id = liveId(key);
      const amounts = posted.get(id);
      if (amounts === undefined) posted.set(id, [leg.minor]);
      else amounts.push(leg.minor);
    }
  }
  return posted;
}
