import { payments } from '../../projections/reports/payments.js';
import { reconciliation } from '../../projections/reports/reconciliation.js';
import { subscriptionRegister } from '../../projections/reports/subscription-register.js';
import { id, party } from '../given.js';
import { makeOf, rowsOf, shown } from './reporting.js';
import { BASIC, CITY, huda, MINISTRY, owner, SAMI, SHOP, Story } from './story.js';

describe('8, reconciliation', () => {
  /*
   * December: FT-1 100.00 by SADAD pays debt A; FT-2 40.00 by card, 25.00 by transfer (FT-3): both unmatched.
   * January: FT-3 is matched with A, which was paid: 25.00 are refundable. FT-4 60.00 by SADAD pays debt B.
   * The bank takes back FT-1 and FT-4 on 2026-01-20.
   */
  const story = new Story().on('2025-12-10');
  const [a, b] = [story.debt('A', '100.00'), story.debt('B', '60.00')];
  const first = story.pay('FT-1', '100.00', { debt: a });
  story.pay('FT-2', '40.00', null, { channel: 'card' });
  const third = story.pay('FT-3', '25.00', null, { channel: 'transfer' });
  const found = { state: 'outstanding', creditor: CITY, currency: 'SAR' };
  story.on('2026-01-05').do('MatchReceipt', third, { debt: a, found }, huda);
  const fourth = story.on('2026-01-10').pay('FT-4', '60.00', { debt: b });
  story.on('2026-01-20').takeBack(first, 'R-1');
  story.takeBack(fourth, 'R-2');

  const figures = ['account', 'reference', 'matchedTo', 'reversal', 'received', 'reversed', 'clearing', 'unmatched'];
  const asked = (from: string, to: string) => makeOf(reconciliation, story.log, { from, to });
  test('lists what came in, and what it pays', async () => {
    const { rows, totals } = await asked('2025-12-01', '2025-12-31');
    expect(shown(rows, ...figures)).toEqual([
      ['1100', 'FT-3', null, null, '25.00', '0.00', '25.00', '25.00'],
      ['1110', 'FT-1', a, null, '100.00', '0.00', '100.00', '0.00'],
      ['1120', 'FT-2', null, null, '40.00', '0.00', '40.00', '40.00'],
    ]);
    expect(totals).toEqual([
      { currency: 'SAR', received: '165.00', reversed: '0.00', clearing: '165.00', unmatched: '65.00' },
    ]);
  });
  test('lists earlier ones that are not matched yet; the others are one line for each account', async () => {
    const { rows } = await asked('2026-01-01', '2026-01-04');
    expect(shown(rows, ...figures)).toEqual([
      ['1110', null, null, null, '0.00', '0.00', '100.00', '0.00'],
      ['1100', 'FT-3', null, null, '0.00', '0.00', '25.00', '25.00'],
      ['1120', 'FT-2', null, null, '0.00', '0.00', '40.00', '40.00'],
    ]);
  });
  test('lists what was matched and taken back, whenever it came', async () => {
    // 165.00 before, 60.00 received, 160.00 taken back: 65.00 stand in the accounts, of which 40.00 are unmatched.
    const { rows, totals } = await asked('2026-01-01', '2026-01-31');
    expect(shown(rows, ...figures)).toEqual([
      ['1100', 'FT-3', a, null, '0.00', '0.00', '25.00', '0.00'],
      ['1110', null, a, 'R-1', '0.00', '100.00', '0.00', '0.00'], // its reference was said before
      ['1110', 'FT-4', b, 'R-2', '60.00', '60.00', '0.00', '0.00'],
      ['1120', 'FT-2', null, null, '0.00', '0.00', '40.00', '40.00'],
    ]);
    expect(totals).toEqual([
      { currency: 'SAR', received: '60.00', reversed: '160.00', clearing: '65.00', unmatched: '40.00' },
    ]);
  });
  test('while policies have not done all, a reversed receipt stands in 2310 with less than nothing', async () => {
    const between = story.log.findIndex(({ type, data }) => type === 'billing.ReceiptReversed' && isR1(data));
    const rows = await rowsOf(reconciliation, story.log, { from: '2026-01-20', to: '2026-01-20' }, between);
    expect(shown(rows, 'reversal', 'clearing', 'unmatched')).toContainEqual(['R-1', '0.00', '-100.00']);
  });
  test('is of an entity', async () => {
    expect(await rowsOf(reconciliation, story.log, { entity: MINISTRY, from: '2020-01-01' })).toEqual([]);
    expect(await rowsOf(reconciliation, story.log, { entity: CITY, from: '2020-01-01' })).toHaveLength(4);
  });
});

const isR1 = (data: unknown): boolean => (data as { reference: string }).reference === 'R-1';

/*
 * Bought on 2026-03-10 and paid (115.00); refund, transfer and recovery asked for on 2026-04-01, all refused. Renewed on
 * 2027-03-01, paid on 2027-03-05; the bank takes that payment back on 2027-03-20. A third order of 2028-03-01 is not paid:
 * it lapses on 2028-04-01.
 */
const terms = { term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' };
const year = new Story().on('2026-03-10');
year.buy();
year.pay('FT-1', '115.00', { subscription: BASIC });
year.until('2026-04-01').do('RefundAttempt', BASIC, {}, owner);
year.do('TransferSubscription', BASIC, { to: party('another') }, owner);
year.do('ReinstateSubscription', BASIC, {}, owner);
year.until('2027-03-01').do('RenewSubscription', BASIC, terms, owner);
const second = year.until('2027-03-05').pay('FT-2', '115.00', { subscription: BASIC });
year.until('2027-03-20').takeBack(second, 'R-1');
year.until('2028-03-01').do('RenewSubscription', BASIC, terms, owner);
year.until('2028-06-01');

describe('20, subscription register', () => {
  const columns = [
    'state',
    'terms',
    'startsOn',
    'endsOn',
    'sold',
    'vat',
    'deferred',
    'owed',
    'refundAttempts',
    'otherAttempts',
  ];
  test.each([
    ['2026-03-09', []],
    // 100.00 less 8.33 of the month until 10 April
    ['2026-04-10', [['active', 1, '2026-03-10', '2027-03-10', '100.00', '15.00', '91.67', '0.00', 1, 2]]],
    // 11 × 8.33 = 91.63 are earned by 10 February; 100.00 more are sold
    ['2027-03-09', [['active', 2, '2027-03-10', '2028-03-10', '200.00', '30.00', '108.37', '0.00', 1, 2]]],
    // the last month of the first term was 8.37; the term stays and is owed for
    ['2027-03-20', [['active', 2, '2027-03-10', '2028-03-10', '200.00', '30.00', '100.00', '115.00', 1, 2]]],
    ['2028-03-10', [['expired', 2, '2027-03-10', '2028-03-10', '200.00', '30.00', '0.00', '115.00', 1, 2]]],
  ])('on %s', async (effectiveOn, expected) => {
    expect(shown(await rowsOf(subscriptionRegister, year.log, { effectiveOn }), ...columns)).toEqual(expected);
  });
  test('a term that is over has expired, though the clock is late', async () => {
    const beforeExpiry = year.log.findIndex(({ type }) => type === 'subscriptions.SubscriptionExpired') - 1;
    const rows = await rowsOf(subscriptionRegister, year.log, { effectiveOn: '2028-03-10' }, beforeExpiry);
    expect(shown(rows, 'state')).toEqual([['expired']]);
  });
  test('of another establishment or entity there is nothing', async () => {
    for (const asked of [{ party: SAMI }, { entity: CITY }]) {
      expect(await rowsOf(subscriptionRegister, year.log, asked)).toEqual([]);
    }
    expect(await rowsOf(subscriptionRegister, year.log, { party: SHOP, entity: MINISTRY })).toHaveLength(1);
  });
});

describe('21, payments and cancelled operations', () => {
  const columns = ['on', 'kind', 'service', 'about', 'reference', 'paid', 'cancelled', 'refundable'];
  /*
   * A 100.00, of which 30.00 are paid; cancelled as an error: 70.00 are unpaid, 30.00 are refundable. FT-2 of 20.00 comes after
   * that: refundable, until the bank takes it back.
   */
  const story = new Story().on('2026-01-10');
  const a = story.debt('A', '100.00');
  story.pay('FT-1', '30.00', { debt: a });
  story.on('2026-01-20').approve(a, story.ask('RequestCancellation', a, { ground: 'error' }, huda));
  const late = story.on('2026-02-01').pay('FT-2', '20.00', { debt: a });
  story.on('2026-02-10').takeBack(late, 'R-1');
  test('of a debt', async () => {
    const { rows, totals } = await makeOf(payments, story.log, { from: '2026-01-01', to: '2026-12-31' });
    expect(shown(rows, ...columns)).toEqual([
      ['2026-01-10', 'payment', 'debts', a, 'FT-1', '30.00', '0.00', '0.00'],
      ['2026-01-20', 'debt-cancelled', 'debts', a, null, '0.00', '70.00', '0.00'],
      ['2026-01-20', 'credited', 'debts', a, null, '0.00', '0.00', '30.00'],
      ['2026-02-01', 'payment', 'debts', a, 'FT-2', '20.00', '0.00', '0.00'],
      ['2026-02-01', 'credited', 'debts', a, null, '0.00', '0.00', '20.00'],
      ['2026-02-10', 'payment-reversed', 'debts', a, 'R-1', '-20.00', '0.00', '0.00'],
      ['2026-02-10', 'credit-reversed', 'debts', a, null, '0.00', '0.00', '-20.00'],
    ]);
    expect(totals).toEqual([{ currency: 'SAR', paid: '30.00', cancelled: '70.00', refundable: '30.00' }]);
  });
  test('of a subscription: an order that lapsed is cancelled with its bill', async () => {
    const rows = await rowsOf(payments, year.log, { from: '2026-01-01', party: SHOP, sector: 'labour' });
    expect(shown(rows, ...columns)).toEqual([
      ['2026-03-10', 'payment', 'subscriptions', BASIC, 'FT-1', '115.00', '0.00', '0.00'],
      ['2027-03-05', 'payment', 'subscriptions', BASIC, 'FT-2', '115.00', '0.00', '0.00'],
      ['2027-03-20', 'payment-reversed', 'subscriptions', BASIC, 'R-1', '-115.00', '0.00', '0.00'],
      ['2028-04-01', 'order-lapsed', 'subscriptions', BASIC, null, '0.00', '115.00', '0.00'],
    ]);
  });
  test('by party, entity, sector and period', async () => {
    const from = '2026-01-01';
    expect(await rowsOf(payments, story.log, { from, party: SAMI, entity: CITY, sector: 'traffic' })).toHaveLength(7);
    expect(await rowsOf(payments, story.log, { from, sector: 'labour' })).toEqual([]);
    expect(await rowsOf(payments, story.log, { from, party: CITY })).toEqual([]);
    expect(await rowsOf(payments, story.log, { from: '2026-01-11', to: '2026-01-31' })).toHaveLength(2);
  });
  test('a payment that nobody can match is about nothing', async () => {
    const lost = new Story().on('2026-01-10');
    lost.pay('FT-1', '5.00', null);
    expect(shown(await rowsOf(payments, lost.log, { from: '2026-01-01' }), 'service', 'about')).toEqual([[null, null]]);
    expect(id('A')).toBe(a);
  });
  test('a payment that is matched after the last day is about nothing yet', async () => {
    const late = new Story().on('2026-01-10');
    const debt = late.debt('A', '100.00');
    const receipt = late.pay('FT-1', '5.00', null);
    const found = { state: 'outstanding', creditor: CITY, currency: 'SAR' };
    late.on('2026-02-01').do('MatchReceipt', receipt, { debt, found }, huda);
    const about = async (to: string) => shown(await rowsOf(payments, late.log, { from: '2026-01-01', to }), 'about');
    expect(await about('2026-01-31')).toEqual([[null]]);
    expect(await about('2026-02-01')).toEqual([[debt]]);
  });
});
