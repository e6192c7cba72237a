import type { ActorId, PartyId, Uuid } from '../../kernel/ids.js';

/** What a delegation said when it was read from its own stream (domain.md §2): facts that travel with the command. */
export interface Authority {
  readonly delegation: Uuid;
  /** Of the delegation's stream when it was read: what was revoked later was not yet revoked. */
  readonly revision: number;
  /** `active`: approved by a second person and not revoked. */
  readonly status: string;
  readonly approver: ActorId;
  readonly entity: PartyId;
  readonly kind: string;
  /** Decimal text. */
  readonly upTo: string;
  readonly currency: string;
  /** The first and the last day. */
  readonly from: string;
  readonly to: string;
}

/**
 * Finds delegations for approvals, in the log itself: a read model may be behind, and would let a revoked one pass. The
 * composition root provides it, so that debts need not know the delegations' code.
 */
export abstract class Authorities {
  /** @returns the delegation as it stands now; null: there is none */
  abstract find(delegation: Uuid): Promise<Authority | null>;
}
