import { readTariff, type Tariff } from './tariff.js';

/** What a ledger sells that was given no tariff of its own: the example of domain.md §4, 100.00 + 15 % = 115.00 SAR. */
export const EXAMPLE_TARIFF: Tariff = readTariff({
  plans: [
    {
      code: 'basic',
      entity: 'party_5e1f2a90-6d3b-4c7e-8a14-90b7c2d4e6f8',
      sector: 'labour',
      currency: 'SAR',
      en: 'Basic subscription',
      ar: 'الاشتراك الأساسي',
      prices: [{ from: '2018-01-01', net: '100.00', vat: 'standard', billDays: 30 }],
    },
  ],
  standardVat: [
    { from: '2018-01-01', basisPoints: 500 },
    { from: '2020-07-01', basisPoints: 1_500 },
  ],
  terms: [{ from: '2018-01-01', version: 'v1' }],
});
