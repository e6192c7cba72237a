import { hash } from 'node:crypto';
import type { Envelope } from '../kernel/envelope.js';
import { InvalidEvent, MAX_EVENT_BYTES } from './event-store.js';

/** Deeper JSON is refused: a value that holds itself has no end, and other readers have limits of their own. */
const MAX_DEPTH = 64;

/**
 * RFC 8785 text of plain JSON: the one form that is stored, hashed and compared. Everything that RFC 8785 would write
 * differently from what was meant, or not at all, is refused. Checked and written in one pass: this is the dearest
 * step of an append on the calling thread.
 * @throws InvalidEvent
 */
export const canonicalJson = (value: unknown): string => write(value, '$', 0);

/** The canonical bytes of an event, as text. @throws InvalidEvent above `MAX_EVENT_BYTES` or for what is no JSON */
export function canonicalEvent(event: Envelope): string {
  const text = canonicalJson(event);
  // A UTF-8 text has at most three bytes for each UTF-16 unit: most events need no count.
  if (text.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(text) > MAX_EVENT_BYTES) {
    throw new InvalidEvent(
      `${event.type} has ${Buffer.byteLength(text)} bytes; at most ${MAX_EVENT_BYTES} are accepted`,
    );
  }
  return text;
}

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value, path);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw new InvalidEvent(`${path} is ${value}: only integers within ±(2^53 - 1) are accepted, amounts are text`);
      }
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (depth === MAX_DEPTH) throw new InvalidEvent(`${path} lies deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? writeList(value, path, depth + 1) : writeObject(value, path, depth + 1);
    default:
      throw new InvalidEvent(`${path} is ${typeof value}, which JSON does not have`);
  }
}

function writeList(list: readonly unknown[], path: string, depth: number): string {
  let text = '';
  for (let i = 0; i < list.length; i++) text += (i === 0 ? '' : ',') + write(list[i], path, depth);
  return `[${text}]`;
}

function writeObject(object: object, path: string, depth: number): string {
  if (!isPlain(object)) throw new InvalidEvent(`${path} is not a plain object`);
  let text = '';
  // The default order is that of UTF-16 code units, as RFC 8785 wants it.
  for (const key of Object.keys(object).sort()) {
    const value = write((object as Record<string, unknown>)[key], `${path}.${key}`, depth);
    text += `${text === '' ? '' : ','}${quoted(key, path)}:${value}`;
  }
  return `{${text}}`;
}

/** Of any realm: what came from another thread is as plain as what was made here. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || (prototype !== null && Object.getPrototypeOf(prototype) === null);
}

/** Printable ASCII without `"` and `\\`: needs no escape, and is most of what there is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** RFC 8785 escapes texts as JSON.stringify does. */
function quoted(text: string, path: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new InvalidEvent(`${path} holds half a surrogate pair`);
  return JSON.stringify(text);
}
