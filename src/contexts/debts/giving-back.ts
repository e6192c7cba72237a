import { formatMinor, min } from '../../kernel/money.js';
import type { ReceiptsGivenBack } from './events.js';
import type { Debt, ReceiptPart, Returning } from './state.js';

/*
 * What was received and is no longer due returns to whoever paid it (domain.md §3). A debt may have more receipts than
 * an event, or an append, has room for: so the approval says how much goes back and leaves it in 2330; the receipts
 * that it is taken from follow from the rule "the latest first" and are named after it, some at a time
 * (docs/adr/0004-what-is-given-back-is-named-some-receipts-at-a-time.md).
 */

/** Receipts in one event: at most some 46,000 of the 60,000 bytes that it may have. */
export const GIVEN_BACK_AT_ONCE = 200;

/** `minor` of what was received leaves the debt, the latest receipts first; what waited before stays in front. */
export function sendBack(
  { receipts, returning }: Debt,
  minor: bigint,
  { transit, reason }: Pick<Returning, 'transit' | 'reason'>,
): Pick<Debt, 'receipts' | 'returning'> {
  const left: ReceiptPart[] = [];
  const leaving: Returning[] = [];
  let rest = minor;
  for (const each of receipts.toReversed()) {
    const part = min(each.applied, rest);
    rest -= part;
    if (part > 0n) leaving.push({ transit, reason, receipt: each.receipt, payer: each.payer, minor: part });
    left.push(part === 0n ? each : { ...each, applied: each.applied - part, credited: each.credited + part });
  }
  return { receipts: left.reverse(), returning: [...returning, ...leaving] };
}

/** Of an approval: `minor` leaves the debt, and the first of it is named at once. */
export const firstGivenBack = (
  debt: Debt,
  minor: bigint,
  from: Pick<Returning, 'transit' | 'reason'>,
  atOnce: number,
): ReceiptsGivenBack[] => (minor === 0n ? [] : giveBack({ ...debt, ...sendBack(debt, minor, from) }, atOnce));

/** Names who gets the next of what waits. */
export const giveBack = (debt: Debt, atOnce: number): ReceiptsGivenBack[] =>
  givenBack(debt, debt.returning.slice(0, atOnce), atOnce);

/** A reversed receipt waits for nobody: its credit must come before the reversal of its credit. */
export const giveBackOf = (debt: Debt, receipt: string, atOnce: number): ReceiptsGivenBack[] =>
  givenBack(
    debt,
    debt.returning.filter((each) => each.receipt === receipt),
    atOnce,
  );

function givenBack(
  { returning, currency, refs }: Debt,
  parts: readonly Returning[],
  atOnce: number,
): ReceiptsGivenBack[] {
  const events: ReceiptsGivenBack[] = [];
  let rest = sum(returning);
  for (let from = 0; from < parts.length; from += atOnce) {
    const some = parts.slice(from, from + atOnce);
    rest -= sum(some);
    const named = some.map(({ minor, ...part }) => ({ ...part, amount: formatMinor(minor, currency) }));
    events.push({
      type: 'debts.ReceiptsGivenBack',
      data: { parts: named, rest: formatMinor(rest, currency), currency },
      refs,
    });
  }
  return events;
}

/** What still waits once these parts are named. */
export function withoutParts(
  returning: readonly Returning[],
  parts: ReceiptsGivenBack['data']['parts'],
): readonly Returning[] {
  const named = new Set(parts.map(keyOf));
  return returning.filter((each) => !named.has(keyOf(each)));
}

const keyOf = ({ transit, receipt }: { readonly transit: string; readonly receipt: string }): string =>
  `${transit} ${receipt}`;

const sum = (parts: readonly Returning[]): bigint => parts.reduce((total, { minor }) => total + minor, 0n);
