import { replayed, TODAY, YEAR_BEGIN, type Known, type Named } from '../report.js';
import { BEGINNINGS, DECISIONS } from './four-eyes.js';
import { byText } from './sorting.js';

/** What one person does by each event. A receipt that comes with what it pays is not matched by anybody. */
const DUTIES = {
  prepare: BEGINNINGS,
  decide: Object.keys(DECISIONS),
  bank: ['billing.ReceiptRecorded', 'billing.ReceiptReversed'],
  match: ['billing.ReceiptMatched'],
} satisfies Record<string, readonly string[]>;
type Duty = keyof typeof DUTIES;
const DUTY_OF: ReadonlyMap<string, Duty> = new Map(
  Object.entries(DUTIES).flatMap(([duty, types]) => types.map((type) => [type, duty as Duty])),
);

/** Two duties that nobody should have at once *(ours)*. */
const CONFLICTS = {
  'prepare-decide': { of: ['prepare', 'decide'], en: 'Prepares and decides', ar: 'يُعِدّ ويقرر' },
  'prepare-bank': { of: ['prepare', 'bank'], en: 'Prepares and reports money', ar: 'يُعِدّ ويُبلغ بالمقبوضات' },
  'decide-bank': { of: ['decide', 'bank'], en: 'Decides and reports money', ar: 'يقرر ويُبلغ بالمقبوضات' },
  'match-bank': { of: ['match', 'bank'], en: 'Matches and reports money', ar: 'يطابق ويُبلغ بالمقبوضات' },
} as const satisfies Record<string, Named & { readonly of: readonly [Duty, Duty] }>;

/** One person's doings. */
interface Doings {
  readonly roles: Set<string>;
  /** Commands of each duty. */
  readonly times: Record<Duty, number>;
  /** By what they were about. */
  readonly things: Map<string, Set<Duty>>;
  /** The sequence at which both duties were last done on one thing. */
  readonly both: Map<keyof typeof CONFLICTS, number>;
  firstOn: string;
  lastOn: string;
  lastCommand: string;
}

export const segregation = replayed({
  name: 'segregation-of-duties',
  number: 14,
  title: { en: 'Segregation of duties', ar: 'الفصل بين المهام' },
  about: {
    en: 'Who acted, from the first to the last day, in two duties that should be apart: how often in each, on how many things in both, and where last. That somebody could act in both and never did shows in no event: the roles are those that were used.',
    ar: 'من تصرف من اليوم الأول إلى الأخير في مهمتين ينبغي الفصل بينهما: كم مرة في كل منهما، وفي كم موضوع جمع بينهما، وآخر ذلك. ومن أمكنه الجمع ولم يفعل لا يظهر في حدث: فالأدوار هي المستعملة.',
  },
  takes: { entity: 'optional', actor: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    { name: 'conflict', kind: 'code', en: 'Conflict', ar: 'التعارض', labels: CONFLICTS },
    { name: 'actor', kind: 'id', en: 'Person', ar: 'الشخص' },
    { name: 'roles', kind: 'text', en: 'Roles used', ar: 'الأدوار المستعملة' },
    { name: 'first', kind: 'count', en: 'Times in the first duty', ar: 'مرات المهمة الأولى' },
    { name: 'second', kind: 'count', en: 'Times in the second duty', ar: 'مرات المهمة الثانية' },
    { name: 'both', kind: 'count', en: 'Things in both', ar: 'مواضيع الجمع بينهما' },
    { name: 'lastBoth', kind: 'sequence', en: 'Last of them at sequence', ar: 'تسلسل آخرها' },
    { name: 'firstOn', kind: 'date', en: 'Acted from', ar: 'أول تصرف' },
    { name: 'lastOn', kind: 'date', en: 'Acted until', ar: 'آخر تصرف' },
  ],
  key: ['conflict', 'actor'],
  boundBy: { entity: 'entity' },
  types: [...DUTY_OF.keys()],
  parts: ({ event }) => [event.actor.id],
  initial: () => new Map<string, Doings>(),
  fold(people, known, { entity, actor, from, to }) {
    const { effectiveOn, refs, actor: by, type } = known.event;
    if (by.role === 'system' || effectiveOn < from || effectiveOn > to) return;
    const of = refs.creditor ?? refs.entity ?? refs.payee;
    if ((entity ?? of) !== of || (actor ?? by.id) !== by.id) return;
    const reports = by.role === 'bank' || by.role === 'importer';
    const duty = type === 'billing.ReceiptMatched' && reports ? 'bank' : DUTY_OF.get(type);
    if (duty !== undefined) did(people, known, duty);
  },
  *rows(people) {
    for (const [conflict, { of: pair }] of Object.entries(CONFLICTS)) {
      const [one, other] = pair;
      for (const [actor, { roles, times, things, both, firstOn, lastOn }] of [...people].sort(byText(([id]) => id))) {
        if (times[one] === 0 || times[other] === 0) continue;
        let count = 0;
        for (const duties of things.values()) if (duties.has(one) && duties.has(other)) count++;
        const used = [...roles].sort(byText((role) => role)).join(' ');
        const lastBoth = both.get(conflict as keyof typeof CONFLICTS) ?? null;
        const sides = { first: times[one], second: times[other], both: count, lastBoth };
        yield { conflict, actor, roles: used, ...sides, firstOn, lastOn };
      }
    }
  },
});

function did(people: Map<string, Doings>, { event, sequence }: Known, duty: Duty): void {
  const { actor, effectiveOn, commandId, refs } = event;
  const nothing = { prepare: 0, decide: 0, bank: 0, match: 0 };
  const doings = people.get(actor.id) ?? {
    roles: new Set(),
    times: nothing,
    things: new Map(),
    both: new Map(),
    firstOn: effectiveOn,
    lastOn: effectiveOn,
    lastCommand: '',
  };
  people.set(actor.id, doings);
  doings.roles.add(actor.role);
  if (doings.lastCommand !== commandId) doings.times[duty]++; // a decision may take two events
  doings.lastCommand = commandId;
  if (effectiveOn < doings.firstOn) doings.firstOn = effectiveOn;
  if (effectiveOn > doings.lastOn) doings.lastOn = effectiveOn;
  const thing = refs.debt ?? refs.subscription ?? thingOf(event.type, refs) ?? refs.receipt;
  if (thing === undefined) return;
  const duties = doings.things.get(thing) ?? new Set();
  doings.things.set(thing, duties.add(duty));
  for (const [conflict, { of: pair }] of Object.entries(CONFLICTS)) {
    const isBoth = (pair as readonly Duty[]).includes(duty) && pair.every((each) => duties.has(each));
    if (isBoth) doings.both.set(conflict as keyof typeof CONFLICTS, sequence);
  }
}

/** Of closings, corrections and delegations. */
function thingOf(type: string, refs: Known['event']['refs']): string | undefined {
  if (type.startsWith('delegations.')) return refs.delegation;
  return type.startsWith('periods.Closing') ? refs.request : refs.correction;
}
