import type { Rule } from '../kernel/refusal.js';

/** Rules that hold for every command, whatever its context. */
export const LEDGER_RULES = {
  BACKDATING: {
    code: 'BACKDATING',
    rule: 'TWO_TIMES',
    version: 1,
    kind: 'value',
    en: 'effectiveOn {effectiveOn} is too far back: the earliest day accepted is {earliest}; only the role importer may go further.',
    ar: 'تاريخ السريان {effectiveOn} أقدم من المسموح: أول يوم مقبول هو {earliest}، ولا يتجاوزه إلا صاحب دور importer.',
  },
  PERIOD_CLOSED: {
    code: 'PERIOD_CLOSED',
    rule: 'CLOSING',
    version: 1,
    kind: 'value',
    en: 'effectiveOn {effectiveOn} lies in a closed period: the books are closed through {closedThrough}, and the first open day is {firstOpen}. Let it count from then on, or ask for a correction (POST /v1/entities/(entity)/corrections), have it approved by a second person, and name it as "correction".',
    ar: 'تاريخ السريان {effectiveOn} في فترة مقفلة: الدفاتر مقفلة حتى {closedThrough} وأول يوم مفتوح هو {firstOpen}. اجعل السريان منه فما بعده، أو اطلب تصحيحًا (POST /v1/entities/(entity)/corrections) يعتمده شخص ثانٍ واذكره في الحقل "correction".',
  },
  CORRECTION: {
    code: 'CORRECTION',
    rule: 'CLOSING',
    version: 1,
    kind: 'state',
    en: 'The correction {correction} does not let this command count on {effectiveOn} ({because}): it serves one command, on one thing, in one period, until its last day, once it is approved.',
    ar: 'التصحيح {correction} لا يتيح لهذا الأمر أن يسري في {effectiveOn} ({because}): فهو بعد اعتماده لأمر واحد على شيء واحد في فترة واحدة حتى آخر أيامه.',
  },
  FUTURE_DATE: {
    code: 'FUTURE_DATE',
    rule: 'TWO_TIMES',
    version: 1,
    kind: 'value',
    en: 'effectiveOn {effectiveOn} lies in the future: the latest day accepted is {today}.',
    ar: 'تاريخ السريان {effectiveOn} في المستقبل: آخر يوم مقبول هو {today}.',
  },
} as const satisfies Record<string, Rule>;
