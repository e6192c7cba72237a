import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { DebtRegistered, DebtUpdated } from '../../src/contexts/debts/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY, type Named } from '../report.js';
import { receivables, RECEIVABLE_TYPES } from './receivable.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

/** By the days since a debt fell due (domain.md §5, 3). */
const BUCKETS = {
  'not-due': { en: 'Not yet due', ar: 'لم يحن موعدها' },
  '0-30': { en: '0 to 30 days', ar: 'من 0 إلى 30 يومًا' },
  '31-90': { en: '31 to 90 days', ar: 'من 31 إلى 90 يومًا' },
  '91-365': { en: '91 to 365 days', ar: 'من 91 إلى 365 يومًا' },
  'over-365': { en: 'More than 365 days', ar: 'أكثر من 365 يومًا' },
} as const satisfies Record<string, Named>;
type Bucket = keyof typeof BUCKETS;
const ORDER = Object.keys(BUCKETS) as Bucket[];

interface Open {
  readonly entity: string;
  readonly currency: string;
  minor: bigint;
  dueOn: string;
  /** Of the event that said so: an earlier one that is recorded later does not undo it. */
  saidOn: string;
}

export const ageing = replayed({
  name: 'debt-ageing',
  number: 3,
  title: { en: 'Debt ageing', ar: 'أعمار المديونيات' },
  about: {
    en: 'What is owed on registered debts (accounts 1200 and 1205), by the days since the debt’s due date, or since its registration where it names none. The dates of single instalments are not looked at.',
    ar: 'المستحق على المديونيات المقيدة (الحسابان 1200 و1205) بحسب الأيام منذ تاريخ استحقاق المديونية، أو منذ قيدها إن لم يذكر لها تاريخ، دون النظر إلى تواريخ الأقساط.',
  },
  takes: { entity: 'optional', effectiveOn: TODAY },
  columns: [
    { name: 'entity', kind: 'id', en: 'Entity', ar: 'الجهة' },
    { name: 'currency', kind: 'currency', en: 'Currency', ar: 'العملة' },
    { name: 'age', kind: 'code', en: 'Age', ar: 'العمر', labels: BUCKETS },
    { name: 'debts', kind: 'count', en: 'Debts', ar: 'عدد المديونيات', total: true },
    { name: 'amount', kind: 'money', en: 'Amount owed', ar: 'المبلغ المستحق', total: true },
  ],
  key: ['entity', 'currency', 'age'],
  boundBy: { entity: 'entity' },
  types: RECEIVABLE_TYPES,
  initial: () => new Map<string, Open>(),
  fold(debts, { event }, { entity, effectiveOn }) {
    if (event.effectiveOn > effectiveOn) return;
    for (const change of receivables(event)) {
      if (entity !== undefined && change.entity !== entity) continue;
      const found = debts.get(change.debt);
      if (found !== undefined) found.minor += change.minor;
      else debts.set(change.debt, { ...change, dueOn: event.effectiveOn, saidOn: '' });
    }
    const { type, data, refs } = event as Recorded<DebtRegistered | DebtUpdated>;
    const debt = debts.get(refs.debt ?? '');
    if (debt === undefined) return;
    if (type === 'debts.DebtRegistered') told(debt, data.dueOn ?? event.effectiveOn, event.effectiveOn);
    else if (type === 'debts.DebtUpdated' && data.dueOn !== undefined) told(debt, data.dueOn, event.effectiveOn);
  },
  *rows(debts, { effectiveOn }) {
    const sums = new Map<string, { entity: string; currency: string; age: Bucket; debts: number; minor: bigint }>();
    for (const { entity, currency, minor, dueOn } of debts.values()) {
      if (minor === 0n) continue;
      const age = bucketOf(dueOn as BusinessDate, effectiveOn as BusinessDate);
      const key = `${entity} ${currency} ${ORDER.indexOf(age)}`;
      const sum = sums.get(key) ?? { entity, currency, age, debts: 0, minor: 0n };
      sums.set(key, { ...sum, debts: sum.debts + 1, minor: sum.minor + minor });
    }
    for (const [, { minor, ...sum }] of [...sums].sort(byText(([key]) => key))) {
      yield { ...sum, amount: decimal(minor, sum.currency) };
    }
  },
});

function told(debt: Open, dueOn: string, on: string): void {
  if (on < debt.saidOn) return;
  debt.dueOn = dueOn;
  debt.saidOn = on;
}

const DAY_MS = 86_400_000;

function bucketOf(dueOn: BusinessDate, on: BusinessDate): Bucket {
  const days = (Date.parse(on) - Date.parse(dueOn)) / DAY_MS;
  if (days < 0) return 'not-due';
  if (days <= 30) return '0-30';
  if (days <= 90) return '31-90';
  return days <= 365 ? '91-365' : 'over-365';
}
