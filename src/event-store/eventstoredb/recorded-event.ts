import { binaryEvent, jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import type { Envelope, Json } from '../../kernel/envelope.js';
import type { StreamName } from '../../kernel/ids.js';
import { sha256 } from '../canonical.js';
import { ForeignEvent } from './faults.js';

/** An event as it is handed to the server. */
export interface Proposed {
  /** The server's id of it. */
  readonly id: string;
  readonly event: EventData;
}

/**
 * The canonical text is what is stored, byte for byte. The client writes JSON again before it sends it, and JavaScript
 * puts keys that look like numbers first: where that would change a byte, the text goes as bytes.
 * @param text canonical JSON of the event
 */
export function proposed(type: string, text: string): Proposed {
  const id = serverId(text);
  const data = JSON.parse(text) as Record<string, Json>;
  const same = JSON.stringify(data) === text;
  return { id, event: same ? jsonEvent({ id, type, data }) : binaryEvent({ id, type, data: Buffer.from(text) }) };
}

/**
 * The id by which the server recognises a repeat: a digest of the event (RFC 9562, version 8). The server looks at ids
 * only, and would drop other content under a known id in silence (docs/adr/0006).
 */
export function serverId(text: string): string {
  const digest = sha256(text);
  const variant = '89ab'[parseInt(digest.charAt(16), 16) & 3];
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return parts.join('-');
}

/** @throws ForeignEvent where the event is not one that this program wrote there */
export function envelopeOf(recorded: Pick<RecordedEvent, 'streamId' | 'revision' | 'type' | 'data'>): Envelope {
  const { streamId, revision, type, data } = recorded;
  const event = parsed(data) as Partial<Envelope> | null | undefined;
  if (event?.v !== 1 || event.stream !== streamId || event.revision !== Number(revision) || event.type !== type) {
    throw new ForeignEvent(
      `event ${revision} of ${streamId} (${type}) was not written by a ledger: the store must be the ledger's alone`,
    );
  }
  return event as Envelope;
}

function parsed(data: unknown): unknown {
  if (!(data instanceof Uint8Array)) return data;
  try {
    return JSON.parse(Buffer.from(data).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

/** A stream of ours: the server's own begin with `$`. */
export const isOurs = (stream: string): stream is StreamName => !stream.startsWith('$');
