import { randomUUID } from 'node:crypto';
import type { BusinessDate, Instant } from '../../src/kernel/calendar.js';
import type { Envelope, Json } from '../../src/kernel/envelope.js';
import { streamName, type ActorId, type CommandId, type EventId, type LedgerId } from '../../src/kernel/ids.js';
import type { StreamName, Uuid } from '../../src/kernel/ids.js';

export const uuid = (): Uuid => randomUUID() as Uuid;

/** The name of a stream that does not exist yet. */
export const newStream = (category = 'debt'): StreamName => streamName(category, uuid());

export const LEDGER = uuid() as LedgerId;
const ACTOR = `actor_${uuid()}` as ActorId;

/** An event as the ledger would stamp it. */
export function envelope(stream: StreamName, revision: number, more: Partial<Envelope> = {}): Envelope {
  return {
    v: 1,
    ledger: LEDGER,
    id: uuid() as EventId,
    stream,
    revision,
    type: 'debts.ProceedingRecorded',
    schemaVersion: 1,
    effectiveOn: '2026-03-01' as BusinessDate,
    recordedAt: '2026-03-01T09:00:00.000Z' as Instant,
    actor: { id: ACTOR, role: 'clerk' },
    commandId: uuid() as CommandId,
    requestDigest: 'ab'.repeat(32),
    correlation: uuid(),
    ruleSet: '2026-01',
    source: 'api',
    evidence: [],
    refs: {},
    entries: [],
    data: { kind: 'notice', on: '2026-03-01' },
    ...more,
  };
}

/** `count` events for a stream, the first of them at `revision`. */
export const envelopes = (stream: StreamName, revision: number, count: number, type?: string): Envelope[] =>
  Array.from({ length: count }, (_, i) =>
    envelope(stream, revision + i, { data: { number: revision + i }, ...(type !== undefined && { type }) }),
  );

export const withData = (stream: StreamName, revision: number, data: Json): Envelope =>
  envelope(stream, revision, { data });
