import type { PartyId } from '../../kernel/ids.js';
import type { Target } from './commands.js';

/** What a receipt needs to know of the debt or the subscription that it is to pay. */
export interface FoundTarget {
  /** The state code: `draft`, `outstanding`, `active` … */
  readonly state: string;
  /** The entity that is to be paid. */
  readonly creditor: PartyId;
  readonly currency: string;
}

/** Finds what receipts name; the composition root provides it, so that billing need not know the others' code. */
export abstract class ReceiptTargets {
  /** @returns the target as it stands now; null: there is none */
  abstract find(target: Target): Promise<FoundTarget | null>;
}

/** Whether a receipt of this payee and currency pays it (domain.md E8): no draft, nobody else's. */
export const isPayable = (target: FoundTarget | null, payee: PartyId, currency: string): boolean =>
  target !== null &&
  target.state !== 'draft' &&
  target.state !== 'discarded' &&
  target.creditor === payee &&
  target.currency === currency;
