import type { Rule } from '../../kernel/refusal.js';

/** What can stop a command on a delegation (domain.md E2i and §2). */
export const DELEGATION_RULES = {
  NOT_FOUND: {
    code: 'NOT_FOUND',
    rule: 'E2i',
    version: 1,
    kind: 'hidden',
    en: 'There is no such delegation among those of your entity.',
    ar: 'لا يوجد تفويض بهذا المعرّف ضمن تفويضات جهتك.',
  },
  EXISTS: {
    code: 'EXISTS',
    rule: 'E2i',
    version: 1,
    kind: 'state',
    en: 'A delegation with this id exists already; register another under a new id.',
    ar: 'يوجد تفويض بهذا المعرّف؛ سجّل تفويضًا آخر بمعرّف جديد.',
  },
  NOT_ENTITY: {
    code: 'NOT_ENTITY',
    rule: 'E2i',
    version: 1,
    kind: 'forbidden',
    en: "Only those who act for an entity delegate the entity's authority; name the entity that you act for.",
    ar: 'لا يفوّض صلاحية الجهة إلا من يمثّلها؛ اذكر الجهة التي تمثّلها.',
  },
  SELF_APPROVAL: {
    code: 'SELF_APPROVAL',
    rule: 'E2i',
    version: 1,
    kind: 'state',
    en: 'Nobody registers or approves their own authority, nor approves what they registered; another person must.',
    ar: 'لا يسجّل أحد صلاحيته أو يعتمدها بنفسه ولا يعتمد ما سجّله؛ يلزم شخص آخر.',
  },
  AMOUNT: {
    code: 'AMOUNT',
    rule: 'E2i',
    version: 1,
    kind: 'value',
    en: 'A delegation up to {amount} {currency} delegates nothing: the amount must be more than zero.',
    ar: 'التفويض حتى {amount} {currency} لا يفوّض شيئًا: يجب أن يكون المبلغ أكبر من صفر.',
  },
  PERIOD: {
    code: 'PERIOD',
    rule: 'E2i',
    version: 1,
    kind: 'value',
    en: 'The last day ({to}) must not be before the first ({from}) nor before today ({today}, Asia/Riyadh).',
    ar: 'يجب ألا يسبق آخر يوم ({to}) أول يوم ({from}) ولا اليوم ({today} بتوقيت الرياض).',
  },
  NOT_PENDING: {
    code: 'NOT_PENDING',
    rule: 'E2i',
    version: 1,
    kind: 'state',
    en: 'The delegation is {state}; only a pending one is approved.',
    ar: 'حالة التفويض {state}؛ لا يُعتمد إلا ما ينتظر الاعتماد.',
  },
  REVOKED: {
    code: 'REVOKED',
    rule: 'E2i',
    version: 1,
    kind: 'state',
    en: 'The delegation is revoked already; register a new one.',
    ar: 'التفويض ملغى من قبل؛ سجّل تفويضًا جديدًا.',
  },
} as const satisfies Record<string, Rule>;
