import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { accountDays, keyOf, legsOf, liveId, pageId, partyDays, plus } from './legs.js';
import { linesModel, NOTHING, type LinesPage } from './model.js';
import { accountLineText, lastSequenceOf, pageLinesOf, partyLineText } from './texts.js';

/** Length of a page's lines with which it is sealed: some 60 of them. */
const FULL = 8_192;

/**
 * The lines of every account and of every party, day by day, in the order of the log: ledgers and statements are read along the
 * primary key (docs/adr/0017-balances-from-pages.md).
 */
export const bookLines: Projection<LinesPage> = {
  name: 'book-lines',
  model: linesModel,
  types: '*',
  identify: (event) => [...linesBy(event).keys()],
  evolve(page, { event, sequence }, id) {
    const before = page ?? { id, first: sequence, before: NOTHING, lines: '' };
    let { lines } = before;
    for (const line of linesBy(event).get(id) ?? []) lines += `${sequence} ${line}`;
    return { ...before, lines };
  },
  seal(page) {
    if (page.lines.length < FULL) return null;
    const key = keyOf(page.id);
    const before = pageLinesOf(key, page.lines).reduce((sum, { minor }) => plus(sum, Number(minor)), page.before);
    return {
      sealed: { ...page, id: pageId(key, page.first) },
      rest: { ...page, first: lastSequenceOf(page.lines) + 1, before, lines: '' },
    };
  },
};

/** Lines without their sequence, by the pages that they stand on. Asked for once for each of them. */
const known = new WeakMap<Envelope, ReadonlyMap<string, readonly string[]>>();

function linesBy(event: Envelope): ReadonlyMap<string, readonly string[]> {
  let lines = known.get(event);
  if (lines === undefined) known.set(event, (lines = sortedOut(event)));
  return lines;
}

function sortedOut(event: Envelope): Map<string, string[]> {
  const sorted = new Map<string, string[]>();
  const put = (days: string, line: string): void => {
    const id = liveId(`${days} ${event.effectiveOn}`);
    const lines = sorted.get(id);
    if (lines === undefined) sorted.set(id, [line]);
    else lines.push(line);
  };
  const of = `${event.id} ${event.type}`;
  for (const [place, leg] of legsOf(event).entries()) {
    const { account, currency, dims } = leg;
    put(accountDays(dims.entity, account, currency), accountLineText(of, place, leg));
    if (dims.party !== undefined) put(partyDays(dims.party), partyLineText(of, place, leg));
  }
  return sorted;
}
