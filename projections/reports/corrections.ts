import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { periodEvents, type ClosingEvent, type CorrectionEvent } from '../../src/contexts/periods/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import { businessDateAt } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { replayed, TODAY, YEAR_BEGIN, type Known, type Named, type Row } from '../report.js';
import { balance, CURRENCY, ENTITY, EVENT, SEQUENCE } from '../columns.js';
import { minorOf } from '../postings.js';
import { decimal } from '../sums.js';

/** Why an event is here: the first that applies. */
const KINDS = {
  'closed-period': { en: 'In a period that was closed', ar: 'في فترة مقفلة' },
  reversal: { en: 'Reversal', ar: 'قيد عكسي' },
  follows: { en: 'Follows from a reversal', ar: 'مترتب على قيد عكسي' },
  'back-dated': { en: 'Back-dated', ar: 'بأثر رجعي' },
} as const satisfies Record<string, Named>;

const DEFINITIONS = [...debtEvents, ...billingEvents, ...balanceEvents, ...subscriptionFacts, ...periodEvents].filter(
  (each) => !isRejection(each),
);
const EVENTS = Object.fromEntries(DEFINITIONS.map(({ type, en, ar }) => [type, { en, ar }]));

interface Approval {
  readonly reason: string;
  readonly requestedBy: string;
  approvedBy: string | null;
}

interface State {
  readonly rows: Row[];
  /** What an entity has closed, ever later days. */
  readonly closed: Map<string, { readonly through: string; readonly period: string }[]>;
  readonly approvals: Map<string, Approval>;
  /** The flows that a reversal began. */
  readonly chains: Set<string>;
}

export const corrections = replayed({
  name: 'corrections',
  number: 16,
  title: { en: 'Corrections', ar: 'التصحيحات والقيود العكسية' },
  about: {
    en: 'What counts from the first to the last day and is not what was first said of them: what counts in a period after it was closed, with the correction that let it; reversals with the event that each corrects, and what follows from them under one chain; and entries that count on a day before the one on which they were recorded. The closing of a year itself is none of them.',
    ar: 'ما يُحتسب من اليوم الأول إلى الأخير على خلاف ما قيل أولًا: ما احتُسب في فترة بعد إقفالها مع التصحيح الذي أجازه؛ والقيود العكسية مع الحدث الذي يصححه كل منها وما يترتب عليها في سلسلة واحدة؛ والقيود التي تُحتسب في يوم سابق ليوم تدوينها. وليس إقفال السنة نفسه منها.',
  },
  takes: { entity: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    SEQUENCE,
    { name: 'kind', kind: 'code', en: 'Correction', ar: 'التصحيح', labels: KINDS },
    { name: 'countedOn', kind: 'date', en: 'Counts on', ar: 'تاريخ القيد' },
    { name: 'recordedAt', kind: 'moment', en: 'Recorded at', ar: 'وقت التدوين' },
    { name: 'daysBack', kind: 'count', en: 'Days back', ar: 'أيام الرجوع' },
    ENTITY,
    { name: 'type', kind: 'code', en: 'What happened', ar: 'ما حدث', labels: EVENTS },
    { name: 'about', kind: 'id', en: 'About', ar: 'الموضوع' },
    CURRENCY,
    balance('amount', 'Posted', 'المقيد'),
    { name: 'corrects', kind: 'id', en: 'Corrects the event', ar: 'يصحح الحدث' },
    { name: 'chain', kind: 'id', en: 'Chain', ar: 'السلسلة' },
    { name: 'period', kind: 'text', en: 'Closed period', ar: 'الفترة المقفلة' },
    { name: 'correction', kind: 'id', en: 'Correction', ar: 'التصحيح المعتمد' },
    { name: 'reason', kind: 'code', en: 'Reason', ar: 'السبب' },
    { name: 'requestedBy', kind: 'id', en: 'Requested by', ar: 'الطالب' },
    { name: 'approvedBy', kind: 'id', en: 'Approved by', ar: 'المعتمد' },
    { name: 'actor', kind: 'id', en: 'Actor', ar: 'المنفّذ' },
    { name: 'source', kind: 'code', en: 'Source', ar: 'المصدر' },
    EVENT,
  ],
  key: ['sequence'],
  boundBy: { entity: 'entity' },
  types: DEFINITIONS.map(({ type }) => type),
  initial: (): State => ({ rows: [], closed: new Map(), approvals: new Map(), chains: new Set() }),
  fold(state, known, { entity, from, to }) {
    const { event } = known;
    if (event.type.startsWith('periods.')) {
      periods(state, event as Recorded<ClosingEvent | CorrectionEvent>);
      return;
    }
    if (event.corrects !== undefined) state.chains.add(event.correlation);
    if (event.effectiveOn < from || event.effectiveOn > to) return;
    const row = correctionIn(state, known);
    if (row !== null && (entity ?? row['entity']) === row['entity']) state.rows.push(row);
  },
  rows: ({ rows }) => rows,
});

function periods(
  { closed, approvals }: State,
  { type, data, refs, actor }: Recorded<ClosingEvent | CorrectionEvent>,
): void {
  const approval = approvals.get(refs.correction ?? '');
  if (type === 'periods.PeriodClosed') {
    const { entity = '' } = refs;
    closed.set(entity, [...(closed.get(entity) ?? []), { through: data.through, period: data.period }]);
  } else if (type === 'periods.CorrectionRequested') {
    approvals.set(refs.correction ?? '', { reason: data.reason, requestedBy: actor.id, approvedBy: null });
  } else if (type === 'periods.CorrectionApproved' && approval !== undefined) {
    approval.approvedBy = actor.id;
  }
}

function correctionIn({ closed, approvals, chains }: State, { event, sequence }: Known): Row | null {
  const { effectiveOn, recordedAt, entries, refs } = event;
  const entity = entries[0]?.debit.dims.entity ?? refs.creditor ?? refs.payee ?? refs.entity ?? null;
  const period =
    entries.length === 0 ? undefined : closed.get(entity ?? '')?.find(({ through }) => effectiveOn <= through);
  const daysBack = (Date.parse(businessDateAt(Date.parse(recordedAt))) - Date.parse(effectiveOn)) / 86_400_000;
  const isChained = chains.has(event.correlation);
  const kind = kindOf(event, period !== undefined, isChained, daysBack);
  if (kind === null) return null;
  const { reason = null, requestedBy = null, approvedBy = null } = approvals.get(refs.correction ?? '') ?? {};
  const currency = entries[0]?.currency ?? null;
  return {
    sequence,
    kind,
    countedOn: effectiveOn,
    recordedAt,
    daysBack,
    entity,
    type: event.type,
    about: refs.debt ?? refs.subscription ?? refs.balance ?? refs.receipt ?? null,
    currency,
    amount: currency === null ? null : posted(event, currency),
    corrects: event.corrects ?? null,
    chain: isChained ? event.correlation : null,
    period: period?.period ?? null,
    correction: refs.correction ?? null,
    reason,
    requestedBy,
    approvedBy,
    actor: event.actor.id,
    source: event.source,
    event: event.id,
  };
}

function kindOf(event: Envelope, isClosed: boolean, isChained: boolean, daysBack: number): keyof typeof KINDS | null {
  if (isClosed) return 'closed-period';
  if (event.corrects !== undefined) return 'reversal';
  if (isChained) return 'follows';
  return daysBack > 0 && event.entries.length > 0 ? 'back-dated' : null;
}

const posted = ({ entries }: Envelope, currency: string): string =>
  decimal(
    entries.reduce((sum, { amount }) => sum + minorOf(amount, currency), 0n),
    currency,
  );
