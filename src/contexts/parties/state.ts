import type { Actor } from '../../kernel/envelope.js';
import type { ActorId, EventId, PartyId } from '../../kernel/ids.js';
import type { Values } from './commands.js';
import type { PartyKind } from './identity.js';

/** Whom the ledger knows by a pseudonym; null until it is recorded. */
export type PartyState = Party | null;

export interface Party {
  /** `erasing`: approved by a second person; nothing is shown any more, and the clock has the vault destroy it. */
  readonly status: 'recorded' | 'erasing' | 'erased';
  readonly party: PartyId;
  readonly kind: PartyKind;
  /** The newest of each field. */
  readonly values: Values;
  /** 1, and one more for each correction. */
  readonly version: number;
  /** The legal holds in force, by the events that placed them. */
  readonly holds: ReadonlyMap<string, Hold>;
  readonly erasure: Erasure | null;
}

export interface Hold {
  readonly ground: string;
  /** Who placed it: it is theirs to lift. */
  readonly by: Pick<Actor, 'role' | 'actingFor'>;
}

/** The one that is under way. */
export interface Erasure {
  readonly request: EventId;
  readonly by: ActorId;
  /** The last day on which it is to be answered. */
  readonly dueBy: string;
  /** `started`: nothing stops it any more. */
  readonly phase: 'requested' | 'approved' | 'started';
}
