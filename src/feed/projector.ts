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
const MOST_RECENT = 2_048;

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
    const events = page.events.filter((each) => each.sequence >= (from?.count ?? 0) && this.#wants(each));
    const touched = new Map<FeedEvent, readonly string[]>();
    let poison: PoisonEvent | undefined;
    for (const each of events) {
      try {
        touched.set(each, this.projection.identify(readable(each), each.sequence));
      } catch (error) {
        poison = new PoisonEvent(this.projection.name, each, error);
        break;
      }
    }

    const merges = this.#mergesDue(touched.keys());
    const ids = new Set([...touched.values()].flat());
    for (const { of, into } of [...merges.values()].flat()) for (const id of [...of, ...into]) ids.add(id);
    const documents = await this.#load(target, ids);
    const sealed: Write[] = [];
    for (const [each, its] of touched) {
      try {
        sealed.push(...this.#foldOne(documents, each, its));
        for (const merge of merges.get(each) ?? []) mergeInto(documents, each.sequence, merge);
      } catch (error) {
        poison = new PoisonEvent(this.projection.name, each, error);
        break;
      }
    }

    const checkpoint = poison === undefined ? page.end : before(poison.event, page, from);
    const consumer = this.projection.name;
    const batch = checkpoint && { target, consumer, writes: [...sealed, ...this.#writesOf(documents)], checkpoint };
    return { batch, poison };
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

  #writesOf(documents: ReadonlyMap<string, Folding>): Write[] {
    const { name: model } = this.projection.model;
    const writes: Write[] = [];
    for (const { id, document, sequence, read, existed } of documents.values()) {
      const changed = sequence !== (read?.sequence ?? -1);
      // What came and went within the page leaves a tombstone: one that folds more slowly would bring it back.
      if (!changed || !existed) continue;
      const was = read && { was: read.document };
      writes.push({ model, id, document, sequence, previous: read?.sequence ?? null, ...was });
    }
    return writes;
  }

  /** By the event after which they are made; of most projections there are none. */
  #mergesDue(events: Iterable<FeedEvent>): ReadonlyMap<FeedEvent, readonly Merge[]> {
    const { projection } = this;
    const due = new Map<FeedEvent, readonly Merge[]>();
    if (projection.merges === undefined) return due;
    for (const each of events) due.set(each, projection.merges(each.sequence));
    return due;
  }

  #wants({ event }: FeedEvent): boolean {
    return this.#types === '*' || this.#types.has(event.type);
  }

  async #load(target: Target, ids: ReadonlySet<string>): Promise<Map<string, Folding>> {
    const documents = new Map<string, Folding>();
    const missing: string[] = [];
    for (const id of ids) {
      const read = this.#recent.get(id);
      if (read === undefined) missing.push(id);
      else this.#recent.delete(id); // until it is written, nobody knows what is stored
      documents.set(id, read ? foldingOf(read) : { id, document: null, sequence: -1, read, existed: false });
    }
    if (missing.length > 0) {
      for (const read of await this.readModels.load(target, missing)) documents.set(read.id, foldingOf(read));
    }
    return documents;
  }

  /**
   * All documents of an event, or none: a poison event leaves no half behind.
   * @returns those that it sealed
   */
  #foldOne(documents: Map<string, Folding>, each: FeedEvent, ids: readonly string[]): Write[] {
    const { projection } = this;
    const { sequence } = each;
    const folded: Folding[] = [];
    const sealed: Write[] = [];
    for (const id of ids) {
      const held = documents.get(id) as Folding;
      if (held.sequence >= sequence) continue; // delivered before
      let document = projection.evolve(held.document, each, id);
      const parts = document && projection.seal?.(document);
      if (parts) {
        const { name: model } = projection.model;
        sealed.push({ model, id: parts.sealed.id, document: parts.sealed, sequence, previous: null, once: true });
        document = parts.rest;
      }
      const existed = held.existed || document !== null;
      folded.push({ id, document, sequence, read: held.read, existed });
    }
    for (const each of folded) documents.set(each.id, each);
    return sealed;
  }
}

/** All documents of a merge; those that were made before stay. */
function mergeInto(documents: Map<string, Folding>, sequence: number, merge: Merge): void {
  const held = merge.into.map((id) => documents.get(id) as Folding);
  if (held.every((each) => each.sequence >= sequence)) return;
  const made = merge.make(merge.of.map((id) => documents.get(id)?.document ?? undefined));
  for (const [index, each] of held.entries()) {
    if (each.sequence >= sequence) continue;
    documents.set(each.id, { ...each, document: made[index] as Document, sequence, existed: true });
  }
}

/** What a page comes to. */
export interface Staged {
  /** Everything before the poison event; undefined: nothing came before it. */
  readonly batch: Batch | undefined;
  readonly poison: PoisonEvent | undefined;
}

interface Folding {
  readonly id: string;
  readonly document: Document | null;
  readonly sequence: number;
  readonly read: Versioned | undefined;
  /** It was there at some time, if only within the page. */
  readonly existed: boolean;
}

const foldingOf = (read: Versioned): Folding => ({ ...read, read, existed: true });

/** Where a consumer stands just before an event of a page; undefined: at the very beginning. */
function before(event: FeedEvent, page: FeedPage, from: Checkpoint | undefined): Checkpoint | undefined {
  const previous = page.events[page.events.indexOf(event) - 1];
  return previous === undefined || previous.sequence < (from?.count ?? 0) ? from : after(previous);
}
