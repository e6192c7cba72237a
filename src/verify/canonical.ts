/* Canonical JSON (RFC 8785), as far as an event may hold it: no number but an integer within ±(2^53 - 1). */
import { isUtf8 } from 'node:buffer';
import { NotProved, prove } from './fault.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** @throws NotProved where these are not the one form in which their value is hashed: two keys, white space, other escapes */
export function parseCanonical(bytes: Buffer): Json {
  prove(isUtf8(bytes) && endOf(bytes, 0, 0) === bytes.length, NOT_CANONICAL);
  return JSON.parse(bytes.toString('utf8')) as Json;
}

const NOT_CANONICAL = 'this is not canonical JSON (RFC 8785)';
/** Events are shallow; what is deeper has no end that one would wait for. */
const MAX_DEPTH = 64;
const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x30, 0x39];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];
const ESCAPE = /^\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))/;
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/** @returns the place behind the canonical value that begins here @throws NotProved: none does */
function endOf(bytes: Buffer, at: number, depth: number): number {
  const byte = bytes[at];
  if (byte === QUOTE) return endOfText(bytes, at);
  return byte === OBJECT || byte === LIST ? endOfMembers(bytes, at, depth + 1) : endOfWord(bytes, at);
}

/** Of an object by their names' UTF-16 code units, none twice. */
function endOfMembers(bytes: Buffer, begin: number, depth: number): number {
  prove(depth <= MAX_DEPTH, NOT_CANONICAL);
  const isObject = bytes[begin] === OBJECT;
  const close = isObject ? OBJECT_END : LIST_END;
  const first = begin + 1;
  if (bytes[first] === close) return first + 1;
  for (let last = first, at = first; ;) {
    let end = at;
    if (isObject) {
      prove(bytes[at] === QUOTE, NOT_CANONICAL);
      end = endOfText(bytes, at) + 1;
      prove(bytes[end - 1] === COLON && (at === first || isBefore(bytes, last, at)), NOT_CANONICAL);
    }
    end = endOf(bytes, end, depth);
    if (bytes[end] === close) return end + 1;
    prove(bytes[end] === COMMA, NOT_CANONICAL);
    last = at;
    at = end + 1;
  }
}

/** Escaped is what must be, in its shortest form; all else stands as it is. */
function endOfText(bytes: Buffer, begin: number): number {
  const { length } = bytes;
  for (let at = begin + 1; at < length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) break;
    if (byte === BACKSLASH) {
      const [escape] = ESCAPE.exec(bytes.toString('latin1', at, at + 6)) ?? [];
      if (escape === undefined) break;
      at += escape.length - 1;
    }
  }
  throw new NotProved(NOT_CANONICAL);
}

function endOfWord(bytes: Buffer, begin: number): number {
  const first = bytes[begin] === MINUS ? begin + 1 : begin;
  let [at, value] = [first, 0];
  for (; bytes[at]! >= ZERO && bytes[at]! <= NINE; at++) value = value * 10 + (bytes[at]! - ZERO);
  if (at > first) {
    const isShortest = bytes[first] !== ZERO || (at === first + 1 && first === begin);
    prove(isShortest && value <= Number.MAX_SAFE_INTEGER, NOT_CANONICAL);
    return at;
  }
  const word = WORDS.find((each) => each.equals(bytes.subarray(begin, begin + each.length)));
  prove(word !== undefined, NOT_CANONICAL);
  return begin + word.length;
}

/** Whether the name that begins at one quotation mark comes before the one at another. */
function isBefore(bytes: Buffer, one: number, other: number): boolean {
  for (let n = 1; ; n++) {
    const [a, b] = [bytes[one + n] as number, bytes[other + n] as number];
    // What is escaped, or beyond ASCII, has another order in UTF-16 than its bytes.
    if (a === BACKSLASH || b === BACKSLASH || a >= 0x80 || b >= 0x80) return nameAt(bytes, one) < nameAt(bytes, other);
    if (a !== b) return b !== QUOTE && (a === QUOTE || a < b);
    if (a === QUOTE) return false;
  }
}

const nameAt = (bytes: Buffer, at: number): string =>
  JSON.parse(bytes.toString('utf8', at, endOfText(bytes, at))) as string;

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
