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
  CONTACT_ONLY: of(
    'E5',
    'CONTACT_ONLY',
    'forbidden',
    'A party corrects {accepted} of its own; the rest is corrected by an entity, which sees the documents.',
    'يصحح الطرف من بياناته {accepted}؛ أما غيرها فتصححه الجهة بعد الاطلاع على المستندات.',
  ),
} as const satisfies Record<string, Rule>;
