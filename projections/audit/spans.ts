/**
 * The shape of the index: blocks of so many events, spans of 64 blocks, spans of 64 spans, and so on. What a span says is
 * made once, of what it consists of, when all of that is there (docs/adr/0020-an-index-of-blocks.md).
 */
import type { Merge } from '../../src/feed/consumers.js';
import { ALPHABET } from './keys.js';
import type { AuditDocument } from './model.js';
import { boundsIn, boundsOf, boundsText, keysIn, rowsIn, together } from './rows.js';

export interface Shape {
  /** Events of a block. */
  readonly block: number;
  /** Sizes of spans; level 0 is a block. A ledger may have many of the largest. */
  readonly levels: number;
}

/** Spans are of 8,192, 524,288 and 33,554,432 events. */
export const SHAPE: Shape = { block: 128, levels: 3 };

/** Parts of a span, each numbered by one character. */
export const FAN = 64;

export const blockId = (block: number): string => `0.${block}`;
export const boundsId = (level: number, span: number): string => `${level}.${span}`;
/** @param prefix `level` characters */
export const keysId = (level: number, span: number, prefix: string): string => `${level}.${span}.${prefix}`;

/** Number of events of one span. */
export const sizeOf = ({ block }: Shape, level: number): number => block * FAN ** level;

/** Whether a document that is there will ever change. @param count of events that are folded */
export function isFinished({ block }: Shape, id: string, count: number): boolean {
  const [level, number] = id.split('.').map(Number) as [number, number];
  return level > 0 || (number + 1) * block <= count;
}

/**
 * What is to be made when an event was folded. A span of the first level is made with its last event; a larger one in
 * steps, one with each block that follows, each for the keys that begin alike: nothing ever takes long.
 */
export function mergesAfter(shape: Shape, sequence: number): readonly Merge<AuditDocument>[] {
  const { block, levels } = shape;
  if ((sequence + 1) % block !== 0) return [];
  const blocks = (sequence + 1) / block;
  const merges: Merge<AuditDocument>[] = [];
  for (let level = 1; level <= levels; level++) {
    const ofOne = FAN ** level;
    const span = Math.floor(blocks / ofOne) - 1;
    const step = blocks % ofOne;
    if (span < 0 || step >= FAN ** (level - 1)) continue;
    const prefix = prefixOf(step, level - 1);
    if (step === 0) merges.push(boundsMerge(level, span));
    merges.push(level === 1 ? blocksMerge(span) : spansMerge(level, span, prefix));
  }
  return merges;
}

/** The step as `length` characters. */
const prefixOf = (step: number, length: number): string => {
  let text = '';
  for (let rest = step; text.length < length; rest = Math.floor(rest / FAN)) text = ALPHABET[rest % FAN]! + text;
  return text;
};

const partsOf = (span: number): number[] => Array.from({ length: FAN }, (_, part) => span * FAN + part);

function boundsMerge(level: number, span: number): Merge<AuditDocument> {
  const parts = partsOf(span);
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

function blocksMerge(span: number): Merge<AuditDocument> {
  return {
    of: partsOf(span).map(blockId),
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

function spansMerge(level: number, span: number, prefix: string): Merge<AuditDocument> {
  return {
    of: partsOf(span).map((part) => keysId(level - 1, part, prefix)),
    into: ALPHABET.map((next) => keysId(level, span, prefix + next)),
    make: (documents) =>
      sorted(prefix, level, span, (add) => {
        for (const [part, document] of documents.entries()) {
          for (const rest of new Set(restsIn(present(document?.keys), level - 1))) add(rest, part);
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
  const texts = new Map(ALPHABET.map((first) => [first, '']));
  fill((rest, part) => {
    const first = rest[0]!;
    texts.set(first, `${texts.get(first)}${rest.slice(1)}${ALPHABET[part]}`);
  });
  return [...texts].map(([first, keys]) => ({ id: keysId(level, span, prefix + first), keys }));
}

/** What follows the prefix of each key of a document, and a character for the part. */
const entryLength = (level: number): number => 7 - level;

function restsIn(keys: string, level: number): string[] {
  const rests: string[] = [];
  const length = entryLength(level);
  for (let at = 0; at < keys.length; at += length) rests.push(keys.slice(at, at + length - 1));
  return rests;
}

/** The parts that hold a key, by the document of its prefix. */
export function partsHolding(keys: string, level: number, key: string): number[] {
  const rest = key.slice(level);
  const length = entryLength(level);
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
