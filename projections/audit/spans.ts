/**
 * The shape of the index: blocks of so many events, spans of blocks, spans of spans, and so on. What a span says is
 * made once, of what it consists of, when all of that is there (docs/adr/0020-an-index-of-blocks.md).
 */
import type { Merge } from '../../src/feed/consumers.js';
import { ALPHABET, KEY_LENGTH } from './keys.js';
import type { AuditDocument } from './model.js';
import { boundsIn, boundsOf, boundsText, keysIn, rowsIn, together } from './rows.js';

export interface Shape {
  /** Events of a block. */
  readonly block: number;
  /** Of spans, the smallest first; level 0 is a block. A ledger may have many of the largest. */
  readonly levels: readonly Level[];
}

export interface Level {
  /** So many parts are a span; at most as many as there are characters to number them by. */
  readonly fan: number;
  /** By so many characters of its keys a span's documents are found: as many as the level below has, or one more. */
  readonly prefix: number;
}

/** Spans are of 8,192, 65,536, 524,288 and 33,554,432 events; a document of keys is of some kilobytes. */
export const SHAPE: Shape = {
  block: 128,
  levels: [
    { fan: 64, prefix: 1 },
    { fan: 8, prefix: 2 },
    { fan: 8, prefix: 2 },
    { fan: 64, prefix: 3 },
  ],
};

/** Level 1 is the first. */
export const levelOf = ({ levels }: Shape, level: number): Level => levels[level - 1] as Level;

export const blockId = (block: number): string => `0.${block}`;
export const boundsId = (level: number, span: number): string => `${level}.${span}`;
/** @param prefix as many characters as the level's documents are found by */
export const keysId = (level: number, span: number, prefix: string): string => `${level}.${span}.${prefix}`;

/** Number of events of one span. */
export const sizeOf = ({ block, levels }: Shape, level: number): number =>
  levels.slice(0, level).reduce((size, { fan }) => size * fan, block);

/** Whether a document is a block behind the last finished span: every search for something rare reads it. @param count of events that are folded */
export function isBehindSpans(shape: Shape, id: string, count: number): boolean {
  const [level, block = 0] = id.split('.').map(Number);
  return level === 0 && block * shape.block >= count - (count % sizeOf(shape, 1));
}

/**
 * What is to be made when an event was folded. A span of the first level is made with its last event; a larger one in
 * steps, one with each block that follows, each for the keys that begin alike: nothing ever takes long.
 */
export function mergesAfter(shape: Shape, sequence: number): readonly Merge<AuditDocument>[] {
  const { block } = shape;
  if ((sequence + 1) % block !== 0) return [];
  const blocks = (sequence + 1) / block;
  const merges: Merge<AuditDocument>[] = [];
  for (const [below, { prefix }] of shape.levels.entries()) {
    const level = below + 1;
    const ofOne = sizeOf(shape, level) / block;
    const span = Math.floor(blocks / ofOne) - 1;
    const step = blocks % ofOne;
    if (span < 0 || step >= ALPHABET.length ** (prefix - 1)) continue;
    if (step === 0) merges.push(boundsMerge(shape, level, span));
    merges.push(level === 1 ? blocksMerge(shape, span) : spansMerge(shape, level, span, prefixOf(step, prefix - 1)));
  }
  return merges;
}

/** The step as `length` characters. */
const prefixOf = (step: number, length: number): string => {
  let text = '';
  const base = ALPHABET.length;
  for (let rest = step; text.length < length; rest = Math.floor(rest / base)) text = ALPHABET[rest % base]! + text;
  return text;
};

function partsOf(shape: Shape, level: number, span: number): number[] {
  const { fan } = levelOf(shape, level);
  return Array.from({ length: fan }, (_, part) => span * fan + part);
}

function boundsMerge(shape: Shape, level: number, span: number): Merge<AuditDocument> {
  const parts = partsOf(shape, level, span);
  const id = boundsId(level, span);
  return {
    of: parts.map((part) => (level === 1 ? blockId(part) : boundsId(level - 1, part))),
    into: [id],
    make: (documents) => [
      {
        id,
        bounds: documents.map((document) =>
          boundsText(
            together(
              level === 1 ? rowsIn(present(document?.rows)).map(boundsIn) : present(document?.bounds).map(boundsOf),
            ),
          ),
        ),
      },
    ],
  };
}

function blocksMerge(shape: Shape, span: number): Merge<AuditDocument> {
  return {
    of: partsOf(shape, 1, span).map(blockId),
    into: ALPHABET.map((first) => keysId(1, span, first)),
    make: (documents) =>
      sorted('', 1, span, (add) => {
        for (const [part, document] of documents.entries()) {
          const keys = new Set<string>();
          for (const row of rowsIn(present(document?.rows))) for (const key of keysIn(row)) keys.add(key);
          for (const key of keys) add(key, part);
        }
      }),
  };
}

function spansMerge(shape: Shape, level: number, span: number, prefix: string): Merge<AuditDocument> {
  const below = levelOf(shape, level - 1).prefix;
  // A part has the keys in one document, or in one for each next character.
  const next = below === prefix.length ? [''] : ALPHABET;
  const parts = partsOf(shape, level, span);
  return {
    of: parts.flatMap((part) => next.map((each) => keysId(level - 1, part, prefix + each))),
    into: ALPHABET.map((each) => keysId(level, span, prefix + each)),
    make: (documents) =>
      sorted(prefix, level, span, (add) => {
        for (const [at, document] of documents.entries()) {
          const part = Math.floor(at / next.length);
          const rests = new Set(restsIn(present(document?.keys), below));
          for (const rest of rests) add(next[at % next.length]! + rest, part);
        }
      }),
  };
}

/** Deals keys out to the documents that they are looked for in, by the first of the characters that are left. */
function sorted(
  prefix: string,
  level: number,
  span: number,
  fill: (add: (rest: string, part: number) => void) => void,
): AuditDocument[] {
  const entries = new Map<string, string[]>(ALPHABET.map((first) => [first, []]));
  fill((rest, part) => entries.get(rest[0]!)!.push(rest.slice(1) + ALPHABET[part]!));
  return [...entries].map(([first, its]) => ({ id: keysId(level, span, prefix + first), keys: its.join('') }));
}

/** What follows the prefix of each key of a document, and a character for the part. */
const entryLength = (prefix: number): number => KEY_LENGTH + 1 - prefix;

function restsIn(keys: string, prefix: number): string[] {
  const rests: string[] = [];
  const length = entryLength(prefix);
  for (let at = 0; at < keys.length; at += length) rests.push(keys.slice(at, at + length - 1));
  return rests;
}

/** The parts that hold a key, by the document of its prefix. @param prefix its length */
export function partsHolding(keys: string, prefix: number, key: string): number[] {
  const rest = key.slice(prefix);
  const length = entryLength(prefix);
  const parts: number[] = [];
  for (let at = keys.indexOf(rest); at !== -1; at = keys.indexOf(rest, at + 1)) {
    if (at % length === 0) parts.push(ALPHABET.indexOf(keys[at + length - 1]!));
  }
  return parts;
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the index misses a part of a finished span');
  return part;
}
