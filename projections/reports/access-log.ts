import { PURPOSES, type PersonalDataRead } from '../../src/contexts/parties/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { ENTITY, EVENT, PARTY, SEQUENCE } from '../columns.js';
import { replayed, TODAY, YEAR_BEGIN, type Row } from '../report.js';

export const accessLog = replayed({
  name: 'access-log',
  number: 17,
  title: { en: 'Access to personal data', ar: 'سجل الاطلاع على البيانات الشخصية' },
  about: {
    en: 'Each reading of personal data from the first to the last day: who read which fields of whom, in which role, for whom and why. A reading is recorded before it is answered. Attempts that a rule stopped are among the exceptions.',
    ar: 'كل اطلاع على بيانات شخصية من اليوم الأول إلى الأخير: من اطّلع، وعلى أي حقول، ولمن هي، وبأي دور، وبالنيابة عن أي جهة، ولأي غرض. ويُدوَّن الاطلاع قبل الإجابة. أما المحاولات التي أوقفتها قاعدة ففي تقرير الاستثناءات.',
  },
  takes: { party: 'optional', entity: 'optional', actor: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    SEQUENCE,
    { name: 'recordedAt', kind: 'moment', en: 'Read at', ar: 'وقت الاطلاع' },
    PARTY,
    { name: 'actor', kind: 'id', en: 'Read by', ar: 'المطّلع' },
    { name: 'role', kind: 'code', en: 'Role', ar: 'الدور' },
    ENTITY,
    { name: 'purpose', kind: 'code', en: 'Purpose', ar: 'الغرض', labels: PURPOSES },
    { name: 'fields', kind: 'text', en: 'Fields', ar: 'الحقول' },
    { name: 'debt', kind: 'id', en: 'Shown on debt', ar: 'مع المديونية' },
    EVENT,
  ],
  key: ['event'],
  boundBy: { entity: 'entity', own: 'party' },
  types: ['parties.PersonalDataRead'],
  initial: (): Row[] => [],
  fold(rows, { event, sequence }, asked) {
    const { id, effectiveOn, recordedAt, actor, refs, data } = event as Recorded<PersonalDataRead>;
    if (effectiveOn < asked.from || effectiveOn > asked.to) return;
    const entity = actor.actingFor ?? null;
    if ((asked.party ?? data.party) !== data.party || (asked.actor ?? actor.id) !== actor.id) return;
    if (asked.entity !== undefined && asked.entity !== entity) return;
    rows.push({
      sequence,
      recordedAt,
      party: data.party,
      actor: actor.id,
      role: actor.role,
      entity,
      purpose: data.purpose,
      fields: data.fields.join(' '),
      debt: refs.debt ?? null,
      event: id,
    });
  },
  rows: (rows) => rows,
});
