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

  /** @returns the target as it was when it was last used here: others may have changed it since */
  abstract recall(target: Target): Promise<FoundTarget | null>;

  /**
   * Whether a receipt of this payee and currency pays it (domain.md E8). What could be paid once can be for ever, so
   * that only a no wants the target as it stands now.
   */
  async isPayable(target: Target, payee: PartyId, currency: string): Promise<boolean> {
    return isPayable(await this.recall(target), payee, currency) || isPayable(await this.find(target), payee, currency);
  }
}

/** No draft, nobody else's. */
const isPayable = (target: FoundTarget | null, payee: PartyId, currency: string): boolean =>
  target !== null &&
  target.state !== 'draft' &&
  target.state !== 'discarded' &&
  target.creditor === payee &&
  target.currency === currency;
