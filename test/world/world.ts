import { isDeepStrictEqual } from 'node:util';
import { Catalogue, rejectionType, type EventDefinition } from '../../src/event-store/catalogue.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import type { Policy } from '../../src/feed/consumers.js';
import type { BusinessDate, Instant } from '../../src/kernel/calendar.js';
import type { Command, CommandContext, Decider, Earlier, Summary } from '../../src/kernel/decider.js';
import { assertBalanced } from '../../src/kernel/entries.js';
import type { Actor, Envelope, NewEvent } from '../../src/kernel/envelope.js';
import {
  eventId,
  policyCommandId,
  streamName,
  type CommandId,
  type LedgerId,
  type StreamName,
} from '../../src/kernel/ids.js';
import { isRefusal, type Refusal, type Rule } from '../../src/kernel/refusal.js';
import { settled } from '../../src/ledger/closed-books.js';
import { by } from '../../src/ledger/stamping.js';
import { id, SYSTEM } from '../given.js';

/** A decider whose types the world does not need to know. */
interface AnyDecider {
  readonly context: string;
  readonly category: string;
  readonly initial: unknown;
  evolve(state: unknown, event: Envelope): unknown;
  decide(command: Command, state: unknown, context: CommandContext): readonly NewEvent[] | Refusal | Earlier;
  summary(state: unknown): Summary;
}

export const anyDecider = <S, C extends Command, E extends NewEvent>(decider: Decider<S, C, E>): AnyDecider =>
  decider as unknown as AnyDecider;

/** A command on its way: the same id again is the same command. */
export interface Sent {
  readonly id: CommandId;
  readonly command: Command;
  readonly by: Actor;
  /** Absent: today. */
  readonly effectiveOn?: BusinessDate;
}

export type Outcome =
  | { readonly kind: 'accepted'; readonly events: readonly Envelope[] }
  | { readonly kind: 'earlier'; readonly of: CommandId }
  | { readonly kind: 'refused'; readonly by: Rule };

interface Stream {
  state: unknown;
  readonly events: Envelope[];
}

interface Pending extends Sent {
  /** The stream of the event that it follows from. */
  readonly source: StreamName;
}

const LEDGER = id('ledger') as unknown as LedgerId;

/** The day on which every world begins. */
export const STARTS_ON = '2026-03-01' as BusinessDate;

/**
 * The whole write side in memory, without a clock or any I/O: commands are decided at once, and what the policies send
 * waits until somebody delivers it.
 */
export class World {
  /** Time passes only where somebody says so. */
  today = STARTS_ON;
  readonly log: Envelope[] = [];
  /** Everything that was sent, in order, repeats included, and on which day. */
  readonly outcomes: { readonly sent: Sent; readonly outcome: Outcome; readonly today: BusinessDate }[] = [];
  readonly #streams = new Map<StreamName, Stream>();
  readonly #answers = new Map<CommandId, Outcome>();
  readonly #pending: Pending[] = [];
  readonly #catalogue: Catalogue;

  constructor(
    /** By the type of the command. */
    private readonly deciders: Readonly<Record<string, AnyDecider>>,
    private readonly policies: readonly Policy[],
    definitions: readonly EventDefinition[],
    private readonly onEvent: (event: Envelope) => void,
  ) {
    this.#catalogue = new Catalogue(definitions);
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** A repeated id gets its first answer and has no second effect; an acceptance without events is no answer. */
  send(sent: Sent): Outcome {
    const outcome = this.#answers.get(sent.id) ?? this.#handle(sent);
    this.outcomes.push({ sent, outcome, today: this.today });
    if (outcome.kind !== 'accepted' || outcome.events.length > 0) this.#answers.set(sent.id, outcome);
    return outcome;
  }

  /** Delivers one of the waiting commands: any of those that may go first. */
  deliver(pick: number): Sent | undefined {
    const ready = this.#pending.filter((each, index) => !this.#pending.slice(0, index).some((e) => blocks(e, each)));
    const chosen = ready[pick % ready.length];
    if (chosen === undefined) return undefined;
    this.#pending.splice(this.#pending.indexOf(chosen), 1);
    this.send(chosen);
    return chosen;
  }

  /** Delivers until nothing waits, in an order that `pick` decides. */
  drain(pick: (delivered: number) => number): void {
    for (let delivered = 0; this.#pending.length > 0; delivered++) this.deliver(pick(delivered));
  }

  /** What each stream's state would be if it were read again from the stored text. */
  *refolded(): Iterable<{ readonly stream: StreamName; readonly state: unknown; readonly again: unknown }> {
    for (const [stream, { state, events }] of this.#streams) {
      const decider = this.#deciderOf(stream);
      const again = events
        .map((event) => JSON.parse(canonicalEvent(event)) as Envelope)
        .reduce((before, event) => decider.evolve(before, event), decider.initial);
      yield { stream, state, again };
    }
  }

  summary(stream: StreamName): Summary {
    const decider = this.#deciderOf(stream);
    return decider.summary(this.#streams.get(stream)?.state ?? decider.initial);
  }

  #handle({ id: commandId, command, by, effectiveOn = this.today }: Sent): Outcome {
    const decider = this.deciders[command.type];
    if (decider === undefined) throw new Error(`nobody decides ${command.type}`);
    const name = streamName(decider.category, command.target);
    const stream = this.#streams.get(name) ?? { state: decider.initial, events: [] };
    const context: CommandContext = {
      id: commandId,
      actor: by,
      effectiveOn,
      today: this.today,
      eventId: (index) => eventId(commandId, index),
    };
    const decision = decider.decide(command, stream.state, context);
    if (isRefusal(decision)) {
      this.#catalogue.version(rejectionType(decider.context, command.type)); // it could be recorded
      return { kind: 'refused', by: decision.refused };
    }
    if ('earlier' in decision) {
      if (!stream.events.some((event) => event.commandId === decision.earlier)) {
        throw new Error(`${name} never handled ${decision.earlier}`);
      }
      return { kind: 'earlier', of: decision.earlier };
    }
    this.#streams.set(name, stream);
    const events = decision.map((event, index) => this.#record(event, index, name, stream, decider, context));
    for (const event of events) this.#react(event);
    return { kind: 'accepted', events };
  }

  #record(
    event: NewEvent,
    index: number,
    name: StreamName,
    stream: Stream,
    decider: AnyDecider,
    context: CommandContext,
  ): Envelope {
    const envelope: Envelope = {
      v: 1,
      ledger: LEDGER,
      id: context.eventId(index),
      stream: name,
      revision: stream.events.length,
      type: event.type,
      schemaVersion: this.#catalogue.version(event.type),
      effectiveOn: context.effectiveOn,
      recordedAt: `${this.today}T00:00:00.000Z` as Instant,
      actor: by(context.actor, event),
      commandId: context.id,
      requestDigest: '0'.repeat(64),
      correlation: context.id,
      ruleSet: '1',
      source: context.actor.role === 'system' ? 'policy' : 'api',
      ...(event.corrects !== undefined && { corrects: event.corrects }),
      evidence: event.evidence ?? [],
      refs: event.refs,
      entries: settled(event.entries ?? [], context.effectiveOn, new Map()),
      data: event.data,
    };
    this.#catalogue.validate(envelope.type, envelope.data);
    assertBalanced(envelope.entries);
    canonicalEvent(envelope);
    stream.events.push(envelope);
    const before = structuredClone(stream.state);
    const after = decider.evolve(stream.state, envelope);
    if (!isDeepStrictEqual(structuredClone(stream.state), before))
      throw new Error(`folding ${event.type} changes the state before it`);
    stream.state = after;
    this.log.push(envelope);
    this.onEvent(envelope);
    return envelope;
  }

  #react(event: Envelope): void {
    for (const policy of this.policies.filter(({ types }) => types.includes(event.type))) {
      policy.react(event).forEach((command, index) => {
        const commandId = policyCommandId(event.id, policy.name, index, command.target);
        const { effectiveOn } = event;
        this.#pending.push({ id: commandId, command, by: SYSTEM, effectiveOn, source: event.stream });
      });
    }
  }

  #deciderOf(stream: StreamName): AnyDecider {
    const decider = Object.values(this.deciders).find(({ category }) => stream.startsWith(`${category}-`));
    if (decider === undefined) throw new Error(`nobody folds ${stream}`);
    return decider;
  }
}

/**
 * The order that the flows rest on, and no more: what follows from one stream reaches one target in the order of that
 * stream. Everything else may overtake.
 */
const blocks = (earlier: Pending, later: Pending): boolean =>
  earlier.source === later.source && earlier.command.target === later.command.target;
