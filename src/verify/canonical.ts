/* Canonical JSON (RFC 8785), as far as an event may hold it: no number but an integer within ±(2^53 - 1). */
import { prove } from './fault.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** @throws NotProved where the text is not the one form in which its value is hashed: two keys, white space, other escapes */
export function parseCanonical(text: string, what: string): Json {
  let value: Json | undefined;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    value = undefined;
  }
  prove(value !== undefined && write(value, 0) === text, `${what} is not canonical JSON (RFC 8785)`);
  return value;
}

/** Events are shallow; what is deeper has no end that one would wait for. */
const MAX_DEPTH = 64;

/** @returns undefined for what is never written */
function write(value: Json, depth: number): string | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined;
  if (typeof value === 'string') return value.isWellFormed() ? JSON.stringify(value) : undefined;
  if (value === null || typeof value !== 'object') return String(value);
  if (depth === MAX_DEPTH) return undefined;
  if (isList(value)) return `[${value.map((each) => String(write(each, depth + 1))).join(',')}]`;
  // By UTF-16 code units, as Array.sort does. A part that is never written leaves a gap, so that the texts differ.
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${write(value[name] as Json, depth + 1)}`).join(',')}}`;
}

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** @throws NotProved unless it is an object with names */
export function objectOf(value: Json | undefined, what: string): { readonly [key: string]: Json } {
  prove(typeof value === 'object' && value !== null && !isList(value), `${what} is no object`);
  return value;
}

/** @throws NotProved unless it is a text */
export function textOf(value: Json | undefined, what: string): string {
  prove(typeof value === 'string', `${what} is no text`);
  return value;
}
