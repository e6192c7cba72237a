import { settled } from '../../src/ledger/closed-books.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import {
  approve,
  approver,
  authority,
  clerk,
  CREDITOR,
  debtor,
  draft,
  given,
  register,
  requestCancellation,
  requestExemption,
  requestUpdate,
  REVIEW,
} from './cast.js';
import type { PostedEntry } from '../../src/kernel/entries.js';

/* A debt of 100.00 of 2025; the tests' today is 1 March 2026, and the year 2025 may be closed by then. */
const LAST_YEAR = { effectiveOn: '2025-06-01', today: '2025-06-01' };
const registered = () => given([draft(), clerk, LAST_YEAR], [register(), approver, LAST_YEAR]);

/** `debit credit amount`, as the ledger stores them when that year is closed, or none is. */
const stored = (entries: readonly PostedEntry[] | undefined, year: string | null): string[] =>
  settled(entries ?? [], '2026-03-01' as BusinessDate, new Map([[CREDITOR as string, { through: null, year }]])).map(
    ({ debit, credit, amount }) => `${debit.account} ${credit.account} ${amount}`,
  );
function entriesOf(outcome: unknown): readonly PostedEntry[] {
  const [first] = outcome as readonly { readonly entries?: readonly PostedEntry[] }[];
  return first?.entries ?? [];
}

test('§4 a debt cancelled as an error gives back revenue of a closed year from 3000', () => {
  const asked = registered().and([requestCancellation('error'), clerk, REVIEW]);
  const entries = entriesOf(asked.when(approve(), approver).outcome);
  expect(stored(entries, null)).toEqual(['4300 1200 100.00']);
  expect(stored(entries, '2024')).toEqual(['4300 1200 100.00']);
  expect(stored(entries, '2025')).toEqual(['3000 1200 100.00']);
});

test('§4 a reduction takes back this year’s raise first, then what was registered in a closed year', () => {
  const raised = registered().and([requestUpdate({ amount: '150' }), clerk, REVIEW], [approve(), approver]);
  const asked = raised.and([requestUpdate({ amount: '80' }), clerk, REVIEW]);
  const entries = entriesOf(asked.when(approve(), approver).outcome);
  expect(stored(entries, null)).toEqual(['4300 1200 50.00', '4300 1200 20.00']);
  expect(stored(entries, '2025')).toEqual(['4300 1200 50.00', '3000 1200 20.00']);
});

test('a waiver of a closed year is taken back from 3000, one of this year from 5100', () => {
  const waived = registered().and(
    [requestExemption('30'), debtor, { ...REVIEW, ...LAST_YEAR }],
    [approve(undefined, authority({ from: '2025-01-01' })), approver, LAST_YEAR],
    [requestExemption('10'), debtor, REVIEW],
    [approve(undefined, authority({ from: '2025-01-01' })), approver],
    [requestCancellation('error'), clerk, REVIEW],
  );
  const entries = entriesOf(waived.when(approve(), approver).outcome);
  expect(stored(entries, null)).toEqual(['4300 1200 60.00', '4300 5100 30.00', '4300 5100 10.00']);
  expect(stored(entries, '2025')).toEqual(['3000 1200 60.00', '3000 3000 30.00', '3000 5100 10.00']);
});
