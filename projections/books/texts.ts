import type { DimName } from '../../src/kernel/accounts.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { PostedLeg } from '../legs.js';
import { NONE } from './keys.js';
import type { Sum } from './model.js';

/*
 * Lines as pages keep them: fields with a space between and a semicolon behind, neither of which any field holds. A page is
 * written often, and one long text costs a fraction of a list of texts.
 */

/** A line of a page of sums: `sequence part minor`; minor units, what is debited is positive. */
export const sumsText = (sequence: number, part: string, minor: number): string => `${sequence} ${part} ${minor};`;

/** What was posted up to a part of a page of sums, it included, in minor units, and the last sequence with which on the part itself: `part debits credits last`. */
export const carriedText = (part: string, { debits, credits }: Total, last: number): string =>
  `${part} ${debits} ${credits} ${last};`;

/** Debits and credits in minor units. */
export interface Total {
  readonly debits: bigint;
  readonly credits: bigint;
}

/** Adds what is posted on the parts before one to a total, line by line up to a sequence. */
export function postedBelow(lines: string, upTo: number, below: string): Total {
  let [debits, credits] = [0n, 0n];
  eachLine(lines, upTo, (part, minor) => {
    if (part >= below) return;
    if (minor > 0) debits += BigInt(minor);
    else credits -= BigInt(minor);
  });
  return { debits, credits };
}

export function eachLine(
  lines: string,
  upTo: number,
  take: (part: string, minor: number, sequence: number) => void,
): void {
  for (let at = 0; at < lines.length;) {
    const part = lines.indexOf(' ', at) + 1;
    const sequence = Number(lines.slice(at, part - 1));
    if (sequence > upTo) return; // in the order of the log
    const minor = lines.indexOf(' ', part) + 1;
    const end = lines.indexOf(';', minor);
    take(lines.slice(part, minor - 1), Number(lines.slice(minor, end)), sequence);
    at = end + 1;
  }
}

/** Where the first part begins that is not before one: parts stand in their order, so half of them is left out at each look. */
export function placeOf(carried: string, below: string): number {
  let [low, high] = [0, carried.length];
  while (low < high) {
    const middle = carried.lastIndexOf(';', ((low + high) >> 1) - 1) + 1;
    const begin = Math.max(low, middle);
    if (carried.slice(begin, carried.indexOf(' ', begin)) < below) low = carried.indexOf(';', begin) + 1;
    else high = begin;
  }
  return low;
}

/** Of each part the last sequence with which anything was posted on it, in their order. */
export function* lastOnParts(carried: string): Generator<readonly [part: string, last: number]> {
  for (let at = 0; at < carried.length;) {
    const end = carried.indexOf(';', at);
    yield [carried.slice(at, carried.indexOf(' ', at)), Number(carried.slice(carried.lastIndexOf(' ', end) + 1, end))];
    at = end + 1;
  }
}

/** What the part came to that ends at a place; nothing at the beginning. */
export function carriedBefore(carried: string, place: number): Total {
  if (place === 0) return { debits: 0n, credits: 0n };
  const [, debits = '0', credits = '0'] = carried.slice(carried.lastIndexOf(';', place - 2) + 1, place - 1).split(' ');
  return { debits: BigInt(debits), credits: BigInt(credits) };
}

/** A line of the books: a leg of an event's entries, on the day of its page. */
export interface PageLine {
  readonly sequence: number;
  /** Its place among the legs of its event. */
  readonly leg: number;
  readonly event: string;
  readonly type: string;
  readonly account: string;
  /** The account on the other side. */
  readonly counter: string;
  readonly currency: string;
  /** Minor units; what is debited is positive. */
  readonly minor: bigint;
  readonly dims: Readonly<Record<string, string>>;
}

/** What a line is told by besides what its page's key says: of an account `account … account currency day`, of a party `party …`. */
const OF_ACCOUNTS: readonly DimName[] = ['party', 'sector', 'ground', 'closing'];
const OF_PARTIES: readonly DimName[] = ['entity', 'sector', 'debt', 'receipt', 'subscription', 'ground'];

export const accountLineText = (sequence: number, { id, type }: Envelope, leg: PostedLeg): string =>
  `${sequence} ${leg.place} ${id} ${type} ${leg.counter} ${leg.minor}${dimsText(leg.dims, OF_ACCOUNTS)};`;
export const partyLineText = (sequence: number, { id, type }: Envelope, leg: PostedLeg): string =>
  `${sequence} ${leg.place} ${id} ${type} ${leg.counter} ${leg.minor} ${leg.account} ${leg.currency}${dimsText(leg.dims, OF_PARTIES)};`;

function dimsText(dims: PostedLeg['dims'], names: readonly DimName[]): string {
  let text = '';
  for (const name of names) text += ` ${dims[name] ?? NONE}`;
  return text;
}

/** The lines of a page, in their order. @param days of which account or party they are: the page's key without its day */
export function pageLinesOf(days: string, lines: string): PageLine[] {
  const [kind, , ofAccount = '', ofCurrency = ''] = days.split(' ');
  const isOfAccount = kind === 'account';
  const names = isOfAccount ? OF_ACCOUNTS : OF_PARTIES;
  return lines
    .slice(0, -1)
    .split(';')
    .filter((text) => text !== '')
    .map((text) => {
      const fields = text.split(' ');
      const [sequence, leg, event = '', type = '', counter = '', minor = '0', account = '', currency = ''] = fields;
      const named = isOfAccount ? { account: ofAccount, currency: ofCurrency } : { account, currency };
      const dims: Record<string, string> = {};
      const begin = isOfAccount ? 6 : 8;
      for (const [at, name] of names.entries()) {
        const value = fields[begin + at];
        if (value !== NONE) dims[name] = value as string;
      }
      return {
        sequence: Number(sequence),
        leg: Number(leg),
        event,
        type,
        ...named,
        counter,
        minor: BigInt(minor),
        dims,
      };
    });
}

/** Fields of a line of either kind before its minor units. */
const BEFORE_MINOR = 5;

/** What a page comes to: what was before it, and its lines. */
export function carriedOn(before: Sum, lines: string): Sum {
  let [debits, credits] = [BigInt(before[0]), BigInt(before[1])];
  for (let at = 0; at < lines.length; at = lines.indexOf(';', at) + 1) {
    for (let field = 0; field < BEFORE_MINOR; field++) at = lines.indexOf(' ', at) + 1;
    const minor = BigInt(lines.slice(at, lines.indexOf(' ', at)));
    if (minor > 0n) debits += minor;
    else credits -= minor;
  }
  return [String(debits), String(credits)];
}

/** Of the last line. */
export const lastSequenceOf = (lines: string): number => {
  const begin = lines.lastIndexOf(';', lines.length - 2) + 1;
  return Number(lines.slice(begin, lines.indexOf(' ', begin)));
};
