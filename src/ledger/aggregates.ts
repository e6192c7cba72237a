import type { Command, Decider, Recorded, Summary } from '../kernel/decider.js';
import type { Envelope, NewEvent } from '../kernel/envelope.js';
import type { StreamName } from '../kernel/ids.js';
import { fingerprintOf, grown, type Aggregate } from './aggregate.js';
import { AggregateCache } from './aggregate-cache.js';
import type { PatientStore } from './patient-store.js';
import type { Snapshots } from './snapshots.js';

/** A cold start folds at most so many events, or a thirty-second part of the stream. */
const EVENTS_BETWEEN_SNAPSHOTS = 8;

/** The part of the cache's memory for what jobs pass over: enough for those in hand. */
const PASSING = 1 / 128;

/**
 * Whether an aggregate is kept for whoever uses it next, or is one of thousands that a job passes over, each once: those
 * would drive out what people use, and live just long enough for the collector to copy each of them twice.
 */
export type Use = 'kept' | 'passing';

/** Folds streams into aggregates, and keeps those that were used last. */
export class Aggregates {
  readonly #cache: AggregateCache;
  readonly #passing: AggregateCache;

  /** @param cacheBytes estimated memory of what is kept */
  constructor(
    private readonly store: PatientStore,
    cacheBytes: number,
    private readonly snapshots?: Snapshots,
  ) {
    this.#cache = new AggregateCache(cacheBytes);
    this.#passing = new AggregateCache(cacheBytes * PASSING);
  }

  /**
   * The aggregate as it was when it was last used here, else as its stream is now. No promise where nothing is read.
   * @throws LedgerUnavailable
   */
  known<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
    use: Use,
  ): Aggregate<S> | Promise<Aggregate<S>> {
    const cached = this.#cached(stream) as Aggregate<S> | undefined;
    if (cached !== undefined) return cached;
    return this.store.isAbsent(stream) ? blank(decider.initial) : this.current(decider, stream, use);
  }

  /** The aggregate as its stream is now: whatever is remembered of it, the tail is read. @throws LedgerUnavailable */
  async current<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
    use: Use,
  ): Promise<Aggregate<S>> {
    const cached = this.#cached(stream) as Aggregate<S> | undefined;
    if (cached !== undefined) return this.#followed(decider, stream, cached, use);
    if (this.store.isAbsent(stream)) return blank(decider.initial);
    const restored = await this.#restored(decider, stream, use);
    return restored ?? this.#followed(decider, stream, blank(decider.initial), use);
  }

  /** Takes in what was appended. */
  advance<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
    aggregate: Aggregate<S>,
    events: readonly Envelope[],
    use: Use,
  ): void {
    for (const event of events) fold(decider, aggregate, event);
    this.#remember(stream, aggregate, events.at(-1), use);
  }

  /** Forgets what may no longer be true: it will be read again. */
  forget(stream: StreamName): void {
    this.#cache.drop(stream);
    this.#passing.drop(stream);
  }

  #cached(stream: StreamName): Aggregate | undefined {
    return this.#cache.get(stream) ?? this.#passing.get(stream);
  }

  /** @param last folded just now */
  #remember(stream: StreamName, aggregate: Aggregate, last: Envelope | undefined, use: Use): void {
    if (use === 'passing' && this.#cache.get(stream) === undefined) {
      this.#passing.put(stream, aggregate);
    } else {
      this.#passing.drop(stream);
      this.#cache.put(stream, aggregate);
    }
    if (this.snapshots === undefined || last === undefined) return;
    const since = aggregate.revision - aggregate.snapshot;
    if (since < Math.max(EVENTS_BETWEEN_SNAPSHOTS, aggregate.revision / 32)) return;
    aggregate.snapshot = aggregate.revision;
    this.snapshots.save(stream, { aggregate, at: markOf(last) });
  }

  /** With what its stream holds beyond it. */
  async #followed<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
    aggregate: Aggregate<S>,
    use: Use,
  ): Promise<Aggregate<S>> {
    let last: Envelope | undefined;
    for await (const page of this.store.pages(stream, aggregate.revision + 1)) {
      for (const event of page) fold(decider, aggregate, event);
      last = page.at(-1) ?? last;
    }
    if (aggregate.revision >= 0) this.#remember(stream, aggregate, last, use);
    return aggregate;
  }

  /**
   * From a snapshot, where the stream still holds the event that it was taken at, and not one of another ledger or of a
   * history that a restored copy has lost. That event is read together with what follows.
   */
  async #restored<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
    use: Use,
  ): Promise<Aggregate<S> | undefined> {
    const snapshot = this.snapshots?.load(stream);
    if (snapshot === undefined) return undefined;
    const aggregate = snapshot.aggregate as Aggregate<S>;
    const { revision } = aggregate;
    let last: Envelope | undefined;
    for await (const page of this.store.pages(stream, revision)) {
      if (last === undefined && (page[0] === undefined || markOf(page[0]) !== snapshot.at)) return undefined;
      for (const event of page) if (event.revision > revision) fold(decider, aggregate, event);
      last = page.at(-1) ?? last;
    }
    this.#remember(stream, aggregate, last, use);
    return aggregate;
  }
}

const blank = <S>(initial: S): Aggregate<S> => ({
  revision: -1,
  state: initial,
  commands: [],
  summaries: [],
  snapshot: -1,
});

function fold<S, C extends Command, E extends NewEvent>(
  decider: Decider<S, C, E>,
  aggregate: Aggregate<S>,
  event: Envelope,
): void {
  aggregate.state = decider.evolve(aggregate.state, event as Recorded<E>);
  aggregate.revision = event.revision;
  aggregate.commands = grown(aggregate.commands, fingerprintOf(event.commandId));
  const summary = decider.summary(aggregate.state);
  const before = aggregate.summaries.at(-1);
  // Most events do not change it: a long stream then holds few of them.
  aggregate.summaries = grown(aggregate.summaries, before !== undefined && isSame(before, summary) ? before : summary);
}

/** Their fields are texts and booleans. */
function isSame(a: Summary, b: Summary): boolean {
  if (a === b) return true;
  let fields = 0;
  for (const field in a) {
    if (a[field] !== b[field]) return false;
    fields++;
  }
  for (const _ in b) fields--;
  return fields === 0;
}

/** What no other history has at that revision: ids alone follow from the command's. */
const markOf = ({ ledger, id, recordedAt }: Envelope): string => `${ledger} ${id} ${recordedAt}`;
