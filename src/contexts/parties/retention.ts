import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { closed, DateText } from '../../event-store/schemas.js';
import { addDays, addMonths, isBusinessDate, LAST_DAY, type BusinessDate } from '../../kernel/calendar.js';

/* How long what is kept of a person must be kept, by date: configuration, never constants of the code (domain.md §2). */

/** `books`: whatever counts in the books; `tax`: what tax was charged on. */
export const RECORD_CLASSES = ['books', 'tax'] as const;
export type RecordClass = (typeof RECORD_CLASSES)[number];

const schema = closed({
  /** Within which a request of a person is answered. */
  answerDays: Type.Integer({ minimum: 1, maximum: 365 }),
  /** Of records from that day on, until the next of the class: years after the record. */
  classes: Type.Array(
    closed({ class: Type.Enum(RECORD_CLASSES), from: DateText, years: Type.Integer({ minimum: 0, maximum: 100 }) }),
  ),
});
export type Retention = Static<typeof schema>;

const check = Compile(schema);

/** Traders' books ten years, tax records six; a person is answered within thirty days (domain.md §2). */
export const LEGAL_RETENTION: Retention = {
  answerDays: 30,
  classes: [
    { class: 'books', from: '1900-01-01', years: 10 },
    { class: 'tax', from: '1900-01-01', years: 6 },
  ],
};

/** A file of retention that cannot be used; the message says what is wrong with it. */
export class InvalidRetention extends Error {
  override readonly name = 'InvalidRetention';
  constructor(faults: readonly string[]) {
    super(`SIJILL_RETENTION names a file that cannot be used: ${faults.join('; ')}`);
  }
}

/** @throws InvalidRetention */
export function readRetention(json: object): Retention {
  if (!check.Check(json)) {
    throw new InvalidRetention(check.Errors(json).map(({ instancePath, message }) => `${instancePath} ${message}`));
  }
  const faults = json.classes.filter(({ from }) => !isBusinessDate(from)).map(({ from }) => `${from} is no day`);
  if (faults.length > 0) throw new InvalidRetention(faults);
  return json;
}

/** Records of these days, both included, are kept for so many years. */
export interface Span {
  readonly class: RecordClass;
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly years: number;
}

/** What the configuration says, without its gaps and overlaps. */
export function spansOf({ classes }: Retention): Span[] {
  return RECORD_CLASSES.flatMap((name) => {
    const of = classes.filter((each) => each.class === name).sort((a, b) => (a.from < b.from ? -1 : 1));
    return of.map(({ from, years }, index): Span => {
      const next = of[index + 1]?.from as BusinessDate | undefined;
      const to = next === undefined ? LAST_DAY : addDays(next, -1);
      return { class: name, from: from as BusinessDate, to, years };
    });
  });
}

/** The last day on which a record must be kept. */
export const keptUntil = (recordedOn: BusinessDate, years: number): BusinessDate => addMonths(recordedOn, 12 * years);
