import { eventsAt } from '../../projections/audit/placed.js';
import { audit } from '../../projections/audit/projection.js';
import { bookLines } from '../../projections/books/lines.js';
import { bookSums } from '../../projections/books/sums.js';
import type { EventsAt } from '../../projections/events-at.js';
import { closingsOf } from '../../projections/closings/closed.js';
import { closings } from '../../projections/closings/projection.js';
import type { Places } from '../../projections/reports/replaying.js';
import type { EventReader, StreamQuery } from '../../src/event-store/event-store.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { ReadModels } from '../../src/read-models/read-models.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { foldInto } from '../projections/folded.js';
import { placesOf } from './reporting.js';

const INDEXES = [bookSums, bookLines, audit, closings] as unknown as readonly Projection[];

export interface IndexedPlaces extends Places {
  readonly models: ReadModels;
  readonly eventsAt: EventsAt;
}

/** A log that is an array, and what reports of the books read, folded of it. */
export async function indexedPlaces(log: readonly Envelope[], pageSize = 50): Promise<IndexedPlaces> {
  const models = openSqliteReadModels(':memory:');
  for (const projection of INDEXES) await foldInto(models, projection, log, pageSize);
  const events = log.map((event, sequence) => ({ event, sequence, position: `p${sequence + 1}` }));
  const readStream = (stream: string, { from = 0n, limit = 256 }: StreamQuery = {}) =>
    Promise.resolve(
      events.filter(({ event }) => event.stream === stream && BigInt(event.revision) >= from).slice(0, limit),
    );
  const places = placesOf(log);
  const reader = { ...places.events, readStream } as unknown as EventReader;
  return { ...places, models, events: reader, eventsAt: eventsAt(models, reader), closingsOf: closingsOf(models) };
}

/** An event that says its entries alone, with what the audit index asks of it; all are of one stream. */
export const audited = (event: Envelope, revision: number): Envelope => ({
  ...event,
  stream: 'test-one' as never,
  revision: revision as never,
  actor: { id: 'actor_a', role: 'clerk' } as never,
  correlation: event.id as never,
  commandId: event.id as never,
  refs: {},
  evidence: [],
  data: {},
});
