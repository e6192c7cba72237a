/** Walks the index from the newest event to the oldest; pure but for the documents and events that it asks for. */
import type { StoredEvent } from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { fits, mayBeIn, mayFit, mayHold, mayLie, planOf, type Filter, type Plan } from './filter.js';
import { ALPHABET } from './keys.js';
import type { AuditDocument } from './model.js';
import type { Stored } from './reading.js';
import { boundsIn, boundsOf, keysIn, placeIn, rowsIn, together, type Bounds } from './rows.js';
import { blockId, boundsId, keysId, levelOf, partsHolding, sizeOf, type Shape } from './spans.js';

export interface Sources {
  readonly document: (id: string) => Promise<AuditDocument | undefined>;
  /** In the order of the places. */
  readonly events: (places: readonly Stored[]) => Promise<readonly Read[]>;
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

/** Blocks, or spans, that are asked for at once. */
const AHEAD = 8;
/** Of a span: what no more of its blocks hold is rare, and mostly in all of them. */
const FEW = 4;

interface Candidate {
  readonly sequence: number;
  readonly row: string;
}

class Walk {
  readonly #plan: Plan;
  readonly #events: Located[] = [];
  /** Which parts of a span may hold what is asked for, by the span: once it was asked. */
  readonly #said = new Map<string, Promise<readonly number[]>>();
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
    const levels = this.shape.levels.length;
    const size = sizeOf(this.shape, levels);
    for (let span = Math.floor((this.#reached - 1) / size); span >= 0 && !this.#isOver; span--) {
      await this.#span(levels, span);
    }
    await Promise.all(this.#said.values());
    return { events: this.#events, reached: this.#reached };
  }

  /** However little effort is granted, each search comes on. */
  get #isOver(): boolean {
    return this.#events.length >= this.asked.limit || (this.#effort <= 0 && this.#reached < this.#begin);
  }

  /** Its parts that may hold what is asked for, the newest first. */
  async #span(level: number, span: number): Promise<void> {
    const { fan } = levelOf(this.shape, level);
    const size = sizeOf(this.shape, level - 1);
    const parts = await (this.#said.get(boundsId(level, span)) ?? this.#ask(level, span));
    const wanted = parts.map((part) => span * fan + part).filter((part) => part * size < this.#reached);
    const end = Math.min(this.#reached, (span + 1) * size * fan);
    const newestFirst = wanted.toReversed();
    if (level === 1) await this.#blocks(newestFirst);
    else await this.#spans(level - 1, newestFirst);
    if (!this.#isOver) this.#reached = Math.min(end, span * size * fan);
  }

  /** The newest span first, alone: mostly it is enough. Then what several say is asked for at a time. */
  async #spans(level: number, spans: readonly number[]): Promise<void> {
    for (const [at, span] of spans.entries()) {
      if (this.#isOver) return;
      if (at > 0 && !this.#said.has(boundsId(level, span))) this.#askAhead(level, spans.slice(at, at + AHEAD));
      await this.#span(level, span);
    }
  }

  /** Whoever comes to a finished span without having found enough comes to those behind it and, mostly, to the larger ones. */
  #askAhead(level: number, spans: readonly number[]): void {
    for (const span of spans) if (!this.#said.has(boundsId(level, span))) void this.#ask(level, span);
    const behind = Math.floor(spans.at(-1)! / levelOf(this.shape, level + 1).fan);
    if (level + 1 >= this.shape.levels.length) return;
    const { fan } = levelOf(this.shape, level + 2);
    const siblings = ALL.slice(0, behind % fan).map((part) => behind - 1 - part);
    if (siblings.length > 0) this.#askAhead(level + 1, siblings.slice(0, AHEAD));
  }

  #ask(level: number, span: number): Promise<readonly number[]> {
    const said = this.#partsOf(level, span);
    said.catch(() => {}); // whoever comes to the span is told
    this.#said.set(boundsId(level, span), said);
    return said;
  }

  /** All of them where the span is not finished, or what it says is not made yet. */
  async #partsOf(level: number, span: number): Promise<readonly number[]> {
    const { keys, bounds } = this.#plan;
    const { fan, prefix } = levelOf(this.shape, level);
    const all = ALL.slice(0, fan);
    if ((span + 1) * sizeOf(this.shape, level) > this.asked.count) return all;
    const asked = bounds === undefined ? [] : [this.#document(boundsId(level, span))];
    const holding = keys.map(async (some) => {
      const lists = await Promise.all(
        some.map(async (key) => {
          const document = await this.#document(keysId(level, span, key.slice(0, prefix)));
          return document?.keys === undefined ? all : partsHolding(document.keys, prefix, key);
        }),
      );
      return new Set(lists.flat());
    });
    const [inBounds] = await Promise.all(asked);
    const sets = await Promise.all(holding);
    return all.filter((part) => {
      const text = inBounds?.bounds?.[part];
      const mayBe = bounds === undefined || text === undefined || mayLie(boundsOf(text), bounds);
      return mayBe && sets.every((set) => set.has(part));
    });
  }

  /** The newest block first, alone: mostly it is enough. Then several at a time, as at once where few are left: it is rare. */
  async #blocks(blocks: readonly number[]): Promise<void> {
    for (let next = 0; next < blocks.length && !this.#isOver;) {
      const isAlone = next === 0 && blocks.length > FEW;
      const some = blocks.slice(next, next + (isAlone ? 1 : AHEAD));
      const documents = await Promise.all(some.map((block) => this.#document(blockId(block))));
      const isAll = await this.#rows(this.#candidates(some, documents));
      if (isAll) this.#reached = Math.min(this.#reached, some.at(-1)! * this.shape.block);
      next += some.length;
    }
  }

  /** As many as are still wanted at a time. @returns whether that was all of them */
  async #rows(candidates: Generator<Candidate>): Promise<boolean> {
    for (;;) {
      const some = first(this.asked.limit - this.#events.length, candidates);
      const events = await this.sources.events(some.map(({ row }) => placeIn(row)));
      for (const [i, { sequence }] of some.entries()) this.#take(sequence, events[i]!);
      if (some.length === 0) return true;
      if (this.#isOver) return candidates.next().done === true;
    }
  }

  /** Rows of blocks that may be asked for, the newest first. Most blocks hold nothing of what is rare. */
  *#candidates(numbers: readonly number[], documents: readonly (AuditDocument | undefined)[]): Generator<Candidate> {
    const { bounds } = this.#plan;
    const before = this.#reached;
    for (const [i, document] of documents.entries()) {
      if (document === undefined || !this.#mayHold(document)) continue;
      const begin = numbers[i]! * this.shape.block;
      const block = takenApart(document);
      const { rows } = block;
      const all = bounds && (block.all ??= rows.map(boundsIn));
      if (all !== undefined && rows.length > 0 && !mayLie((block.within ??= together(all)), bounds!)) continue;
      for (let at = Math.min(rows.length, before - begin) - 1; at >= 0; at--) {
        if (all !== undefined && !mayLie(all[at]!, bounds!)) continue;
        const row = rows[at]!;
        if (mayFit(row, this.#plan)) yield { sequence: begin + at, row };
      }
    }
  }

  /** A block that is looked at again is behind the last span: all searches go through it, so that its keys are worth a set. */
  #mayHold(document: AuditDocument): boolean {
    const block = blocks.get(document);
    if (block !== undefined) return mayBeIn((block.keys ??= new Set(block.rows.flatMap(keysIn))), this.#plan);
    takenApart(document);
    return mayHold(document.rows ?? '', this.#plan);
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

function first<T>(count: number, of: Generator<T>): T[] {
  const some: T[] = [];
  while (some.length < count) {
    const { value, done } = of.next();
    if (done === true) break;
    some.push(value);
  }
  return some;
}

const ALL: readonly number[] = ALPHABET.map((_, part) => part);

interface Block {
  readonly rows: readonly string[];
  keys?: ReadonlySet<string>;
  /** Of each, and of all of them, once somebody asked. */
  all?: readonly Bounds[];
  within?: Bounds;
}
const blocks = new WeakMap<AuditDocument, Block>();

/** Once for each document, however often it is searched. */
function takenApart(document: AuditDocument): Block {
  let block = blocks.get(document);
  if (block === undefined) {
    blocks.set(document, (block = { rows: rowsIn(document.rows ?? '') }));
  }
  return block;
}
