import type { Brand } from './brand.js';
import { InvalidValue } from './invalid-value.js';

/** A day in Asia/Riyadh, `YYYY-MM-DD`: when something counts. */
export type BusinessDate = Brand<string, 'BusinessDate'>;
/** A moment, RFC 3339 in UTC with milliseconds: when something was recorded. */
export type Instant = Brand<string, 'Instant'>;

/** Asia/Riyadh has been UTC+3 without daylight saving for as long as any event can be dated. */
const RIYADH_OFFSET_MS = 3 * 3_600_000;
/** No event counts earlier, or later. */
export const FIRST_DAY = '1900-01-01' as BusinessDate;
export const LAST_DAY = '2199-12-31' as BusinessDate;

/** @throws InvalidValue for anything but a real day between 1900-01-01 and 2199-12-31. */
export function parseBusinessDate(text: string, what = 'date'): BusinessDate {
  if (!isBusinessDate(text)) {
    throw new InvalidValue(
      'NOT_A_DATE',
      `${what} must be a real day as YYYY-MM-DD between ${FIRST_DAY} and ${LAST_DAY}`,
    );
  }
  return text;
}

export function isBusinessDate(text: string): text is BusinessDate {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < FIRST_DAY || text > LAST_DAY) return false;
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  return day >= 1 && day <= daysIn(Number(text.slice(0, 4)), month);
}

/** Of a month that there is not: none. */
function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : ([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 0);
}

/** The business day in Asia/Riyadh at a moment given in milliseconds since 1970. */
export const businessDateAt = (epochMs: number): BusinessDate =>
  new Date(epochMs + RIYADH_OFFSET_MS).toISOString().slice(0, 10) as BusinessDate;

/** When a business day begins, in milliseconds since 1970. */
export const startOfDay = (date: BusinessDate): number => Date.parse(`${date}T00:00:00Z`) - RIYADH_OFFSET_MS;

export const instantAt = (epochMs: number): Instant => new Date(epochMs).toISOString() as Instant;

/**
 * The same day of a later month, or the last one that the month has: 31 January + 1 is the end of February. Twelve
 * months from 29 February are 28 February (domain.md Q7).
 * @param months not negative
 */
export function addMonths(date: BusinessDate, months: number): BusinessDate {
  const { year, month, day } = partsOf(date);
  const counted = 12 * year + (month - 1) + months;
  const [toYear, toMonth] = [Math.floor(counted / 12), (counted % 12) + 1];
  return dateOf(toYear, toMonth, Math.min(day, daysIn(toYear, toMonth)));
}

/** `days` may be negative. */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  const { year, month, day } = partsOf(date);
  const to = day + days;
  if (to >= 1 && to <= daysIn(year, month)) return dateOf(year, month, to);
  return new Date(Date.UTC(year, month - 1, to)).toISOString().slice(0, 10) as BusinessDate;
}

const partsOf = (date: BusinessDate): { readonly year: number; readonly month: number; readonly day: number } => ({
  year: Number(date.slice(0, 4)),
  month: Number(date.slice(5, 7)),
  day: Number(date.slice(8)),
});

const twoDigits = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

const dateOf = (year: number, month: number, day: number): BusinessDate =>
  `${year}-${twoDigits(month)}-${twoDigits(day)}` as BusinessDate;
