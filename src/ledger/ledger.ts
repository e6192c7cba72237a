import { addDays, businessDateAt, instantAt, type BusinessDate } from '../kernel/calendar.js';
import type { Clock } from '../kernel/clock.js';
import type { Command, CommandContext, CommandRequest, Decider, Earlier, Issued, Recorded } from '../kernel/decider.js';
import { assertBalanced } from '../kernel/entries.js';
import type { Envelope, NewEvent } from '../kernel/envelope.js';
import { eventId, streamName, uuid5, NAMESPACE } from '../kernel/ids.js';
import type { CommandId, EventId, LedgerId, StreamName, Uuid } from '../kernel/ids.js';
import { isRefusal, refuse, type Refusal, type Rule } from '../kernel/refusal.js';
import { rejectionType, type Catalogue, type RejectionData } from '../event-store/catalogue.js';
import {
  OutcomeUnknown,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EventStore,
  type StoredEvent,
} from '../event-store/event-store.js';
import { AggregateCache, type Aggregate } from './aggregate-cache.js';
import {
  IdempotencyConflict,
  LedgerUnavailable,
  PreconditionFailed,
  type Accepted,
  type Outcome,
  type Refused,
} from './outcome.js';
import { LEDGER_RULES } from './rules.js';
import { Turns } from './turns.js';

export interface LedgerOptions {
  readonly store: EventStore;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly id: LedgerId;
  /** The version of the rules that this program decides by. */
  readonly ruleSet: string;
  /** How many days back `effectiveOn` may lie without the role `importer`. */
  readonly backdatingDays: number;
  /** Estimated memory for cached aggregates, in bytes. */
  readonly cacheBytes: number;
  /** Told of every outcome: for metrics. */
  readonly onOutcome?: (command: string, outcome: Outcome) => void;
}

/** What an authorisation at the edge refuses, before any decider is asked. */
export interface EdgeRefusal {
  readonly context: string;
  readonly command: string;
  /** What was named: an aggregate's id. */
  readonly target: Uuid;
  readonly rule: Rule;
  readonly facts?: Refusal['facts'];
  readonly request: CommandRequest;
}

const CONFLICT_RETRIES = 16;
const UNKNOWN_RETRIES = 5;

type AnyDecider<S, C extends Command, E extends NewEvent> = Decider<S, C, E>;

/** The one write path: load, decide, append, acknowledge. Nothing else appends (DESIGN.md, Eight ideas). */
export class Ledger {
  readonly #cache: AggregateCache;
  readonly #turns = new Turns<StreamName>();

  constructor(private readonly options: LedgerOptions) {
    this.#cache = new AggregateCache(options.cacheBytes);
  }

  get id(): LedgerId {
    return this.options.id;
  }

  /**
   * Handles a command once. A repeat of it gets the first answer again, with the state of then.
   * @throws IdempotencyConflict, PreconditionFailed, LedgerUnavailable: none of them is an outcome
   */
  async execute<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    command: C & Pick<Issued<string, unknown>, 'request'>,
  ): Promise<Outcome> {
    const stream = streamName(decider.category, command.target);
    const outcome = await this.#turns.take(stream, () => this.#handle(decider, command, command.request, stream));
    this.options.onOutcome?.(command.type, outcome);
    return outcome;
  }

  /** Records that the edge refused: a route that the role may not use, a thing that the caller may not see. */
  async refuse(refusal: EdgeRefusal): Promise<Refused> {
    const { context, command, target, request, rule, facts } = refusal;
    const before = await this.#attempt(request.id);
    const outcome =
      before === undefined
        ? await this.#reject(context, command, target, -1, refuse(rule, facts), request)
        : refusedAgain(before, request);
    this.options.onOutcome?.(command, outcome);
    return outcome;
  }

  /** Appends an event of the ledger itself to a stream of its own; a repeat changes nothing. */
  async recordOwn(stream: StreamName, event: NewEvent, request: CommandRequest): Promise<void> {
    const today = businessDateAt(this.options.clock.now());
    await this.#append(stream, -1, this.#stamp(stream, -1, [event], request, today));
  }

  /** The aggregate as it stands in the store now: facts that a shell hands to another aggregate's command. */
  async load<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    id: Uuid,
  ): Promise<{ readonly state: S; readonly revision: number }> {
    const stream = streamName(decider.category, id);
    return this.#turns.take(stream, async () => {
      const { state, revision } = await this.#current(decider, stream, true);
      return { state, revision };
    });
  }

  async #handle<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    command: C,
    request: CommandRequest,
    stream: StreamName,
  ): Promise<Outcome> {
    const [cached, attemptBefore] = await Promise.all([
      this.#current(decider, stream, false),
      this.#attempt(request.id),
    ]);
    let aggregate = cached;
    let fresh = false; // whether the stream's tail was read since the command came
    for (let conflicts = 0; ;) {
      if (aggregate.commands.has(request.id)) return this.#repeat(decider, stream, request.id, request.digest);
      if (attemptBefore !== undefined) return refusedAgain(attemptBefore, request);

      const decision = this.#decide(decider, command, request, aggregate);
      if (!fresh && !(Array.isArray(decision) && decision.length > 0)) {
        // A refusal, a failed precondition or a no-op is never decided from what may be an old state.
        aggregate = await this.#current(decider, stream, true);
        fresh = true;
        continue;
      }
      if (decision instanceof PreconditionFailed) throw decision;
      if (isRefusal(decision)) {
        return this.#reject(decider.context, command.type, command.target, aggregate.revision, decision, request);
      }
      if ('earlier' in decision) return this.#repeat(decider, stream, decision.earlier);
      if (decision.length === 0) return accepted(command.target, aggregate.revision, decider.summary(aggregate.state));

      const effectiveOn = request.effectiveOn ?? this.#today();
      const envelopes = this.#stamp(stream, aggregate.revision, decision, request, effectiveOn);
      try {
        const appended = await this.#append(stream, aggregate.revision, envelopes);
        this.#fold(decider, aggregate, envelopes);
        this.#cache.put(stream, aggregate);
        return accepted(
          command.target,
          aggregate.revision,
          decider.summary(aggregate.state),
          envelopes.at(-1),
          appended,
        );
      } catch (error) {
        if (!(error instanceof WrongRevision)) {
          this.#cache.drop(stream);
          throw error;
        }
        if (++conflicts > CONFLICT_RETRIES) throw new LedgerUnavailable(`${stream} is changing too fast; try again`);
        aggregate = await this.#current(decider, stream, true);
        fresh = true;
      }
    }
  }

  #decide<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    command: C,
    request: CommandRequest,
    aggregate: Aggregate<S>,
  ): readonly E[] | Refusal | Earlier | PreconditionFailed {
    const today = this.#today();
    const effectiveOn = request.effectiveOn ?? today;
    const context: CommandContext = {
      id: request.id,
      actor: request.actor,
      effectiveOn,
      today,
      eventId: (index) => eventId(request.id, index),
    };
    const expected = request.expectedRevision;
    if (expected !== undefined && (expected === 'none' ? -1n : expected) !== BigInt(aggregate.revision)) {
      // Whoever may not see the aggregate does not learn its revision either, nor that there is one.
      const decision = decider.decide(command, aggregate.state, context);
      const isHidden = isRefusal(decision) && decision.refused.kind === 'hidden';
      return isHidden ? decision : new PreconditionFailed(aggregate.revision);
    }
    const outOfTime = this.#outOfTime(effectiveOn, today, request.mayBackdate);
    if (outOfTime !== undefined) return outOfTime;
    return decider.decide(command, aggregate.state, context);
  }

  #outOfTime(effectiveOn: BusinessDate, today: BusinessDate, mayBackdate: boolean): Refusal | undefined {
    if (effectiveOn > today) return refuse(LEDGER_RULES.FUTURE_DATE, { effectiveOn, today });
    if (mayBackdate || effectiveOn === today) return undefined;
    const earliest = addDays(today, -this.options.backdatingDays);
    return effectiveOn < earliest ? refuse(LEDGER_RULES.BACKDATING, { effectiveOn, earliest }) : undefined;
  }

  /** The aggregate from the cache, brought up to date where `readTail` asks for it, or folded from its stream. */
  async #current<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    stream: StreamName,
    readTail: boolean,
  ): Promise<Aggregate<S>> {
    const cached = this.#cache.get(stream) as Aggregate<S> | undefined;
    if (cached !== undefined && !readTail) return cached;
    const aggregate = cached ?? { revision: -1, state: decider.initial, commands: new Map<CommandId, number>() };
    for await (const { event } of this.#events(stream, aggregate.revision + 1)) this.#fold(decider, aggregate, [event]);
    if (aggregate.revision >= 0) this.#cache.put(stream, aggregate);
    return aggregate;
  }

  async *#events(stream: StreamName, from: number): AsyncIterable<StoredEvent> {
    const limit = 256;
    for (let next = from; ;) {
      const page = await this.#read(() => this.options.store.readStream(stream, { from: BigInt(next), limit }));
      for (const { event, ...place } of page) yield { ...place, event: this.options.catalogue.upcast(event) };
      if (page.length < limit) return;
      next += page.length;
    }
  }

  #fold<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    aggregate: Aggregate<S>,
    events: readonly Envelope[],
  ): void {
    for (const event of events) {
      aggregate.state = decider.evolve(aggregate.state, event as Recorded<E>);
      aggregate.revision = event.revision;
      aggregate.commands.set(event.commandId, event.revision);
    }
  }

  /** The answer that an accepted command got, with the state as it was then. */
  async #repeat<S, C extends Command, E extends NewEvent>(
    decider: AnyDecider<S, C, E>,
    stream: StreamName,
    id: CommandId,
    digest?: string,
  ): Promise<Accepted> {
    const then: Aggregate<S> = { revision: -1, state: decider.initial, commands: new Map() };
    let last: StoredEvent | undefined;
    for await (const stored of this.#events(stream, 0)) {
      if (last !== undefined && stored.event.commandId !== id) break;
      this.#fold(decider, then, [stored.event]);
      if (stored.event.commandId === id) last = stored;
    }
    if (last === undefined) throw new Error(`${stream} holds no event of command ${id}`);
    if (digest !== undefined && last.event.requestDigest !== digest) throw new IdempotencyConflict(id);
    const target = stream.slice(stream.indexOf('-') + 1) as Uuid;
    return { ...accepted(target, then.revision, decider.summary(then.state), last.event, last), repeated: true };
  }

  /** The recorded refusal of a command id. */
  async #attempt(id: CommandId): Promise<StoredEvent | undefined> {
    const [stored] = await this.#read(() => this.options.store.readStream(streamName('attempt', id), { limit: 1 }));
    return stored;
  }

  /** Records a refusal in a stream of its own; if that fails there is no outcome. */
  async #reject(
    context: string,
    command: string,
    target: Uuid,
    targetRevision: number,
    { refused: rule, facts }: Refusal,
    request: CommandRequest,
  ): Promise<Refused> {
    const stream = streamName('attempt', request.id);
    const data: RejectionData = {
      target,
      targetRevision,
      command,
      code: rule.code,
      rule: rule.rule,
      ruleVersion: rule.version,
      kind: rule.kind,
      facts: { ...facts },
      requestDigest: request.digest,
    };
    const event: NewEvent = { type: rejectionType(context, command), data, refs: { target } };
    const [envelope] = this.#stamp(stream, -1, [event], request, this.#today(), attemptId) as [Envelope];
    try {
      const appended = await this.#append(stream, -1, [envelope]);
      return refused(envelope as Envelope<string, RejectionData>, appended);
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error;
      const before = await this.#attempt(request.id); // another process recorded it first
      if (before === undefined) throw error;
      return refusedAgain(before, request);
    }
  }

  /** What was decided, as it will be stored for ever; checked in production too. */
  #stamp(
    stream: StreamName,
    revision: number,
    events: readonly NewEvent[],
    request: CommandRequest,
    effectiveOn: BusinessDate,
    idOf: (command: CommandId, index: number) => EventId = eventId,
  ): Envelope[] {
    const { catalogue, clock, id: ledger, ruleSet } = this.options;
    const recordedAt = instantAt(clock.now());
    return events.map((event, index) => {
      const entries = event.entries ?? [];
      catalogue.validate(event.type, event.data);
      assertBalanced(entries);
      return {
        v: 1,
        ledger,
        id: idOf(request.id, index),
        stream,
        revision: revision + 1 + index,
        type: event.type,
        schemaVersion: catalogue.version(event.type),
        effectiveOn,
        recordedAt,
        actor: request.actor,
        commandId: request.id,
        requestDigest: request.digest,
        ...(request.causation !== undefined && { causation: request.causation }),
        correlation: request.correlation,
        ruleSet,
        source: request.source,
        ...(event.corrects !== undefined && { corrects: event.corrects }),
        evidence: event.evidence ?? [],
        refs: event.refs,
        entries,
        data: event.data,
      };
    });
  }

  async #append(stream: StreamName, revision: number, events: readonly Envelope[]): Promise<Appended> {
    const expected = revision < 0 ? 'none' : BigInt(revision);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.options.store.append(stream, expected, events);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw new LedgerUnavailable(error.message, { cause: error });
        if (!(error instanceof OutcomeUnknown)) throw error;
        // The same ids at the same revision: finds out whether it was written, and is safe.
        if (attempt >= UNKNOWN_RETRIES) throw new LedgerUnavailable(error.message, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
      }
    }
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof StoreUnavailable) throw new LedgerUnavailable(error.message, { cause: error });
      throw error;
    }
  }

  #today(): BusinessDate {
    return businessDateAt(this.options.clock.now());
  }
}

/** No event of a target shares an id with the attempt of the same command. */
const attemptId = (command: CommandId): EventId => uuid5(NAMESPACE.event, command, 'attempt') as EventId;

function refusedAgain(stored: StoredEvent, request: CommandRequest): Refused {
  if (stored.event.requestDigest !== request.digest) throw new IdempotencyConflict(request.id);
  return { ...refused(stored.event as Envelope<string, RejectionData>, stored), repeated: true };
}

const accepted = (
  id: Uuid,
  revision: number,
  state: Accepted['state'],
  event?: Envelope,
  place?: Pick<StoredEvent, 'position' | 'sequence'>,
): Accepted => ({
  kind: 'accepted',
  id,
  revision,
  ...(place?.sequence !== undefined && { sequence: place.sequence }),
  ...(place !== undefined && { position: place.position }),
  ...(event !== undefined && { event: { id: event.id, type: event.type } }),
  state,
  repeated: false,
});

const refused = (
  event: Envelope<string, RejectionData>,
  place: Pick<StoredEvent, 'position' | 'sequence'>,
): Refused => ({
  kind: 'refused',
  code: event.data.code,
  rule: event.data.rule,
  version: event.data.ruleVersion,
  of: event.data.kind as Refused['of'],
  facts: event.data.facts,
  attempt: event.id,
  ...(place.sequence !== undefined && { sequence: place.sequence }),
  position: place.position,
  repeated: false,
});
