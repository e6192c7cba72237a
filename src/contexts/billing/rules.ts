import type { Rule } from '../../kernel/refusal.js';

/** What can stop a command on a receipt (domain.md E8 and §3, Receipt). */
export const BILLING_RULES = {
  NOT_FOUND: {
    code: 'NOT_FOUND',
    rule: 'E3',
    version: 1,
    kind: 'hidden',
    en: 'There is no such receipt among yours.',
    ar: 'لا يوجد سند قبض بهذا الرقم ضمن سنداتك.',
  },
  NOT_THE_BANK: {
    code: 'NOT_THE_BANK',
    rule: 'E8',
    version: 1,
    kind: 'forbidden',
    en: 'Only the bank that received the money records its receipt: act for that bank.',
    ar: 'لا يسجّل سند القبض إلا المصرف الذي استلم المبلغ.',
  },
  AMOUNT: {
    code: 'AMOUNT',
    rule: 'E8',
    version: 1,
    kind: 'value',
    en: 'A receipt of {amount} {currency} is not accepted: the amount must be more than zero.',
    ar: 'لا يُقبل سند قبض بمبلغ {amount} {currency}: يجب أن يكون المبلغ أكبر من صفر.',
  },
  MATCHED: {
    code: 'MATCHED',
    rule: 'E8',
    version: 1,
    kind: 'state',
    en: 'The receipt is already matched with debt {debt}; a receipt is matched once.',
    ar: 'سند القبض مطابق مسبقًا بالمديونية {debt}، ولا يطابق السند إلا مرة واحدة.',
  },
  REVERSED: {
    code: 'REVERSED',
    rule: 'E8',
    version: 1,
    kind: 'state',
    en: 'The bank reversed the receipt on {on} under reference {reference}; nothing more can be done with it.',
    ar: 'عكس المصرف سند القبض بتاريخ {on} بالمرجع {reference}، ولا يقبل أي إجراء آخر.',
  },
  TARGET_NOT_FOUND: {
    code: 'TARGET_NOT_FOUND',
    rule: 'E8',
    version: 1,
    kind: 'value',
    en: 'The payee has no such debt: name a registered debt of the entity that was paid.',
    ar: 'لا توجد للجهة المستفيدة مديونية بهذا الرقم: اذكر مديونية مسجلة لدى الجهة التي دُفع لها.',
  },
  DRAFT: {
    code: 'DRAFT',
    rule: 'E8',
    version: 1,
    kind: 'state',
    en: 'The debt is still a draft: register it before a receipt is matched with it.',
    ar: 'المديونية ما زالت مسودة: سجّلها قبل مطابقة سند القبض بها.',
  },
  CURRENCY: {
    code: 'CURRENCY',
    rule: 'E8',
    version: 1,
    kind: 'value',
    en: 'The receipt is in {receipt} and the debt in {debt}: currencies never mix in one debt.',
    ar: 'عملة سند القبض {receipt} وعملة المديونية {debt}، ولا تختلط العملات في مديونية واحدة.',
  },
} as const satisfies Record<string, Rule>;
