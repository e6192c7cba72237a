import type { Projection } from '../../src/feed/consumers.js';
import { legsBy } from '../legs.js';
import { allOf, bookKey, keyOf, liveId, monthOf, pageId } from './keys.js';
import { sumsModel, type SumsPage } from './model.js';
import {
  carriedBefore,
  carriedText,
  eachLine,
  lastOnParts,
  lastSequenceOf,
  placeOf,
  sumsText,
  type Total,
} from './texts.js';

/** Length of a page's lines with which it is sealed: some 150 of them. */
const FULL = 3_072;

/** What every account of every entity comes to, as of any day and any sequence (docs/adr/0017-balances-from-pages.md). */
export const bookSums: Projection<SumsPage> = {
  name: 'book-sums',
  model: sumsModel,
  types: '*',
  identify: (event) => [...legsByPage(event).keys()],
  evolve(page, { event, sequence }, id) {
    const before = page ?? empty(id, sequence);
    const part = before.entity === null ? event.effectiveOn.slice(8) : event.effectiveOn.slice(0, 7);
    let { lines } = before;
    for (const { minor } of legsByPage(event).get(id) ?? []) lines += sumsText(sequence, part, minor);
    return { ...before, lines };
  },
  seal(page) {
    if (page.lines.length < FULL) return null;
    const key = keyOf(page.id);
    return {
      sealed: { ...page, id: pageId(key, page.first), entity: null },
      rest: { ...page, first: lastSequenceOf(page.lines) + 1, before: broughtForward(page), lines: '' },
    };
  },
};

const empty = (id: string, first: number): SumsPage => ({
  id,
  entity: isOfAccount(id) ? id.slice(0, id.indexOf(' ')) : null,
  first,
  before: '',
  lines: '',
});

const isOfAccount = (id: string): boolean => keyOf(id).endsWith(' all');

/** What is before the first part that anything was posted on stays as it is. */
function broughtForward({ before, lines }: SumsPage): string {
  const posted = new Map<string, { debits: bigint; credits: bigint; last: number }>();
  eachLine(lines, Infinity, (part, minor, sequence) => {
    const sum = posted.get(part) ?? { debits: 0n, credits: 0n, last: sequence };
    posted.set(part, sum);
    sum.last = sequence;
    if (minor > 0) sum.debits += BigInt(minor);
    else sum.credits -= BigInt(minor);
  });
  const [first = ''] = [...posted.keys()].sort();
  const place = placeOf(before, first);
  const behind = before.slice(place);
  let upTo = carriedBefore(before, place);
  const carried = new Map<string, { readonly total: Total; readonly last: number }>();
  let end = 0;
  for (const [part, last] of lastOnParts(behind)) {
    end = behind.indexOf(';', end) + 1;
    carried.set(part, { total: carriedBefore(behind, end), last });
  }
  let [debits, credits] = [0n, 0n];
  let text = before.slice(0, place);
  for (const part of [...new Set([...carried.keys(), ...posted.keys()])].sort()) {
    upTo = carried.get(part)?.total ?? upTo;
    const now = posted.get(part);
    debits += now?.debits ?? 0n;
    credits += now?.credits ?? 0n;
    const last = now?.last ?? carried.get(part)!.last;
    text += carriedText(part, { debits: upTo.debits + debits, credits: upTo.credits + credits }, last);
  }
  return text;
}

const legsByPage = legsBy((leg, { effectiveOn }) => {
  const book = bookKey(leg);
  return [liveId(allOf(book)), liveId(monthOf(book, effectiveOn))];
});
