import fc from 'fast-check';
import {
  addDays,
  addMonths,
  type BusinessDate,
  businessDateAt,
  instantAt,
  isBusinessDate,
  parseBusinessDate,
  startOfDay,
} from '../../src/kernel/calendar.js';
import { systemClock } from '../../src/kernel/clock.js';

const at = (instant: string): number => Date.parse(instant);

describe('business dates are Asia/Riyadh dates (domain.md §2)', () => {
  test.each([
    ['2025-12-31T20:59:59.999Z', '2025-12-31'],
    ['2025-12-31T21:00:00.000Z', '2026-01-01'],
    ['2024-02-28T21:00:00.000Z', '2024-02-29'],
    ['2024-02-29T20:59:59.999Z', '2024-02-29'],
    ['2023-02-28T21:00:00.000Z', '2023-03-01'],
    ['1970-01-01T00:00:00.000Z', '1970-01-01'],
    ['1969-12-31T20:59:59.999Z', '1969-12-31'],
  ])('%s falls on %s', (instant, day) => expect(businessDateAt(at(instant))).toBe(day));

  test('a business day begins at midnight in Riyadh, and the moment before is of the day before', () => {
    const start = startOfDay('2026-01-01' as BusinessDate);
    expect(instantAt(start)).toBe('2025-12-31T21:00:00.000Z');
    expect([businessDateAt(start), businessDateAt(start - 1)]).toEqual(['2026-01-01', '2025-12-31']);
  });

  test('agree with the time zone database from 1950 on', () => {
    const riyadh = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Riyadh' });
    fc.assert(
      fc.property(fc.integer({ min: at('1950-01-01T00:00:00Z'), max: at('2199-12-31T00:00:00Z') }), (time) => {
        expect(businessDateAt(time)).toBe(riyadh.format(time));
      }),
    );
  });

  test('are the days that there are, each of them and no other', () => {
    const days = new Set<string>();
    for (let time = at('1900-01-01T00:00:00Z'); time <= at('2199-12-31T00:00:00Z'); time += 86_400_000) {
      days.add(new Date(time).toISOString().slice(0, 10));
    }
    const two = (part: number): string => String(part).padStart(2, '0');
    const taken: string[] = [];
    for (let year = 1899; year <= 2200; year++) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const text = `${year}-${two(month)}-${two(day)}`;
          if (isBusinessDate(text)) taken.push(text);
        }
      }
    }
    expect(taken).toEqual([...days]);
  });

  test.each(['2024-02-29', '2000-02-29', '1900-01-01', '2199-12-31', '2026-11-23'])('%s is a day', (text) => {
    expect(parseBusinessDate(text)).toBe(text);
  });

  test.each([
    '2023-02-29',
    '1900-02-29',
    '2100-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '1899-12-31',
    '2200-01-01',
    '0000-01-01',
    '9999-12-31',
    '+2026-01-01',
    '-2026-01-01',
    '12026-01-01',
    '2026-1-1',
    '20260101',
    '2026/01/01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '2026-01-01\n',
    '١٤٤٧-٠١-٠١',
    '',
  ])('%j is no day: a clear error', (text) => {
    expect(() => parseBusinessDate(text, 'paidOn')).toThrow(
      expect.objectContaining({ code: 'NOT_A_DATE', message: expect.stringContaining('paidOn must be a real day') }),
    );
  });

  test('days are added across months, leap days and years', () => {
    const day = (text: string): BusinessDate => parseBusinessDate(text);
    expect(addDays(day('2024-02-28'), 1)).toBe('2024-02-29');
    expect(addDays(day('2023-02-28'), 1)).toBe('2023-03-01');
    expect(addDays(day('2026-01-01'), -1)).toBe('2025-12-31');
    expect(addDays(day('2024-01-01'), 366)).toBe('2025-01-01');
    expect(addDays(day('2026-05-05'), 0)).toBe('2026-05-05');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: -20_000, max: 20_000 }), (from, days) => {
        const iso = (n: number): string => new Date(Date.UTC(1960, 0, 1 + n)).toISOString().slice(0, 10);
        expect(addDays(day(iso(from)), days)).toBe(iso(from + days));
      }),
    );
  });

  test('Q7 a year is the same day of the next year; 29 February ends on 28 February (domain.md)', () => {
    const day = (text: string): BusinessDate => parseBusinessDate(text);
    expect(addMonths(day('2026-03-14'), 12)).toBe('2027-03-14');
    expect(addMonths(day('2024-02-29'), 12)).toBe('2025-02-28');
    expect(addMonths(day('2023-03-01'), 12)).toBe('2024-03-01');
    for (let date = day('1900-01-01'); date < '2199-12-31'; date = addDays(date, 1)) {
      const end = addMonths(date, 12);
      if (date.endsWith('-02-29')) expect(end).toBe(`${Number(date.slice(0, 4)) + 1}-02-28`);
      else if (end !== `${Number(date.slice(0, 4)) + 1}${date.slice(4)}`) throw new Error(`${date} ends on ${end}`);
    }
  });

  test('a month is the same day of the next one, or its last where it has no such day', () => {
    const day = (text: string): BusinessDate => parseBusinessDate(text);
    expect([1, 2, 3, 12, 13].map((months) => addMonths(day('2026-01-31'), months))).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2027-01-31',
      '2027-02-28',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.nat(240), (days, months) => {
        const from = addDays(day('1900-01-01'), days);
        const to = addMonths(from, months);
        const at = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
        expect(at(to) - at(from)).toBe(months);
        expect(to.slice(8) === from.slice(8) || (to.slice(8) < from.slice(8) && addDays(to, 1).endsWith('-01'))).toBe(
          true,
        );
      }),
    );
  });

  test('instants are UTC with milliseconds', () => {
    expect(instantAt(at('2026-11-23T12:34:56+03:00'))).toBe('2026-11-23T09:34:56.000Z');
  });
});

describe('the clock (DESIGN.md, Two times)', () => {
  test('never decreases where the machine jumps backwards, and moves on when it has caught up', () => {
    const readings = [100, 105, 50, 104, 106, 1, 200];
    const clock = systemClock(() => readings.shift()!);
    expect(Array.from({ length: 7 }, () => clock.now())).toEqual([100, 105, 105, 105, 106, 106, 200]);
  });

  test('is the running maximum of any readings', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (readings) => {
        let i = 0;
        const clock = systemClock(() => readings[i++]!);
        expect(readings.map(() => clock.now())).toEqual(readings.map((_, n) => Math.max(...readings.slice(0, n + 1))));
      }),
    );
  });

  test('reads the machine by default', () => {
    const [before, now, after] = [Date.now(), systemClock().now(), Date.now()];
    expect(now >= before && now <= after).toBe(true);
  });
});
