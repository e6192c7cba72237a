import {
  isWorkingDay,
  InvalidWorkingDays,
  readWorkingDays,
  WEEKENDS_ONLY,
  workingDaysAfter,
} from '../../src/contexts/debts/working-days.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';

const on = (day: string) => day as BusinessDate;

describe('working days (domain.md §2)', () => {
  test('the weekend is Friday and Saturday, and was Thursday and Friday until 28 June 2013', () => {
    const week = (first: string, days: readonly number[]) =>
      days.map((day) => isWorkingDay(WEEKENDS_ONLY, on(`${first}${String(day).padStart(2, '0')}`)));
    // 2026-03-01 is a Sunday.
    expect(week('2026-03-', [1, 2, 3, 4, 5, 6, 7])).toEqual([true, true, true, true, true, false, false]);
    // 2013-06-23 is a Sunday, 2013-06-29 the first Saturday of the new weekend.
    expect(week('2013-06-', [23, 26, 27, 28, 29, 30])).toEqual([true, true, false, false, false, true]);
  });

  test('thirty working days are six weeks, and the day itself does not count', () => {
    expect(workingDaysAfter(WEEKENDS_ONLY, on('2026-03-01'), 30)).toBe('2026-04-12');
    expect(workingDaysAfter(WEEKENDS_ONLY, on('2026-03-05'), 1)).toBe('2026-03-08');
  });

  test('a holiday is none, its first and last day included', () => {
    const calendar = readWorkingDays({ ...WEEKENDS_ONLY, holidays: [{ from: '2026-03-18', to: '2026-03-23' }] });
    expect(workingDaysAfter(calendar, on('2026-03-01'), 30)).toBe('2026-04-16'); // 18, 19, 22, 23 March
    expect(isWorkingDay(calendar, on('2026-03-24'))).toBe(true);
  });

  test('a holiday may be one day', () => {
    const calendar = readWorkingDays({ ...WEEKENDS_ONLY, holidays: [{ from: '2026-09-23', to: '2026-09-23' }] });
    expect(['2026-09-22', '2026-09-23', '2026-09-24'].map((day) => isWorkingDay(calendar, on(day)))).toEqual([
      true,
      false,
      true,
    ]);
  });

  test.each([
    ['a day that is none', { weekends: [{ from: '2026-02-30', days: ['friday'] }], holidays: [] }, '2026-02-30'],
    ['another name of a day', { weekends: [{ from: '2026-02-28', days: ['Friday'] }], holidays: [] }, '/weekends/0'],
    ['a holiday from no day', { weekends: [], holidays: [{ from: '2026-02-30', to: '2026-03-01' }] }, '2026-02-30'],
    ['a holiday to no day', { weekends: [], holidays: [{ from: '2026-02-01', to: '2026-02-29' }] }, '2026-02-29'],
    ['a holiday backwards', { weekends: [], holidays: [{ from: '2026-02-02', to: '2026-02-01' }] }, 'before it begins'],
    ['a missing list', { weekends: [] }, 'holidays'],
  ])('%s is refused, and the message says what is wrong', (_, json, message) => {
    expect(() => readWorkingDays(json)).toThrow(InvalidWorkingDays);
    expect(() => readWorkingDays(json)).toThrow(message);
  });
});
