import type { AccountCode } from '../kernel/accounts.js';
import { businessDateAt, isBusinessDate, type BusinessDate } from '../kernel/calendar.js';
import type { Envelope } from '../kernel/envelope.js';
import type { LedgerId } from '../kernel/ids.js';
import { formatMinor, parseMoney, type MoneyJson } from '../kernel/money.js';

/** An event and its place in the ledger. */
export interface Known {
  readonly event: Envelope;
  readonly sequence: number;
}

/** What an export holds: said in its head, and all that its bytes depend on. */
export interface Selection {
  /** The last event that is known. */
  readonly sequence: number;
  /** Of the journal: this entity's entries; of the events: those that are about it. */
  readonly entity?: string;
  /** The first and the last business date, inclusive. */
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
}

export type Language = 'en' | 'ar';

/** What accounts and events are called in one language. */
export interface Names {
  account(code: AccountCode): string;
  /** @param type of a stored event */
  event(type: string): string;
}

/** How one format prints an event: pure, so that the same events make the same bytes. */
export interface Format {
  /** What the file is called, and by whom it is read. */
  readonly file: string;
  readonly mediaType: string;
  readonly en: string;
  readonly ar: string;
  /** Whether all events are printed, or only what their entries post. */
  readonly holds: 'events' | 'entries';
  head(ledger: LedgerId, selection: Selection): string;
  /** What has to be said before the event; what was said already is not said again. */
  declarations?(event: Envelope, names: Names): readonly string[];
  /** @throws Unprintable */
  event(known: Known, names: Names): string;
  /** The last line: a file without it is not whole. */
  tail?(events: number): string;
}

/** No ledger writes such an event: the log is damaged. */
export class Unprintable extends Error {
  override readonly name = 'Unprintable';
}

/** Letters, digits and what else ids and codes consist of; in every format these stand for themselves. */
const PLAIN = /^[\w./-]*$/;

/**
 * A text that means nothing to a reader of a journal but itself. Ids and codes are such texts; of anything else each other
 * character is percent-encoded (RFC 3986), so that no two texts become one.
 */
export const plain = (text: string): string =>
  PLAIN.test(text) ? text : text.replaceAll(/[^\w./-]/gu, (character) => percent(character));

const percent = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** @throws Unprintable */
export function effectiveOn({ id, effectiveOn: date }: Envelope): BusinessDate {
  if (!isBusinessDate(date)) throw new Unprintable(`event ${id} counts on ${String(date)}, which is no day`);
  return date;
}

/** The day in Asia/Riyadh on which the event was recorded. @throws Unprintable */
export function recordedOn({ id, recordedAt }: Envelope): BusinessDate {
  const moment = Date.parse(recordedAt);
  if (Number.isNaN(moment)) throw new Unprintable(`event ${id} was recorded at ${recordedAt}, which is no moment`);
  return businessDateAt(moment);
}

/** With all of the currency's decimals. */
export function amountOf(money: MoneyJson): string {
  const { minor, currency } = parseMoney(money);
  return formatMinor(minor, currency);
}

/** For the head of a file: `events 0 to 17, entity party_…, from 2026-01-01, to 2026-12-31`. */
export function described({ sequence, entity, from, to }: Selection): string {
  const parts = [`events 0 to ${sequence}`];
  if (entity !== undefined) parts.push(`entity ${entity}`);
  if (from !== undefined) parts.push(`from ${from}`);
  if (to !== undefined) parts.push(`to ${to}`);
  return parts.join(', ');
}
