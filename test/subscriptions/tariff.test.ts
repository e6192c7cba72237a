import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { EXAMPLE_TARIFF } from '../../src/contexts/subscriptions/example-tariff.js';
import { InvalidTariff, offerOn, readTariff, termsOn, vatOf } from '../../src/contexts/subscriptions/tariff.js';
import { day } from './cast.js';

describe('plans and prices are dated configuration (domain.md §2)', () => {
  test('§4 100.00 + 15 % = 115.00 SAR for the plan basic; before July 2020 the rate was 5 %', () => {
    const today = offerOn(EXAMPLE_TARIFF, 'basic', day('2026-03-01'));
    expect(today).toMatchObject({ net: 100_00n, vat: 15_00n, vatCode: 'standard', vatRate: 1_500, currency: 'SAR' });
    expect(offerOn(EXAMPLE_TARIFF, 'basic', day('2020-06-30'))?.vat).toBe(5_00n);
    expect(offerOn(EXAMPLE_TARIFF, 'basic', day('2017-12-31'))).toBeNull();
    expect(offerOn(EXAMPLE_TARIFF, 'premium', day('2026-03-01'))).toBeNull();
  });

  test('VAT is rounded half-up to the minor unit, on each bill', () => {
    expect(vatOf(3n, 1_500)).toBe(0n); // 0.45
    expect(vatOf(10n, 1_500)).toBe(2n); // 1.50
    expect(vatOf(9n, 500)).toBe(0n); // 0.45
    expect(vatOf(10n, 500)).toBe(1n); // 0.50
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 0, max: 10_000 }), (net, rate) => {
        const off = vatOf(net, rate) * 10_000n - net * BigInt(rate);
        expect(off > -5_000n && off <= 5_000n).toBe(true);
      }),
    );
  });

  const with_ = (change: (json: typeof EXAMPLE_TARIFF) => object): object =>
    change(JSON.parse(JSON.stringify(EXAMPLE_TARIFF)) as typeof EXAMPLE_TARIFF);
  const priced = (...prices: object[]) => with_((json) => ({ ...json, plans: [{ ...json.plans[0], prices }] }));
  const price = { from: '2026-01-01', net: '50.00', vat: 'zero', billDays: 10 };

  test('the latest price that has begun counts, until its last day', () => {
    const tariff = readTariff(priced(price, { ...price, from: '2026-06-01', to: '2026-06-30', net: '80.00' }));
    const netOn = (date: string) => offerOn(tariff, 'basic', day(date))?.net;
    expect([netOn('2026-05-31'), netOn('2026-06-01'), netOn('2026-06-30'), netOn('2026-07-01')]).toEqual([
      50_00n,
      80_00n,
      80_00n,
      undefined,
    ]);
    expect(offerOn(tariff, 'basic', day('2026-05-31'))).toMatchObject({ vat: 0n, vatRate: 0, billDays: 10 });
  });

  test('a price may hold for one day', () => {
    const tariff = readTariff(priced({ ...price, to: price.from }));
    const netOn = (date: string) => offerOn(tariff, 'basic', day(date))?.net;
    expect([netOn(price.from), netOn('2026-01-02')]).toEqual([50_00n, undefined]);
  });

  test('the version of the terms counts from its day on', () => {
    const terms = [
      { from: '2026-01-01', version: 'v1' },
      { from: '2026-06-01', version: 'v2' },
    ];
    const tariff = readTariff(with_((json) => ({ ...json, terms })));
    const on = (date: string) => termsOn(tariff, day(date));
    expect([on('2025-12-31'), on('2026-05-31'), on('2026-06-01')]).toEqual([undefined, 'v1', 'v2']);
  });

  const premium = {
    code: 'premium',
    entity: 'party_00000000-0000-4000-8000-000000000001',
    sector: 'tourism',
    currency: 'KWD',
    en: 'Premium',
    ar: 'متميز',
    prices: [{ from: '2026-01-01', net: '9.500', vat: 'exempt', billDays: 7 }],
  };
  const both = (second: object = premium) => with_((json) => ({ ...json, plans: [...json.plans, second] }));

  test('each plan has its own prices, currency and owner', () => {
    const tariff = readTariff(both());
    const on = (code: string) => offerOn(tariff, code, day('2026-03-01'));
    expect(on('basic')).toMatchObject({ net: 100_00n, currency: 'SAR', sector: 'labour' });
    expect(on('premium')).toMatchObject({ net: 9_500n, vat: 0n, currency: 'KWD', sector: 'tourism', billDays: 7 });
    expect(offerOn(tariff, 'premium', day('2025-12-31'))).toBeNull();
  });

  test('what a file lists in another order counts from the same days', () => {
    const newest = readTariff(priced({ ...price, from: '2026-06-01', net: '80.00' }, price));
    expect(offerOn(newest, 'basic', day('2026-07-01'))?.net).toBe(80_00n);
    expect(offerOn(newest, 'basic', day('2026-05-31'))?.net).toBe(50_00n);
  });

  test.each<[string, object, string]>([
    [
      'a fault of the second plan',
      both({ ...premium, prices: [price, price] }),
      'plan premium: two begin on 2026-01-01',
    ],
    [
      'a rate that the second plan lacks',
      both({ ...premium, prices: [{ ...premium.prices[0], from: '2016-01-01', vat: 'standard' }] }),
      'plan premium has the standard rate of VAT from 2016-01-01 on',
    ],
    [
      'a second plan twice',
      with_((json) => ({ ...json, plans: [...json.plans, premium, premium] })),
      'premium is listed',
    ],
    ['something else than a tariff', {}, 'must have required properties'],
    ['no plan', with_((json) => ({ ...json, plans: [] })), '/plans'],
    ['a plan twice', with_((json) => ({ ...json, plans: [...json.plans, ...json.plans] })), 'basic is listed twice'],
    ['a price of nothing', priced({ ...price, net: '0.00' }), 'a price of 0.00 SAR is not sold'],
    ['too many decimals', priced({ ...price, net: '1.005' }), 'SAR has 2 decimals'],
    ['two prices from one day', priced(price, price), 'two begin on 2026-01-01'],
    ['a day that is none', priced({ ...price, from: '2026-02-30' }), '2026-02-30 is no day'],
    ['an end before the begin', priced({ ...price, to: '2025-12-31' }), '2025-12-31 is no day after'],
    [
      'a rate from no day',
      with_((json) => ({ ...json, standardVat: [{ from: '2020-02-30', basisPoints: 1500 }] })),
      'standardVat: 2020-02-30 is no day',
    ],
    ['a price whose bill is too much for an amount', priced({ ...price, net: '50000000000000.00' }), 'is not sold'],
    ['a rate that is missing', priced({ ...price, from: '2017-01-01', vat: 'standard' }), 'standardVat has none'],
    ['an unknown field', with_((json) => ({ ...json, more: 1 })), 'additional properties'],
  ])('%s is refused, and said', (_, json, message) => {
    expect(() => readTariff(json)).toThrow(InvalidTariff);
    expect(() => readTariff(json)).toThrow(message);
  });

  test('what docs/operations.md shows is what is sold without a file', () => {
    const shown = /<!-- tariff -->\s+```json\n(.*?)```/s.exec(readFileSync('docs/operations.md', 'utf8'))?.[1];
    expect(readTariff(JSON.parse(shown ?? ''))).toEqual(EXAMPLE_TARIFF);
  });
});
