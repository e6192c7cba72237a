import type { Language } from '../../src/http/problems/language.js';
import { isBusinessDate } from '../../src/kernel/calendar.js';
import { hijriDate, isInHijri } from '../../src/kernel/hijri.js';
import { PARAMETERS, type ParameterName, type Report, type Values } from '../report.js';

/** What a printed report says of itself: what it is, what it was asked, and what makes it repeatable. */
export interface Heading {
  readonly title: string;
  /** Name and value, the first line the title. */
  readonly lines: readonly (readonly string[])[];
  /** The day, or the first and the last, that were asked for; on every page. */
  readonly days: string;
  readonly footer: string;
  /** The last day that was asked for: what is printed has no other date. */
  readonly date: Date;
}

export interface Told {
  readonly report: Report;
  readonly values: Values;
  readonly sequence: number;
  /** Of a difference: the earlier time. */
  readonly against?: number;
  readonly digest: string;
  readonly rows: number;
}

const WORDS = {
  en: {
    against: 'Compared with sequence',
    sequence: 'Known up to sequence',
    digest: 'Digest of the rows (SHA-256)',
    rows: 'Rows',
    footer: 'Sequence',
    to: 'to',
  },
  ar: {
    against: 'مقارنة بالتسلسل',
    sequence: 'المعلوم حتى التسلسل',
    digest: 'بصمة الصفوف (SHA-256)',
    rows: 'عدد الصفوف',
    footer: 'التسلسل',
    to: 'إلى',
  },
} as const;

export function headingOf({ report, values, sequence, against, digest, rows }: Told, language: Language): Heading {
  const words = WORDS[language];
  const asked = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[PARAMETERS[name as ParameterName][language], dated(value, language)]],
  );
  const title = report.title[language];
  const { effectiveOn, from, to }: Partial<Record<ParameterName, string>> = values;
  const days = effectiveOn !== undefined ? [effectiveOn] : [from, to].filter((day) => day !== undefined);
  return {
    title,
    lines: [
      [title, report.about[language]],
      ...asked,
      [words.sequence, String(sequence)],
      ...(against === undefined ? [] : [[words.against, String(against)]]),
      [words.digest, digest],
      [words.rows, String(rows)],
    ],
    date: new Date(days.at(-1) ?? 0),
    days: days.map((day) => dated(day, language)).join(` ${words.to} `),
    footer: `${words.footer} ${sequence} · SHA-256 ${digest}`,
  };
}

/** A day in both calendars. */
function dated(value: string, language: Language): string {
  if (!isBusinessDate(value) || !isInHijri(value)) return value;
  return language === 'ar' ? `${value} م، ${hijriDate(value)} هـ` : `${value} (${hijriDate(value)} AH)`;
}
