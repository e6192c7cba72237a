import type { Projection } from '../../src/feed/consumers.js';
import type { DimName } from '../../src/kernel/accounts.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { accountDays, keyOf, legsOf, liveId, pageId, partyDays, plus, type PostedLeg } from './legs.js';
import { linesModel, NOTHING, type LinesPage } from './model.js';
import { pageLineOf, sequenceOf } from './texts.js';

/** Lines of a page before it is sealed. */
const MOST = 64;
/** What a line says besides what the page's key does. */
const OF_ACCOUNTS: readonly DimName[] = ['party', 'sector', 'ground', 'closing'];
const OF_PARTIES: readonly DimName[] = ['entity', 'sector', 'debt', 'receipt', 'subscription', 'ground'];

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
    const before = page ?? { id, first: sequence, before: NOTHING, lines: [] };
    const lines = (linesBy(event).get(id) ?? []).map((line) => `${sequence} ${line}`);
    return { ...before, lines: [...before.lines, ...lines] };
  },
  seal(page) {
    const last = page.lines.at(-1);
    if (last === undefined || page.lines.length < MOST) return null;
    const before = page.lines.reduce((sum, line) => plus(sum, Number(pageLineOf(line).minor)), page.before);
    return {
      sealed: { ...page, id: pageId(keyOf(page.id), page.first) },
      rest: { ...page, first: sequenceOf(last) + 1, before, lines: [] },
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
  const put = (key: string, line: string): void => {
    const id = liveId(`${key} ${event.effectiveOn}`);
    const lines = sorted.get(id);
    if (lines === undefined) sorted.set(id, [line]);
    else lines.push(line);
  };
  for (const [place, leg] of legsOf(event).entries()) {
    const { account, counter, currency, minor, dims } = leg;
    const line = `${place} ${event.id} ${event.type} ${account} ${counter} ${currency} ${minor}`;
    put(accountDays(dims.entity, account, currency), `${line}${textOf(dims, OF_ACCOUNTS)}`);
    if (dims.party !== undefined) put(partyDays(dims.party), `${line}${textOf(dims, OF_PARTIES)}`);
  }
  return sorted;
}

function textOf(dims: PostedLeg['dims'], names: readonly DimName[]): string {
  let text = '';
  for (const name of names) if (dims[name] !== undefined) text += ` ${name} ${dims[name]}`;
  return text;
}
