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
export function canonicalJson(value: unknown): string {
  try {
    return write(value, 0);
  } catch (error) {
    if (error instanceof Fault) throw new InvalidEvent(`$${error.path} ${error.message}`);
    throw error;
  }
}

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

/** What cannot be written; the path to it is put together on the way out, where alone it is asked for. */
class Fault extends Error {
  path = '';
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw new Fault(`is ${value}: only integers within ±(2^53 - 1) are accepted, amounts are text`);
      }
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (depth === MAX_DEPTH) throw new Fault(`lies deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? writeList(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw new Fault(`is ${typeof value}, which JSON does not have`);
  }
}

function writeList(list: readonly unknown[], depth: number): string {
  let text = '';
  for (let i = 0; i < list.length; i++) text += (i === 0 ? '' : ',') + write(list[i], depth);
  return `[${text}]`;
}

function writeObject(object: object, depth: number): string {
  if (!isPlain(object)) throw new Fault('is not a plain object');
  let text = '';
  for (const key of sorted(Object.keys(object))) {
    text += (text === '' ? '' : ',') + nameOf(key) + valueOf(object, key, depth);
  }
  return `{${text}}`;
}

function valueOf(object: object, key: string, depth: number): string {
  try {
    return write((object as Record<string, unknown>)[key], depth);
  } catch (error) {
    if (error instanceof Fault) error.path = `.${key}${error.path}`;
    throw error;
  }
}

/** In the order of UTF-16 code units, as RFC 8785 wants it. Keys are few, and mostly in order: so by insertion. */
function sorted(keys: string[]): string[] {
  if (keys.length > MANY_KEYS) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let at = i;
    for (; at > 0 && (keys[at - 1] as string) > key; at--) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}

const MANY_KEYS = 32;

/** `"key":` of the keys that were seen first, which are those of every event. */
const NAMES = new Map<string, string>();
const MOST_NAMES = 1_000;

function nameOf(key: string): string {
  let name = NAMES.get(key);
  if (name === undefined) {
    name = `${quoted(key)}:`;
    if (NAMES.size < MOST_NAMES) NAMES.set(key, name);
  }
  return name;
}

/** Of any realm: what came from another thread is as plain as what was made here. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || (prototype !== null && Object.getPrototypeOf(prototype) === null);
}

/** Printable ASCII without `"` and `\\`: needs no escape, and is most of what there is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** RFC 8785 escapes texts as JSON.stringify does. */
function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Fault('holds half a surrogate pair');
  return JSON.stringify(text);
}
