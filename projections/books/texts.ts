/* Lines as pages keep them: fields with a space between, none of which holds one. */

/** A line of a page of sums. Minor units; what is debited is positive. */
export interface SumsLine {
  readonly sequence: number;
  readonly effectiveOn: string;
  readonly minor: number;
}

export const sumsText = (sequence: number, effectiveOn: string, minor: number): string =>
  `${sequence} ${effectiveOn} ${minor}`;

export function sumsLineOf(text: string): SumsLine {
  const [sequence, effectiveOn = '', minor] = text.split(' ');
  return { sequence: Number(sequence), effectiveOn, minor: Number(minor) };
}

/** What was posted up to a month or a day, it included, in minor units. */
export interface Carried {
  readonly part: string;
  readonly debits: bigint;
  readonly credits: bigint;
}

export const carriedText = ({ part, debits, credits }: Carried): string => `${part} ${debits} ${credits}`;

export function carriedOf(text: string): Carried {
  const [part = '', debits = '0', credits = '0'] = text.split(' ');
  return { part, debits: BigInt(debits), credits: BigInt(credits) };
}

export const partIn = (text: string): string => text.slice(0, text.indexOf(' '));

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

const DIMS_BEGIN = 8;

export function pageLineOf(text: string): PageLine {
  const fields = text.split(' ');
  const [sequence, leg, event = '', type = '', account = '', counter = '', currency = '', minor = '0'] = fields;
  const dims: Record<string, string> = {};
  for (let at = DIMS_BEGIN; at + 1 < fields.length; at += 2) dims[fields[at] as string] = fields[at + 1] as string;
  const amount = BigInt(minor);
  return { sequence: Number(sequence), leg: Number(leg), event, type, account, counter, currency, minor: amount, dims };
}

export const sequenceOf = (text: string): number => Number(text.slice(0, text.indexOf(' ')));
