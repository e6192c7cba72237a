/** What a block says of an event: enough to leave it out, and where it stands. */
import type { Envelope } from '../../src/kernel/envelope.js';
import type { StreamName } from '../../src/kernel/ids.js';
import { facetsOf, type Facets } from './facets.js';
import { keysOf, KEY_LENGTH } from './keys.js';
import type { Stored } from './reading.js';

/** The least and the most of what a span's events have; texts that sort as what they stand for; amounts as numbers. */
export interface Bounds {
  readonly effective: readonly [string, string];
  readonly recorded: readonly [string, string];
  /** Rounded to the nearest number, which keeps the order; undefined: there are none. */
  readonly amounts: readonly [number, number] | undefined;
}

/** `,KEY,KEY EFFECTIVE RECORDED LEAST MOST REVISION STREAM;`; without an amount its least and most are `-`. */
export function rowOf(event: Envelope): string {
  const facets = facetsOf(event);
  let keys = '';
  for (const key of keysOf(event, facets)) keys += `,${key}`;
  return `${keys} ${event.effectiveOn} ${event.recordedAt} ${extremes(facets)} ${event.revision} ${event.stream};`;
}

function extremes({ amounts }: Facets): string {
  if (amounts.length === 0) return '- -';
  let [least, most] = [Infinity, -Infinity];
  for (const { amount } of amounts) {
    const value = Number(amount);
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return `${least} ${most}`;
}

/** Of a block. */
export const rowsIn = (text: string): readonly string[] => text.split(';').slice(0, -1);

export const hasKey = (row: string, key: string): boolean => row.includes(`,${key}`);

export function keysIn(row: string): readonly string[] {
  const keys: string[] = [];
  const step = KEY_LENGTH + 1;
  for (let at = 1; row[at - 1] === ','; at += step) keys.push(row.slice(at, at + KEY_LENGTH));
  return keys;
}

export function boundsIn(row: string): Bounds {
  const [, on = '', at = '', least = '-', most = '-'] = row.split(' ', 5);
  return {
    effective: [on, on],
    recorded: [at, at],
    amounts: least === '-' ? undefined : [Number(least), Number(most)],
  };
}

/** Where the event of a row is stored. */
export function placeIn(row: string): Stored {
  const [revision = '', stream = ''] = row.split(' ').slice(-2);
  return { stream: stream as StreamName, revision: BigInt(revision) };
}

export function together(all: readonly Bounds[]): Bounds {
  const least = <T>(texts: readonly T[]): T => texts.reduce((a, b) => (b < a ? b : a));
  const most = <T>(texts: readonly T[]): T => texts.reduce((a, b) => (b > a ? b : a));
  const amounts = all.flatMap((each) => (each.amounts === undefined ? [] : [each.amounts]));
  return {
    effective: [least(all.map(({ effective }) => effective[0])), most(all.map(({ effective }) => effective[1]))],
    recorded: [least(all.map(({ recorded }) => recorded[0])), most(all.map(({ recorded }) => recorded[1]))],
    amounts: amounts.length === 0 ? undefined : [least(amounts.map(([a]) => a)), most(amounts.map(([, b]) => b))],
  };
}

export const boundsText = ({ effective, recorded, amounts }: Bounds): string =>
  [...effective, ...recorded, ...(amounts ?? ['-', '-'])].join(' ');

export function boundsOf(text: string): Bounds {
  const [from = '', to = '', first = '', last = '', least = '-', most = '-'] = text.split(' ');
  const amounts = least === '-' ? undefined : ([Number(least), Number(most)] as const);
  return { effective: [from, to], recorded: [first, last], amounts };
}
