import type { Command, Decider, Recorded, Summary } from '../kernel/decider.js';
import type { Envelope, NewEvent } from '../kernel/envelope.js';
import type { StreamName } from '../kernel/ids.js';
import type { Aggregate } from './aggregate.js';
import { AggregateCache } from './aggregate-cache.js';
import type { PatientStore } from './patient-store.js';
import type { Snapshots } from './snapshots.js';

/** A cold start folds at most so many events, or a thirty-second part of the stream. */
const EVENTS_BETWEEN_SNAPSHOTS = 32;

/** Folds streams into aggregates, and keeps those that were used last. */
export class Aggregates {
  readonly #cache: AggregateCache;

  /** @param cacheBytes estimated memory of what is kept */
  constructor(
    private readonly store: PatientStore,
    cacheBytes: number,
    private readonly snapshots?: Snapshots,
  ) {
    this.#cache = new AggregateCache(cacheBytes);
  }

  /**
   * The aggregate as it was when it was last used here, else as its stream is now.
   * @throws LedgerUnavailable
   */
  async known<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
  ): Promise<Aggregate<S>> {
    return (this.#cache.get(stream) as Aggregate<S> | undefined) ?? this.current(decider, stream);
  }

  /** The aggregate as its stream is now: whatever is remembered of it, the tail is read. @throws LedgerUnavailable */
  async current<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
  ): Promise<Aggregate<S>> {
    const cached = this.#cache.get(stream);
    if (cached === undefined && this.store.isAbsent(stream)) return blank(decider.initial);
    const remembered = cached ?? (await this.#restored(stream)) ?? blank(decider.initial);
    const aggregate = remembered as Aggregate<S>;
    let last: Envelope | undefined;
    for await (const { event } of this.store.events(stream, aggregate.revision + 1)) {
      fold(decider, aggregate, event);
      last = event;
    }
    if (aggregate.revision >= 0) this.#remember(stream, aggregate, last);
    return aggregate;
  }

  /** Takes in what was appended. */
  advance<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
    aggregate: Aggregate<S>,
    events: readonly Envelope[],
  ): void {
    for (const event of events) fold(decider, aggregate, event);
    this.#remember(stream, aggregate, events.at(-1));
  }

  /** Forgets what may no longer be true: it will be read again. */
  forget(stream: StreamName): void {
    this.#cache.drop(stream);
  }

  /** @param last folded just now */
  #remember(stream: StreamName, aggregate: Aggregate, last: Envelope | undefined): void {
    this.#cache.put(stream, aggregate);
    if (this.snapshots === undefined || last === undefined) return;
    const since = aggregate.revision - aggregate.snapshot;
    if (since < Math.max(EVENTS_BETWEEN_SNAPSHOTS, aggregate.revision / 32)) return;
    aggregate.snapshot = aggregate.revision;
    this.snapshots.save(stream, { aggregate, at: markOf(last) });
  }

  /** From a snapshot, where the stream still holds the event that it was taken at. */
  async #restored(stream: StreamName): Promise<Aggregate | undefined> {
    const snapshot = this.snapshots?.load(stream);
    if (snapshot === undefined) return undefined;
    const stored = await this.store.at(stream, snapshot.aggregate.revision);
    // Not of another ledger, nor of a history that a restored copy has lost.
    return stored !== undefined && markOf(stored.event) === snapshot.at ? snapshot.aggregate : undefined;
  }
}

const blank = <S>(initial: S): Aggregate<S> => ({
  revision: -1,
  state: initial,
  commands: new Map(),
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
  aggregate.commands.set(event.commandId, event.revision);
  const summary = decider.summary(aggregate.state);
  const before = aggregate.summaries.at(-1);
  // Most events do not change it: a long stream then holds few of them.
  aggregate.summaries.push(before !== undefined && isSame(before, summary) ? before : summary);
}

/** Their fields are texts and booleans. */
function isSame(a: Summary, b: Summary): boolean {
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
