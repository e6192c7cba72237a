import type { DebtEvent } from '../../src/contexts/debts/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY, YEAR_BEGIN, type Named } from '../report.js';
import { byText } from './sorting.js';

const REQUESTS = {
  'debts.UpdateRequested': { en: 'Update', ar: 'تحديث' },
  'debts.PaymentRequested': { en: 'Recognition of a payment', ar: 'إثبات سداد' },
  'debts.CancellationRequested': { en: 'Cancellation', ar: 'إلغاء' },
  'debts.ExemptionRequested': { en: 'Exemption', ar: 'إعفاء' },
  'debts.InstalmentRequested': { en: 'Instalments', ar: 'تقسيط' },
} as const satisfies Record<string, Named>;

const ENDS = {
  'debts.DebtUpdated': 'approved',
  'debts.PartialPaymentApproved': 'approved',
  'debts.DebtSettled': 'approved',
  'debts.DebtCancelled': 'approved',
  'debts.ExemptionGranted': 'approved',
  'debts.InstalmentPlanApproved': 'approved',
  'debts.RequestDeclined': 'declined',
  'debts.RequestWithdrawn': 'withdrawn',
} as const satisfies Record<string, string>;

interface Request {
  readonly entity: string;
  readonly request: string;
  readonly ground: string | null;
  readonly on: string;
}
interface Treated extends Omit<Request, 'on'> {
  approved: number;
  declined: number;
  withdrawn: number;
  readonly days: number[];
}
interface State {
  /** The open request of each debt: there is one at most. */
  readonly open: Map<string, Request>;
  readonly treated: Map<string, Treated>;
}

export const equalTreatment = replayed({
  name: 'equal-treatment',
  number: 25,
  title: { en: 'Equal treatment', ar: 'المساواة في المعاملة' },
  about: {
    en: 'Of requests on debts that were decided or withdrawn from the first to the last day: how many were approved, declined and withdrawn, and how many days a decision took, by entity, kind of request and the ground that it named.',
    ar: 'من الطلبات على المديونيات التي بُتَّ فيها أو سُحبت من اليوم الأول إلى الأخير: عدد المعتمد والمرفوض والمسحوب، وأيام البت، بحسب الجهة ونوع الطلب والسبب المذكور فيه.',
  },
  takes: { entity: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    { name: 'entity', kind: 'id', en: 'Entity', ar: 'الجهة' },
    { name: 'request', kind: 'code', en: 'Request', ar: 'الطلب', labels: REQUESTS },
    { name: 'ground', kind: 'code', en: 'Ground', ar: 'السبب' },
    { name: 'approved', kind: 'count', en: 'Approved', ar: 'المعتمد', total: true },
    { name: 'declined', kind: 'count', en: 'Declined', ar: 'المرفوض', total: true },
    { name: 'withdrawn', kind: 'count', en: 'Withdrawn', ar: 'المسحوب', total: true },
    {
      name: 'medianDays',
      kind: 'count',
      en: 'Median days to decide (the lower of two)',
      ar: 'وسيط أيام البت (الأدنى من اثنين)',
    },
    { name: 'mostDays', kind: 'count', en: 'Most days to decide', ar: 'أطول مدة للبت بالأيام' },
  ],
  key: ['entity', 'request', 'ground'],
  boundBy: { entity: 'entity' },
  types: [...Object.keys(REQUESTS), ...Object.keys(ENDS)],
  initial: (): State => ({ open: new Map(), treated: new Map() }),
  fold({ open, treated }, known, { entity, from, to }) {
    const event = known.event as Recorded<DebtEvent>;
    const { debt, creditor } = event.refs;
    if (debt === undefined || creditor === undefined)
      throw new Error(`${event.type} ${event.id} names no debt or creditor`);
    if (isRequest(event.type)) {
      const ground = 'ground' in event.data ? event.data.ground : undefined;
      open.set(debt, { entity: creditor, request: event.type, ground: ground ?? null, on: event.effectiveOn });
      return;
    }
    const found = open.get(debt);
    if (found === undefined || !isEnd(event.type)) return; // the second event of one decision
    open.delete(debt);
    const { on, ...which } = found;
    if ((entity !== undefined && entity !== creditor) || event.effectiveOn < from || event.effectiveOn > to) return;
    const key = `${which.entity} ${which.request} ${which.ground ?? ''}`;
    const group = treated.get(key) ?? { ...which, approved: 0, declined: 0, withdrawn: 0, days: [] };
    treated.set(key, group);
    const end = ENDS[event.type];
    group[end]++;
    if (end !== 'withdrawn') group.days.push(daysBetween(on, event.effectiveOn));
  },
  *rows({ treated }) {
    for (const [, { days, ...group }] of [...treated].sort(byText(([key]) => key))) {
      const sorted = days.toSorted((a, b) => a - b);
      const medianDays = sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
      yield { ...group, medianDays, mostDays: sorted.at(-1) ?? null };
    }
  },
});

const isRequest = (type: string): type is keyof typeof REQUESTS => Object.hasOwn(REQUESTS, type);
const isEnd = (type: string): type is keyof typeof ENDS => Object.hasOwn(ENDS, type);

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
