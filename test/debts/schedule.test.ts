import { scheduled, type Every, type Wish } from '../../src/contexts/debts/schedule.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Currency } from '../../src/kernel/money.js';

const on = (day: string) => day as BusinessDate;
const TODAY = on('2026-03-01');
const SAR = 'SAR' as Currency;
const dues = (wish: Wish, balance = 1000n) => scheduled(wish, balance, SAR, TODAY);
const equal = (instalments: number, every: Every, firstDueOn = '2026-03-31') =>
  dues({ instalments, firstDueOn: on(firstDueOn), every });

describe('E2j equal instalments', () => {
  test.each<[Every, string, string]>([
    ['P1W', '2026-04-07', '2026-04-14'],
    ['P2W', '2026-04-14', '2026-04-28'],
    ['P1M', '2026-04-30', '2026-05-31'], // the 31st comes back
    ['P3M', '2026-06-30', '2026-09-30'],
    ['P6M', '2026-09-30', '2027-03-31'],
    ['P1Y', '2027-03-31', '2028-03-31'],
  ])('every %s from 31 March are due next on %s and %s', (every, second, third) => {
    expect(equal(3, every)).toEqual([
      { dueOn: '2026-03-31', minor: 333n },
      { dueOn: second, minor: 333n },
      { dueOn: third, minor: 334n }, // the remainder is in the last
    ]);
  });

  test('a single one is the whole balance, on its day', () => {
    expect(equal(1, 'P1M')).toEqual([{ dueOn: '2026-03-31', minor: 1000n }]);
  });

  test('one of them may be due today, and none before', () => {
    expect(equal(1, 'P1M', TODAY)).toEqual([{ dueOn: TODAY, minor: 1000n }]);
    expect(equal(1, 'P1M', '2026-02-28')).toMatchObject({ refused: { code: 'DUE_DATE' } });
  });

  test.each([0, 241])('%d of them are no schedule', (count) => {
    expect(equal(count, 'P1W')).toMatchObject({ refused: { code: 'SCHEDULE' }, facts: { most: 240 } });
  });

  test('twenty years of months are the most', () => {
    const longest = dues({ instalments: 240, firstDueOn: on('2026-04-01'), every: 'P1M' }, 24_000n);
    expect(longest).toHaveLength(240);
    expect((longest as { dueOn: string }[]).at(-1)?.dueOn).toBe('2046-03-01');
    expect(dues({ instalments: 240, firstDueOn: on('2026-04-02'), every: 'P1M' }, 24_000n)).toMatchObject({
      refused: { code: 'DUE_DATE' },
      facts: { latest: '2046-03-01' },
    });
  });
});
