import { Inject, Injectable } from '@nestjs/common';
import type { EventDefinition } from '../../src/event-store/catalogue.js';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import type { Sight } from '../../src/http/reads.js';
import { BoundedCache } from '../../src/kernel/bounded-cache.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { planOf, type Filter } from './filter.js';
import { auditModel, type AuditDocument } from './model.js';
import { audit } from './projection.js';
import { readPlaces, type Stored } from './reading.js';
import { search, type Asked, type Found, type Located, type Read } from './searching.js';
import { blockId, isBehindSpans, SHAPE } from './spans.js';

/** What there is to ask for: the composition root hands it over. */
export const AUDITED = Symbol('Audited');
export interface Audited {
  readonly types: readonly EventDefinition[];
  /** Numbers of rules and their codes. */
  readonly rules: ReadonlySet<string>;
}

/** Enough to find a single event in a ledger of hundreds of millions. */
const WHOLE = 5_000;

/** Documents of the index that are kept, of some 5 to 40 KiB: what is finished never changes. */
const MOST_KEPT = 512;

/** Searches the index over all events. */
@Injectable()
export class Finder {
  /** Every search for something rare reads the same blocks behind the last span. */
  readonly #kept = new BoundedCache<string, AuditDocument>(MOST_KEPT);
  /** The block that is still written, for as long as nothing is. */
  #newest: { readonly count: number; readonly block: AuditDocument } | undefined;

  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(UPCAST) private readonly upcast: Upcast,
    @Inject(AUDITED) private readonly audited: Audited,
  ) {}

  /** Number of events that can be found by now. */
  async count(): Promise<number> {
    return (await this.models.checkpoint(audit.name))?.count ?? 0;
  }

  /** @param asked without a count: as many as can be found by now */
  async find(asked: Omit<Asked, 'count'>, count?: number): Promise<Found> {
    const known = count ?? (await this.count());
    // A search by bounds goes through blocks that any other one by bounds may go through; one by keys through its own.
    const keepsAll = planOf(asked.filter).bounds !== undefined;
    const sources = {
      document: (id: string) => this.#document(id, known, keepsAll),
      events: (places: readonly Stored[]) => this.#read(places),
    };
    return search(SHAPE, sources, { ...asked, count: known });
  }

  /** The newest event that fits, wherever it stands. */
  async one(filter: Filter, before = Infinity): Promise<Located | undefined> {
    const { events } = await this.find({ filter, before, limit: 1, effort: WHOLE });
    return events[0];
  }

  /** The types that serve a rule, by its number. */
  typesServing(rule: string): string[] {
    return this.audited.types.filter((each) => each.rule.split(' ').includes(rule)).map(({ type }) => type);
  }

  nameOf(type: string): { readonly en: string; readonly ar: string } {
    const { en = type, ar = type } = this.audited.types.find((each) => each.type === type) ?? {};
    return { en, ar };
  }

  async #document(id: string, count: number, keepsAll: boolean): Promise<AuditDocument | undefined> {
    const { count: then, block } = this.#newest ?? {};
    const kept = this.#kept.get(id) ?? (then === count && block?.id === id ? block : undefined);
    if (kept !== undefined) return kept;
    const document = await this.models.get(auditModel, id);
    if (document === undefined) return undefined;
    if (id === blockId(Math.floor(count / SHAPE.block))) this.#newest = { count, block: document };
    else if (keepsAll || isBehindSpans(SHAPE, id, count)) this.#kept.set(id, document);
    return document;
  }

  async #read(places: readonly Stored[]): Promise<Read[]> {
    const found = await readPlaces(this.events, places);
    return found.map((stored) => ({ stored, event: this.upcast(stored.event) }));
  }
}

/** Whoever is bound to an entity finds what counts in its books or was asked of it, and nothing else. */
export function within(sight: Sight, filter: Filter): Filter | undefined {
  if (sight.scope === 'all') return filter;
  if (filter.entity !== undefined && filter.entity !== sight.party) return undefined;
  return { ...filter, entity: sight.party };
}
