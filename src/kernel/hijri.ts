import type { BusinessDate } from './calendar.js';

/**
 * The calendar of Umm al-Qura is tabulated for 1300–1600 AH only; outside, `Intl` silently computes another calendar
 * (domain.md §2). 1300 began on 1882-11-12, before the first business date there is.
 */
const LAST_HIJRI = '2174-11-25';

const FORMAT = new Intl.DateTimeFormat('en-u-ca-islamic-umalqura-nu-latn', {
  timeZone: 'UTC',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** Whether the day can be printed in the calendar of Umm al-Qura. */
export const isInHijri = (date: BusinessDate): boolean => date <= LAST_HIJRI;

/**
 * The day in the calendar of Umm al-Qura (تقويم أم القرى), `YYYY-MM-DD`: 1447-01-01 is 26 June 2025.
 * @throws RangeError after the last day of 1600 AH
 */
export function hijriDate(date: BusinessDate): string {
  if (!isInHijri(date)) throw new RangeError(`the Hijri calendar is known until ${LAST_HIJRI} only`);
  const parts = FORMAT.formatToParts(Date.parse(`${date}T00:00:00Z`));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}
