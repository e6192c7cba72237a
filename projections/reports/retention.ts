import type { PartyEvent } from '../../src/contexts/parties/events.js';
import { rejectionType, type RejectionData } from '../../src/event-store/catalogue.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { PARTY } from '../columns.js';
import { replayed, TODAY, YEAR_BEGIN, type Known, type Named } from '../report.js';

const KINDS = {
  erasure: { en: 'Erasure', ar: 'إتلاف' },
  hold: { en: 'Legal hold', ar: 'حجز نظامي' },
} as const satisfies Record<string, Named>;

const STATES = {
  refused: { en: 'Refused by a rule', ar: 'منعته قاعدة' },
  requested: { en: 'Awaiting decision', ar: 'بانتظار القرار' },
  approved: { en: 'Approved, not carried out yet', ar: 'معتمد ولم ينفذ' },
  declined: { en: 'Declined', ar: 'مرفوض' },
  withdrawn: { en: 'Withdrawn', ar: 'مسحوب' },
  stopped: { en: 'Stopped by a rule', ar: 'أوقفته قاعدة' },
  done: { en: 'Key destroyed', ar: 'أُتلف المفتاح' },
  placed: { en: 'In force', ar: 'سارٍ' },
  lifted: { en: 'Lifted', ar: 'مرفوع' },
} as const satisfies Record<string, Named>;

interface Line {
  readonly kind: keyof typeof KINDS;
  readonly party: string;
  state: keyof typeof STATES;
  readonly ground: string;
  readonly askedOn: string;
  readonly askedBy: string;
  readonly dueBy: string | null;
  decidedBy: string | null;
  decidedOn: string | null;
  reason: string | null;
  keptUntil: string | null;
  doneOn: string | null;
  readonly event: string;
}

const REFUSED = ['RequestErasure', 'ApproveErasure'].map((command) => rejectionType('parties', command));

export const retention = replayed({
  name: 'retention-and-erasure',
  number: 18,
  title: { en: 'Retention and erasure', ar: 'الحفظ والإتلاف' },
  about: {
    en: 'What was asked from the first to the last day, as it stands on the last one: erasures of the personal data of a party, with the day by which they are to be answered, those that a duty to keep forbade, and whose key was destroyed; and legal holds.',
    ar: 'ما طُلب من اليوم الأول إلى الأخير كما هو في الأخير: طلبات إتلاف البيانات الشخصية لطرف مع آخر يوم للإجابة عنها، وما منعه واجب الحفظ منها، وما أُتلف مفتاحه؛ وأوامر الحجز النظامي.',
  },
  takes: { party: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    { name: 'kind', kind: 'code', en: 'Kind', ar: 'النوع', labels: KINDS },
    PARTY,
    { name: 'state', kind: 'code', en: 'State', ar: 'الحالة', labels: STATES },
    { name: 'ground', kind: 'code', en: 'Ground', ar: 'السند' },
    { name: 'askedOn', kind: 'date', en: 'Asked on', ar: 'تاريخ الطلب' },
    { name: 'askedBy', kind: 'id', en: 'Asked by', ar: 'الطالب' },
    { name: 'dueBy', kind: 'date', en: 'To be answered by', ar: 'آخر يوم للإجابة' },
    { name: 'decidedBy', kind: 'id', en: 'Decided by', ar: 'المقرر' },
    { name: 'decidedOn', kind: 'date', en: 'Decided on', ar: 'تاريخ القرار' },
    { name: 'reason', kind: 'code', en: 'Reason', ar: 'السبب' },
    { name: 'keptUntil', kind: 'date', en: 'Kept by law until', ar: 'محفوظ نظامًا حتى' },
    { name: 'doneOn', kind: 'date', en: 'Key destroyed on', ar: 'تاريخ إتلاف المفتاح' },
    { name: 'event', kind: 'id', en: 'Event', ar: 'الحدث' },
  ],
  key: ['event'],
  boundBy: { own: 'party' },
  types: [
    'parties.LegalHoldPlaced',
    'parties.LegalHoldLifted',
    'parties.ErasureRequested',
    'parties.ErasureApproved',
    'parties.ErasureDeclined',
    'parties.ErasureWithdrawn',
    'parties.ErasureStopped',
    'parties.PartyErased',
    ...REFUSED,
  ],
  initial: () => new Map<string, Line>(),
  fold(lines, { event }, { party, from, to }) {
    if (event.effectiveOn > to) return;
    const begun = begunBy(event);
    if (begun !== undefined) {
      if (begun.askedOn >= from && (party ?? begun.party) === begun.party) lines.set(begun.event, begun);
      return;
    }
    const { refs, data } = event as Recorded<PartyEvent>;
    const found = lines.get(refs.request ?? (data as { readonly hold?: string }).hold ?? '');
    if (found !== undefined) change(found, event as Recorded<PartyEvent>);
  },
  rows: (lines) => [...lines.values()].map((line) => ({ ...line })),
});

/** What an event begins; a hold and a request are named by it. */
function begunBy(envelope: Known['event']): Line | undefined {
  const event = envelope as Recorded<PartyEvent>;
  const asked = { askedOn: event.effectiveOn, askedBy: event.actor.id, event: event.id };
  const open = { dueBy: null, decidedBy: null, decidedOn: null, reason: null, keptUntil: null, doneOn: null };
  if (REFUSED.includes(envelope.type)) {
    const { target, code, facts } = (envelope as Envelope<string, RejectionData>).data;
    const { keptUntil = null } = facts as { readonly keptUntil?: string };
    const line = { kind: 'erasure', state: 'refused', party: `party_${target}`, ground: 'attempt' } as const;
    return { ...line, ...asked, ...open, reason: code, keptUntil };
  }
  const { party = '' } = event.refs;
  switch (event.type) {
    case 'parties.LegalHoldPlaced':
      return { kind: 'hold', state: 'placed', party, ground: event.data.ground, ...asked, ...open };
    case 'parties.ErasureRequested': {
      const { ground, dueBy } = event.data;
      return { kind: 'erasure', state: 'requested', party, ground, ...asked, ...open, dueBy };
    }
    default:
      return undefined;
  }
}

function change(line: Line, event: Recorded<PartyEvent>): void {
  switch (event.type) {
    case 'parties.LegalHoldLifted':
      line.state = 'lifted';
      line.reason = event.data.reason;
      decide(line, event);
      return;
    case 'parties.ErasureApproved':
      line.state = 'approved';
      decide(line, event);
      return;
    case 'parties.ErasureDeclined':
      line.state = 'declined';
      line.reason = event.data.reason;
      decide(line, event);
      return;
    case 'parties.ErasureWithdrawn':
      line.state = 'withdrawn';
      return;
    case 'parties.ErasureStopped':
      line.state = 'stopped';
      line.reason = event.data.ground;
      line.keptUntil = event.data.keptUntil ?? null;
      return;
    case 'parties.PartyErased':
      line.state = 'done';
      line.doneOn = event.effectiveOn;
      return;
    default:
  }
}

function decide(line: Line, { actor, effectiveOn }: Recorded<PartyEvent>): void {
  line.decidedBy = actor.id;
  line.decidedOn = effectiveOn;
}
