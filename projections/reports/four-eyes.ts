import type * as debts from '../../src/contexts/debts/events.js';
import type { DelegationEvent } from '../../src/contexts/delegations/events.js';
import type { ErasureEvent } from '../../src/contexts/parties/events.js';
import type { ClosingEvent, CorrectionEvent } from '../../src/contexts/periods/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY, YEAR_BEGIN, type Known, type Named, type Row } from '../report.js';

/** Who began something that a second person decides, by what it is about. */
interface Begun {
  /** Whose it is. */
  readonly entity: string | null;
  readonly actors: readonly string[];
  readonly role: string;
  readonly on: string;
}

interface State {
  /** Of a debt: its draft, then its latest request; of a delegation, a closing, a correction: how it began. */
  readonly begun: Map<string, Begun>;
  readonly rows: Row[];
}

type Event = Recorded<debts.DebtEvent | DelegationEvent | ClosingEvent | CorrectionEvent | ErasureEvent>;

/** What a second person decides on. */
export const BEGINNINGS = [
  'debts.DebtDrafted',
  'debts.DraftEdited',
  'debts.UpdateRequested',
  'debts.PaymentRequested',
  'debts.CancellationRequested',
  'debts.ExemptionRequested',
  'debts.InstalmentRequested',
  'delegations.DelegationRegistered',
  'periods.ClosingRequested',
  'periods.CorrectionRequested',
  'parties.ErasureRequested',
] as const satisfies Event['type'][];

/** What that person decides. */
export const DECISIONS = {
  'debts.DebtRegistered': { en: 'Debt registered', ar: 'قيد مديونية' },
  'debts.DebtUpdated': { en: 'Update approved', ar: 'اعتماد تحديث' },
  'debts.PartialPaymentApproved': { en: 'Partial payment approved', ar: 'اعتماد سداد جزئي' },
  'debts.DebtSettled': { en: 'Settlement approved', ar: 'اعتماد سداد كامل' },
  'debts.DebtCancelled': { en: 'Cancellation approved', ar: 'اعتماد إلغاء' },
  'debts.ExemptionGranted': { en: 'Exemption granted', ar: 'منح إعفاء' },
  'debts.InstalmentPlanApproved': { en: 'Instalments approved', ar: 'اعتماد تقسيط' },
  'debts.RequestDeclined': { en: 'Request declined', ar: 'رفض طلب' },
  'delegations.DelegationApproved': { en: 'Delegation approved', ar: 'اعتماد تفويض' },
  'periods.ClosingApproved': { en: 'Closing of a period approved', ar: 'اعتماد إقفال فترة' },
  'periods.ClosingDeclined': { en: 'Closing of a period declined', ar: 'رفض إقفال فترة' },
  'periods.CorrectionApproved': { en: 'Correction approved', ar: 'اعتماد تصحيح' },
  'periods.CorrectionDeclined': { en: 'Correction declined', ar: 'رفض تصحيح' },
  'parties.ErasureApproved': { en: 'Erasure approved', ar: 'اعتماد إتلاف بيانات' },
  'parties.ErasureDeclined': { en: 'Erasure declined', ar: 'رفض إتلاف بيانات' },
} as const satisfies Partial<Record<Event['type'], Named>>;

const SEPARATION = {
  yes: { en: 'Two people', ar: 'شخصان' },
  no: { en: 'One person', ar: 'شخص واحد' },
  unknown: { en: 'Nobody is recorded as having asked', ar: 'لا يوجد طالب مدوَّن' },
} as const satisfies Record<string, Named>;

export const fourEyes = replayed({
  name: 'four-eyes',
  number: 13,
  title: { en: 'Four-eyes evidence', ar: 'إثبات الرقابة الثنائية' },
  about: {
    en: 'Each decision on debts, delegations, closings, corrections and erasures from the first to the last day: who drafted or requested it, who decided, and whether they are two people.',
    ar: 'كل قرار في المديونيات والتفويضات والإقفالات والتصحيحات وطلبات الإتلاف من اليوم الأول إلى الأخير: من أعده أو طلبه، ومن قرره، وهل هما شخصان.',
  },
  takes: { entity: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    { name: 'sequence', kind: 'sequence', en: 'Sequence', ar: 'التسلسل' },
    { name: 'decidedOn', kind: 'date', en: 'Decided on', ar: 'تاريخ القرار' },
    { name: 'decision', kind: 'code', en: 'Decision', ar: 'القرار', labels: DECISIONS },
    { name: 'entity', kind: 'id', en: 'Entity', ar: 'الجهة' },
    { name: 'about', kind: 'id', en: 'About', ar: 'الموضوع' },
    { name: 'requestedBy', kind: 'text', en: 'Requested by', ar: 'الطالب' },
    { name: 'requesterRole', kind: 'code', en: 'Requester’s role', ar: 'دور الطالب' },
    { name: 'requestedOn', kind: 'date', en: 'Requested on', ar: 'تاريخ الطلب' },
    { name: 'decidedBy', kind: 'id', en: 'Decided by', ar: 'المقرر' },
    { name: 'deciderRole', kind: 'code', en: 'Decider’s role', ar: 'دور المقرر' },
    { name: 'authority', kind: 'id', en: 'Delegation relied on', ar: 'التفويض المستند إليه' },
    { name: 'separate', kind: 'code', en: 'Two people', ar: 'شخصان', labels: SEPARATION },
    { name: 'event', kind: 'id', en: 'Event', ar: 'الحدث' },
  ],
  key: ['sequence'],
  boundBy: { entity: 'entity' },
  types: [...BEGINNINGS, ...Object.keys(DECISIONS)],
  initial: (): State => ({ begun: new Map(), rows: [] }),
  fold({ begun, rows }, known, { entity, from, to }) {
    const event = known.event as Event;
    const about = aboutOf(event);
    if (about === undefined) throw new Error(`${event.type} ${event.id} names nothing that it is about`);
    if (isDecision(event.type)) {
      const of = entityOf(event) ?? begun.get(about)?.entity ?? null;
      const isAsked = event.effectiveOn >= from && event.effectiveOn <= to && (entity === undefined || of === entity);
      if (isAsked) rows.push(decided(known, about, of, begun.get(about)));
      return;
    }
    const before = event.type === 'debts.DraftEdited' ? (begun.get(about)?.actors ?? []) : [];
    const actors = before.includes(event.actor.id) ? before : [...before, event.actor.id];
    begun.set(about, { entity: entityOf(event) ?? null, actors, role: event.actor.role, on: event.effectiveOn });
  },
  rows: ({ rows }) => rows,
});

const isDecision = (type: string): type is keyof typeof DECISIONS => Object.hasOwn(DECISIONS, type);

/** A debt's events may name a delegation and a correction, too. */
const aboutOf = ({ type, refs }: Event): string | undefined => {
  if (type.startsWith('delegations.')) return refs.delegation;
  if (type.startsWith('periods.Closing') || type.startsWith('parties.')) return refs.request;
  return type.startsWith('periods.') ? refs.correction : refs.debt;
};

/** Of a delegation it is said when it is registered, and need not be again. */
const entityOf = ({ refs }: Event): string | undefined => refs.creditor ?? refs.entity;

function decided({ event, sequence }: Known, about: string, entity: string | null, begun: Begun | undefined): Row {
  const { actor } = event;
  return {
    sequence,
    decidedOn: event.effectiveOn,
    decision: event.type,
    entity,
    about,
    requestedBy: begun?.actors.join(' ') ?? null,
    requesterRole: begun?.role ?? null,
    requestedOn: begun?.on ?? null,
    decidedBy: actor.id,
    deciderRole: actor.role,
    authority: actor.authority ?? null,
    separate: begun === undefined ? 'unknown' : begun.actors.includes(actor.id) ? 'no' : 'yes',
    event: event.id,
  };
}
