import { addDays, addMonths, type BusinessDate } from '../../kernel/calendar.js';
import { hijriDate, isInHijri } from '../../kernel/hijri.js';
import { formatMinor, min, type Currency } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { CALENDAR, DUE_DATE, SCHEDULE } from './rules.js';

/** What a debtor asks for: equal instalments at equal distances, or each by itself. Amounts in minor units. */
export type Wish =
  | { readonly instalments: number; readonly firstDueOn: BusinessDate; readonly every: Every }
  | { readonly schedule: readonly Due[] };

export interface Due {
  readonly dueOn: BusinessDate;
  readonly minor: bigint;
}

/** ISO 8601 periods between two instalments. */
export const EVERY = ['P1W', 'P2W', 'P1M', 'P3M', 'P6M', 'P1Y'] as const;
export type Every = (typeof EVERY)[number];

/** Instalments that a plan may have: twenty years of months, some 24,000 of the 60,000 bytes of an event. */
export const MOST_INSTALMENTS = 240;
/** domain.md §2: instalments run at most 20 years. */
const MOST_MONTHS = 240;

/**
 * The wish for a balance, on a day: its dates must be ahead, within 20 years and in both calendars.
 * @returns in the order of their dates, adding up to the balance exactly; else the rule that stops it
 */
export function scheduled(wish: Wish, balance: bigint, currency: Currency, today: BusinessDate): Due[] | Refusal {
  const dues = duesOf(wish, balance);
  const stopped = refuse(SCHEDULE, { most: MOST_INSTALMENTS, balance: formatMinor(balance, currency), currency });
  const [first, last] = [dues[0], dues.at(-1)];
  if (first === undefined || last === undefined || dues.length > MOST_INSTALMENTS) return stopped;
  if (dues.some(({ dueOn, minor }, index) => minor < 1n || (index > 0 && dueOn <= (dues[index - 1] as Due).dueOn))) {
    return stopped;
  }
  const latest = addMonths(today, MOST_MONTHS);
  if (first.dueOn < today || last.dueOn > latest) return refuse(DUE_DATE, { today, latest });
  if (!isInHijri(last.dueOn)) return refuse(CALENDAR, { date: last.dueOn });
  return dues;
}

function duesOf(wish: Wish, balance: bigint): Due[] {
  if ('instalments' in wish) {
    const { instalments: count, firstDueOn, every } = wish;
    if (count < 1 || count > MOST_INSTALMENTS) return [];
    const each = balance / BigInt(count);
    return Array.from({ length: count }, (_, n) => {
      const minor = n === count - 1 ? balance - each * BigInt(count - 1) : each; // the remainder is in the last
      return { dueOn: dueOn(firstDueOn, every, n), minor };
    });
  }
  // What was paid or given back since it was asked for: the first instalments are paid, or the last is the larger.
  const { schedule } = wish;
  const asked = schedule.reduce((total, { minor }) => total + minor, 0n);
  let paid = asked > balance ? asked - balance : 0n;
  const dues = schedule.map(({ dueOn: day, minor }, index) => {
    const part = min(minor, paid);
    paid -= part;
    const more = index === schedule.length - 1 && balance > asked ? balance - asked : 0n;
    return { dueOn: day, minor: minor - part + more };
  });
  const isPaid = ({ minor }: Due, index: number): boolean => minor === 0n && (schedule[index] as Due).minor > 0n;
  return dues.filter((due, index) => !isPaid(due, index));
}

/** Always counted from the first day, so that the 31st comes back after a shorter month. */
function dueOn(first: BusinessDate, every: Every, n: number): BusinessDate {
  switch (every) {
    case 'P1W':
      return addDays(first, 7 * n);
    case 'P2W':
      return addDays(first, 14 * n);
    case 'P1M':
      return addMonths(first, n);
    case 'P3M':
      return addMonths(first, 3 * n);
    case 'P6M':
      return addMonths(first, 6 * n);
    case 'P1Y':
      return addMonths(first, 12 * n);
  }
}

/** As the approval records it. */
export const printed = (dues: readonly Due[], currency: Currency) =>
  dues.map(({ dueOn: day, minor }, index) => ({
    instalment: index + 1,
    dueOn: day,
    dueOnHijri: hijriDate(day),
    amount: formatMinor(minor, currency),
  }));
