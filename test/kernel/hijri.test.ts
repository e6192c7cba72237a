import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import { hijriDate, isInHijri } from '../../src/kernel/hijri.js';

const on = (day: string) => day as BusinessDate;

describe('the calendar of Umm al-Qura (domain.md §2)', () => {
  test.each([
    ['1900-01-01', '1317-08-29'],
    ['2024-04-10', '1445-10-01'], // Eid al-Fitr
    ['2025-03-01', '1446-09-01'], // the first of Ramadan
    ['2025-06-26', '1447-01-01'],
    ['2174-11-25', '1600-12-30'],
  ])('%s is %s', (day, hijri) => expect(hijriDate(on(day))).toBe(hijri));

  test('after the last day of 1600 AH, where Intl would change to another calendar, there is none', () => {
    expect(isInHijri(on('2174-11-25'))).toBe(true);
    expect(isInHijri(on('2174-11-26'))).toBe(false);
    expect(() => hijriDate(on('2174-11-26'))).toThrow('2174-11-25');
  });

  test('each day follows the one before: a month has 29 or 30 days, and no day is twice', () => {
    let [day, before] = [on('2026-01-01'), hijriDate(on('2026-01-01'))];
    for (let n = 0; n < 4000; n++) {
      day = addDays(day, 1);
      const hijri = hijriDate(day);
      const date = Number(hijri.slice(8));
      if (date === 1) expect(['29', '30']).toContain(before.slice(8));
      else expect(hijri).toBe(`${before.slice(0, 8)}${String(date).padStart(2, '0')}`);
      expect(hijri > before).toBe(true);
      before = hijri;
    }
  });
});
