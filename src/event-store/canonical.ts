import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Envelope } from '../kernel/envelope.js';
import { InvalidEvent, MAX_EVENT_BYTES } from './event-store.js';

/** RFC 8785 text of plain JSON: the one form that is stored, hashed and compared. @throws InvalidEvent */
export function canonicalJson(value: unknown): string {
  assertJson(value, '$');
  return canonicalize(value) as string;
}

/** The canonical bytes of an event, as text. @throws InvalidEvent above `MAX_EVENT_BYTES` or for what is no JSON */
export function canonicalEvent(event: Envelope): string {
  const text = canonicalJson(event);
  // A UTF-8 text has at most three bytes for each UTF-16 unit: most events need no count.
  if (text.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(text) > MAX_EVENT_BYTES) {
    throw new InvalidEvent(`${event.type} has ${Buffer.byteLength(text)} bytes; at most ${MAX_EVENT_BYTES} are accepted`);
  }
  return text;
}

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Everything that RFC 8785 would write differently from what was meant, or not at all, is refused. */
function assertJson(value: unknown, path: string): void {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new InvalidEvent(`${path} holds half a surrogate pair`);
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw new InvalidEvent(`${path} is ${value}: only integers within ±(2^53 - 1) are accepted, amounts are text`);
      }
      return;
    case 'object':
      if (value === null) return;
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) assertJson(value[i], path);
        return;
      }
      if (Object.getPrototypeOf(value) !== Object.prototype) throw new InvalidEvent(`${path} is not a plain object`);
      for (const key in value) {
        if (!key.isWellFormed()) throw new InvalidEvent(`${path} has a key with half a surrogate pair`);
        assertJson((value as Record<string, unknown>)[key], `${path}.${key}`);
      }
      return;
    default:
      throw new InvalidEvent(`${path} is ${typeof value}, which JSON does not have`);
  }
}
