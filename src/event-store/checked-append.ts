import type { Envelope } from '../kernel/envelope.js';
import type { StreamName } from '../kernel/ids.js';
import { canonicalEvent } from './canonical.js';
import { InvalidEvent, MAX_APPEND_BYTES, MAX_APPEND_EVENTS, type Expected } from './event-store.js';

const STREAM = /^_?[a-z][a-zA-Z0-9]*-./;

/**
 * What every append must be, whatever the stream's state.
 * @returns id, type and canonical text of each event
 * @throws InvalidEvent
 */
export function checkedAppend(stream: StreamName, expected: Expected, events: readonly Envelope[]): string[] {
  if (!STREAM.test(stream)) throw new InvalidEvent(`"${stream}" is no stream: accepted is <category>-<id>`);
  if (events.length === 0) throw new InvalidEvent('an append holds at least one event');
  if (events.length > MAX_APPEND_EVENTS) {
    throw new InvalidEvent(`an append holds at most ${MAX_APPEND_EVENTS} events, not ${events.length}`);
  }
  if (expected !== 'none' && expected < 0n) {
    throw new InvalidEvent(`the expected revision is 'none' or from 0 on, not ${expected}`);
  }
  const first = expected === 'none' ? 0 : Number(expected) + 1;
  const ids = new Set<string>();
  const checked: string[] = [];
  let units = 0;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as Envelope;
    const text = canonicalEvent(event);
    if (event.stream !== stream || event.revision !== first + i) {
      throw new InvalidEvent(
        `event ${i} says ${event.stream} revision ${event.revision}; it is appended at ${stream} revision ${first + i}`,
      );
    }
    if (typeof event.id !== 'string' || event.id === '' || ids.has(event.id)) {
      throw new InvalidEvent(`event ${i} has the id "${event.id}": accepted is a text that no other of them has`);
    }
    if (typeof event.type !== 'string' || event.type === '') throw new InvalidEvent(`event ${i} has no type`);
    ids.add(event.id);
    checked.push(event.id, event.type, text);
    units += text.length;
  }
  // A UTF-8 text has at most three bytes for each UTF-16 unit: most appends need no count.
  if (units * 3 > MAX_APPEND_BYTES) refuseTooLarge(checked);
  return checked;
}

function refuseTooLarge(checked: readonly string[]): void {
  let bytes = 0;
  for (let i = 2; i < checked.length; i += 3) bytes += Buffer.byteLength(checked[i] as string);
  if (bytes > MAX_APPEND_BYTES) {
    throw new InvalidEvent(`the append has ${bytes} bytes; at most ${MAX_APPEND_BYTES} are accepted`);
  }
}
