import type { Row } from '../../projections/report.js';
import { reports } from '../../src/composition.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { shown } from './reporting.js';
import {
  A,
  B,
  BASIC,
  C,
  CITY,
  CLOSED,
  DELEGATION,
  E,
  director,
  happens,
  huda,
  MINISTRY,
  omar,
  SAMI,
  SHOP,
  type Known,
} from './saudi/happened.js';
import { StoryLedger } from './saudi/ledger.js';

/*
 * The story of `saudi/happened.ts` through the ledger, its policies and its projections; every figure is worked out by hand here.
 */
let ledger: StoryLedger;
let known: Known;
let log: readonly Envelope[];

beforeAll(async () => {
  ledger = await StoryLedger.open();
  known = await happens(ledger);
  log = await ledger.log();
});
afterAll(() => ledger.dispose());

const LAST = '2028-04-01';
const YEAR = (year: number) => ({ from: `${year}-01-01`, to: `${year}-12-31` });
const rows = async (name: string, asked: Record<string, string>, sequence?: number): Promise<readonly Row[]> =>
  (await ledger.report(name, asked, sequence)).rows;
const totals = async (name: string, asked: Record<string, string>, sequence?: number): Promise<Row | undefined> =>
  (await ledger.report(name, asked, sequence)).totals[0];
const cents = (text: string): bigint => BigInt(text.replace('.', ''));
const cell = (row: Row | undefined, column: string): bigint => cents(String(row?.[column] ?? '0.00'));

/** What an entity's accounts hold on a day, by the entries alone: debits less credits, in halalas; what is zero is left out. */
function held(entity: string, on: string, sequence = log.length - 1): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const event of log.slice(0, sequence + 1)) {
    if (event.effectiveOn > on) continue;
    for (const { debit, credit, amount } of event.entries) {
      if (debit.dims.entity !== entity) continue;
      sums[debit.account] = (sums[debit.account] ?? 0n) + cents(amount);
      sums[credit.account] = (sums[credit.account] ?? 0n) - cents(amount);
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, each]) => each !== 0n));
}
const sar = (figures: Record<string, string>): Record<string, bigint> =>
  Object.fromEntries(Object.entries(figures).map(([account, text]) => [account, cents(text)]));

describe('1, what the accounts hold', () => {
  /*
   * The city on 2026-12-31, as it was closed: 1100 FT-5 200.00 + FT-6 75.00; 1110 FT-1 300.00 + FT-2 300.00 + FT-7 850.00, FT-4 was taken
   * back; 1120 FT-3. 1200: of A the last instalment, fallen due. 2300: B 200.00 and 50.00 too much for C. 2310: FT-6.
   * Revenue 1,200.00 (A) + 500.00 − 500.00 (B) + 800.00 (C) = 2,000.00, waivers 150.00: the year's result is 1,850.00.
   */
  test('the city at the end of 2026', () => {
    const figures = { '1100': '275.00', '1110': '1450.00', '1120': '300.00', '1200': '150.00' };
    const owed = { '2300': '-250.00', '2310': '-75.00' };
    const [closed] = known.city;
    const result = { '4300': '-2000.00', '5100': '150.00' };
    expect(held(CITY, '2026-12-31', closed)).toEqual(sar({ ...figures, ...owed, ...result }));
    expect(held(CITY, '2026-12-31', closed + 1)).toEqual(sar({ ...figures, ...owed, '3000': '-1850.00' }));
    // Corrected by E: 90.00 more are owed, and are of the result of the year that was closed.
    expect(held(CITY, '2026-12-31')).toEqual(sar({ ...figures, ...owed, '1200': '240.00', '3000': '-1940.00' }));
  });
  /*
   * 2027: FT-6 pays 75.00 of A: 1200 is A 75.00 + E 90.00 + G 40.00. C gives 800.00 back, from 3000. Revenue of F and G 100.00, waiver of F
   * 60.00: 3000 is 1,940.00 − 800.00 + 40.00.
   */
  test('the city at the end of 2027', () => {
    const figures = { '1100': '275.00', '1110': '1450.00', '1120': '300.00', '1200': '205.00' };
    expect(held(CITY, '2027-12-31')).toEqual(sar({ ...figures, '2300': '-1050.00', '3000': '-1180.00' }));
  });
  /* Nine months of 8.33 are earned in 2026: 74.97; in 2027 the last three, 8.33 + 8.33 + 8.37, and nine again: 100.00. */
  test('the ministry', () => {
    const sold = { '1110': '115.00', '2200': '-15.00' };
    expect(held(MINISTRY, '2026-12-31')).toEqual(sar({ ...sold, '2100': '-25.03', '3000': '-74.97' }));
    const twice = { '1110': '230.00', '2200': '-30.00' };
    expect(held(MINISTRY, '2027-12-31')).toEqual(sar({ ...twice, '2100': '-25.03', '3000': '-174.97' }));
    expect(held(MINISTRY, LAST)).toEqual(sar({ ...twice, '4100': '-25.03', '3000': '-174.97' }));
  });
});

describe('debts', () => {
  test('3, ageing', async () => {
    const on = (effectiveOn: string) => rows('debt-ageing', { entity: CITY, effectiveOn });
    // A is due since 2026-02-10, 324 days; E was registered as of 2026-12-15, 16 days before.
    expect(shown(await on('2026-12-31'), 'age', 'debts', 'amount')).toEqual([
      ['0-30', 1, '90.00'],
      ['91-365', 1, '150.00'],
    ]);
    // A 689 days and E 381; G 183.
    expect(shown(await on('2027-12-31'), 'age', 'debts', 'amount')).toEqual([
      ['91-365', 1, '40.00'],
      ['over-365', 2, '165.00'],
    ]);
  });
  test('5, roll-forward', async () => {
    const figures = ['opening', 'registered', 'updated', 'paid', 'waived', 'cancelled', 'closing'];
    const of = async (year: number, sequence?: number) =>
      shown(await rows('debt-roll-forward', { entity: CITY, ...YEAR(year) }, sequence), ...figures);
    // Registered 1,200 + 500 + 800; paid 300 × 3 of A (150 came and went), 200 of B, 800 of C; B's 300 cancelled.
    expect(await of(2026, known.city[0])).toEqual([
      ['0.00', '2500.00', '0.00', '1900.00', '150.00', '300.00', '150.00'],
    ]);
    expect(await of(2026)).toEqual([['0.00', '2590.00', '0.00', '1900.00', '150.00', '300.00', '240.00']]);
    // F 60 and G 40 registered, 75 of A paid, F waived; of C nothing was open.
    expect(await of(2027)).toEqual([['240.00', '100.00', '0.00', '75.00', '60.00', '0.00', '205.00']]);
  });
  test('6, waivers and cancellations', async () => {
    const columns = ['kind', 'ground', 'authority', 'evidence', 'band', 'decisions', 'amount', 'givenBack', 'undone'];
    const of = async (year: number) =>
      shown(await rows('waivers-and-cancellations', { entity: CITY, ...YEAR(year) }), ...columns);
    expect(await of(2026)).toEqual([
      ['cancellation', 'error', null, 'none', 'to-1000', 1, '300.00', '200.00', '0.00'],
      ['waiver', 'poverty', DELEGATION, 'given', 'to-1000', 1, '150.00', '0.00', '0.00'],
    ]);
    expect(await of(2027)).toEqual([
      ['cancellation', 'error', null, 'none', 'to-1000', 1, '0.00', '800.00', '0.00'],
      ['waiver', 'poverty', DELEGATION, 'none', 'to-1000', 1, '60.00', '0.00', '0.00'],
    ]);
  });
  test('7, instalments', async () => {
    const columns = ['paid', 'lowered', 'ended', 'open', 'state', 'daysLate', 'missed', 'notices', 'noticeUntil'];
    const on = async (effectiveOn: string) =>
      shown(await rows('instalments', { entity: CITY, effectiveOn }), ...columns);
    const open = ['0.00', '0.00', '0.00', '300.00', 'open', null, 0, 0, null];
    const paid = ['300.00', '0.00', '0.00', '0.00', 'paid', null, 0, 0, null];
    expect(await on('2026-04-05')).toEqual([
      paid,
      ['0.00', '0.00', '0.00', '300.00', 'noticed', 4, 1, 1, '2026-05-19'],
      open,
      open,
    ]);
    const wasLate = ['300.00', '0.00', '0.00', '0.00', 'paid', null, 1, 1, null];
    // On 2026-07-01, thirty days after it fell due and its receipt was taken back, the last one is noticed.
    expect(await on('2026-07-01')).toEqual([
      paid,
      wasLate,
      paid,
      ['0.00', '150.00', '0.00', '150.00', 'noticed', 30, 1, 1, '2026-08-12'],
    ]);
    expect((await on('2026-12-31')).at(-1)).toEqual(['0.00', '150.00', '150.00', '0.00', 'over', null, 1, 1, null]);
  });
});

describe('money', () => {
  test('8, reconciliation', async () => {
    const columns = ['account', 'reference', 'matchedTo', 'received', 'reversed', 'clearing', 'unmatched'];
    const of = (year: number) => ledger.report('sadad-reconciliation', { entity: CITY, ...YEAR(year) });
    const before = await of(2026);
    expect(shown(before.rows, ...columns)).toEqual([
      ['1100', 'FT-5', B, '200.00', '0.00', '200.00', '0.00'],
      ['1100', 'FT-6', null, '75.00', '0.00', '75.00', '75.00'],
      ['1110', 'FT-1', A, '300.00', '0.00', '300.00', '0.00'],
      ['1110', 'FT-2', A, '300.00', '0.00', '300.00', '0.00'],
      ['1110', 'FT-4', A, '150.00', '150.00', '0.00', '0.00'],
      ['1110', 'FT-7', C, '850.00', '0.00', '850.00', '0.00'],
      ['1120', 'FT-3', A, '300.00', '0.00', '300.00', '0.00'],
    ]);
    // 200 + 75 + 300 + 300 + 150 + 850 + 300
    const sums = { received: '2175.00', reversed: '150.00', clearing: '2025.00', unmatched: '75.00' };
    expect(before.totals).toEqual([{ currency: 'SAR', ...sums }]);
    const after = await of(2027);
    expect(shown(after.rows, ...columns)).toEqual([
      ['1100', null, null, '0.00', '0.00', '200.00', '0.00'],
      ['1110', null, null, '0.00', '0.00', '1450.00', '0.00'],
      ['1120', null, null, '0.00', '0.00', '300.00', '0.00'],
      ['1100', 'FT-6', A, '0.00', '0.00', '75.00', '0.00'],
    ]);
  });
  test('9, deferred revenue', async () => {
    const of = async (year: number) => rows('deferred-revenue', { entity: MINISTRY, ...YEAR(year) });
    const columns = ['month', 'opening', 'sold', 'earned', 'closing'];
    expect(shown(await of(2026), ...columns)).toEqual([
      ['2026-03', '0.00', '100.00', '0.00', '100.00'],
      ['2026-04', '100.00', '0.00', '8.33', '91.67'],
      ['2026-05', '91.67', '0.00', '8.33', '83.34'],
      ['2026-06', '83.34', '0.00', '8.33', '75.01'],
      ['2026-07', '75.01', '0.00', '8.33', '66.68'],
      ['2026-08', '66.68', '0.00', '8.33', '58.35'],
      ['2026-09', '58.35', '0.00', '8.33', '50.02'],
      ['2026-10', '50.02', '0.00', '8.33', '41.69'],
      ['2026-11', '41.69', '0.00', '8.33', '33.36'],
      ['2026-12', '33.36', '0.00', '8.33', '25.03'],
    ]);
    const march = (await of(2027)).filter(({ month }) => month === '2027-03');
    expect(shown(march, ...columns)).toEqual([['2027-03', '8.37', '100.00', '8.37', '100.00']]);
    expect(shown(await of(2028), ...columns).at(-1)).toEqual(['2028-03', '8.37', '0.00', '8.37', '0.00']);
  });
  test('11, refundable balances', async () => {
    const columns = ['party', 'sector', 'credited', 'takenBack', 'balance', 'dormant', 'movedOn'];
    const on = async (effectiveOn: string) => shown(await rows('refundable-balances', { effectiveOn }), ...columns);
    expect(await on('2026-12-31')).toEqual([[SAMI, 'traffic', '250.00', '0.00', '250.00', '0.00', '2026-12-10']]);
    expect(await on(LAST)).toEqual([[SAMI, 'traffic', '1050.00', '0.00', '1050.00', '1050.00', '2027-03-15']]);
  });
  test('20, subscription register', async () => {
    const columns = [
      'subscription',
      'party',
      'state',
      'terms',
      'endsOn',
      'sold',
      'vat',
      'deferred',
      'owed',
      'refundAttempts',
      'otherAttempts',
    ];
    const on = async (effectiveOn: string) => shown(await rows('subscription-register', { effectiveOn }), ...columns);
    expect(await on('2026-12-31')).toEqual([
      [BASIC, SHOP, 'active', 1, '2027-03-10', '100.00', '15.00', '25.03', '0.00', 1, 1],
    ]);
    expect(await on(LAST)).toEqual([
      [BASIC, SHOP, 'expired', 2, '2028-03-10', '200.00', '30.00', '0.00', '0.00', 1, 1],
    ]);
  });
  test('21, payments and cancelled operations', async () => {
    const of = (entity: string, year: number) => totals('payments-and-cancellations', { entity, ...YEAR(year) });
    // 2,175.00 came, 150.00 went; B's 300.00 are cancelled; B's 200.00 and C's 50.00 are refundable.
    expect(await of(CITY, 2026)).toEqual({
      currency: 'SAR',
      paid: '2025.00',
      cancelled: '300.00',
      refundable: '250.00',
    });
    expect(await of(CITY, 2027)).toEqual({ currency: 'SAR', paid: '0.00', cancelled: '0.00', refundable: '800.00' });
    expect(await of(MINISTRY, 2026)).toMatchObject({ paid: '115.00', cancelled: '0.00', refundable: '0.00' });
  });
});

describe('evidence', () => {
  test('12, exceptions', async () => {
    expect(shown(await rows('exceptions', YEAR(2026)), 'rule', 'command', 'actor', 'target')).toEqual([
      ['E7', 'RegisterDebt', huda.id, A],
      ['Q6', 'RefundAttempt', expect.any(String), BASIC],
      ['Q4', 'TransferSubscription', expect.any(String), BASIC],
    ]);
  });
  test('13, four eyes: every decision is of a second person', async () => {
    const of = async (year: number) =>
      shown(await rows('four-eyes', { entity: CITY, ...YEAR(year) }), 'decision', 'separate');
    const both = (decision: string) => [decision, 'yes'];
    expect(await of(2026)).toEqual(
      [
        'delegations.DelegationApproved',
        'debts.DebtRegistered', // A
        'debts.InstalmentPlanApproved',
        'debts.DebtRegistered', // B
        'debts.DebtCancelled', // B
        'debts.ExemptionGranted', // A
        'debts.DebtSettled', // A
        'debts.DebtRegistered', // C
        'debts.DebtRegistered', // E, in the closed year
      ].map(both),
    );
    expect(await of(2027)).toEqual(
      [
        'periods.ClosingApproved',
        'periods.CorrectionApproved',
        'debts.DebtCancelled', // C
        'debts.DebtRegistered', // F
        'debts.ExemptionGranted', // F
        'debts.DebtCancelled', // F: nothing is left of it
        'debts.DebtRegistered', // G
      ].map(both),
    );
  });
  test('14, nobody had two duties; the delegation was used twice', async () => {
    expect(await rows('segregation-of-duties', { from: '2026-01-01', to: LAST })).toEqual([]);
    const columns = ['delegation', 'actor', 'approvedBy', 'state', 'uses', 'used'];
    const on = async (effectiveOn: string) => shown(await rows('delegation-register', { effectiveOn }), ...columns);
    expect(await on('2026-12-31')).toEqual([[DELEGATION, omar.id, director.id, 'inForce', 1, '150.00']]);
    expect(await on(LAST)).toEqual([[DELEGATION, omar.id, director.id, 'over', 2, '210.00']]);
  });
  test('15, completeness', async () => {
    const [whole, ...types] = await rows('completeness', {});
    const commands = new Set(log.map(({ commandId }) => commandId)).size;
    expect(whole).toMatchObject({ events: log.length, commands, refused: 3, gaps: 0, first: 0, last: log.length - 1 });
    expect(types.reduce((sum, { events }) => sum + Number(events), 0)).toBe(log.length);
    expect(types.reduce((sum, row) => sum + Number(row['commands']), 0)).toBe(commands);
  });
  test('16, corrections', async () => {
    const columns = ['kind', 'type', 'countedOn', 'amount', 'period', 'reason', 'requestedBy', 'approvedBy'];
    const corrections = await rows('corrections', { entity: CITY, ...YEAR(2026) });
    const nothing = [null, null, null, null];
    expect(shown(corrections, ...columns)).toEqual([
      ['reversal', 'billing.ReceiptReversed', '2026-06-20', '150.00', ...nothing],
      ['reversal', 'debts.ReceiptReversed', '2026-06-20', '150.00', ...nothing],
      ['follows', 'debts.InstalmentsReopened', '2026-06-20', null, ...nothing],
      ['follows', 'debts.DebtReopened', '2026-06-20', null, ...nothing],
      ['closed-period', 'debts.DebtRegistered', '2026-12-15', '90.00', '2026', 'late-document', huda.id, omar.id],
    ]);
    expect(new Set(corrections.slice(0, 4).map(({ chain }) => chain)).size).toBe(1);
    expect(await rows('corrections', { ...YEAR(2027) })).toEqual([]);
  });
  test.each(['debt-roll-forward', 'four-eyes', 'corrections', 'completeness'])(
    'what was corrected after the closing is marked in %s',
    async (name) => {
      const asked = name === 'completeness' ? {} : { entity: CITY, ...YEAR(2026) };
      const { corrections } = await ledger.report(name, asked);
      const marked = corrections?.listed.map(({ event }) => [event.type, event.refs.debt, event.effectiveOn]);
      expect(marked).toEqual([['debts.DebtRegistered', E, '2026-12-15']]);
    },
  );
  test('25, equal treatment', async () => {
    const columns = ['request', 'ground', 'approved', 'declined', 'medianDays'];
    expect(shown(await rows('equal-treatment', { entity: CITY, ...YEAR(2026) }), ...columns)).toEqual([
      ['debts.CancellationRequested', 'error', 1, 0, 0],
      ['debts.ExemptionRequested', 'poverty', 1, 0, 2],
      ['debts.InstalmentRequested', null, 1, 0, 0],
      ['debts.PaymentRequested', null, 1, 0, 0],
    ]);
  });
});

describe('no two reports disagree', () => {
  const days = ['2026-06-30', '2026-12-31', '2027-03-10', '2027-12-31', LAST];
  test.each(days)('on %s', async (on) => {
    const span = { from: '1900-01-01', to: on };
    for (const entity of [CITY, MINISTRY]) {
      const accounts = held(entity, on);
      const of = (...names: string[]): bigint => names.reduce((sum, name) => sum + (accounts[name] ?? 0n), 0n);
      const [paid, moved] = [
        await totals('payments-and-cancellations', { entity, ...span }),
        await totals('debt-roll-forward', { entity, ...span }),
      ];
      const cash = await totals('sadad-reconciliation', { entity, from: `${on.slice(0, 4)}-01-01`, to: on });
      const register = await totals('subscription-register', { entity, effectiveOn: on });
      const refundable = await totals('refundable-balances', { entity, effectiveOn: on });
      const deferred = (await rows('deferred-revenue', { entity, ...span })).findLast(
        ({ month }) => month === on.slice(0, 7),
      );
      expect([on, entity, Object.values(accounts).reduce((sum, each) => sum + each, 0n)]).toEqual([on, entity, 0n]);
      expect({
        ageing: cell(await totals('debt-ageing', { entity, effectiveOn: on }), 'amount'),
        rollForward: cell(moved, 'closing'),
        instalments: cell(await totals('instalments', { entity, effectiveOn: on }), 'open'),
        cash: [cell(cash, 'clearing'), cell(paid, 'paid')],
        unmatched: cell(cash, 'unmatched'),
        refundable: [cell(refundable, 'balance'), cell(paid, 'refundable')],
        deferred: [cell(deferred, 'closing'), cell(register, 'deferred')],
        vat: cell(register, 'vat'),
        transit: of('2330'),
      }).toEqual({
        ageing: of('1200', '1205'),
        rollForward: of('1200', '1205'),
        instalments: of('1205'),
        cash: [of('1100', '1110', '1120'), of('1100', '1110', '1120')],
        unmatched: -of('2310'),
        refundable: [-of('2300'), -of('2300')],
        deferred: [-of('2100'), -of('2100')],
        vat: -of('2200'),
        transit: 0n,
      });
    }
  });
  test.each(days)('1, the trial balance of %s is what the entries come to', async (on) => {
    for (const entity of [CITY, MINISTRY]) {
      const balances = await rows('trial-balance', { entity, effectiveOn: on });
      const closing = balances.map(
        (row) => [row['account'], cell(row, 'closingDebit') - cell(row, 'closingCredit')] as const,
      );
      expect(Object.fromEntries(closing.filter(([, each]) => each !== 0n))).toEqual(held(entity, on));
      const sums = await totals('trial-balance', { entity, effectiveOn: on });
      expect(sums?.['closingDebit']).toBe(sums?.['closingCredit']);
    }
  });
  /** What parties owe and are owed: the accounts of a statement. */
  const OF_PARTIES = ['1200', '1205', '1210', '1220', '2300', '2310', '2320'];
  const partiesOf = (entity: string): string[] => [
    ...new Set(
      log.flatMap(({ entries }) =>
        entries
          .flatMap(({ debit, credit }) => [debit.dims, credit.dims])
          .flatMap((dims) => (dims.entity === entity && 'party' in dims ? [dims.party as string] : [])),
      ),
    ),
  ];
  test.each(days)(
    '2 and 4, on %s the ledger ends where the trial balance does, and so do all statements together',
    async (on) => {
      const asked = { from: `${on.slice(0, 4)}-01-01`, to: on };
      for (const entity of [CITY, MINISTRY]) {
        const balances = await rows('trial-balance', { entity, ...asked });
        const ends = new Map((await rows('general-ledger', { entity, ...asked })).map((row) => [row['account'], row]));
        expect([...ends].map(([account, row]) => [account, cell(row, 'balance')])).toEqual(
          balances.map((row) => [row['account'], cell(row, 'closingDebit') - cell(row, 'closingCredit')]),
        );
        let owed = 0n;
        for (const party of partiesOf(entity)) {
          const [last] = (await rows('statement', { party, entity, ...asked })).slice(-1);
          owed += cell(last, 'balance');
        }
        const accounts = held(entity, on);
        expect([entity, owed]).toEqual([entity, OF_PARTIES.reduce((sum, each) => sum + (accounts[each] ?? 0n), 0n)]);
      }
    },
  );
  test('there is no figure that does not open into the events that come to it', async () => {
    let count = 0;
    for (const { name, columns, key, takes } of reports) {
      const span = {
        ...('entity' in takes && { entity: CITY }),
        ...('to' in takes && { from: '2027-01-01', to: LAST }),
      };
      const asked: Record<string, string> = {
        ...span,
        ...('party' in takes && takes.party === 'required' && { party: partiesOf(CITY)[0]! }),
        ...('effectiveOn' in takes && !('to' in takes) && { effectiveOn: LAST }),
      };
      for (const row of (await rows(name, asked)).slice(0, 12)) {
        for (const { name: column, kind } of columns) {
          if (kind !== 'money' && kind !== 'count') continue;
          const named = `${column}@${key.map((each) => row[each] ?? '').join(',')}`;
          const chain = await ledger.explanation(name, asked, named);
          expect([name, named, chain.at(-1) ?? 0n]).toEqual([name, named, cents(String(row[column] ?? 0))]);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(200);
  });
  test('what was said of a closed year stays, to the byte, though it was corrected', async () => {
    for (const [name, asked] of CLOSED) {
      const then = await ledger.report(name, { entity: CITY, ...asked }, known.city[0]);
      const now = await ledger.report(name, { entity: CITY, ...asked });
      expect([name, then.digest]).toEqual([name, known.digests[name]]);
      expect([name, now.digest]).not.toEqual([name, then.digest]);
    }
  });
});
