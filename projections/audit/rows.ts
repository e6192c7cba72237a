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
  const { effectiveOn, recordedAt, revision, stream } = event;
  // Joined, so that it is one text in memory and not a tree of its parts, of which a block would have thousands.
  const keys = keysOf(event, facets).join(',');
  return [`,${keys}`, effectiveOn, recordedAt, extremes(facets), revision, `${stream};`].join(' ');
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

/** @param all of one at least */
export function together(all: readonly Bounds[]): Bounds {
  let [from, to] = all[0]!.effective;
  let [first, last] = all[0]!.recorded;
  let [least, most] = [Infinity, -Infinity];
  for (const { effective, recorded, amounts } of all) {
    if (effective[0] < from) from = effective[0];
    if (effective[1] > to) to = effective[1];
    if (recorded[0] < first) first = recorded[0];
    if (recorded[1] > last) last = recorded[1];
    if (amounts !== undefined && amounts[0] < least) least = amounts[0];
    if (amounts !== undefined && amounts[1] > most) most = amounts[1];
  }
  return { effective: [from, to], recorded: [first, last], amounts: least > most ? undefined : [least, most] };
}

export const boundsText = ({ effective, recorded, amounts }: Bounds): string =>
  [...effective, ...recorded, ...(amounts ?? ['-', '-'])].join(' ');

export function boundsOf(text: string): Bounds {
  const [from = '', to = '', first = '', last = '', least = '-', most = '-'] = text.split(' ');
  const amounts = least === '-' ? undefined : ([Number(least), Number(most)] as const);
  return { effective: [from, to], recorded: [first, last], amounts };
}
