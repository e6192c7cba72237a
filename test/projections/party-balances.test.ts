import { partyBalances } from '../../projections/party-balances/projection.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { foldAll, lives } from './life.js';

test('every line is the sum of its postings, and the total that of all sectors (domain.md E4)', () => {
  const lines = { owed: 0, credits: 0 };
  for (const { log, books } of lives(60)) {
    for (const [party, { owed, credits }] of foldAll(partyBalances, log)) {
      for (const { entity, sector, currency, amount } of owed) {
        const key = { party, entity, sector: sector as string, currency };
        const due = books.postings.sum('1200', key) + books.postings.sum('1205', key);
        expect(amount).toBe(formatMinor(due, parseCurrency(currency)));
        lines.owed++;
      }
      for (const { entity, sector, currency, available, held, refundable, total } of credits) {
        const text = (key: object): string =>
          formatMinor(-books.postings.sum('2300', { party, entity, currency, ...key }), parseCurrency(currency));
        expect({ available, refundable, total, held: Number(held) }).toEqual({
          available: text({ sector }),
          refundable: text({ sector }),
          total: text({}),
          held: 0,
        });
        lines.credits++;
      }
    }
  }
  expect(Math.min(lines.owed, lines.credits)).toBeGreaterThan(20);
});
