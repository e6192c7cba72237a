import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { accountDays, keyOf, legsOf, liveId, pageId, partyDays, plus, type PostedLeg } from './legs.js';
import { linesModel, NOTHING, type LinesPage, type StoredLine } from './model.js';

/** Lines of a page before it is sealed. */
const MOST = 64;

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
    const lines = (linesBy(event).get(id) ?? []).map((line) => [sequence, ...line] as const);
    return { ...before, lines: [...before.lines, ...lines] };
  },
  seal(page) {
    const last = page.lines.at(-1);
    if (last === undefined || page.lines.length < MOST) return null;
    const before = page.lines.reduce((sum, [, , , , , , , minor]) => plus(sum, minor), page.before);
    return {
      sealed: { ...page, id: pageId(keyOf(page.id), page.first) },
      rest: { ...page, first: last[0] + 1, before, lines: [] },
    };
  },
};

/** Without the sequence, which the event does not know. */
type UnplacedLine = StoredLine extends readonly [number, ...infer Rest] ? readonly [...Rest] : never;

/** Lines by the pages that they stand on. Asked for once for each of them. */
const known = new WeakMap<Envelope, ReadonlyMap<string, readonly UnplacedLine[]>>();

function linesBy(event: Envelope): ReadonlyMap<string, readonly UnplacedLine[]> {
  let lines = known.get(event);
  if (lines === undefined) known.set(event, (lines = sortedOut(event)));
  return lines;
}

function sortedOut(event: Envelope): Map<string, UnplacedLine[]> {
  const sorted = new Map<string, UnplacedLine[]>();
  for (const [place, leg] of legsOf(event).entries()) {
    const line = lineOf(event, leg, place);
    const { dims, account, currency } = leg;
    const keys = [accountDays(dims.entity, account, currency)];
    if (dims.party !== undefined) keys.push(partyDays(dims.party));
    for (const key of keys) {
      const id = liveId(`${key} ${event.effectiveOn}`);
      const lines = sorted.get(id);
      if (lines === undefined) sorted.set(id, [line]);
      else lines.push(line);
    }
  }
  return sorted;
}

const lineOf = ({ id, type }: Envelope, leg: PostedLeg, place: number): UnplacedLine => {
  const { account, counter, currency, minor, dims } = leg;
  return [place, id, type, account, counter, currency, minor, dims];
};
