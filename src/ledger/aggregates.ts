import type { Command, Decider, Recorded, Summary } from '../kernel/decider.js';
import type { Envelope, NewEvent } from '../kernel/envelope.js';
import type { CommandId, StreamName } from '../kernel/ids.js';
import { AggregateCache } from './aggregate-cache.js';
import type { PatientStore } from './patient-store.js';

/** What the ledger knows of one aggregate: a fold of its stream up to `revision`. */
export interface Aggregate<State = unknown> {
  /** Of the last event folded; -1: the stream does not exist. */
  revision: number;
  state: State;
  /** Every command that the stream has accepted. */
  readonly commands: Map<CommandId, Handled>;
}

/** What a repeat of a command is answered with, besides its last event. */
export interface Handled {
  /** Of the command's last event. */
  readonly revision: number;
  /** Of the state after the command. */
  readonly summary: Summary;
}

/** Folds streams into aggregates, and keeps those that were used last. */
export class Aggregates {
  readonly #cache: AggregateCache;

  /** @param cacheBytes estimated memory of what is kept */
  constructor(
    private readonly store: PatientStore,
    cacheBytes: number,
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

  /** The aggregate as its stream is now. @throws LedgerUnavailable */
  async current<S, C extends Command, E extends NewEvent>(
    decider: Decider<S, C, E>,
    stream: StreamName,
  ): Promise<Aggregate<S>> {
    const cached = this.#cache.get(stream) as Aggregate<S> | undefined;
    const aggregate = cached ?? { revision: -1, state: decider.initial, commands: new Map<CommandId, Handled>() };
    for await (const { event } of this.store.events(stream, aggregate.revision + 1)) fold(decider, aggregate, event);
    if (aggregate.revision >= 0) this.#cache.put(stream, aggregate);
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
    this.#cache.put(stream, aggregate);
  }

  /** Forgets what may no longer be true: it will be read again. */
  forget(stream: StreamName): void {
    this.#cache.drop(stream);
  }
}

function fold<S, C extends Command, E extends NewEvent>(
  decider: Decider<S, C, E>,
  aggregate: Aggregate<S>,
  event: Envelope,
): void {
  aggregate.state = decider.evolve(aggregate.state, event as Recorded<E>);
  aggregate.revision = event.revision;
  aggregate.commands.set(event.commandId, { revision: event.revision, summary: decider.summary(aggregate.state) });
}
