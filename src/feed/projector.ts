import {
  InvalidDocument,
  type Batch,
  type Checkpoint,
  type Document,
  type ReadModels,
  type Target,
  type Versioned,
  type Write,
} from '../read-models/read-models.js';
import type { Merge, Projection } from './consumers.js';
import { after, PoisonEvent, readable, type FeedEvent, type FeedPage } from './feed-page.js';

/** Documents of each projection that are kept: some 4 KiB each. */
const MOST_RECENT = 512;

/** Folds pages into one projection's documents: loads what a page touches, folds in memory, writes once. */
export class Projector {
  readonly #types: ReadonlySet<string> | '*';
  /** As they are stored, those that were written last at the end: what happens to one thing happens close together. */
  readonly #recent = new Map<string, Versioned>();

  constructor(
    readonly projection: Projection,
    private readonly readModels: ReadModels,
  ) {
    this.#types = projection.types === '*' ? '*' : new Set(projection.types);
  }

  /**
   * @param from where the consumer stood; events up to there are left out
   * @returns where it stands now
   * @throws PoisonEvent after everything before the event was written
   */
  async fold(target: Target, page: FeedPage, from: Checkpoint | undefined): Promise<Checkpoint> {
    try {
      return await this.#fold(target, page, from);
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      return this.#foldOneByOne(target, page, from);
    }
  }

  /**
   * What `fold` would write, for who writes it together with others, and says that it is `written` before the next
   * page is staged. Where nobody says so its documents are read again.
   * @param from as for `fold`
   */
  async stage(target: Target, page: FeedPage, from: Checkpoint | undefined): Promise<Staged> {
    const documents = new Map<string, Folding>();
    const touched: Touched[] = [];
    let poison: PoisonEvent | undefined;
    for (const each of page.events) {
      if (each.sequence < (from?.count ?? 0) || !this.#wants(each)) continue;
      try {
        touched.push(this.#touchedBy(each, documents));
      } catch (error) {
        poison = new PoisonEvent(this.projection.name, each, error);
        break;
      }
    }

    await this.#load(target, documents);
    const writes: Write[] = [];
    for (const { each, held, merges } of touched) {
      try {
        writes.push(...this.#foldOne(each, held));
        for (const merge of merges) mergeInto(documents, each.sequence, merge);
      } catch (error) {
        poison = new PoisonEvent(this.projection.name, each, error);
        break;
      }
    }

    const checkpoint = poison === undefined ? page.end : before(poison.event, page, from);
    if (checkpoint === undefined) return { batch: undefined, poison };
    this.#addWrites(writes, documents);
    return { batch: { target, consumer: this.projection.name, writes, checkpoint }, poison };
  }

  /** A batch that was staged is stored. */
  written({ writes }: Batch): void {
    for (const { id, document, sequence, once } of writes) {
      if (once !== true) this.#recent.set(id, { id, document, sequence });
    }
    let surplus = this.#recent.size - (this.projection.recent ?? MOST_RECENT);
    if (surplus <= 0) return;
    for (const id of this.#recent.keys()) {
      if (surplus-- <= 0) break;
      this.#recent.delete(id);
    }
  }

  /**
   * The stored documents may no longer be those that were written here: also after a write that failed, since whoever
   * goes on from the stored checkpoint then goes on from what another process has made of them.
   */
  forget(): void {
    this.#recent.clear();
  }

  /** Finds the event after which a document cannot be stored, and folds what comes before it. */
  async #foldOneByOne(target: Target, page: FeedPage, from: Checkpoint | undefined): Promise<Checkpoint> {
    let at = from;
    for (const each of page.events) {
      if (each.sequence < (from?.count ?? 0)) continue;
      try {
        at = await this.#fold(target, { from: at, events: [each], end: after(each), atEnd: false }, at);
      } catch (error) {
        throw error instanceof InvalidDocument ? new PoisonEvent(this.projection.name, each, error) : error;
      }
    }
    return this.#fold(target, { ...page, events: [] }, at);
  }

  async #fold(target: Target, page: FeedPage, from: Checkpoint | undefined): Promise<Checkpoint> {
    const { batch, poison } = await this.stage(target, page, from);
    if (batch !== undefined) {
      try {
        await this.readModels.apply(target, batch.consumer, batch.writes, batch.checkpoint);
      } catch (error) {
        this.forget();
        throw error;
      }
      this.written(batch);
    }
    if (poison !== undefined) throw poison;
    return page.end;
  }

  #addWrites(writes: Write[], documents: ReadonlyMap<string, Folding>): void {
    const { name: model } = this.projection.model;
    for (const { id, document, sequence, read, existed } of documents.values()) {
      // What came and went within the page leaves a tombstone: one that folds more slowly would bring it back.
      if (!existed || sequence === read?.sequence) continue;
      if (read === undefined) writes.push({ model, id, document, sequence, previous: null });
      else writes.push({ model, id, document, sequence, previous: read.sequence, was: read.document });
    }
  }

  #wants({ event }: FeedEvent): boolean {
    return this.#types === '*' || this.#types.has(event.type);
  }

  /** Adds the documents that the event touches, as far as they are known without a look into the store. */
  #touchedBy(each: FeedEvent, documents: Map<string, Folding>): Touched {
    const { projection } = this;
    const held = projection.identify(readable(each), each.sequence).map((id) => this.#held(documents, id));
    const merges = projection.merges?.(each.sequence) ?? NO_MERGES;
    for (const { of, into } of merges) for (const id of [...of, ...into]) this.#held(documents, id);
    return { each, held, merges };
  }

  #held(documents: Map<string, Folding>, id: string): Folding {
    let held = documents.get(id);
    if (held === undefined) {
      held = { id, document: null, sequence: -1, read: undefined, existed: false };
      documents.set(id, held);
      const read = this.#recent.get(id);
      if (read !== undefined) {
        this.#recent.delete(id); // until it is written, nobody knows what is stored
        begin(held, read);
      }
    }
    return held;
  }

  async #load(target: Target, documents: ReadonlyMap<string, Folding>): Promise<void> {
    const missing: string[] = [];
    for (const { id, read } of documents.values()) if (read === undefined) missing.push(id);
    if (missing.length === 0) return;
    for (const read of await this.readModels.load(target, missing)) begin(documents.get(read.id) as Folding, read);
  }

  /**
   * All documents of an event, or none: a poison event leaves no half behind.
   * @returns those that it sealed
   */
  #foldOne(each: FeedEvent, touched: readonly Folding[]): readonly Write[] {
    const { projection } = this;
    const { sequence } = each;
    const folded: { readonly held: Folding; readonly document: Document | null }[] = [];
    const sealed: Write[] = [];
    for (const held of touched) {
      if (held.sequence >= sequence) continue; // delivered before
      let document = projection.evolve(held.document, each, held.id);
      const parts = document && projection.seal?.(document);
      if (parts) {
        const { name: model } = projection.model;
        sealed.push({ model, id: parts.sealed.id, document: parts.sealed, sequence, previous: null, once: true });
        document = parts.rest;
      }
      folded.push({ held, document });
    }
    for (const { held, document } of folded) hold(held, document, sequence);
    return sealed;
  }
}

/** All documents of a merge; those that were made before stay. */
function mergeInto(documents: Map<string, Folding>, sequence: number, merge: Merge): void {
  const held = merge.into.map((id) => documents.get(id) as Folding);
  if (held.every((each) => each.sequence >= sequence)) return;
  const made = merge.make(merge.of.map((id) => documents.get(id)?.document ?? undefined));
  for (const [index, each] of held.entries()) {
    if (each.sequence < sequence) hold(each, made[index] as Document, sequence);
  }
}

/** What a page comes to. */
export interface Staged {
  /** Everything before the poison event; undefined: nothing came before it. */
  readonly batch: Batch | undefined;
  readonly poison: PoisonEvent | undefined;
}

/** An event that is wanted, and what it does. */
interface Touched {
  readonly each: FeedEvent;
  readonly held: readonly Folding[];
  /** What is made of other documents after it; of most events nothing is. */
  readonly merges: readonly Merge[];
}

const NO_MERGES: readonly Merge[] = [];

/** A document while a page is folded into it; nobody else holds it. */
interface Folding {
  readonly id: string;
  document: Document | null;
  sequence: number;
  read: Versioned | undefined;
  /** It was there at some time, if only within the page. */
  existed: boolean;
}

function begin(folding: Folding, read: Versioned): void {
  folding.read = read;
  folding.document = read.document;
  folding.sequence = read.sequence;
  folding.existed = true;
}

function hold(folding: Folding, document: Document | null, sequence: number): void {
  folding.document = document;
  folding.sequence = sequence;
  folding.existed ||= document !== null;
}

/** Where a consumer stands just before an event of a page; undefined: at the very beginning. */
function before(event: FeedEvent, page: FeedPage, from: Checkpoint | undefined): Checkpoint | undefined {
  const previous = page.events[page.events.indexOf(event) - 1];
  return previous === undefined || previous.sequence < (from?.count ?? 0) ? from : after(previous);
}
