import Type, { type Static } from 'typebox';
import { answer, orNull, recordedEvent } from '../../src/http/answers.js';
import type { Entry } from '../../src/kernel/entries.js';
import { instrument, type Instrument } from './instrument.js';
import { AR, EN } from './words.js';
import type { Named } from '../report.js';

const named = Type.Object({ en: Type.String(), ar: Type.String() });
/** A decimal text of money, a count, a state or another cell's text; null: there is none. */
const value = orNull(Type.String());

/** An instrument with what it does to the figure: before + effect = after, which is the next one's before. */
export const effective = Type.Object({
  ...instrument.properties,
  before: value,
  /** Null where the figure is nothing that adds up, such as a state. */
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

type Figure = bigint | string | null;
export interface Change {
  readonly before: Figure;
  readonly after: Figure;
}

/**
 * @param textOf a figure as it is written
 * @param effectOf what an entry, by its place among those of its event, does to the figure, in minor units; absent: the figure is not one of accounts
 */
export function withEffect(
  shown: Instrument,
  { before, after }: Change,
  textOf: (value: bigint) => string,
  effectOf?: (entry: Entry, place: number) => bigint,
): Effective {
  const text = (each: Figure): string | null => (typeof each === 'bigint' ? textOf(each) : each);
  const addsUp = typeof before === 'bigint' && typeof after === 'bigint';
  return {
    ...shown,
    before: text(before),
    effect: addsUp ? textOf(after - before) : null,
    after: text(after),
    entries: shown.entries.map((each, place) => ({
      ...each,
      effect: effectOf === undefined ? null : textOf(effectOf(each as Entry, place)),
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

interface Summed {
  /** The figure's name and its value. */
  readonly what: Named;
  /** Absent: the figure's own question says it. */
  readonly effectiveOn?: string;
  readonly knownAt: number;
  /** Absent: they are read a page at a time, and nobody counts them. */
  readonly count?: number;
  /** What is brought forward, as an amount with its currency. */
  readonly opening?: Named;
}

/** The whole explanation in a sentence. */
export function summary({ what, effectiveOn, knownAt, count, opening }: Summed): Named {
  const when = {
    en: `${effectiveOn === undefined ? 'As' : `On ${EN.day(effectiveOn)}, as`} far as was known with event ${knownAt}`,
    ar: `${effectiveOn === undefined ? 'بحسب' : `في ${AR.day(effectiveOn)}، وبحسب`} المعلوم حتى الحدث رقم ${knownAt}`,
  };
  const work =
    count === undefined
      ? { en: 'the work of the instruments that follow', ar: 'وهو أثر المستندات التالية' }
      : {
          en: `the work of ${EN.count(count, INSTRUMENTS.en)}`,
          ar: `وعدد المستندات المؤثرة: ${AR.count(count, INSTRUMENTS.ar)}`,
        };
  return {
    en: `${when.en}, ${what.en}: ${opening === undefined ? '' : `${opening.en} brought forward, and `}${work.en}.`,
    ar: `${when.ar}، ${what.ar}؛ ${work.ar}${opening === undefined ? '' : `، بعد رصيد مرحّل قدره ${opening.ar}`}.`,
  };
}
