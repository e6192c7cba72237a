import type { Rule } from '../../kernel/refusal.js';

/** What can stop a command on a refundable balance (domain.md E4 and §3, RefundableBalance). */
export const BALANCE_RULES = {
  NOT_FOUND: {
    code: 'NOT_FOUND',
    rule: 'E4',
    version: 1,
    kind: 'hidden',
    en: 'There is no such balance among yours.',
    ar: 'لا يوجد رصيد بهذا الرقم ضمن أرصدتك.',
  },
  AMOUNT: {
    code: 'AMOUNT',
    rule: 'E4',
    version: 1,
    kind: 'value',
    en: 'An amount of {amount} {currency} does not change a balance: it must be more than zero.',
    ar: 'لا يغيّر المبلغ {amount} {currency} الرصيد: يجب أن يكون أكبر من صفر.',
  },
  INSUFFICIENT: {
    code: 'INSUFFICIENT',
    rule: 'E4',
    version: 1,
    kind: 'state',
    en: "{amount} cannot be taken back: the receipt's credits hold {held} in this sector, and a balance is never negative.",
    ar: 'لا يمكن استرجاع {amount}: المتبقي من إضافات هذا السند في القطاع {held}، والرصيد لا يكون سالبًا.',
  },
} as const satisfies Record<string, Rule>;
