import type { Rule } from '../../kernel/refusal.js';

const of = (rule: string, code: string, kind: Rule['kind'], en: string, ar: string): Rule => ({
  code,
  rule,
  version: 1,
  kind,
  en,
  ar,
});

/** What can stop a command on a party (domain.md E5 and §2). */
export const PARTY_RULES = {
  NOT_FOUND: of('PARTY', 'NOT_FOUND', 'hidden', 'There is no such party.', 'لا يوجد طرف بهذا المعرّف.'),
  NOT_ONESELF: of('T5', 'NOT_ONESELF', 'hidden', 'It is another party.', 'هذا طرف آخر.'),
  PURPOSE: of(
    'T5',
    'PURPOSE',
    'forbidden',
    'Personal data are not read for “{purpose}” in the role {role}; it may name: {accepted}.',
    'لا يُطَّلع على البيانات الشخصية لغرض «{purpose}» بالدور {role}؛ وله من الأغراض: {accepted}.',
  ),
  ERASED: of(
    'ERASURE',
    'ERASED',
    'state',
    'The data of this party were destroyed, or are about to be; whoever comes back is recorded as a new party.',
    'أُتلفت بيانات هذا الطرف أو أوشكت؛ ومن عاد سُجّل طرفًا جديدًا.',
  ),
  LEGAL_HOLD: of(
    'ERASURE',
    'LEGAL_HOLD',
    'state',
    'A legal hold ({ground}) forbids the destruction; ask again when it is lifted.',
    'يمنع الإتلاف حجز نظامي ({ground})؛ أعد الطلب بعد رفعه.',
  ),
  STILL_OPEN: of(
    'ERASURE',
    'STILL_OPEN',
    'state',
    'Data are not destroyed while this is open: {open}; ask again when it is settled.',
    'لا تُتلف البيانات ما دام هذا قائمًا: {open}؛ أعد الطلب بعد تسويته.',
  ),
  RETAINED: of(
    'ERASURE',
    'RETAINED',
    'state',
    'The law has records of the class {class} kept until {keptUntil}; ask again after that day.',
    'يلزم النظام بحفظ السجلات من الفئة {class} حتى {keptUntil}؛ أعد الطلب بعد ذلك اليوم.',
  ),
  PENDING: of(
    'ERASURE',
    'PENDING',
    'state',
    'An erasure of this party was requested already; it is answered by {dueBy} at the latest.',
    'طُلب إتلاف بيانات هذا الطرف من قبل؛ ويُجاب عنه في موعد أقصاه {dueBy}.',
  ),
  NONE: of(
    'ERASURE',
    'NONE',
    'state',
    'No such erasure waits for a decision; it was decided or withdrawn already.',
    'لا يوجد طلب إتلاف ينتظر القرار بهذا المعرّف؛ تقرر أو سُحب من قبل.',
  ),
  SELF_APPROVAL: of(
    'ERASURE',
    'SELF_APPROVAL',
    'state',
    'Nobody decides on an erasure that they asked for themselves, nor for the party whose data it is; a second person must.',
    'لا يقرر أحد في طلب إتلاف قدّمه بنفسه ولا نيابةً عن صاحب البيانات؛ يلزم شخص ثانٍ.',
  ),
  NOT_REQUESTER: of(
    'ERASURE',
    'NOT_REQUESTER',
    'state',
    'Only who asked for an erasure withdraws it; others decline it.',
    'لا يسحب طلب الإتلاف إلا من قدّمه؛ ولغيره رفضه.',
  ),
  NO_HOLD: of(
    'ERASURE',
    'NO_HOLD',
    'state',
    'No such legal hold is in force; it was lifted already.',
    'لا يوجد حجز نظامي سارٍ بهذا المعرّف؛ رُفع من قبل.',
  ),
  NOT_HOLDER: of(
    'ERASURE',
    'NOT_HOLDER',
    'forbidden',
    'A legal hold is lifted by the entity that placed it or by a regulator, and a regulator’s by a regulator.',
    'يرفع الحجزَ النظامي الجهةُ التي وضعته أو جهة رقابية، ولا يرفع حجزَ الجهة الرقابية إلا جهةٌ رقابية.',
  ),
  CONTACT_ONLY: of(
    'E5',
    'CONTACT_ONLY',
    'forbidden',
    'A party corrects {accepted} of its own; the rest is corrected by an entity, which sees the documents.',
    'يصحح الطرف من بياناته {accepted}؛ أما غيرها فتصححه الجهة بعد الاطلاع على المستندات.',
  ),
} as const satisfies Record<string, Rule>;
