import { AR, EN } from '../instruments/words.js';
import type { Named } from '../report.js';
import type { DebtFigure, EXPLAINED_STATES } from './debt.js';
import type { PartyFigure } from './party.js';

const STATES = {
  none: { en: 'not drafted yet', ar: 'لم تُنشأ بعد' },
  draft: { en: 'a draft', ar: 'مسودة' },
  outstanding: { en: 'outstanding', ar: 'قائمة' },
  underReview: { en: 'under review', ar: 'تحت المراجعة' },
  settled: { en: 'settled', ar: 'مسددة' },
  cancelled: { en: 'cancelled', ar: 'ملغاة' },
  discarded: { en: 'a discarded draft', ar: 'مسودة مهملة' },
} as const satisfies Record<(typeof EXPLAINED_STATES)[number], Named>;

const DEBT: Readonly<Record<Exclude<DebtFigure, 'state'>, Named>> = {
  balance: { en: 'owed on the debt', ar: 'المستحق على المديونية' },
  amount: { en: 'the amount of the debt', ar: 'مبلغ المديونية' },
  received: { en: 'received for the debt', ar: 'المقبوض للمديونية' },
  waived: { en: 'waived of the debt', ar: 'المعفى منه من المديونية' },
  approved: { en: 'recognised as payment of the debt', ar: 'المعتمد سدادًا للمديونية' },
};

const PARTY: Readonly<Record<PartyFigure, Named>> = {
  owed: { en: 'owed by the party', ar: 'المستحق على الطرف' },
  available: { en: 'available to the party', ar: 'الرصيد المتاح للطرف' },
  held: { en: 'held of the party’s balance', ar: 'المحجوز من رصيد الطرف' },
  refundable: { en: 'refundable to the party', ar: 'رصيد الطرف القابل للاسترداد' },
  total: { en: 'the party’s total balance over all sectors', ar: 'مجموع رصيد الطرف في جميع القطاعات' },
};

export function partyWords(figure: PartyFigure, value: string, currency: string): Named {
  const { en, ar } = PARTY[figure];
  return { en: `${EN.money(value, currency)} is ${en}`, ar: `${ar} ${AR.money(value, currency)}` };
}

/** What a figure is, and how much. @param value decimal text, or a state */
export function figureWords(figure: DebtFigure, value: string, currency: string): Named {
  if (figure === 'state') {
    const { en, ar } = STATES[value as keyof typeof STATES];
    return { en: `the debt is ${en}`, ar: `المديونية ${ar}` };
  }
  const { en, ar } = DEBT[figure];
  return { en: `${EN.money(value, currency)} is ${en}`, ar: `${ar} ${AR.money(value, currency)}` };
}
