import { keptUntil, LEGAL_RETENTION, readRetention, spansOf } from '../../src/contexts/parties/retention.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';

test('domain.md §2: traders’ books are kept ten years, tax records six', () => {
  const years = spansOf(LEGAL_RETENTION).map((span) => [span.class, span.from, span.to, span.years]);
  expect(years).toEqual([
    ['books', '1900-01-01', '2199-12-31', 10],
    ['tax', '1900-01-01', '2199-12-31', 6],
  ]);
  expect(keptUntil('2026-03-31' as BusinessDate, 10)).toBe('2036-03-31');
  expect(keptUntil('2024-02-29' as BusinessDate, 6)).toBe('2030-02-28');
});

test('a class changes by date: each record is kept by what was in force on its day', () => {
  const classes = [
    { class: 'books', from: '2027-01-01', years: 5 },
    { class: 'books', from: '2000-01-01', years: 10 },
  ];
  expect(spansOf(readRetention({ answerDays: 30, classes })).map(({ from, to, years }) => [from, to, years])).toEqual([
    ['2000-01-01', '2026-12-31', 10],
    ['2027-01-01', '2199-12-31', 5],
  ]);
});

test('a file that cannot be used says why', () => {
  expect(() => readRetention({ answerDays: 30 })).toThrow('SIJILL_RETENTION names a file that cannot be used');
  const classes = [{ class: 'books', from: '2027-02-30', years: 5 }];
  expect(() => readRetention({ answerDays: 30, classes })).toThrow('2027-02-30 is no day');
});
