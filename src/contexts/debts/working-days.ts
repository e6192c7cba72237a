import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { closed, DateText } from '../../event-store/schemas.js';
import { addDays, isBusinessDate, type BusinessDate } from '../../kernel/calendar.js';

/* When people work, by date: configuration, never constants of the code (domain.md §2). A notice keeps its last day. */

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const schema = closed({
  /** Each holds from its day on, until the next. */
  weekends: Type.Array(closed({ from: DateText, days: Type.Array(Type.Enum(DAYS), { maxItems: 6 }) })),
  /** The first and the last day. */
  holidays: Type.Array(closed({ from: DateText, to: DateText })),
});
export type WorkingDays = Static<typeof schema>;

const check = Compile(schema);

/** Thursday and Friday until 2013-06-28, then Friday and Saturday; holidays are announced year by year. */
export const WEEKENDS_ONLY: WorkingDays = {
  weekends: [
    { from: '1900-01-01', days: ['thursday', 'friday'] },
    { from: '2013-06-29', days: ['friday', 'saturday'] },
  ],
  holidays: [],
};

/** A file of working days that cannot be used; the message says what is wrong with it. */
export class InvalidWorkingDays extends Error {
  override readonly name = 'InvalidWorkingDays';
  constructor(faults: readonly string[]) {
    super(`SIJILL_WORKING_DAYS names a file that cannot be used: ${faults.join('; ')}`);
  }
}

/** @throws InvalidWorkingDays */
export function readWorkingDays(json: object): WorkingDays {
  if (!check.Check(json)) {
    throw new InvalidWorkingDays(check.Errors(json).map(({ instancePath, message }) => `${instancePath} ${message}`));
  }
  const { weekends, holidays } = json;
  const dates = [...weekends.map(({ from }) => from), ...holidays.flatMap(({ from, to }) => [from, to])];
  const faults = dates.filter((date) => !isBusinessDate(date)).map((date) => `${date} is no day`);
  for (const { from, to } of holidays) if (to < from) faults.push(`the holiday from ${from} ends before it begins`);
  if (faults.length > 0) throw new InvalidWorkingDays(faults);
  return json;
}

export function isWorkingDay({ weekends, holidays }: WorkingDays, day: BusinessDate): boolean {
  const [weekend] = weekends.filter(({ from }) => from <= day).sort((a, b) => (a.from < b.from ? 1 : -1));
  const name = DAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] as (typeof DAYS)[number];
  if (weekend?.days.includes(name) === true) return false;
  return !holidays.some(({ from, to }) => from <= day && day <= to);
}

/**
 * The `count`-th working day after a day, which does not count itself.
 * @throws RangeError where there are not so many within ten years: the calendar cannot be right
 */
export function workingDaysAfter(calendar: WorkingDays, day: BusinessDate, count: number): BusinessDate {
  let left = count;
  for (let n = 1; n < 3660; n++) {
    const next = addDays(day, n);
    if (isWorkingDay(calendar, next) && --left === 0) return next;
  }
  throw new RangeError(`there are no ${count} working days in the ten years after ${day}`);
}
