import type { Projection } from '../../src/feed/consumers.js';
import { legsBy } from '../legs.js';
import { accountDays, isOfParty, keyOf, liveId, pageId, partyDays } from './keys.js';
import { linesModel, NOTHING, type LinesPage } from './model.js';
import { accountLineText, carriedOn, lastSequenceOf, partyLineText } from './texts.js';

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
  identify: (event) => [...legsByPage(event).keys()],
  evolve(page, { event, sequence }, id) {
    const before = page ?? { id, first: sequence, before: NOTHING, lines: '' };
    let { lines } = before;
    const lineText = isOfParty(id) ? partyLineText : accountLineText;
    for (const leg of legsByPage(event).get(id) ?? []) lines += lineText(sequence, event, leg);
    return { ...before, lines };
  },
  seal(page) {
    if (page.lines.length < FULL) return null;
    const before = carriedOn(page.before, page.lines);
    return {
      sealed: { ...page, id: pageId(keyOf(page.id), page.first) },
      rest: { ...page, first: lastSequenceOf(page.lines) + 1, before, lines: '' },
    };
  },
};

const legsByPage = legsBy(({ account, currency, dims }, { effectiveOn }) => {
  const ofAccount = liveId(`${accountDays(dims.entity, account, currency)} ${effectiveOn}`);
  return dims.party === undefined ? [ofAccount] : [ofAccount, liveId(`${partyDays(dims.party)} ${effectiveOn}`)];
});
