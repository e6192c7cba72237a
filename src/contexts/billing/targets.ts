import type { PartyId, Uuid } from '../../kernel/ids.js';

/** What a receipt needs to know of the debt that it is to pay. */
export interface DebtTarget {
  /** The debt's state code: `draft`, `outstanding` … */
  readonly state: string;
  readonly creditor: PartyId;
  readonly currency: string;
}

/** Finds debts for receipts; the composition root provides it, so that billing need not know the debts' code. */
export abstract class DebtTargets {
  /** @returns the debt as it stands now; null: there is none */
  abstract find(debt: Uuid): Promise<DebtTarget | null>;
}

/** Whether a receipt of this payee and currency pays the debt (domain.md E8): no draft, nobody else's. */
export const isPayable = (target: DebtTarget | null, payee: PartyId, currency: string): boolean =>
  target !== null &&
  target.state !== 'draft' &&
  target.state !== 'discarded' &&
  target.creditor === payee &&
  target.currency === currency;
