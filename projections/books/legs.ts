import type { DimName } from '../../src/kernel/accounts.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';
import type { Sum } from './model.js';

/** One side of an entry. */
export interface PostedLeg {
  readonly account: string;
  readonly dims: Readonly<Partial<Record<DimName, string>>> & { readonly entity: string };
  /** The account on the other side. */
  readonly counter: string;
  readonly currency: string;
  /** Minor units; what is debited is positive. A single amount is an exact JSON integer (`MAX_MINOR`). */
  readonly minor: number;
}

const known = new WeakMap<object, readonly PostedLeg[]>();

/** Both sides of every entry, in their order. Worked out once for an event. */
export function legsOf(event: Pick<Envelope, 'entries'>): readonly PostedLeg[] {
  let legs = known.get(event);
  if (legs === undefined) known.set(event, (legs = event.entries.flatMap(sidesOf)));
  return legs;
}

function sidesOf({ debit, credit, amount, currency }: Entry): PostedLeg[] {
  const minor = Number(parseMoney({ amount, currency }).minor);
  return [
    { account: debit.account, dims: debit.dims, counter: credit.account, currency, minor },
    { account: credit.account, dims: credit.dims, counter: debit.account, currency, minor: -minor },
  ];
}

export const plus = ([debits, credits]: Sum, minor: number): Sum =>
  minor > 0 ? [String(BigInt(debits) + BigInt(minor)), credits] : [debits, String(BigInt(credits) - BigInt(minor))];

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

export const bookKey = ({ account, dims, currency }: Omit<PostedLeg, 'counter' | 'minor'>): string =>
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
