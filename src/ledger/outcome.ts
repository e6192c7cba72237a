import type { Summary } from '../kernel/decider.js';
import type { Envelope } from '../kernel/envelope.js';
import type { EventId, Uuid } from '../kernel/ids.js';
import type { Position, StoredEvent } from '../event-store/event-store.js';

/** The answer to a command that was accepted: the same again for every repeat of it. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly id: Uuid;
  /** Of the last event of the command; where it made none, of the aggregate (-1: there is none). */
  readonly revision: number;
  readonly sequence?: number;
  readonly position?: Position;
  /** The last event of the command; absent where it made none. */
  readonly event?: { readonly id: EventId; readonly type: string };
  /** The state after the command, as it was then. */
  readonly state: Summary;
  /** True where the command had been handled before. */
  readonly repeated: boolean;
}

/** The answer to a command that a rule stopped, recorded as an attempt. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: string;
  readonly rule: string;
  readonly version: number;
  readonly of: 'state' | 'value' | 'hidden' | 'forbidden';
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** The recorded event. */
  readonly attempt: EventId;
  readonly sequence?: number;
  readonly position?: Position;
  readonly repeated: boolean;
}

export type Outcome = Accepted | Refused;

/** @param event the command's last, and where it stands; absent where the command made none */
export const accepted = (
  id: Uuid,
  revision: number,
  state: Summary,
  event?: Envelope,
  place?: Pick<StoredEvent, 'position' | 'sequence'>,
): Accepted => ({
  kind: 'accepted',
  id,
  revision,
  ...(place?.sequence !== undefined && { sequence: place.sequence }),
  ...(place !== undefined && { position: place.position }),
  ...(event !== undefined && { event: { id: event.id, type: event.type } }),
  state,
  repeated: false,
});

/** The command id was used for another request: 409, and no outcome. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict';
}

/** The aggregate is not at the revision that the caller saw (`If-Match`): 412, and no outcome. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
  constructor(readonly actualRevision: number) {
    super(`the revision is ${actualRevision}`);
  }
}

/** Too many concurrent changes, or a store that does not answer: 503, no outcome, safe to repeat. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
