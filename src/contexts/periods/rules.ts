import type { Rule } from '../../kernel/refusal.js';

const of = (code: string, kind: Rule['kind'], en: string, ar: string): Rule => ({
  code,
  rule: 'CLOSING',
  version: 1,
  kind,
  en,
  ar,
});

/** What can stop a command on an entity's books (docs/adr/0018). */
export const CLOSING_RULES = {
  NOT_FOUND: of(
    'NOT_FOUND',
    'hidden',
    'There are no such books, or no such closing, among those of your entity.',
    'لا توجد دفاتر أو طلب إقفال بهذا المعرّف ضمن ما يخص جهتك.',
  ),
  NOT_OVER: of(
    'NOT_OVER',
    'value',
    'The period {period} ends with {through}; it can be closed from the day after it on (today is {today}, Asia/Riyadh).',
    'تنتهي الفترة {period} بيوم {through}، ولا تُقفل إلا من اليوم التالي له (اليوم {today} بتوقيت الرياض).',
  ),
  ALREADY_CLOSED: of(
    'ALREADY_CLOSED',
    'state',
    'The period {period} is closed already: the books are closed through {closedThrough}.',
    'الفترة {period} مقفلة من قبل: الدفاتر مقفلة حتى {closedThrough}.',
  ),
  PENDING: of(
    'PENDING',
    'state',
    'The closing of {period} is under way; it must end before another one is asked for.',
    'إقفال الفترة {period} قيد الإجراء؛ يجب أن ينتهي قبل طلب إقفال آخر.',
  ),
  NONE: of(
    'NONE',
    'state',
    'No such closing waits for a decision; it was decided or withdrawn already.',
    'لا يوجد طلب إقفال ينتظر القرار بهذا المعرّف؛ تقرر أو سُحب من قبل.',
  ),
  SELF_APPROVAL: of(
    'SELF_APPROVAL',
    'state',
    'Nobody decides on a closing that they asked for themselves; a second person must.',
    'لا يقرر أحد في طلب إقفال قدّمه بنفسه؛ يلزم شخص ثانٍ.',
  ),
  NOT_REQUESTER: of(
    'NOT_REQUESTER',
    'state',
    'Only who asked for a closing withdraws it; others decline it.',
    'لا يسحب طلب الإقفال إلا من قدّمه؛ ولغيره رفضه.',
  ),
} as const satisfies Record<string, Rule>;

const on = (code: string, kind: Rule['kind'], en: string, ar: string): Rule => ({
  ...of(code, kind, en, ar),
  rule: 'CORRECTION',
});

/** What can stop a command on a correction. */
export const CORRECTION_RULES = {
  NOT_FOUND: on(
    'NOT_FOUND',
    'hidden',
    'There is no such correction among those of your entity.',
    'لا يوجد تصحيح بهذا المعرّف ضمن تصحيحات جهتك.',
  ),
  EXISTS: on(
    'EXISTS',
    'state',
    'A correction with this id exists already; ask for another under a new id.',
    'يوجد تصحيح بهذا المعرّف؛ اطلب تصحيحًا آخر بمعرّف جديد.',
  ),
  VALIDITY: on(
    'VALIDITY',
    'value',
    'A correction until {until} could not be used any more: today is {today} (Asia/Riyadh).',
    'لا يمكن استعمال تصحيح ينتهي في {until}: اليوم {today} بتوقيت الرياض.',
  ),
  NOT_PENDING: on(
    'NOT_PENDING',
    'state',
    'The correction is {state}; only one that waits for a decision is decided on.',
    'حالة التصحيح {state}؛ لا يُقرَّر إلا فيما ينتظر القرار.',
  ),
  SELF_APPROVAL: on(
    'SELF_APPROVAL',
    'state',
    'Nobody decides on a correction that they asked for themselves; a second person must.',
    'لا يقرر أحد في تصحيح طلبه بنفسه؛ يلزم شخص ثانٍ.',
  ),
  NOT_REQUESTER: on(
    'NOT_REQUESTER',
    'state',
    'Only who asked for a correction withdraws it; others decline it.',
    'لا يسحب طلب التصحيح إلا من قدّمه؛ ولغيره رفضه.',
  ),
  NOT_APPROVED: on(
    'NOT_APPROVED',
    'state',
    'The correction is {state}; only an approved one that no command has taken up yet can be used.',
    'حالة التصحيح {state}؛ لا يُستعمل إلا تصحيح معتمد لم يستعمله أمر من قبل.',
  ),
  OVER: on(
    'OVER',
    'state',
    'The correction could be used until {until}; ask for a new one.',
    'كان استعمال التصحيح متاحًا حتى {until}؛ اطلب تصحيحًا جديدًا.',
  ),
  OTHER: on(
    'OTHER',
    'state',
    'The correction is for {command} on {about}, effective in {period}, in the books of its own entity; ask for another.',
    'التصحيح مخصص للأمر {command} على {about} ويسري في الفترة {period} في دفاتر جهته؛ اطلب تصحيحًا آخر.',
  ),
} as const satisfies Record<string, Rule>;
