import { addDays, addMonths, isBusinessDate, type BusinessDate } from './calendar.js';
import { InvalidValue } from './invalid-value.js';

/** A month or a year of the Gregorian calendar, in which entities close their books. */
export interface Period {
  /** `2026-03` or `2026`. */
  readonly code: string;
  readonly kind: 'month' | 'year';
  readonly from: BusinessDate;
  readonly through: BusinessDate;
}

/** @throws InvalidValue `NOT_A_PERIOD` for anything but `YYYY-MM` or `YYYY` between 1900 and 2199 */
export function parsePeriod(code: string): Period {
  const kind = /^\d{4}$/.test(code) ? 'year' : 'month';
  const from = kind === 'year' ? `${code}-01-01` : `${code}-01`;
  if (!isBusinessDate(from)) {
    throw new InvalidValue('NOT_A_PERIOD', 'period must be a month as YYYY-MM or a year as YYYY, from 1900 to 2199');
  }
  return { code, kind, from, through: addDays(addMonths(from, kind === 'year' ? 12 : 1), -1) };
}

export const yearOf = (day: BusinessDate): string => day.slice(0, 4);
