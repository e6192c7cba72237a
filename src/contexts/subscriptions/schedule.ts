import { addDays, addMonths, type BusinessDate } from '../../kernel/calendar.js';

/** The order of what falls on one day: a month is earned before the term that it ends expires. */
const WHAT = ['earn', 'remind', 'lapse', 'expire'] as const;

/** Something that a subscription owes to the calendar alone. It happens once. */
export interface Occurrence {
  readonly on: BusinessDate;
  readonly what: (typeof WHAT)[number];
  /** The term's number; of a lapse, the order's. */
  readonly of: number;
  /** The month that is earned, the days that a reminder tells of; else 0. */
  readonly number: number;
}

/** Days before the end at which the subscriber is reminded. */
const REMINDERS: readonly number[] = [30, 7, 1];
export const MONTHS = 12;

/** A year from its first day on: the first day that it no longer covers (domain.md Q7). */
export const endOf = (startsOn: BusinessDate): BusinessDate => addMonths(startsOn, MONTHS);

/** What the calendar asks a subscription for. */
export interface Schedule {
  readonly status: string;
  /** The number of the latest term; 0: there was none. */
  readonly term: number;
  /** The end of the latest term. */
  readonly endsOn: BusinessDate | null;
  /** Days of the reminders that were given for that end. */
  readonly reminded: readonly number[];
  /** Terms of which months are still to be earned, the earliest first. */
  readonly earning: readonly { readonly number: number; readonly startsOn: BusinessDate; readonly earned: number }[];
  readonly order: { readonly number: number; readonly dueOn: BusinessDate } | null;
}

/** The next thing in order; null: nothing until somebody does something. */
export function nextDue({ status, term, endsOn, reminded, earning: [first], order }: Schedule): Occurrence | null {
  const due: Occurrence[] = [];
  if (first !== undefined) {
    const number = first.earned + 1;
    due.push({ on: addMonths(first.startsOn, number), what: 'earn', of: first.number, number });
  }
  if (order !== null) due.push({ on: addDays(order.dueOn, 1), what: 'lapse', of: order.number, number: 0 });
  if (status === 'active' && endsOn !== null) {
    const days = REMINDERS.find((each) => !reminded.includes(each));
    if (days !== undefined) due.push({ on: addDays(endsOn, -days), what: 'remind', of: term, number: days });
    due.push({ on: endsOn, what: 'expire', of: term, number: 0 });
  }
  return due.reduce<Occurrence | null>((a, b) => (a !== null && before(a, b) ? a : b), null);
}

const before = (a: Occurrence, b: Occurrence): boolean =>
  a.on < b.on || (a.on === b.on && WHAT.indexOf(a.what) < WHAT.indexOf(b.what));

/** `2027-03-14.earn.1.12`: a code, as events and read models hold it; the day comes first. */
export const dueCode = ({ on, what, of, number }: Occurrence): string => `${on}.${what}.${of}.${number}`;

/** The code of what is next. */
export function dueOf(schedule: Schedule): string | null {
  const due = nextDue(schedule);
  return due === null ? null : dueCode(due);
}

/** @throws Error for a text that no subscription has said */
export function readDue(code: string): Occurrence {
  const match = /^(\d{4}-\d{2}-\d{2})\.(earn|remind|lapse|expire)\.(\d+)\.(\d+)$/.exec(code);
  if (match === null) throw new Error(`${code} is nothing that a subscription owes to the calendar`);
  const [, on, what, of, number] = match;
  return { on: on as BusinessDate, what: what as Occurrence['what'], of: Number(of), number: Number(number) };
}
