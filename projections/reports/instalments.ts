import type { DebtEvent, InstalmentPlanApproved } from '../../src/contexts/debts/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY, type Named } from '../report.js';
import { count, CURRENCY, ENTITY, money, PARTY } from '../columns.js';
import { minorOf } from '../postings.js';
import { decimal } from '../sums.js';

const STATES = {
  open: { en: 'Not yet due', ar: 'لم يحل' },
  late: { en: 'Late', ar: 'متأخر' },
  noticed: { en: 'Late, notice served', ar: 'متأخر وُجّه بشأنه إنذار' },
  paid: { en: 'Paid', ar: 'مسدد' },
  over: {
    en: 'Nothing open: waived, reduced, fallen due as a whole or cancelled',
    ar: 'لا مستحق: أُعفي أو خُفّض أو حلّ كاملًا أو أُلغي',
  },
} as const satisfies Record<string, Named>;

/** Minor units. What counts on the day of the question, but for `known`. */
interface Instalment {
  readonly dueOn: string;
  readonly dueOnHijri: string;
  /** Open as the log goes, whatever day its events count on: a plan that ends, ends with that. */
  known: bigint;
  amount: bigint;
  paid: bigint;
  lowered: bigint;
  ended: bigint;
  missed: number;
  notices: number;
}

interface Plan {
  readonly plan: string;
  readonly debt: string;
  readonly entity: string;
  readonly party: string;
  readonly currency: string;
  readonly instalments: readonly Instalment[];
  /** The notice that runs. */
  notice: { readonly until: string; readonly instalments: readonly number[] } | null;
}

const TYPES = [
  'debts.InstalmentPlanApproved',
  'debts.InstalmentsPaid',
  'debts.InstalmentsReopened',
  'debts.InstalmentsLowered',
  'debts.InstalmentMissed',
  'debts.NoticeServed',
  'debts.PlanDefaulted',
  'debts.DebtCancelled',
] as const satisfies DebtEvent['type'][];
type Event = Extract<Recorded<DebtEvent>, { type: (typeof TYPES)[number] }>;

export const instalments = replayed({
  name: 'instalments',
  number: 7,
  title: { en: 'Instalments, arrears and notices', ar: 'الأقساط والمتأخرات والإنذارات' },
  about: {
    en: 'Each instalment of each plan as of a day: due, paid, lowered by a waiver or a reduction, taken out when the plan fell due as a whole or the debt was cancelled, and what is open (account 1205: amount − paid − lowered − taken out); late from the day after its due date, with the notices that named it. In the order in which plans were approved.',
    ar: 'كل قسط من كل خطة كما في يوم معين: قيمته والمسدد منه وما خُفض بإعفاء أو تخفيض وما أُخرج من الخطة بحلولها كاملة أو بإلغاء المديونية، والمفتوح (الحساب 1205: القيمة − المسدد − المخفض − المخرج)؛ ويتأخر من اليوم التالي لاستحقاقه، مع الإنذارات التي ذكرته. بترتيب اعتماد الخطط.',
  },
  takes: { entity: 'optional', party: 'optional', effectiveOn: TODAY },
  columns: [
    ENTITY,
    PARTY,
    { name: 'debt', kind: 'id', en: 'Debt', ar: 'المديونية' },
    { name: 'plan', kind: 'id', en: 'Plan', ar: 'الخطة' },
    { name: 'instalment', kind: 'count', en: 'Instalment', ar: 'رقم القسط' },
    { name: 'dueOn', kind: 'date', en: 'Due on', ar: 'تاريخ الاستحقاق' },
    { name: 'dueOnHijri', kind: 'text', en: 'Due on (Hijri)', ar: 'تاريخ الاستحقاق الهجري' },
    CURRENCY,
    money('amount', 'Amount', 'القيمة'),
    money('paid', 'Paid', 'المسدد'),
    money('lowered', 'Lowered', 'المخفض'),
    money('ended', 'Taken out of the plan', 'المخرج من الخطة'),
    money('open', 'Open', 'المفتوح'),
    { name: 'state', kind: 'code', en: 'State', ar: 'الحالة', labels: STATES },
    { name: 'daysLate', kind: 'count', en: 'Days late', ar: 'أيام التأخر' },
    count('missed', 'Times missed', 'مرات التأخر'),
    { name: 'notices', kind: 'count', en: 'Notices', ar: 'الإنذارات' },
    { name: 'noticeUntil', kind: 'date', en: 'Payable until', ar: 'مهلة الإنذار' },
  ],
  key: ['plan', 'instalment'],
  boundBy: { entity: 'entity', own: 'party' },
  types: TYPES,
  initial: () => ({ plans: [] as Plan[], latest: new Map<string, Plan>() }),
  fold({ plans, latest }, known, { entity, party, effectiveOn }) {
    const event = known.event as Event;
    const { debt = '', creditor = '', debtor = '' } = event.refs;
    if ((entity ?? creditor) !== creditor || (party ?? debtor) !== debtor) return;
    const counts = event.effectiveOn <= effectiveOn;
    if (event.type === 'debts.InstalmentPlanApproved') {
      const plan = planOf(event, counts);
      plans.push(plan);
      latest.set(debt, plan);
      return;
    }
    const plan = latest.get(debt);
    if (plan !== undefined) change(plan, event, counts);
  },
  *rows({ plans }, { effectiveOn }) {
    for (const plan of plans) {
      for (const [index, each] of plan.instalments.entries()) {
        const open = openOf(each);
        if (each.amount === 0n && each.paid === 0n && open === 0n) continue; // not approved by then
        yield rowOf(plan, index + 1, each, open, effectiveOn);
      }
    }
  },
});

const openOf = ({ amount, paid, lowered, ended }: Instalment): bigint => amount - paid - lowered - ended;

function planOf({ id, refs, data }: Recorded<InstalmentPlanApproved>, counts: boolean): Plan {
  const { debt = '', creditor = '', debtor = '' } = refs;
  const approved = data.instalments.map(({ dueOn, dueOnHijri, amount }): Instalment => {
    const minor = minorOf(amount, data.currency);
    const nothing = { paid: 0n, lowered: 0n, ended: 0n, missed: 0, notices: 0 };
    return { dueOn, dueOnHijri, known: minor, amount: counts ? minor : 0n, ...nothing };
  });
  return {
    plan: id,
    debt,
    entity: creditor,
    party: debtor,
    currency: data.currency,
    instalments: approved,
    notice: null,
  };
}

/** @param counts by the day of the question */
function change(plan: Plan, event: Exclude<Event, Recorded<InstalmentPlanApproved>>, counts: boolean): void {
  const at = (instalment: number): Instalment => plan.instalments[instalment - 1] as Instalment;
  switch (event.type) {
    case 'debts.InstalmentsPaid':
    case 'debts.InstalmentsReopened':
    case 'debts.InstalmentsLowered':
      for (const { instalment, amount } of event.data.parts) {
        const minor = minorOf(amount, plan.currency);
        const less = event.type === 'debts.InstalmentsReopened' ? -minor : minor;
        const each = at(instalment);
        each.known -= less;
        if (counts) each[event.type === 'debts.InstalmentsLowered' ? 'lowered' : 'paid'] += less;
      }
      if (!plan.notice?.instalments.some((instalment) => openOf(at(instalment)) > 0n)) plan.notice = null;
      return;
    case 'debts.InstalmentMissed':
      if (counts) at(event.data.instalment).missed++;
      return;
    case 'debts.NoticeServed':
      if (!counts) return;
      for (const instalment of event.data.instalments) at(instalment).notices++;
      plan.notice = event.data;
      return;
    case 'debts.PlanDefaulted':
    case 'debts.DebtCancelled':
      for (const each of plan.instalments) {
        if (counts) each.ended += each.known;
        each.known = 0n;
      }
  }
}

function rowOf(plan: Plan, instalment: number, each: Instalment, open: bigint, on: string) {
  const { notice, instalments: _, ...whose } = plan;
  const { dueOn, dueOnHijri, missed, notices } = each;
  const isLate = open > 0n && dueOn < on;
  const isNoticed = isLate && notice?.instalments.includes(instalment) === true;
  const text = (minor: bigint): string => decimal(minor, plan.currency);
  return {
    ...whose,
    instalment,
    dueOn,
    dueOnHijri,
    amount: text(each.amount),
    paid: text(each.paid),
    lowered: text(each.lowered),
    ended: text(each.ended),
    open: text(open),
    state: isNoticed ? 'noticed' : isLate ? 'late' : open > 0n ? 'open' : each.paid === each.amount ? 'paid' : 'over',
    daysLate: isLate ? (Date.parse(on) - Date.parse(dueOn)) / 86_400_000 : null,
    missed,
    notices,
    noticeUntil: isNoticed ? notice.until : null,
  };
}
