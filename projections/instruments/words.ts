import { isInHijri, hijriDate } from '../../src/kernel/hijri.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Actor } from '../../src/kernel/envelope.js';
import type { Named } from '../report.js';

/** The forms that a counted noun takes; `{n}` is the number. English has `one` and `other`. */
type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** What sentences are made of, in one language. Amounts are the decimal texts of events as they are, never rounded. */
export interface Words {
  money(amount: string, currency: string): string;
  /** The day in both calendars: 1 March 2026 (12 Ramadan 1447 AH). */
  day(date: string): string;
  /** A code's name where it has one; else the code itself, quoted. */
  code(code: string): string;
  count(n: number, forms: Forms): string;
}

const MONTHS = {
  en: 'January February March April May June July August September October November December'.split(' '),
  ar: 'يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر'.split(' '),
} as const;

const HIJRI_MONTHS: Readonly<Record<keyof Named, readonly string[]>> = {
  en: [
    'Muharram',
    'Safar',
    'Rabi I',
    'Rabi II',
    'Jumada I',
    'Jumada II',
    'Rajab',
    'Shaban',
    'Ramadan',
    'Shawwal',
    'Dhu al-Qadah',
    'Dhu al-Hijjah',
  ],
  ar: [
    'محرم',
    'صفر',
    'ربيع الأول',
    'ربيع الآخر',
    'جمادى الأولى',
    'جمادى الآخرة',
    'رجب',
    'شعبان',
    'رمضان',
    'شوال',
    'ذي القعدة',
    'ذي الحجة',
  ],
};

/** Of what is counted in most ledgers here; any other by its code. */
const CURRENCIES: Readonly<Record<string, string>> = { SAR: 'ريال سعودي', EUR: 'يورو', USD: 'دولار أمريكي' };

/** Open lists: the codes that the edge documents, and those that are the ledger's own. */
const CODES: Readonly<Record<string, Named>> = {
  'traffic-fine': { en: 'a traffic fine', ar: 'مخالفة مرورية' },
  fine: { en: 'a fine', ar: 'غرامة' },
  fee: { en: 'a fee', ar: 'رسم' },
  loan: { en: 'a loan', ar: 'قرض' },
  'late-penalty': { en: 'a penalty for late payment', ar: 'غرامة تأخير' },
  correction: { en: 'a correction', ar: 'تصحيح' },
  dismissed: { en: 'dismissal of the case', ar: 'رد الدعوى' },
  error: { en: 'an error', ar: 'خطأ' },
  hardship: { en: 'hardship', ar: 'الإعسار' },
  death: { en: 'death', ar: 'الوفاة' },
  'royal-order': { en: 'a royal order', ar: 'أمر ملكي' },
  exemption: { en: 'exemption', ar: 'الإعفاء' },
  unfounded: { en: 'lack of grounds', ar: 'عدم وجود مسوّغ' },
  incomplete: { en: 'missing documents', ar: 'نقص المستندات' },
  'notice-served': { en: 'notice served', ar: 'تبليغ إشعار' },
  'appeal-lodged': { en: 'appeal lodged', ar: 'تقديم اعتراض' },
  'sent-for-collection': { en: 'sent for collection', ar: 'إحالة إلى التحصيل' },
  sadad: { en: 'SADAD', ar: 'سداد' },
  card: { en: 'card', ar: 'البطاقة' },
  'bank-transfer': { en: 'bank transfer', ar: 'التحويل المصرفي' },
  excess: { en: 'more was received than was owed', ar: 'زيادة المقبوض عن المستحق' },
  reduction: { en: 'the debt was reduced', ar: 'تخفيض المديونية' },
  cancellation: { en: 'the debt was cancelled', ar: 'إلغاء المديونية' },
  orderEnded: { en: 'the order ended unpaid', ar: 'انتهاء الطلب دون سداد' },
  request: { en: 'a request', ar: 'طلب' },
  individual: { en: 'an individual', ar: 'فرد' },
  establishment: { en: 'an establishment', ar: 'منشأة' },
  changed: { en: 'a change', ar: 'تغيّر البيانات' },
  resignation: { en: 'a resignation', ar: 'استقالة' },
};

/** By whom: people and offices by what they are, never by name (T5). */
const ROLES = {
  debtor: { en: 'by the debtor', ar: 'بواسطة المدين' },
  establishment: { en: 'by the establishment', ar: 'بواسطة المنشأة' },
  clerk: { en: 'by a clerk', ar: 'بواسطة موظف الجهة' },
  approver: { en: 'by an approver', ar: 'بواسطة معتمد الجهة' },
  bank: { en: 'by the bank', ar: 'بواسطة المصرف' },
  importer: { en: 'by the import of earlier records', ar: 'بواسطة مستورد السجلات السابقة' },
  auditor: { en: 'by an auditor', ar: 'بواسطة مراجع' },
  regulator: { en: 'by the regulator', ar: 'بواسطة الجهة الرقابية' },
  operator: { en: 'by the operator', ar: 'بواسطة مشغّل النظام' },
  system: { en: 'by rule', ar: 'تلقائيًا وفق القواعد' },
} as const satisfies Record<Actor['role'], Named>;

const PLURALS = { en: new Intl.PluralRules('en'), ar: new Intl.PluralRules('ar') };

const words = (language: keyof Named): Words => ({
  money: (amount, currency) =>
    `${amount} ${language === 'ar' ? (CURRENCIES[currency] ?? currency) : currency}`.trimEnd(),
  day(date) {
    const [year, month, day] = date.split('-').map(Number) as [number, number, number];
    const ours = `${day} ${MONTHS[language][month - 1]} ${year}${language === 'ar' ? 'م' : ''}`;
    if (!isInHijri(date as BusinessDate)) return ours;
    const [hijriYear, hijriMonth, hijriDay] = hijriDate(date as BusinessDate)
      .split('-')
      .map(Number) as [number, number, number];
    const name = HIJRI_MONTHS[language][hijriMonth - 1];
    return `${ours} (${hijriDay} ${name} ${hijriYear}${language === 'ar' ? 'هـ' : ' AH'})`;
  },
  code: (code) => CODES[code]?.[language] ?? (language === 'ar' ? `«${code}»` : `“${code}”`),
  count: (n, forms) => (forms[PLURALS[language].select(n)] ?? forms.other).replace('{n}', String(n)),
});

export const EN: Words = words('en');
export const AR: Words = words('ar');

export const byRole = (role: Actor['role']): Named => ROLES[role];

const INSTALMENTS: Readonly<Record<keyof Named, Forms>> = {
  en: { one: '{n} instalment', other: '{n} instalments' },
  ar: { one: 'قسط واحد', two: 'قسطين', few: '{n} أقساط', many: '{n} قسطًا', other: '{n} قسط' },
};
const RECEIPTS: Readonly<Record<keyof Named, Forms>> = {
  en: { one: '{n} receipt', other: '{n} receipts' },
  ar: { one: 'سند قبض واحد', two: 'سندي قبض', few: '{n} سندات قبض', many: '{n} سند قبض', other: '{n} سند قبض' },
};
const DAYS: Readonly<Record<keyof Named, Forms>> = {
  en: { one: '{n} day', other: '{n} days' },
  ar: { one: 'يوم واحد', two: 'يومين', few: '{n} أيام', many: '{n} يومًا', other: '{n} يوم' },
};
const SUBSCRIPTIONS: Readonly<Record<keyof Named, Forms>> = {
  en: { one: '{n} subscription', other: '{n} subscriptions' },
  ar: { one: 'اشتراك واحد', two: 'اشتراكين', few: '{n} اشتراكات', many: '{n} اشتراكًا', other: '{n} اشتراك' },
};
/** Nouns after a preposition or as an annexed second part: in the genitive. */
export const NOUNS = {
  instalments: INSTALMENTS,
  receipts: RECEIPTS,
  days: DAYS,
  subscriptions: SUBSCRIPTIONS,
} as const;
