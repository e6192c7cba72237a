import { deferredRevenue } from '../../projections/reports/deferred-revenue.js';
import { instalments } from '../../projections/reports/instalments.js';
import { refundable } from '../../projections/reports/refundable.js';
import { waivers } from '../../projections/reports/waivers.js';
import { id } from '../given.js';
import { makeOf, rowsOf, shown } from './reporting.js';
import { BASIC, CITY, huda, MINISTRY, omar, owner, PROOF, SAMI, Story } from './story.js';

describe('6, waivers and cancellations', () => {
  /*
   * A 1,200.00: 200.00 waived on a proof of poverty, under a delegation; then 1,000.00 waived without proof: the debt is gone.
   * B 5,000.00, of which 1,500.00 were paid and 500.00 waived: cancelled as an error. 3,000.00 are no longer owed, 1,500.00 go
   * back, 500.00 of waiver are undone; in the band of 4,500.00.
   * C 300.00, of which 250.00 were paid: reduced to 200.00, so that 50.00 are no longer owed and 50.00 go back.
   * D 100.00: raised to 150.00, which gives nothing up. E 80.00: a cancellation that is declined.
   */
  const story = new Story().on('2026-03-01');
  const [a, b, c, d, e] = ['1200.00', '5000.00', '300.00', '100.00', '80.00'].map((amount, n) =>
    story.debt('ABCDE'[n] as string, amount),
  ) as [
    ReturnType<typeof id>,
    ReturnType<typeof id>,
    ReturnType<typeof id>,
    ReturnType<typeof id>,
    ReturnType<typeof id>,
  ];
  const exempt = (debt: typeof a, amount: string, more: object = {}): void =>
    story.approve(debt, story.ask('RequestExemption', debt, { ground: 'poverty', amount, ...more }), {
      upTo: '9000.00',
    });
  exempt(a, '200.00', { evidence: PROOF });
  story.on('2026-03-02');
  exempt(a, '1000.00');
  exempt(b, '500.00');
  story.pay('FT-1', '1500.00', { debt: b });
  story.pay('FT-2', '250.00', { debt: c });
  story.approve(b, story.ask('RequestCancellation', b, { ground: 'error' }, huda));
  story.approve(c, story.ask('RequestUpdate', c, { ground: 'appeal', amount: '200.00' }, huda));
  story.approve(d, story.ask('RequestUpdate', d, { ground: 'costs', amount: '150.00' }, huda));
  const declined = story.ask('RequestCancellation', e, { ground: 'error' }, huda);
  story.do('DeclineRequest', e, { request: declined, reason: 'unfounded' }, omar);

  const columns = ['kind', 'ground', 'evidence', 'band', 'decisions', 'amount', 'givenBack', 'undone'];
  test('by ground, authority, evidence and amount', async () => {
    const { rows, totals } = await makeOf(waivers, story.log, { from: '2026-01-01', to: '2026-12-31' });
    expect(shown(rows, ...columns)).toEqual([
      ['cancellation', 'error', 'none', 'to-10000', 1, '3000.00', '1500.00', '500.00'],
      ['reduction', 'appeal', 'none', 'to-1000', 1, '50.00', '50.00', '0.00'],
      ['waiver', 'poverty', 'given', 'to-1000', 1, '200.00', '0.00', '0.00'],
      ['waiver', 'poverty', 'none', 'to-1000', 2, '1500.00', '0.00', '0.00'], // 1,000.00 of A and 500.00 of B
    ]);
    expect(shown(rows, 'authority')).toEqual([[null], [null], [id('delegation')], [id('delegation')]]);
    // 3,000 + 50 + 200 + 1,500; 1,500 + 50
    expect(totals).toEqual([
      { currency: 'SAR', decisions: 5, amount: '4750.00', givenBack: '1550.00', undone: '500.00' },
    ]);
  });
  test('by day and ground', async () => {
    const first = await rowsOf(waivers, story.log, { from: '2026-03-01', to: '2026-03-01' });
    expect(shown(first, 'amount')).toEqual([['200.00']]);
    expect(shown(await rowsOf(waivers, story.log, { ground: 'appeal' }), 'kind')).toEqual([]); // of this year: 2199
    const appeals = await rowsOf(waivers, story.log, { ground: 'appeal', from: '2026-01-01' });
    expect(shown(appeals, 'kind')).toEqual([['reduction']]);
  });
  test.each([
    ['1000.00', 'to-1000'],
    ['1000.01', 'to-10000'],
    ['10000.00', 'to-10000'],
    ['100000.00', 'to-100000'],
    ['500000.00', 'to-500000'],
    ['500000.01', 'over-500000'],
  ])('a cancellation of %s is in the band %s', async (amount, band) => {
    const one = new Story().on('2026-03-01');
    const debt = one.debt('A', amount);
    one.approve(debt, one.ask('RequestCancellation', debt, { ground: 'error' }, huda));
    expect(shown(await rowsOf(waivers, one.log, { from: '2026-01-01' }), 'band')).toEqual([[band]]);
  });
});

describe('7, instalments', () => {
  /*
   * 1,000.00 in three instalments from 2026-04-01: 333.33, 333.33, 333.34. 400.00 are paid on 2026-04-10: the first whole, 66.67
   * of the second. On 2026-04-15 34.34 are waived: off the last, which leaves 299.00 of it. The second is missed on
   * 2026-05-02, and a notice until 2026-06-14 is served on 2026-05-03. On 2026-06-15 what is left falls due as a whole:
   * 266.66 + 299.00.
   */
  const story = new Story().on('2026-03-01');
  const debt = story.debt('A', '1000.00');
  const wish = { instalments: 3, firstDueOn: '2026-04-01', every: 'P1M' };
  story.approve(debt, story.ask('RequestInstalments', debt, { wish, evidence: PROOF }));
  const plan = story.log.at(-1)!.id;
  story.on('2026-04-10').pay('FT-1', '400.00', { debt });
  story.on('2026-04-15');
  story.approve(debt, story.ask('RequestExemption', debt, { ground: 'poverty', amount: '34.34' }), { upTo: '100.00' });
  const system = { ...omar, role: 'system' } as const;
  story.on('2026-05-02').do('MissInstalment', debt, { plan, instalment: 2, occurrence: 1 }, system);
  story.on('2026-05-03').do('ServeNotice', debt, { plan, notice: 1, on: '2026-05-03', until: '2026-06-14' }, system);
  story.on('2026-06-15').do('DefaultPlan', debt, { plan, notice: 1 }, system);
  story.on('2026-07-01').approve(debt, story.ask('RequestCancellation', debt, { ground: 'error' }, huda));

  const on = async (effectiveOn: string, ...columns: string[]) =>
    shown(await rowsOf(instalments, story.log, { effectiveOn }), ...columns);

  test('are scheduled in both calendars', async () => {
    expect(await on('2026-03-31', 'instalment', 'dueOn', 'dueOnHijri', 'amount', 'open', 'state')).toEqual([
      [1, '2026-04-01', '1447-10-13', '333.33', '333.33', 'open'],
      [2, '2026-05-01', '1447-11-14', '333.33', '333.33', 'open'],
      [3, '2026-06-01', '1447-12-15', '333.34', '333.34', 'open'],
    ]);
  });
  test('are late from the day after', async () => {
    expect(await on('2026-04-01', 'state', 'daysLate')).toEqual([
      ['open', null],
      ['open', null],
      ['open', null],
    ]);
    expect(await on('2026-04-02', 'state', 'daysLate')).toEqual([
      ['late', 1],
      ['open', null],
      ['open', null],
    ]);
  });
  test('are paid, lowered and open', async () => {
    expect(await on('2026-04-15', 'paid', 'lowered', 'open', 'state')).toEqual([
      ['333.33', '0.00', '0.00', 'paid'],
      ['66.67', '0.00', '266.66', 'open'],
      ['0.00', '34.34', '299.00', 'open'],
    ]);
  });
  test('have notices', async () => {
    expect(await on('2026-05-03', 'state', 'daysLate', 'missed', 'notices', 'noticeUntil')).toEqual([
      ['paid', null, 0, 0, null],
      ['noticed', 2, 1, 1, '2026-06-14'],
      ['open', null, 0, 0, null],
    ]);
  });
  test('fall due as a whole: nothing stays in 1205', async () => {
    expect(await on('2026-06-15', 'ended', 'open', 'state')).toEqual([
      ['0.00', '0.00', 'paid'],
      ['266.66', '0.00', 'over'],
      ['299.00', '0.00', 'over'],
    ]);
  });
  test('a debt that is cancelled after that takes nothing out of its plan again', async () => {
    expect(await on('2026-07-01', 'ended', 'open')).toEqual(await on('2026-06-15', 'ended', 'open'));
  });
  test('are of a party and an entity', async () => {
    const asked = { effectiveOn: '2026-04-01' };
    expect(await rowsOf(instalments, story.log, { ...asked, party: SAMI, entity: CITY })).toHaveLength(3);
    expect(await rowsOf(instalments, story.log, { ...asked, party: CITY })).toEqual([]);
  });
});

describe('9, deferred revenue', () => {
  /*
   * 100.00 are bought on 2026-03-10 with 15.00 of VAT: 8.33 are earned on the 10th of each month from April on. Renewed on
   * 2026-05-20 for the year after; cancelled on 2026-06-20, when 3 × 8.33 = 24.99 are earned and 175.01 are not.
   */
  const story = new Story().on('2026-03-10');
  story.buy();
  story.pay('FT-1', '115.00', { subscription: BASIC });
  story.until('2026-05-20').do('RenewSubscription', BASIC, { term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' }, owner);
  story.pay('FT-2', '115.00', { subscription: BASIC });
  story.until('2026-06-20').do('CancelSubscription', BASIC, {}, owner);

  const figures = ['month', 'opening', 'sold', 'earned', 'cancelled', 'closing'];
  test('month by month', async () => {
    const { rows, totals } = await makeOf(deferredRevenue, story.log, { from: '2026-01-01', to: '2026-12-31' });
    expect(shown(rows, ...figures)).toEqual([
      ['2026-03', '0.00', '100.00', '0.00', '0.00', '100.00'],
      ['2026-04', '100.00', '0.00', '8.33', '0.00', '91.67'],
      ['2026-05', '91.67', '100.00', '8.33', '0.00', '183.34'],
      ['2026-06', '183.34', '0.00', '8.33', '175.01', '0.00'],
    ]);
    expect(totals).toEqual([{ currency: 'SAR', sold: '200.00', earned: '24.99', cancelled: '175.01' }]);
  });
  test('what came before is the opening; a month of which only a part is asked for ends with it', async () => {
    const rows = await rowsOf(deferredRevenue, story.log, { from: '2026-04-11', to: '2026-05-15', entity: MINISTRY });
    expect(shown(rows, ...figures)).toEqual([
      ['2026-04', '91.67', '0.00', '0.00', '0.00', '91.67'],
      ['2026-05', '91.67', '0.00', '8.33', '0.00', '83.34'],
    ]);
    expect(await rowsOf(deferredRevenue, story.log, { from: '2026-01-01', entity: CITY })).toEqual([]);
  });
});

describe('11, refundable balances', () => {
  /*
   * 100.00 owed, 130.00 paid on 2026-03-01: 30.00 are Sami's. 60.00 more on 2026-04-01: all of it. The bank takes the 60.00
   * back on 2026-04-20. What is left, 30.00, has not moved since then.
   */
  const story = new Story().on('2026-03-01');
  const debt = story.debt('A', '100.00');
  story.pay('FT-1', '130.00', { debt });
  const second = story.on('2026-04-01').pay('FT-2', '60.00', { debt });
  story.on('2026-04-20').takeBack(second, 'R-1');

  const figures = ['credited', 'takenBack', 'balance', 'dormant', 'movedOn'];
  test.each([
    ['2026-02-28', []],
    ['2026-03-31', [['30.00', '0.00', '30.00', '0.00', '2026-03-01']]],
    ['2026-04-01', [['90.00', '0.00', '90.00', '0.00', '2026-04-01']]],
    ['2027-04-20', [['90.00', '60.00', '30.00', '0.00', '2026-04-20']]], // 365 days after
    ['2027-04-21', [['90.00', '60.00', '30.00', '30.00', '2026-04-20']]],
  ])('on %s', async (effectiveOn, expected) => {
    expect(shown(await rowsOf(refundable, story.log, { effectiveOn }), ...figures)).toEqual(expected);
  });
  test('by party and sector', async () => {
    expect(await rowsOf(refundable, story.log, { party: SAMI, sector: 'traffic', entity: CITY })).toHaveLength(1);
    expect(await rowsOf(refundable, story.log, { sector: 'labour' })).toEqual([]);
  });
});
