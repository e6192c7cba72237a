/** Walks the index from the newest event to the oldest; pure but for the documents and events that it asks for. */
import type { StoredEvent } from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { fits, mayFit, mayHold, mayLie, planOf, type Filter, type Plan } from './filter.js';
import type { AuditDocument } from './model.js';
import { boundsIn, boundsOf, placeIn, rowsIn, together, type Bounds } from './rows.js';
import { blockId, boundsId, FAN, keysId, partsHolding, sizeOf, type Shape } from './spans.js';

export interface Sources {
  readonly document: (id: string) => Promise<AuditDocument | undefined>;
  readonly event: (place: ReturnType<typeof placeIn>) => Promise<Read>;
}

export interface Asked {
  readonly filter: Filter;
  /** Events of smaller sequences. */
  readonly before: number;
  /** Number of events in the index. */
  readonly count: number;
  readonly limit: number;
  /** Most documents of the index and events that do not fit to read. */
  readonly effort: number;
}

export interface Read {
  readonly stored: StoredEvent;
  /** In its type's current version: what was indexed. */
  readonly event: Envelope;
}

export interface Located extends Read {
  readonly sequence: number;
}

export interface Found {
  /** By sequence, the largest first. */
  readonly events: readonly Located[];
  /** All events from here on were considered, up to where the search began; 0: there is no more. */
  readonly reached: number;
}

export async function search(shape: Shape, sources: Sources, asked: Asked): Promise<Found> {
  const walk = new Walk(shape, sources, asked);
  return walk.run();
}

/** Blocks that are asked for at once. */
const AHEAD = 8;

class Walk {
  readonly #plan: Plan;
  readonly #events: Located[] = [];
  readonly #begin: number;
  #effort: number;
  #reached: number;

  constructor(
    private readonly shape: Shape,
    private readonly sources: Sources,
    private readonly asked: Asked,
  ) {
    this.#plan = planOf(asked.filter);
    this.#effort = asked.effort;
    this.#begin = Math.min(asked.before, asked.count);
    this.#reached = this.#begin;
  }

  async run(): Promise<Found> {
    const { levels } = this.shape;
    const size = sizeOf(this.shape, levels);
    for (let span = Math.floor((this.#reached - 1) / size); span >= 0 && !this.#isOver; span--) {
      await this.#span(levels, span);
    }
    return { events: this.#events, reached: this.#reached };
  }

  /** However little effort is granted, each search comes on. */
  get #isOver(): boolean {
    return this.#events.length >= this.asked.limit || (this.#effort <= 0 && this.#reached < this.#begin);
  }

  /** Its parts that may hold what is asked for, the newest first. */
  async #span(level: number, span: number): Promise<void> {
    const size = sizeOf(this.shape, level - 1);
    const isFinished = (span + 1) * size * FAN <= this.asked.count;
    const parts = isFinished ? await this.#partsOf(level, span) : ALL;
    const wanted = parts.map((part) => span * FAN + part).filter((part) => part * size < this.#reached);
    const end = Math.min(this.#reached, (span + 1) * size * FAN);
    const newestFirst = wanted.toReversed();
    if (level === 1) await this.#blocks(newestFirst);
    else for (const part of newestFirst) if (!this.#isOver) await this.#span(level - 1, part);
    if (!this.#isOver) this.#reached = Math.min(end, span * size * FAN);
  }

  /** Of a finished span: all of them where it is not made yet. */
  async #partsOf(level: number, span: number): Promise<readonly number[]> {
    const { keys, bounds } = this.#plan;
    const asked = bounds === undefined ? [] : [this.#document(boundsId(level, span))];
    const holding = keys.map(async (some) => {
      const lists = await Promise.all(
        some.map(async (key) => {
          const document = await this.#document(keysId(level, span, key.slice(0, level)));
          return document?.keys === undefined ? ALL : partsHolding(document.keys, level, key);
        }),
      );
      return new Set(lists.flat());
    });
    const [inBounds] = await Promise.all(asked);
    const sets = await Promise.all(holding);
    return ALL.filter((part) => {
      const text = inBounds?.bounds?.[part];
      const mayBe = bounds === undefined || text === undefined || mayLie(boundsOf(text), bounds);
      return mayBe && sets.every((set) => set.has(part));
    });
  }

  /** The newest block first, alone: mostly it is enough. Then several at a time. */
  async #blocks(blocks: readonly number[]): Promise<void> {
    const asked = new Map<number, Promise<AuditDocument | undefined>>();
    for (const [at, block] of blocks.entries()) {
      if (this.#isOver) break;
      if (!asked.has(block)) {
        for (const each of blocks.slice(at, at === 0 ? 1 : at + AHEAD)) asked.set(each, this.#document(blockId(each)));
      }
      const document = await asked.get(block);
      this.#reached = Math.min(this.#reached, (block + 1) * this.shape.block); // nothing fits between the two
      await this.#rows(block * this.shape.block, document);
    }
    await Promise.all(asked.values());
  }

  async #rows(first: number, document: AuditDocument | undefined): Promise<void> {
    const candidates = document === undefined ? [] : this.#candidates(document, this.#reached - first);
    for (let next = 0; next < candidates.length;) {
      const some = candidates.slice(next, next + this.asked.limit - this.#events.length);
      const events = await Promise.all(some.map((at) => this.sources.event(placeIn(takenApart(document!).rows[at]!))));
      for (const [i, at] of some.entries()) this.#take(first + at, events[i]!);
      next += some.length;
      if (this.#isOver && next < candidates.length) return;
    }
    this.#reached = Math.min(this.#reached, first);
  }

  /** Rows of a block that may be asked for, the newest first. Most blocks hold nothing of what is rare. */
  #candidates(document: AuditDocument, before: number): number[] {
    if (!mayHold(document.rows ?? '', this.#plan)) return [];
    const { bounds } = this.#plan;
    const block = takenApart(document);
    const { rows, all } = block;
    if (bounds !== undefined && rows.length > 0 && !mayLie((block.within ??= together(all)), bounds)) return [];
    const candidates: number[] = [];
    for (let at = Math.min(rows.length, before) - 1; at >= 0; at--) {
      if (bounds !== undefined && !mayLie(all[at]!, bounds)) continue;
      if (mayFit(rows[at]!, this.#plan)) candidates.push(at);
    }
    return candidates;
  }

  #take(sequence: number, read: Read): void {
    this.#reached = sequence;
    if (fits(read.event, this.asked.filter)) this.#events.push({ sequence, ...read });
    else this.#effort--;
  }

  #document(id: string): Promise<AuditDocument | undefined> {
    this.#effort--;
    return this.sources.document(id);
  }
}

const ALL: readonly number[] = Array.from({ length: FAN }, (_, part) => part);

interface Block {
  readonly rows: readonly string[];
  readonly all: readonly Bounds[];
  /** Of all of them, once somebody asked. */
  within?: Bounds;
}
const blocks = new WeakMap<AuditDocument, Block>();

/** Once for each document, however often it is searched. */
function takenApart(document: AuditDocument): Block {
  let block = blocks.get(document);
  if (block === undefined) {
    const rows = rowsIn(document.rows ?? '');
    blocks.set(document, (block = { rows, all: rows.map(boundsIn) }));
  }
  return block;
}
