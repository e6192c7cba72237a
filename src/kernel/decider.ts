import type { BusinessDate } from './calendar.js';
import type { Actor, Envelope, NewEvent, Source } from './envelope.js';
import type { CommandId, EventId, Uuid } from './ids.js';
import type { Refusal } from './refusal.js';

/** A wish to change one aggregate: plain data. */
export interface Command<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** The aggregate's id: with the decider's category it names the stream. */
  readonly target: Uuid;
  readonly data: Data;
}

/** Who sends a command, when, and under which name: the same for HTTP, policies and jobs. */
export interface CommandRequest {
  readonly id: CommandId;
  /** SHA-256, hex, of the canonical command as it was received. */
  readonly digest: string;
  readonly actor: Actor;
  readonly source: Source;
  /** Absent: today. */
  readonly effectiveOn?: BusinessDate;
  /** The approved correction by which the command may count in a closed period. */
  readonly correction?: Uuid;
  /** The role `importer` may date a command further back than the configured days. */
  readonly mayBackdate: boolean;
  /** The revision that the caller saw (`If-Match`); `'none'`: the aggregate must not exist. */
  readonly expectedRevision?: bigint | 'none';
  readonly causation?: EventId;
  readonly correlation: Uuid;
}

/** A command on its way through the CommandBus, which finds its handler by the class. */
export abstract class Issued<Type extends string, Data> implements Command<Type, Data> {
  abstract readonly type: Type;
  constructor(
    readonly target: Uuid,
    readonly data: Data,
    readonly request: CommandRequest,
  ) {}
}

/** The pure part of a command class: what a decider sees. */
export type CommandOf<I> = I extends Issued<infer T, infer D> ? Command<T, D> : never;

/** What a command is decided with, besides its own data: everything that a decider may not fetch for itself. */
export interface CommandContext {
  readonly id: CommandId;
  readonly actor: Actor;
  readonly effectiveOn: BusinessDate;
  /** The business day on which the command is decided. */
  readonly today: BusinessDate;
  /** The id that the index-th event of this command will have. */
  eventId(index: number): EventId;
}

/** "That was done already": the answer is the one that an earlier command of the same aggregate got. */
export interface Earlier {
  readonly earlier: CommandId;
}

/** Any event of a decider's aggregate, as it was recorded. */
export type Recorded<E extends NewEvent> = E extends NewEvent<infer T, infer D> ? Envelope<T, D> : never;

/**
 * Three pure functions for each aggregate. No clock, no randomness, no I/O (DESIGN.md, Eight ideas).
 * `decide` answers events (none: accepted, but nothing to record), a refusal, or an earlier command's answer.
 */
export interface Decider<State, C extends Command, E extends NewEvent> {
  /** `debts`: the first part of the stored type of a refusal. */
  readonly context: string;
  /** `debt`: the first part of the stream's name. */
  readonly category: string;
  readonly initial: State;
  /** Commands that report what has happened outside: where their day is in a closed period they count on the next open one. */
  readonly facts?: readonly C['type'][];
  evolve(state: State, event: Recorded<E>): State;
  decide(command: C, state: State, context: CommandContext): readonly E[] | Refusal | Earlier;
  /** What an acknowledgement shows of the state after the command. */
  summary(state: State): Summary;
}

/** `state` is the code that lists filter by; further fields may be added. */
export interface Summary {
  readonly state: string;
  readonly [field: string]: string | boolean;
}
