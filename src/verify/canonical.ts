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
  // RFC 8785 writes what JSON.stringify does, but for the order of names, and for what no event may hold.
  const isCanonical = value !== undefined && isOrdered(value, 0) && JSON.stringify(value) === text;
  prove(isCanonical, `${what} is not canonical JSON (RFC 8785)`);
  return value as Json;
}

/** Events are shallow; what is deeper has no end that one would wait for. */
const MAX_DEPTH = 64;

/** Names by their UTF-16 code units, and words (JSON.stringify would move numbers); integers and whole characters alone. */
function isOrdered(value: Json, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MAX_DEPTH) return false;
  if (isList(value)) return value.every((each) => isOrdered(each, depth + 1));
  let last = '';
  return Object.keys(value).every((name) => {
    const isNext = last <= name && name.isWellFormed();
    last = name;
    return isNext && isOrdered(value[name] as Json, depth + 1);
  });
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
