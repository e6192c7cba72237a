import fc from 'fast-check';
import { ageing } from '../../projections/reports/ageing.js';
import { deferredRevenue } from '../../projections/reports/deferred-revenue.js';
import { instalments } from '../../projections/reports/instalments.js';
import { refundable } from '../../projections/reports/refundable.js';
import { rollForward } from '../../projections/reports/roll-forward.js';
import { waivers } from '../../projections/reports/waivers.js';
import type { Report, Row } from '../../projections/report.js';
import { balances, histories, type History } from './histories.js';
import { rowsOf, type Asked } from './reporting.js';

/*
 * Where a report's figures must be what an account holds, they are, on any day, for whatever is known, of random histories
 * with back-dated commands; and where two reports tell the same thing, they tell the same.
 */
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 150);

type Sums = Map<string, bigint>;
const minor = (cell: Row[string] | undefined): bigint => BigInt(String(cell).replace('.', ''));

/** A column's sums by entity and currency; what is zero is left out. */
const sumsOf = (rows: readonly Row[], column: string): Sums => {
  const sums: Sums = new Map();
  for (const row of rows) {
    const key = `${row['entity']} ${row['currency']}`;
    sums.set(key, (sums.get(key) ?? 0n) + minor(row[column]));
  }
  return sums;
};
const nonZero = (sums: Sums, sign = 1n): Record<string, bigint> =>
  Object.fromEntries([...sums].filter(([, each]) => each !== 0n).map(([key, each]) => [key, sign * each]));

const ask = (report: Report, { log, sequence }: History, asked: Asked) => rowsOf(report, log, asked, sequence);

const holds = (name: string, law: (history: History) => Promise<void>, of = histories): void =>
  test(name, () => fc.assert(fc.asyncProperty(of, law), { numRuns: RUNS }));

describe('a report’s total is what the account holds', () => {
  holds('3 and 5, ageing and the end of the roll-forward: 1200 + 1205', async (history) => {
    const { on, from } = history;
    const held = nonZero(balances(history, '1200', '1205'));
    expect(nonZero(sumsOf(await ask(ageing, history, { effectiveOn: on }), 'amount'))).toEqual(held);
    expect(nonZero(sumsOf(await ask(rollForward, history, { from, to: on }), 'closing'))).toEqual(held);
  });
  holds('7, instalments: 1205', async (history) => {
    const rows = await ask(instalments, history, { effectiveOn: history.on });
    expect(nonZero(sumsOf(rows, 'open'))).toEqual(nonZero(balances(history, '1205')));
  });
  holds('9, deferred revenue: 2100, at the end of its last month', async (history) => {
    const { on, from } = history;
    const rows = await ask(deferredRevenue, history, { from, to: on });
    const last = rows.filter(({ month }) => month === on.slice(0, 7));
    expect(nonZero(sumsOf(last, 'closing'))).toEqual(nonZero(balances(history, '2100'), -1n));
  });
  holds('11, refundable balances: 2300', async (history) => {
    const rows = await ask(refundable, history, { effectiveOn: history.on });
    expect(nonZero(sumsOf(rows, 'balance'))).toEqual(nonZero(balances(history, '2300'), -1n));
  });
});

describe('two reports say the same', () => {
  holds('6 and 5: what was waived and cancelled', async (history) => {
    const asked = { from: history.from, to: history.on };
    const decisions = await ask(waivers, history, asked);
    const moved = await ask(rollForward, history, asked);
    for (const [kind, column] of [
      ['waiver', 'waived'],
      ['cancellation', 'cancelled'],
    ] as const) {
      const given = sumsOf(
        decisions.filter((row) => row['kind'] === kind),
        'amount',
      );
      expect([kind, nonZero(given)]).toEqual([kind, nonZero(sumsOf(moved, column))]);
    }
  });
});

test('no report answers twice under one key, in any history', () =>
  fc.assert(
    fc.asyncProperty(histories, async (history) => {
      for (const report of [waivers, instalments, deferredRevenue, refundable]) {
        const asked = 'to' in report.takes ? { from: history.from, to: history.on } : { effectiveOn: history.on };
        const keys = (await ask(report, history, asked)).map((row) => report.key.map((name) => row[name]).join(' '));
        expect([report.name, new Set(keys).size]).toEqual([report.name, keys.length]);
      }
    }),
    { numRuns: RUNS },
  ));
