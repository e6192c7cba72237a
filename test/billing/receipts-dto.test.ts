import { MatchReceiptBody, RecordReceiptBody, ReverseReceiptBody } from '../../src/contexts/billing/receipts.dto.js';
import { Problem } from '../../src/http/problems/problem.js';
import { checked } from '../../src/http/validation/dto.pipe.js';
import { id, party } from '../given.js';

const receipt = {
  reference: 'FT26031-000417',
  payer: party('payer'),
  payee: party('payee'),
  amount: { amount: '115.00', currency: 'SAR' },
  paidOn: '2026-03-01',
  channel: 'sadad',
};

function faultsOf<T extends object>(dto: new () => T, body: object): string[] {
  try {
    checked(dto, body);
    return [];
  } catch (error) {
    return (error as Problem).faults.map(({ path, code }) => `${path} ${code}`);
  }
}

describe("a bank's reference is stored as it is, so that no account number may stand in it (domain.md §2)", () => {
  test.each(['FT26031-000417', '1058529940', '0512345678', id('a payment'), 'A'.repeat(64)])(
    '%s is taken: it may look like an ID by chance',
    (reference) => {
      expect(faultsOf(RecordReceiptBody, { ...receipt, reference })).toEqual([]);
      expect(faultsOf(ReverseReceiptBody, { reference, on: '2026-03-01' })).toEqual([]);
    },
  );

  test.each([
    'SA0380000000608010167519',
    'sa0380000000608010167519',
    'SA03-8000-0000-6080-1016-7519',
    'FT/SA03.8000.0000.6080.1016.7519',
    'SA٠٣٨٠٠٠٠٠٠٠٦٠٨٠١٠١٦٧٥١٩',
  ])('%s is refused', (reference) => {
    expect(faultsOf(RecordReceiptBody, { ...receipt, reference })).toEqual(['reference PERSONAL_NUMBER']);
    expect(faultsOf(ReverseReceiptBody, { reference, on: '2026-03-01' })).toEqual(['reference PERSONAL_NUMBER']);
  });

  test.each(['', 'free text', '-x', 'A'.repeat(65)])('%j is no reference', (reference) => {
    expect(faultsOf(RecordReceiptBody, { ...receipt, reference })).toEqual(['reference NOT_A_CODE']);
  });
});

test('codes are checked for personal numbers, ids are not', () => {
  expect(faultsOf(RecordReceiptBody, { ...receipt, channel: '00966512345678', sector: 'x1058529940' })).toEqual([
    'channel PERSONAL_NUMBER',
    'sector PERSONAL_NUMBER',
  ]);
  const debt = '00000000-0000-4000-8000-a1058529940b';
  expect(faultsOf(RecordReceiptBody, { ...receipt, target: { debt } })).toEqual([]);
  expect(faultsOf(MatchReceiptBody, { debt })).toEqual([]);
});
