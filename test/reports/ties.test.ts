import fc from 'fast-check';
import { ageing } from '../../projections/reports/ageing.js';
import { replayedReports } from '../../projections/reports/catalogue.js';
import { completeness } from '../../projections/reports/completeness.js';
import { deferredRevenue } from '../../projections/reports/deferred-revenue.js';
import { exceptions } from '../../projections/reports/exceptions.js';
import { instalments } from '../../projections/reports/instalments.js';
import { payments } from '../../projections/reports/payments.js';
import { reconciliation } from '../../projections/reports/reconciliation.js';
import { refundable } from '../../projections/reports/refundable.js';
import { rollForward } from '../../projections/reports/roll-forward.js';
import { subscriptionRegister } from '../../projections/reports/subscription-register.js';
import { waivers } from '../../projections/reports/waivers.js';
import type { Report, Row } from '../../projections/report.js';
import { subscriptions } from '../../projections/subscriptions/projection.js';
import { foldAll } from '../projections/life.js';
import { balances, histories, type History } from './histories.js';
import { rowsOf, type Asked } from './reporting.js';

/*
 * Where a report's figures must be what an account holds, they are, on any day, for whatever is known, of random histories
 * with back-dated commands; and where two reports tell the same thing, they tell the same.
 */
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 60);

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
  holds('8, reconciliation: 1100, 1110 and 1120, each, and 2310', async (history) => {
    const rows = await ask(reconciliation, history, { from: history.from, to: history.on });
    for (const account of ['1100', '1110', '1120']) {
      const inAccount = sumsOf(
        rows.filter((row) => row['account'] === account),
        'clearing',
      );
      expect([account, nonZero(inAccount)]).toEqual([account, nonZero(balances(history, account))]);
    }
    expect(nonZero(sumsOf(rows, 'unmatched'))).toEqual(nonZero(balances(history, '2310'), -1n));
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

describe('the subscription register’s', () => {
  for (const [column, account, sign] of [
    ['deferred', '2100', -1n],
    ['vat', '2200', -1n],
    ['owed', '1210', 1n],
  ] as const) {
    holds(`20, ${column}: ${account}`, async (history) => {
      const rows = await ask(subscriptionRegister, history, { effectiveOn: history.on });
      expect(nonZero(sumsOf(rows, column))).toEqual(nonZero(balances(history, account), sign));
    });
  }
  holds(
    'states, terms and ends are those of the read model',
    async (history) => {
      const rows = await ask(
        subscriptionRegister,
        { ...history, sequence: history.log.length - 1 },
        { effectiveOn: '2199-12-31' },
      );
      const views = foldAll(subscriptions, history.log);
      expect(rows).toHaveLength(views.size);
      for (const row of rows) {
        const { state, termCount, endsOn } = views.get(String(row['subscription'])) ?? {};
        expect(row).toMatchObject({ state: state === 'active' ? 'expired' : state, terms: termCount, endsOn });
      }
    },
    histories.map((history) => ({ ...history, log: history.unshifted })),
  );
});

describe('two reports say the same', () => {
  holds('21 and the accounts: all that was ever paid, and is refundable', async (history) => {
    const rows = await ask(payments, history, { from: '1900-01-01', to: history.on });
    expect(nonZero(sumsOf(rows, 'paid'))).toEqual(nonZero(balances(history, '1100', '1110', '1120')));
    expect(nonZero(sumsOf(rows, 'refundable'))).toEqual(nonZero(balances(history, '2300'), -1n));
  });
  holds('15 and 12: how much was refused', async (history) => {
    const [whole] = await ask(completeness, history, {});
    const refused = await ask(exceptions, history, { from: '1900-01-01', to: '2199-12-31' });
    expect(whole?.['refused'] ?? 0).toBe(refused.length);
  });
  holds('21 and 6: the debts that were cancelled', async (history) => {
    const asked = { from: history.from, to: history.on };
    const moved = (await ask(payments, history, asked)).filter(({ kind }) => kind === 'debt-cancelled');
    const decided = (await ask(waivers, history, asked)).filter(({ kind }) => kind === 'cancellation');
    expect(nonZero(sumsOf(moved, 'cancelled'))).toEqual(nonZero(sumsOf(decided, 'amount')));
  });
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

test('in any history each row has the report’s columns, and no two rows of a report have one key', () =>
  fc.assert(
    fc.asyncProperty(histories, async (history) => {
      for (const report of replayedReports) {
        const asked = { ...('to' in report.takes && { from: history.from, to: history.on }) };
        const onDay = { ...('effectiveOn' in report.takes && { effectiveOn: history.on }) };
        const rows = await ask(report, history, { ...asked, ...onDay });
        const columns = report.columns.map(({ name }) => name).sort();
        for (const row of rows) expect([report.name, Object.keys(row).sort()]).toEqual([report.name, columns]);
        const keys = rows.map((row) => report.key.map((name) => row[name]).join(' '));
        expect([report.name, new Set(keys).size]).toEqual([report.name, keys.length]);
      }
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  ));
