import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type, { type Static } from 'typebox';
import { EVENT_READER, type EventReader } from '../../../src/event-store/event-store.js';
import { Access } from '../../../src/http/access.decorator.js';
import { answer, orNull, recordedEvent } from '../../../src/http/answers.js';
import { OnExchange, type Exchange } from '../../../src/http/exchange.js';
import { Problem } from '../../../src/http/problems/problem.js';
import { sightOf, type Sight } from '../../../src/http/reads.js';
import { NoQuery } from '../../../src/http/validation/dtos.js';
import { requestOf } from '../facets.js';
import type { Filter } from '../filter.js';
import { Finder, within } from '../finder.js';
import type { Located } from '../searching.js';
import { instrument } from '../../instruments/instrument.js';
import { opened, type Log } from '../../instruments/opening.js';
import { shownTo } from '../../shown.js';
import { UPCAST, type Upcast } from '../../upcast.js';
import { flattened, treesOf } from './tree.js';

const named = Type.Object({ en: Type.String(), ar: Type.String() });

const EVENT = Type.Object({
  sequence: answer.count,
  /** Of its type. */
  name: named,
  /** What happened, in a sentence, with the delegation and the request that it rests on. */
  instrument,
  /** As it is stored. */
  event: recordedEvent,
});

const STEP = Type.Object({
  sequence: answer.count,
  id: answer.id,
  type: answer.code,
  name: named,
  sentence: named,
  stream: Type.String(),
  revision: answer.revision,
  effectiveOn: answer.day,
  recordedAt: answer.moment,
  actor: recordedEvent.properties.actor,
  authority: instrument.properties.authority,
  source: recordedEvent.properties.source,
  commandId: answer.id,
  causation: orNull(answer.id),
  /** Number of its causes in this list: 0 begins a tree, and what follows with a larger number is what it caused. */
  depth: answer.count,
});
type Step = Static<typeof STEP>;

const TRACE = Type.Object({
  event: answer.id,
  correlation: answer.id,
  /** The events of the flow as trees, each behind its cause. */
  flow: Type.Array(STEP),
  /** Where the flow is longer than what is shown: its events of smaller sequences, but for the causes of this one. */
  leftOut: orNull(Type.Object({ before: answer.count, search: Type.String() })),
  /** Of an event that makes or decides a request: all that was asked and decided by it, by sequence. */
  request: orNull(Type.Object({ id: answer.id, steps: Type.Array(STEP) })),
});

/** Events of a flow, or of a request, that one trace shows. */
const MOST = 200;
/** Causes above an event that are looked up one after another. */
const MOST_CAUSES = 32;
/** Documents of the index and events in vain. */
const EFFORT = 1_000;

/** One event, and everything that hangs together with it. */
@Controller()
export class TraceController {
  readonly #log: Log;

  constructor(
    @Inject(Finder) private readonly finder: Finder,
    @Inject(EVENT_READER) events: EventReader,
    @Inject(UPCAST) upcast: Upcast,
  ) {
    this.#log = { events, upcast };
  }

  /** Found by its id alone. Another entity's is not there for whoever is bound to one. */
  @Access('GET /v1/events/{id}', EVENT)
  async show(@OnExchange() exchange: Exchange, @Param('id') id: string, @Query() _query: NoQuery): Promise<object> {
    const sight = sightOf(exchange.caller);
    const found = await this.#event(sight, id);
    const [opening] = await this.#opened([found], sight);
    const { sequence, stored } = found;
    const { sequence: _, ...event } = shownTo(sight)(stored) as { sequence?: number };
    return { sequence, name: this.finder.nameOf(stored.event.type), instrument: opening?.instrument, event };
  }

  /** What caused it and what it caused, across streams; who acted, in which role, by which delegation. */
  @Access('GET /v1/events/{id}/trace', TRACE)
  async trace(@OnExchange() exchange: Exchange, @Param('id') id: string, @Query() _query: NoQuery): Promise<object> {
    const sight = sightOf(exchange.caller);
    const asked = await this.#event(sight, id);
    const { correlation } = asked.event;
    const flow = await this.#all(sight, { correlation });
    const effects = flow.reached === 0 ? [] : (await this.#all(sight, { causation: id })).events;
    const causes = await this.#causes(sight, asked, flow.events);
    const trees = flattened(treesOf(inOrder([...flow.events, ...effects, ...causes, asked])));
    const steps = await this.#steps(
      trees.map(({ of }) => of),
      sight,
    );
    return {
      event: id,
      correlation,
      flow: steps.map((step, i) => ({ ...step, depth: trees[i]!.depth })),
      leftOut:
        flow.reached === 0
          ? null
          : { before: flow.reached, search: `/v1/audit?correlation=${correlation}&knownAt=${flow.reached - 1}` },
      request: await this.#request(sight, asked),
    };
  }

  async #event(sight: Sight, id: string): Promise<Located> {
    const filter = within(sight, { id });
    const found = filter && (await this.finder.one(filter));
    if (found === undefined) throw new Problem('NOT_FOUND');
    return found;
  }

  /** The newest that fit. `reached`: where what was left out ends; 0: nothing was. */
  async #all(sight: Sight, filter: Filter): Promise<{ events: readonly Located[]; reached: number }> {
    const bound = within(sight, filter);
    if (bound === undefined) return { events: [], reached: 0 };
    return this.finder.find({ filter: bound, before: Infinity, limit: MOST, effort: EFFORT });
  }

  /** Those above an event that are not among the known ones, as far as they can be seen. */
  async #causes(sight: Sight, asked: Located, known: readonly Located[]): Promise<readonly Located[]> {
    const byId = new Map(known.map((each) => [each.event.id, each]));
    const causes: Located[] = [];
    let { causation } = asked.event;
    for (let looked = 0; causation !== undefined && looked < MOST_CAUSES; looked++) {
      const filter = within(sight, { id: causation });
      const cause = byId.get(causation) ?? (filter && (await this.finder.one(filter, asked.sequence)));
      if (cause === undefined) break;
      causes.push(cause);
      causation = cause.event.causation;
    }
    return causes;
  }

  async #request(sight: Sight, { event }: Located): Promise<{ id: string; steps: readonly Step[] } | null> {
    const id = requestOf(event);
    if (typeof id !== 'string') return null;
    const { events } = await this.#all(sight, { about: id });
    return { id, steps: (await this.#steps(inOrder(events), sight)).map((step) => ({ ...step, depth: 0 })) };
  }

  async #steps(located: readonly Located[], sight: Sight): Promise<readonly Omit<Step, 'depth'>[]> {
    return (await this.#opened(located, sight)).map(({ instrument: told, at }) => {
      const { id, type, stream, revision, effectiveOn, recordedAt, source, commandId, causation = null } = at.event;
      const { sentence, actor, authority } = told;
      const place = { sequence: at.sequence, id, type, name: this.finder.nameOf(type), sentence, stream, revision };
      return { ...place, effectiveOn, recordedAt, actor, authority, source, commandId, causation };
    });
  }

  async #opened(located: readonly Located[], sight: Sight) {
    const currencies = await this.#currencies(located);
    const found = located.map(({ stored, event, sequence }, i) => ({
      stored: { ...stored, event, sequence },
      currency: currencies[i]!,
    }));
    const instruments = await opened(found, this.#log, sight);
    return located.map((at, i) => ({ at, instrument: instruments[i]! }));
  }

  /** Of an event that names no currency, that with which its stream began. */
  #currencies(located: readonly Located[]): Promise<readonly string[]> {
    const begun = new Map<string, Promise<string>>();
    const beginning = async ({ stream }: Located['event']): Promise<string> => {
      const [first] = await this.#log.events.readStream(stream, { limit: 1 });
      return currencyIn(first?.event.data) ?? 'SAR';
    };
    return Promise.all(
      located.map(async ({ event }) => {
        const own = currencyIn(event.data) ?? event.entries[0]?.currency;
        if (own !== undefined) return own;
        const known = begun.get(event.stream) ?? beginning(event);
        begun.set(event.stream, known);
        return known;
      }),
    );
  }
}

const currencyIn = (data: unknown): string | undefined => {
  const { currency } = (data ?? {}) as { readonly currency?: unknown };
  return typeof currency === 'string' ? currency : undefined;
};

/** By sequence, each once. */
const inOrder = (located: readonly Located[]): readonly Located[] =>
  [...new Map(located.map((each) => [each.sequence, each])).values()].sort((a, b) => a.sequence - b.sequence);
