import type { BusinessDate } from '../../kernel/calendar.js';
import type { PartyId } from '../../kernel/ids.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { RecordClass } from './retention.js';
import { PARTY_RULES as RULES } from './rules.js';

export const OPEN_THINGS = ['debt', 'balance', 'subscription', 'receipt'] as const;

/** What forbids to destroy a party's data, when it was looked for: facts that travel with the command. */
export interface Duties {
  /** What is not settled yet. */
  readonly open: readonly (typeof OPEN_THINGS)[number][];
  /** The class of record that must be kept the longest, and its last day; null: none. */
  readonly kept: { readonly class: RecordClass; readonly until: BusinessDate } | null;
}

/** Looks for what forbids an erasure; the composition root provides it, so that parties need not know the others. */
export abstract class DutyFinder {
  abstract of(party: PartyId): Promise<Duties>;
}

/**
 * Why a party's data may not be destroyed now, by ground and earliest day; undefined: nothing forbids it (PDPL: a legal
 * duty to keep overrides destruction).
 */
export function forbidding(
  holds: ReadonlyMap<string, { readonly ground: string }>,
  { open, kept }: Duties,
  today: BusinessDate,
): Refusal | undefined {
  const keptNow = kept !== null && kept.until >= today ? kept : undefined;
  const earliest = keptNow && { keptUntil: keptNow.until };
  const [hold] = holds.values();
  if (hold !== undefined) return refuse(RULES.LEGAL_HOLD, { ground: hold.ground, ...earliest });
  if (open.length > 0) return refuse(RULES.STILL_OPEN, { open: open.join(', '), ...earliest });
  return keptNow && refuse(RULES.RETAINED, { class: keptNow.class, keptUntil: keptNow.until });
}
