import { addDays, type BusinessDate } from '../kernel/calendar.js';
import type { Clock } from '../kernel/clock.js';
import type { Command, CommandContext, CommandRequest, Decider, Earlier, Issued, Summary } from '../kernel/decider.js';
import type { Envelope, NewEvent } from '../kernel/envelope.js';
import { eventId, streamName, type CommandId, type LedgerId, type StreamName, type Uuid } from '../kernel/ids.js';
import { isRefusal, refuse, type Refusal, type Rule } from '../kernel/refusal.js';
import type { Catalogue } from '../event-store/catalogue.js';
import { InvalidEvent, WrongRevision, type EventStore } from '../event-store/event-store.js';
import { lastOf, type Aggregate } from './aggregate.js';
import { Aggregates } from './aggregates.js';
import { Attempts, refusedAgain } from './attempts.js';
import {
  ClosedBooks,
  closedThrough,
  entitiesOf,
  firstOpenDay,
  looksBack,
  settled,
  type Closed,
  type Periods,
} from './closed-books.js';
import {
  accepted,
  IdempotencyConflict,
  LedgerUnavailable,
  PreconditionFailed,
  type Accepted,
  type Outcome,
  type Refused,
} from './outcome.js';
import { PatientStore } from './patient-store.js';
import { LEDGER_RULES } from './rules.js';
import type { Snapshots } from './snapshots.js';
import { Stamp, type Stamped } from './stamping.js';
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
  /**
   * Stores what an event's evidence commits to: asked before the event is appended, so that the log never names what
   * the vault does not hold, and for no command that is refused. Absent: no event may have any.
   * @throws LedgerUnavailable
   */
  readonly keepEvidence?: (commitments: readonly string[], stream: StreamName) => Promise<KeptEvidence>;
  /** Absent: a cold start folds the whole stream. */
  readonly snapshots?: Snapshots;
  /** Absent: no period is ever closed. */
  readonly periods?: Periods;
  /** Told of every outcome: for metrics. */
  readonly onOutcome?: (command: string, outcome: Outcome) => void;
}

/** What was stored for one append is told how that ended, unless nobody knows. */
export interface KeptEvidence {
  /** The event is there. */
  name(): void;
  /** It never will be. */
  forget(): void;
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

export interface Loaded<S> {
  readonly state: S;
  readonly revision: number;
}

const CONFLICT_RETRIES = 16;

/** How a decision is stored once its days are settled. */
interface InTime {
  /** A fact of a closed period is decided anew, as of this day. */
  readonly counts?: BusinessDate;
  of(decided: readonly NewEvent[]): readonly NewEvent[];
}

const NO_QUESTION: InTime = { of: (decided) => decided };
const NO_BOOKS: ReadonlyMap<string, Closed> = new Map();

const corrected = (event: NewEvent, correction: Uuid): NewEvent => ({ ...event, refs: { ...event.refs, correction } });

/** The one write path: load, decide, append, acknowledge. Nothing else appends (DESIGN.md, Eight ideas). */
export class Ledger {
  readonly #store: PatientStore;
  readonly #stamp: Stamp;
  readonly #attempts: Attempts;
  readonly #aggregates: Aggregates;
  /** Absent where nothing is ever closed. */
  readonly #books: ClosedBooks | undefined;
  /** Commands for one aggregate are handled one after the other. */
  readonly #turns = new Turns<StreamName>();

  constructor(private readonly options: LedgerOptions) {
    this.#store = new PatientStore(options.store, options.catalogue);
    this.#stamp = new Stamp(options);
    this.#attempts = new Attempts(this.#store, this.#stamp);
    this.#aggregates = new Aggregates(this.#store, options.cacheBytes, options.snapshots);
    const { periods, clock } = options;
    if (periods !== undefined) {
      this.#books = new ClosedBooks(periods, clock, async (stream, id) =>
        this.#store.isAbsent(stream) ? undefined : (await this.load(periods.books, id)).state,
      );
    }
  }

  get id(): LedgerId {
    return this.options.id;
  }

  /**
   * Handles a command once. A repeat of it gets the first answer again, with the state of then.
   * @throws IdempotencyConflict, PreconditionFailed, LedgerUnavailable: none of them is an outcome
   */
  async execute<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    command: C & Pick<Issued<string, unknown>, 'request'>,
  ): Promise<Outcome> {
    const stream = streamName(decider.category, command.target);
    const outcome = await this.#turns.take(stream, () => this.#handle(decider, command, command.request, stream));
    if (decider.category === this.options.periods?.books.category) this.#books?.forget();
    this.options.onOutcome?.(command.type, outcome);
    return outcome;
  }

  /**
   * Records that the edge refused: a route that the role may not use, a thing that the caller may not see.
   * @throws IdempotencyConflict, LedgerUnavailable: neither is an outcome
   */
  async refuse({ context, command, target, request, rule, facts }: EdgeRefusal): Promise<Refused> {
    const before = await this.#attempts.find(request.id);
    const attempt = { context, command, target, targetRevision: -1, refusal: refuse(rule, facts), request };
    const outcome = before === undefined ? await this.#attempts.record(attempt) : refusedAgain(before, request);
    this.options.onOutcome?.(command, outcome);
    return outcome;
  }

  /** Appends an event of the ledger itself to a stream of its own; a repeat changes nothing. */
  async recordOwn(stream: StreamName, event: NewEvent, request: Stamped): Promise<void> {
    try {
      await this.#store.append(stream, -1, this.#stamp.events(stream, -1, [event], request, this.#stamp.today()));
    } catch (error) {
      const before = error instanceof WrongRevision ? await this.#store.at(stream, 0) : undefined;
      if (before?.event.commandId !== request.id) throw error;
    }
  }

  /** The aggregate as it stands in the store now: facts that a shell hands to another aggregate's command. */
  load<S, C extends Command, E extends NewEvent>(decider: Decider<S, C, E>, id: Uuid): Promise<Loaded<S>> {
    return this.#loaded(decider, id, (stream) => this.#aggregates.current(decider, stream, 'kept'));
  }

  /** As it was when it was last used here, else as it stands now: for what, once true of it, is true for ever. */
  recall<S, C extends Command, E extends NewEvent>(decider: Decider<S, C, E>, id: Uuid): Promise<Loaded<S>> {
    return this.#loaded(decider, id, (stream) => this.#aggregates.known(decider, stream, 'kept'));
  }

  #loaded<S>(
    { category }: Pick<Decider<unknown, Command, NewEvent>, 'category'>,
    id: Uuid,
    aggregateOf: (stream: StreamName) => Loaded<S> | Promise<Loaded<S>>,
  ): Promise<Loaded<S>> {
    const stream = streamName(category, id);
    return this.#turns.take(stream, async () => {
      const { state, revision } = await aggregateOf(stream); // goes on changing; what is answered does not
      return { state, revision };
    });
  }

  async #handle<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    command: C,
    request: CommandRequest,
    stream: StreamName,
  ): Promise<Outcome> {
    const { type, target } = command;
    const use = request.source === 'clock' ? 'passing' : 'kept';
    const known = this.#aggregates.known(decider, stream, use);
    const refusal = this.#attempts.find(request.id);
    // Most commands are new, on an aggregate that is at hand: they wait for the append alone.
    const isAtHand = refusal === undefined && !(known instanceof Promise);
    const [found, refusedBefore] = isAtHand ? [known] : await Promise.all([known, refusal]);
    let aggregate = found;
    let fresh = false; // whether the stream's tail was read since the command came
    let moved: BusinessDate | undefined; // the first open day, for a fact of a closed one
    for (let conflicts = 0; ;) {
      const { id, digest } = request;
      if (lastOf(aggregate, id, aggregate.commands.length) >= 0) {
        const before = await this.#earlier(target, stream, aggregate, id, digest);
        if (before !== undefined) return before;
      }
      if (refusedBefore !== undefined) return refusedAgain(refusedBefore, request);

      const at = this.#contextOf(request, moved);
      let decision = this.#decide(decider, command, request, at, aggregate);
      let inTime: InTime = NO_QUESTION;
      if (Array.isArray(decision) && decision.length > 0) {
        const asked = this.#inTime(decider, command, request, at, decision);
        const verdict = asked instanceof Promise ? await asked : asked;
        if (isRefusal(verdict)) decision = verdict;
        else if (verdict.counts !== undefined) {
          moved = verdict.counts;
          continue;
        } else inTime = verdict;
      }
      if (!fresh && !(Array.isArray(decision) && decision.length > 0)) {
        // A refusal, a failed precondition or a no-op is never decided from what may be an old state.
        aggregate = await this.#aggregates.current(decider, stream, use);
        fresh = true;
        continue;
      }
      const { state, revision } = aggregate;
      if (decision instanceof PreconditionFailed) throw decision;
      if (isRefusal(decision)) {
        const { context } = decider;
        return this.#attempts.record({
          context,
          command: type,
          target,
          targetRevision: revision,
          refusal: decision,
          request,
        });
      }
      if ('earlier' in decision) {
        const before = await this.#earlier(target, stream, aggregate, decision.earlier);
        if (before === undefined) throw new Error(`${stream} holds no event of command ${decision.earlier}`);
        return before;
      }
      if (decision.length === 0) return accepted(target, revision, decider.summary(state));

      const events = this.#stamp.events(stream, revision, inTime.of(decision), request, at.effectiveOn);
      const kept = await this.#keepEvidence(stream, events);
      try {
        const appended = await this.#store.append(stream, revision, events);
        kept?.name();
        this.#aggregates.advance(decider, stream, aggregate, events, use);
        return accepted(target, aggregate.revision, decider.summary(aggregate.state), events.at(-1), appended);
      } catch (error) {
        if (error instanceof WrongRevision || error instanceof InvalidEvent) kept?.forget();
        if (!(error instanceof WrongRevision)) {
          this.#aggregates.forget(stream);
          throw error;
        }
        // Another process wrote meanwhile: it may have handled this very command.
        if (++conflicts > CONFLICT_RETRIES) throw new LedgerUnavailable(`${stream} is changing too fast; try again`);
        aggregate = await this.#aggregates.current(decider, stream, use);
        fresh = true;
      }
    }
  }

  #contextOf({ id, actor, source, effectiveOn: asked }: CommandRequest, moved?: BusinessDate): CommandContext {
    const now = this.#stamp.today();
    const effectiveOn = moved ?? asked ?? now;
    // What follows from a recorded fact is decided no earlier than it counts, where a clock was set back since.
    const today = source === 'policy' && effectiveOn > now ? effectiveOn : now;
    return { id, actor, effectiveOn, today, eventId: (index) => eventId(id, index) };
  }

  #decide<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    command: C,
    { expectedRevision: expected, mayBackdate, correction }: CommandRequest,
    context: CommandContext,
    { state, revision }: Aggregate<S>,
  ): readonly E[] | Refusal | Earlier | PreconditionFailed {
    if (expected !== undefined && (expected === 'none' ? -1n : expected) !== BigInt(revision)) {
      // Whoever may not see the aggregate does not learn its revision either, nor that there is one.
      const decision = decider.decide(command, state, context);
      return isRefusal(decision) && decision.refused.kind === 'hidden' ? decision : new PreconditionFailed(revision);
    }
    // What a correction lets count is as far back as it says.
    return this.#outOfTime(context, mayBackdate || correction !== undefined) ?? decider.decide(command, state, context);
  }

  /** What closed periods make of a decision. No promise where all it touches is today's, or was read a moment ago. */
  #inTime(
    { category, facts }: Pick<Decider<unknown, Command, NewEvent>, 'category' | 'facts'>,
    command: Command,
    request: CommandRequest,
    at: CommandContext,
    events: readonly NewEvent[],
  ): InTime | Refusal | Promise<InTime | Refusal> {
    // What follows from a correction belongs to it.
    const inherited = request.source === 'policy' ? request.correction : undefined;
    const isOwn = category === this.options.periods?.books.category;
    if (isOwn || !looksBack(events, at.effectiveOn, at.today)) {
      if (inherited !== undefined) return { of: (decided) => decided.map((event) => corrected(event, inherited)) };
      return this.#outOfTimeAfterAll(request, at) ?? NO_QUESTION;
    }
    const isFact = request.source === 'policy' || request.source === 'clock' || facts?.includes(command.type) === true;
    const judge = (books: ReadonlyMap<string, Closed>): InTime | Refusal | Promise<InTime | Refusal> => {
      const through = closedThrough(books);
      const stored = (correction?: Uuid): InTime => ({
        of: (decided) =>
          decided.map((event) => {
            const { entries } = event;
            const plain =
              entries === undefined ? event : { ...event, entries: settled(entries, at.effectiveOn, books) };
            return correction === undefined ? plain : corrected(plain, correction);
          }),
      });
      if (inherited !== undefined) return stored(inherited);
      if (through === null || at.effectiveOn > through) return this.#outOfTimeAfterAll(request, at) ?? stored();
      if (isFact) return { counts: firstOpenDay(through), of: (decided) => decided };
      if (request.correction !== undefined) return this.#taken(command, request, at, [...books.keys()], stored);
      const { effectiveOn } = at;
      return refuse(LEDGER_RULES.PERIOD_CLOSED, {
        effectiveOn,
        closedThrough: through,
        firstOpen: firstOpenDay(through),
      });
    };
    const books = this.#books?.of(entitiesOf(events)) ?? NO_BOOKS;
    return books instanceof Promise ? books.then(judge) : judge(books);
  }

  /** The correction serves this command and no other: it says so first, in its own stream. */
  async #taken(
    command: Command,
    request: CommandRequest,
    { effectiveOn }: CommandContext,
    entities: readonly string[],
    stored: (correction: Uuid) => InTime,
  ): Promise<InTime | Refusal> {
    const { periods } = this.options;
    if (periods === undefined || request.correction === undefined) throw new Error('nothing is ever closed here');
    const taking = periods.take({ ...command, request }, effectiveOn, entities);
    const outcome = await this.execute(periods.corrections, taking);
    if (outcome.kind === 'accepted') return stored(request.correction);
    return refuse(LEDGER_RULES.CORRECTION, { correction: request.correction, effectiveOn, because: outcome.code });
  }

  /** A correction that was named without need opens no other day. */
  #outOfTimeAfterAll({ correction, mayBackdate }: CommandRequest, at: CommandContext): Refusal | undefined {
    return correction === undefined ? undefined : this.#outOfTime(at, mayBackdate);
  }

  #outOfTime({ effectiveOn, today }: CommandContext, mayBackdate: boolean): Refusal | undefined {
    if (effectiveOn > today) return refuse(LEDGER_RULES.FUTURE_DATE, { effectiveOn, today });
    if (mayBackdate || effectiveOn === today) return undefined;
    const earliest = addDays(today, -this.options.backdatingDays);
    return effectiveOn < earliest ? refuse(LEDGER_RULES.BACKDATING, { effectiveOn, earliest }) : undefined;
  }

  async #keepEvidence(stream: StreamName, events: readonly Envelope[]): Promise<KeptEvidence | undefined> {
    const commitments = events.flatMap(({ evidence }) => evidence);
    if (commitments.length === 0) return undefined;
    if (this.options.keepEvidence === undefined) throw new Error('an event has evidence, and this ledger no vault');
    return this.options.keepEvidence(commitments, stream);
  }

  /**
   * The answer that an accepted command got, with the state as it was then; undefined: it has no event here.
   * @param digest of the repeat, where it must be the same request
   */
  async #earlier(
    target: Uuid,
    stream: StreamName,
    aggregate: Aggregate,
    id: CommandId,
    digest?: string,
  ): Promise<Accepted | undefined> {
    const { commands, summaries } = aggregate;
    for (let at = lastOf(aggregate, id, commands.length); at >= 0; at = lastOf(aggregate, id, at)) {
      const last = await this.#store.at(stream, at);
      if (last === undefined) throw new Error(`${stream} has lost its event ${at}`);
      const { event, ...place } = last;
      if (event.commandId !== id) continue; // another command's with the same fingerprint
      if (digest !== undefined && event.requestDigest !== digest) throw new IdempotencyConflict(id);
      return { ...accepted(target, at, summaries[at] as Summary, event, place), repeated: true };
    }
    return undefined;
  }
}
