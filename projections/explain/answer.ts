import Type, { type Static } from 'typebox';
import { answer, orNull, recordedEvent } from '../../src/http/answers.js';
import type { Entry } from '../../src/kernel/entries.js';
import { formatMinor, type Currency } from '../../src/kernel/money.js';
import { instrument, type Instrument } from '../instruments/instrument.js';
import { AR, EN } from '../instruments/words.js';
import type { Named } from '../report.js';

const named = Type.Object({ en: Type.String(), ar: Type.String() });
/** A decimal text of money, or a state. */
const value = Type.String();

/** An instrument with what it does to the figure: before + effect = after, which is the next one's before. */
export const effective = Type.Object({
  ...instrument.properties,
  before: value,
  /** Null where the figure is a state. */
  effect: orNull(answer.sum),
  after: value,
  entries: Type.Array(
    Type.Object({
      ...recordedEvent.properties.entries.items.properties,
      /** What the entry itself does to the figure; null where the figure is not one of accounts. */
      effect: orNull(answer.sum),
    }),
  ),
});
export type Effective = Static<typeof effective>;

/** What all explanations say. */
export const explanation = {
  figure: answer.code,
  value,
  currency: answer.currency,
  effectiveOn: answer.day,
  knownAt: Type.Integer({ minimum: -1, description: 'The sequence of the last event that is known; -1: none.' }),
  sentence: named,
  instruments: answer.count,
  items: Type.Array(effective),
};

export interface Change {
  readonly before: bigint | string;
  readonly after: bigint | string;
}

/** @param effectOf what an entry does to the figure, in minor units; absent: the figure is not one of accounts */
export function withEffect(
  shown: Instrument,
  { before, after }: Change,
  currency: Currency,
  effectOf?: (entry: Entry) => bigint,
): Effective {
  const text = (each: bigint | string): string => (typeof each === 'bigint' ? formatMinor(each, currency) : each);
  const isMoney = typeof before === 'bigint' && typeof after === 'bigint';
  return {
    ...shown,
    before: text(before),
    effect: isMoney ? formatMinor(after - before, currency) : null,
    after: text(after),
    entries: shown.entries.map((each) => ({
      ...each,
      effect: effectOf === undefined ? null : formatMinor(effectOf(each as Entry), currency),
    })),
  };
}

const INSTRUMENTS = {
  en: { one: '{n} instrument', other: '{n} instruments' },
  ar: {
    zero: 'لا مستند',
    one: 'مستند واحد',
    two: 'مستندان',
    few: '{n} مستندات',
    many: '{n} مستندًا',
    other: '{n} مستند',
  },
} as const;

/** @param what the figure's name and its value */
export const summary = ({
  what,
  effectiveOn,
  knownAt,
  count,
}: {
  what: Named;
  effectiveOn: string;
  knownAt: number;
  count: number;
}): Named => ({
  en: `On ${EN.day(effectiveOn)}, as far as was known with event ${knownAt}, ${what.en}: the work of ${EN.count(count, INSTRUMENTS.en)}.`,
  ar: `في ${AR.day(effectiveOn)}، وبحسب المعلوم حتى الحدث رقم ${knownAt}، ${what.ar}؛ وعدد المستندات المؤثرة: ${AR.count(count, INSTRUMENTS.ar)}.`,
});
