import type { EventReader, Position, StoredEvent } from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Cut } from '../../projections/instruments/cut.js';
import type { Log } from '../../projections/instruments/opening.js';

/** A log that is an array: an event's sequence is its index. */
export function logOf(events: readonly Envelope[]): Log {
  const stored = events.map((event, sequence): StoredEvent => ({
    event,
    sequence,
    position: `${sequence}` as Position,
  }));
  const streams = new Map<string, StoredEvent[]>();
  for (const each of stored) streams.set(each.event.stream, [...(streams.get(each.event.stream) ?? []), each]);
  const reader: Pick<EventReader, 'readStream'> = {
    readStream: (stream, { from = 0n, limit = 256 } = {}) =>
      Promise.resolve((streams.get(stream) ?? []).slice(Number(from), Number(from) + limit)),
  };
  return { events: reader as EventReader, upcast: (event) => event };
}

export const cutAt = (sequence: number): Cut => ({ sequence, includes: (stored) => stored.sequence! <= sequence });
