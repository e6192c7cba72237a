import type { StoredEvent } from '../src/event-store/event-store.js';

/** Injection token of `EventsAt`: the composition root knows which index says where events stand. */
export const EVENTS_AT = Symbol('EventsAt');

/**
 * Events by their sequences, as they were appended, in the order of the question; each must be folded into the read models.
 * Not every store keeps sequences (docs/adr/0008-the-count-travels-with-the-position.md).
 */
export type EventsAt = (
  sequences: readonly number[],
) => Promise<readonly (StoredEvent & { readonly sequence: number })[]>;
