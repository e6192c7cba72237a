import type { Rule } from '../kernel/refusal.js';

/** What the edge refuses by itself; recorded like every refusal (DESIGN.md, Refusals). */
export const EDGE_RULES = {
  ROLE_NOT_ADMITTED: {
    code: 'ROLE_NOT_ADMITTED',
    rule: 'REFUSALS',
    version: 1,
    kind: 'forbidden',
    en: "None of the token's roles may do this; admitted are {admitted}.",
    ar: 'لا يملك أي من أدوار الرمز هذه الصلاحية؛ الأدوار المقبولة: {admitted}.',
  },
  NOT_YOURS: {
    code: 'NOT_YOURS',
    rule: 'T5',
    version: 1,
    kind: 'hidden',
    en: 'It belongs to another party.',
    ar: 'يخص طرفًا آخر.',
  },
} as const satisfies Record<string, Rule>;
