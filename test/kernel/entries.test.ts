import { CHART, DIM_NAMES, isAccountCode, type Leg } from '../../src/kernel/accounts.js';
import { assertBalanced, between, entry, type Entry } from '../../src/kernel/entries.js';
import { type Currency, parseMoney } from '../../src/kernel/money.js';

const ENTITY = 'party_2ed6657d-e927-568b-95e1-2665a8aea6a2';
const cash: Leg = { account: '1110', dims: { entity: ENTITY } };
const receivable: Leg = { account: '1200', dims: { entity: ENTITY, party: 'p', sector: 'traffic', debt: 'd' } };
const good: Entry = { debit: cash, credit: receivable, amount: '115.00', currency: 'SAR' };
/** An entry that the types would not let through: as it might come from a stored event or a bug. */
const bad = (change: object): Entry[] => [{ ...good, ...change }];
const leg = (account: string, dims: object): object => ({ account, dims });

describe('entries (domain.md §4; DESIGN.md, Entries)', () => {
  test('are made of two legs and an amount; a zero amount makes none', () => {
    expect(entry(cash, receivable, parseMoney({ amount: '115', currency: 'SAR' }))).toEqual([good]);
    expect(entry(cash, receivable, { minor: 0n, currency: 'SAR' as Currency })).toEqual([]);
  });

  test('between two lists each is taken in its order, and no more is credited than debited', () => {
    const [a, b] = ['a', 'b'].map((receipt): Leg => ({
      account: '2310',
      dims: { entity: ENTITY, party: 'p', receipt },
    }));
    const vat: Leg = { account: '2200', dims: { entity: ENTITY } };
    const debits = [
      { leg: a!, minor: 60_00n },
      { leg: b!, minor: 55_00n },
    ];
    const credits = [
      { leg: receivable, minor: 100_00n },
      { leg: vat, minor: 15_00n },
    ];
    expect(between(debits, credits, 'SAR' as Currency)).toEqual([
      { debit: a, credit: receivable, amount: '60.00', currency: 'SAR' },
      { debit: b, credit: receivable, amount: '40.00', currency: 'SAR' },
      { debit: b, credit: vat, amount: '15.00', currency: 'SAR' },
    ]);
    expect(() => between(debits.slice(1), credits, 'SAR' as Currency)).toThrow('more than the debits');
  });

  test('balanced ones pass, none and several too', () => {
    expect(() => assertBalanced([])).not.toThrow();
    expect(() => assertBalanced([good, { ...good, currency: 'EUR', amount: '0.01' }])).not.toThrow();
  });

  test.each<[string, Entry[], string]>([
    ['a zero amount', bad({ amount: '0.00' }), 'not positive'],
    ['a negative amount', bad({ amount: '-1.00' }), 'plain decimal text'],
    ['more decimals than the currency has', bad({ amount: '1.005' }), 'SAR has 2 decimals'],
    ['an unknown currency', bad({ currency: 'XXX' }), 'ISO 4217'],
    ['an unknown account to debit', bad({ debit: leg('9999', { entity: ENTITY }) }), 'unknown account: 9999'],
    ['an unknown account to credit', bad({ credit: leg('toString', { entity: ENTITY }) }), 'unknown account: toString'],
    ['no entity', bad({ debit: leg('1110', {}) }), 'entry on 1110 names no entity'],
    ['an empty entity', bad({ debit: leg('1110', { entity: '' }) }), 'entry on 1110 names no entity'],
    [
      'a dimension missing that the account needs',
      bad({ credit: leg('1200', { entity: ENTITY, party: 'p', sector: 's' }) }),
      'entry on 1200 names no debt',
    ],
    ['an unknown dimension', bad({ debit: leg('1110', { entity: ENTITY, phone: 'x' }) }), 'unknown dimension: phone'],
    ['two entities', bad({ debit: leg('1110', { entity: 'another' }) }), 'entry between two entities'],
  ])('%s is caught', (_fault, entries, message) => {
    expect(() => assertBalanced(entries)).toThrow(message);
  });

  test('§4 a year-end line names no dims but the year, of an account of revenue or expense, and only against 3000', () => {
    const closing = { entity: ENTITY, closing: '2025' };
    expect(() => assertBalanced(bad({ debit: leg('4300', closing), credit: leg('3000', closing) }))).not.toThrow();
    expect(() => assertBalanced(bad({ debit: leg('4300', closing) }))).toThrow('not to 3000');
    expect(() => assertBalanced(bad({ debit: leg('1200', closing), credit: leg('3000', closing) }))).toThrow(
      'no party',
    );
  });

  test('one fault among many good entries is caught', () => {
    expect(() => assertBalanced([good, good, ...bad({ amount: '0' }), good])).toThrow('not positive');
  });

  test.each(Object.entries(CHART).flatMap(([account, { dims }]) => dims.map((dim) => [account, dim] as const)))(
    'account %s cannot be posted to without its %s',
    (account, missing) => {
      const dims = Object.fromEntries(DIM_NAMES.filter((name) => name !== 'closing').map((name) => [name, ENTITY]));
      expect(() => assertBalanced(bad({ debit: leg(account, dims) }))).not.toThrow();
      delete dims[missing];
      expect(() => assertBalanced(bad({ debit: leg(account, dims) }))).toThrow(
        `entry on ${account} names no ${missing}`,
      );
    },
  );
});

describe('the chart of accounts (domain.md §4)', () => {
  test('has exactly the accounts of the rules, under their names', () => {
    const english = Object.fromEntries(Object.entries(CHART).map(([code, { en }]) => [code, en]));
    expect(english).toEqual({
      1100: 'Bank',
      1110: 'SADAD clearing',
      1120: 'Card clearing',
      1200: 'Debts receivable',
      1205: 'Instalments receivable',
      1210: 'Fees receivable',
      1220: 'Contributions receivable',
      1230: 'Due from GOSI',
      2100: 'Deferred revenue',
      2200: 'VAT payable',
      2300: 'Refundable balances',
      2310: 'Unmatched receipts',
      2320: 'Refunds payable',
      2330: 'In transit',
      2400: 'Due to GOSI',
      2500: 'Due to Treasury',
      2600: 'Travel payable',
      3000: 'Accumulated result',
      4100: 'Subscriptions',
      4200: 'Fees',
      4300: 'Debts',
      5100: 'Waivers',
      5200: 'Uncollectable',
      5300: 'Travel',
    });
  });

  test('names every account in Arabic too (domain.md §3), each differently', () => {
    const arabic = Object.values(CHART).map(({ ar }) => ar);
    for (const name of arabic) expect(name).toMatch(/^[\p{Script=Arabic} ]+$/u);
    expect(new Set(arabic).size).toBe(arabic.length);
    expect(CHART['2100'].ar).toBe('إيرادات مؤجلة');
    expect(CHART['2310'].ar).toBe('مقبوضات غير مطابقة');
  });

  test('says by the first digit what kind an account is', () => {
    const kinds = { 1: 'asset', 2: 'liability', 3: 'equity', 4: 'revenue', 5: 'expense' } as Record<string, string>;
    for (const [code, { kind }] of Object.entries(CHART)) expect(kind).toBe(kinds[code[0]!]);
  });

  test('knows its own codes and no others', () => {
    expect(['1100', '5300'].every(isAccountCode)).toBe(true);
    expect(['1101', '', 'constructor', '__proto__'].some(isAccountCode)).toBe(false);
  });
});
