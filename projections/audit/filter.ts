/** What is asked of the log, how it is looked for, and whether an event is what was asked for. */
import type { Envelope } from '../../src/kernel/envelope.js';
import { facetsOf, isRefused, type Act } from './facets.js';
import { factKey } from './keys.js';
import { hasKey, type Bounds } from './rows.js';

/** All that is given must hold; texts are exact. */
export interface Filter {
  readonly id?: string;
  /** The command that began the flow. */
  readonly correlation?: string;
  readonly causation?: string;
  readonly actor?: string;
  /** One of these; only with an actor. */
  readonly acts?: readonly Act[];
  readonly party?: string;
  readonly entity?: string;
  readonly about?: string;
  readonly type?: string;
  /** A rule or its code: of what it stopped, and of the types that serve it. */
  readonly rule?: { readonly name: string; readonly types: readonly string[] };
  readonly refused?: boolean;
  readonly currency?: string;
  /** Decimal texts; of one of the event's amounts, and that one in the currency where one is given. */
  readonly minAmount?: string;
  readonly maxAmount?: string;
  readonly effectiveFrom?: string;
  readonly effectiveTo?: string;
  readonly recordedFrom?: string;
  readonly recordedTo?: string;
}

/** What an index of keys and bounds can say about a filter: it leaves nothing out that fits. */
export interface Plan {
  /** One of each list must be there. */
  readonly keys: readonly (readonly string[])[];
  /** Absent: there are no bounds. */
  readonly bounds?: Bounds;
}

export function planOf(filter: Filter): Plan {
  const { actor, acts, type, rule } = filter;
  const keys: string[][] = [];
  if (actor !== undefined && acts !== undefined) keys.push(acts.map((act) => factKey.act(actor, act)));
  if (actor !== undefined && type !== undefined) keys.push([factKey.typeBy(actor, type)]);
  else if (type !== undefined) keys.push([factKey.type(type)]);
  else if (actor !== undefined && acts === undefined) keys.push([factKey.actor(actor)]);
  if (rule !== undefined) keys.push([factKey.rule(rule.name), ...rule.types.map(factKey.type)]);
  if (filter.refused === true) keys.push([factKey.refused]);
  if (filter.id !== undefined) keys.push([factKey.id(filter.id)]);
  if (filter.correlation !== undefined) keys.push([factKey.flow(filter.correlation)]);
  if (filter.causation !== undefined) keys.push([factKey.cause(filter.causation)]);
  for (const name of ['party', 'entity', 'about', 'currency'] as const) {
    const value = filter[name];
    if (value !== undefined) keys.push([factKey[name](value)]);
  }
  const bounds = boundsAsked(filter);
  return { keys, ...(bounds !== undefined && { bounds }) };
}

/** Sorts behind every date and moment. */
const LAST = '9999-12-31T23:59:59.999Z';

function boundsAsked(filter: Filter): Bounds | undefined {
  const { effectiveFrom, effectiveTo, recordedFrom, recordedTo, minAmount, maxAmount } = filter;
  const asksAmount = minAmount !== undefined || maxAmount !== undefined;
  if (!asksAmount && [effectiveFrom, effectiveTo, recordedFrom, recordedTo].every((each) => each === undefined)) return;
  return {
    effective: [effectiveFrom ?? '', effectiveTo ?? LAST],
    recorded: [recordedFrom ?? '', recordedTo ?? LAST],
    amounts: asksAmount ? [Number(minAmount ?? 0), Number(maxAmount ?? Infinity)] : undefined,
  };
}

/** Whether something within the bounds of a row, a block or a span can lie within those that are asked for. */
export function mayLie(within: Bounds, { effective, recorded, amounts }: Bounds): boolean {
  if (within.effective[1] < effective[0] || within.effective[0] > effective[1]) return false;
  if (within.recorded[1] < recorded[0] || within.recorded[0] > recorded[1]) return false;
  if (amounts === undefined) return true;
  return within.amounts !== undefined && within.amounts[1] >= amounts[0] && within.amounts[0] <= amounts[1];
}

export const mayFit = (row: string, { keys }: Plan): boolean =>
  keys.every((some) => some.some((key) => hasKey(row, key)));

/** The same of all rows of a block at once, roughly. */
export const mayHold = (rows: string, { keys }: Plan): boolean =>
  keys.every((some) => some.some((key) => rows.includes(key)));

/** The same by the set of its keys. */
export const mayBeIn = (held: ReadonlySet<string>, { keys }: Plan): boolean =>
  keys.every((some) => some.some((key) => held.has(key)));

/** The last word: exact, on the event itself. */
export function fits(event: Envelope, filter: Filter): boolean {
  const { actor, acts, type, rule, currency, minAmount, maxAmount } = filter;
  const facets = facetsOf(event);
  const equal: readonly (readonly [string | undefined, string | undefined])[] = [
    [filter.id, event.id],
    [filter.correlation, event.correlation],
    [filter.causation, event.causation],
    [actor, event.actor.id],
    [type, event.type],
  ];
  if (equal.some(([asked, is]) => asked !== undefined && asked !== is)) return false;
  if (acts !== undefined && (facets.act === undefined || !acts.includes(facets.act))) return false;
  if (filter.refused !== undefined && filter.refused !== isRefused(event)) return false;
  if (rule !== undefined && !facets.rules.includes(rule.name) && !rule.types.includes(event.type)) return false;
  if (filter.party !== undefined && !facets.parties.includes(filter.party)) return false;
  if (filter.entity !== undefined && !facets.entities.includes(filter.entity)) return false;
  if (filter.about !== undefined && !facets.about.includes(filter.about)) return false;
  if (currency !== undefined && !facets.currencies.includes(currency)) return false;
  const { effectiveOn, recordedAt } = event;
  if (!lies(effectiveOn, filter.effectiveFrom, filter.effectiveTo)) return false;
  if (!lies(recordedAt, filter.recordedFrom, filter.recordedTo)) return false;
  if (minAmount === undefined && maxAmount === undefined) return true;
  const least = minAmount === undefined ? undefined : scaled(minAmount);
  const most = maxAmount === undefined ? undefined : scaled(maxAmount);
  return facets.amounts.some(
    (each) => (currency === undefined || each.currency === currency) && lies(scaled(each.amount), least, most),
  );
}

const lies = <T extends string | bigint>(value: T, least: T | undefined, most: T | undefined): boolean =>
  (least === undefined || value >= least) && (most === undefined || value <= most);

export const amountsInOrder = (least: string, most: string): boolean => scaled(least) <= scaled(most);

/** No currency has more decimals than four (`src/kernel/money.ts`). */
const DECIMALS = 4;

/** A decimal text in ten-thousandths, for comparing amounts of whatever currency. */
function scaled(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'));
}
