import type { PostedLeg } from '../legs.js';

/** Texts that sort as the numbers do. */
const padded = (sequence: number): string => String(sequence).padStart(12, '0');

/** Stands behind all digits: the page that is still written comes after those that are sealed. */
const LIVE = '~';
/** Of what a leg does not name; no code begins so. */
export const NONE = '-';

/** The id of the page that is still written. */
export const liveId = (key: string): string => `${key} ${LIVE}`;
/** The id of the page that begins with a sequence. */
export const pageId = (key: string, first: number): string => `${key} ${padded(first)}`;
/** Of which account, month or day a page is. */
export const keyOf = (id: string): string => id.slice(0, id.lastIndexOf(' '));

/** Sums are kept apart by what few values are of; `closing` of year-end entries, so that they can be left out. */
export interface Book {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly sector: string | null;
  readonly ground: string | null;
  readonly isClosing: boolean;
}

export const bookKey = ({ account, dims, currency }: Pick<PostedLeg, 'account' | 'dims' | 'currency'>): string =>
  `${dims.entity} ${account} ${currency} ${dims.sector ?? NONE} ${dims.ground ?? NONE} ${dims.closing === undefined ? NONE : 'closing'}`;

export function bookOf(key: string): Book {
  const [entity = '', account = '', currency = '', sector = NONE, ground = NONE, closing] = key.split(' ');
  const named = (text: string): string | null => (text === NONE ? null : text);
  return { entity, account, currency, sector: named(sector), ground: named(ground), isClosing: closing !== NONE };
}

/** All that was ever posted on an account, by month. */
export const allOf = (book: string): string => `${book} all`;
/** What was posted for a month, by day. */
export const monthOf = (book: string, day: string): string => `${book} ${day.slice(0, 7)}`;

/** Days of an account, and of a party, in their order. */
export const accountDays = (entity: string, account: string, currency: string): string =>
  `account ${entity} ${account} ${currency}`;
export const partyDays = (party: string): string => `party ${party}`;
/** Of a page's id, or of what it begins with. */
export const isOfParty = (days: string): boolean => days.startsWith('party ');
