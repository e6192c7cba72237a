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
  FUTURE_DATE: {
    code: 'FUTURE_DATE',
    rule: 'TWO_TIMES',
    version: 1,
    kind: 'value',
    en: 'effectiveOn {effectiveOn} lies in the future: the latest day accepted is {today}.',
    ar: 'تاريخ السريان {effectiveOn} في المستقبل: آخر يوم مقبول هو {today}.',
  },
} as const satisfies Record<string, Rule>;
