import { refusalIn, REFUSALS } from '../refusals.js';
import { replayed, TODAY, YEAR_BEGIN, type Known, type Row } from '../report.js';

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
  types: REFUSALS,
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
  const { id, actor, recordedAt } = event;
  const { rule, code, command, target } = refusalIn(event);
  const who = { actor: actor.id, role: actor.role, actingFor: actor.actingFor ?? null };
  return { sequence, recordedAt, rule, code, command, ...who, target, event: id };
}
