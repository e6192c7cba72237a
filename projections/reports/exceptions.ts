import { isRejection, rejectionType, type RejectionData } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents, CONFLICT, ReceiptConflictRecorded } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { CONTEXTS, refusableCommands } from '../../src/http/access.js';
import { replayed, TODAY, YEAR_BEGIN, type Known, type Row } from '../report.js';

const all = [...debtEvents, ...delegationEvents, ...billingEvents, ...balanceEvents, ...subscriptionEvents];
/** The edge refuses readings, too, which no decider knows of. */
const REFUSALS = new Set([
  ...all.filter(isRejection).map(({ type }) => type),
  ...CONTEXTS.flatMap((context) => refusableCommands(context).map((command) => rejectionType(context, command))),
]);

export const exceptions = replayed({
  name: 'exceptions',
  number: 12,
  title: { en: 'Exceptions', ar: 'الاستثناءات' },
  about: {
    en: 'Each command or reading that a rule stopped, from the first to the last day, and each receipt that contradicted an earlier one. Attempts beyond the quota were counted and not recorded one by one: they are not here.',
    ar: 'كل أمر أو اطلاع أوقفته قاعدة من اليوم الأول إلى الأخير، وكل سند قبض ناقض سندًا سابقًا. ولا تشمل المحاولات الزائدة على الحد، فقد عُدَّت ولم تُدوَّن فرادى.',
  },
  takes: { rule: 'optional', actor: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    { name: 'sequence', kind: 'sequence', en: 'Sequence', ar: 'التسلسل' },
    { name: 'recordedAt', kind: 'moment', en: 'Recorded at', ar: 'وقت التدوين' },
    { name: 'rule', kind: 'code', en: 'Rule', ar: 'القاعدة' },
    { name: 'code', kind: 'code', en: 'Code', ar: 'الرمز' },
    { name: 'command', kind: 'code', en: 'Command', ar: 'الأمر' },
    { name: 'actor', kind: 'id', en: 'Actor', ar: 'المنفّذ' },
    { name: 'role', kind: 'code', en: 'Role', ar: 'الدور' },
    { name: 'actingFor', kind: 'id', en: 'Acting for', ar: 'بالنيابة عن' },
    { name: 'target', kind: 'id', en: 'Target', ar: 'المستهدف' },
    { name: 'event', kind: 'id', en: 'Event', ar: 'الحدث' },
  ],
  key: ['sequence'],
  boundBy: {},
  types: [...REFUSALS, ReceiptConflictRecorded.type],
  initial: (): Row[] => [],
  fold(rows, known, { rule, actor, from, to }) {
    const { effectiveOn } = known.event;
    if (effectiveOn < from || effectiveOn > to) return;
    const row = rowOf(known);
    if ((rule === undefined || row['rule'] === rule) && (actor === undefined || row['actor'] === actor)) rows.push(row);
  },
  rows: (rows) => rows,
});

function rowOf({ event, sequence }: Known): Row {
  const { type, actor, recordedAt, refs } = event;
  const { rule, code, command, target } =
    type === ReceiptConflictRecorded.type
      ? { ...CONFLICT.refusal, command: CONFLICT.command, target: refs.receipt ?? null }
      : (event.data as RejectionData);
  const who = { actor: actor.id, role: actor.role, actingFor: actor.actingFor ?? null };
  return { sequence, recordedAt, rule, code, command, ...who, target, event: event.id };
}
