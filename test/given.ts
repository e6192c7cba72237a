import { Catalogue, type EventDefinition } from '../src/event-store/catalogue.js';
import { canonicalEvent } from '../src/event-store/canonical.js';
import type { BusinessDate, Instant } from '../src/kernel/calendar.js';
import type { Command, CommandContext, Decider, Earlier, Recorded } from '../src/kernel/decider.js';
import { assertBalanced, type Entry } from '../src/kernel/entries.js';
import type { Actor, Envelope, NewEvent, Refs, Role } from '../src/kernel/envelope.js';
import {
  eventId,
  nameBased,
  streamName,
  type ActorId,
  type CommandId,
  type LedgerId,
  type PartyId,
  type Uuid,
} from '../src/kernel/ids.js';
import { isRefusal, type Refusal } from '../src/kernel/refusal.js';
import { settled } from '../src/ledger/closed-books.js';
import { by } from '../src/ledger/stamping.js';

/*
 * given(what happened).when(command, by whom).then(what happens)
 * given(what happened).when(command, by whom).refuses('CODE')
 *
 *   const given = givenFor(debt, debtEvents);
 *   given([draftDebt, clerk], [registerDebt, approver]).when(requestPayment('50.00'), debtor).then({ type: '…', data });
 *
 * Each event that a decider makes is put into its envelope, checked against its schema and the 60,000 bytes of
 * canonical JSON, and its entries asserted balanced; the decider folds what comes out of the stored bytes.
 */

/** A UUID that has a name: the same in every run. */
export const id = (name: string): Uuid => nameBased('6ba7b811-9dad-11d1-80b4-00c04fd430c8' as Uuid, name);
export const party = (name: string): PartyId => `party_${id(name)}` as PartyId;
/** Someone in a role, acting for a party. */
export const actor = (name: string, role: Role | 'system', actingFor?: PartyId): Actor => ({
  id: `actor_${id(name)}` as ActorId,
  role,
  ...(actingFor !== undefined && { actingFor }),
});
/** Sends what policies send. */
export const SYSTEM: Actor = actor('system', 'system');

/** When and under which id a command is sent; what is absent is made up. */
export interface Occasion {
  readonly id?: CommandId;
  readonly effectiveOn?: string;
  readonly today?: string;
}

/** Something that happened before: a command that is accepted, or an event as it is, by nobody in particular. */
export type Past<C extends Command, E extends NewEvent> = readonly [C, Actor, Occasion?] | E;

/** What of an event a test wants to see: the data whole, refs and entries whole where it names them. */
export interface ExpectedEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly refs?: Refs;
  readonly entries?: readonly Entry[];
  readonly corrects?: string;
  readonly evidence?: readonly string[];
  readonly authority?: string;
}

export interface Given<S, C extends Command, E extends NewEvent> {
  readonly state: S;
  readonly events: readonly Recorded<E>[];
  when(command: C, by: Actor, occasion?: Occasion): When<S, C, E>;
  /** More that happened. */
  and(...past: readonly Past<C, E>[]): Given<S, C, E>;
}

interface Remembering<S, C extends Command, E extends NewEvent> extends Given<S, C, E> {
  remember(past: Past<C, E>): Remembering<S, C, E>;
}

export interface When<S, C extends Command, E extends NewEvent> {
  /** Accepted with exactly these events; with none of them: accepted, and nothing to record. */
  then(...expected: readonly ExpectedEvent[]): Given<S, C, E>;
  refuses(code: string, facts?: Readonly<Record<string, string | number | boolean>>): Given<S, C, E>;
  /** The answer is the one that an earlier command got. */
  answersAs(earlier: CommandId): Given<S, C, E>;
  /** What `decide` answered, as it is. */
  readonly outcome: ReturnType<Decider<S, C, E>['decide']>;
}

const LEDGER = id('ledger') as Uuid as LedgerId;
const TODAY = '2026-03-01';

/** @param definitions the events that the decider may make */
export function givenFor<S, C extends Command, E extends NewEvent>(
  decider: Decider<S, C, E>,
  definitions: readonly EventDefinition[],
): (...past: readonly Past<C, E>[]) => Given<S, C, E> {
  const catalogue = new Catalogue(definitions);

  function from(state: S, events: readonly Recorded<E>[]): Remembering<S, C, E> {
    const grow = (made: readonly E[], context: CommandContext, target: Uuid): Remembering<S, C, E> => {
      const recorded = made.map((event, index) => record(event, index, events.length + index, context, target));
      return from(
        recorded.reduce((before, event) => decider.evolve(before, event), state),
        [...events, ...recorded],
      );
    };
    const remember = (past: Past<C, E>): Remembering<S, C, E> => {
      if (!isCommand(past)) return grow([past], contextOf(events.length, id('target'), SYSTEM, {}), id('target'));
      const [command, by, occasion] = past;
      const context = contextOf(events.length, command.target, by, occasion ?? {});
      const outcome = decider.decide(command, state, context);
      return grow(accepted(command, outcome), context, command.target);
    };

    return {
      state,
      events,
      remember,
      and: (...past) => past.reduce<Remembering<S, C, E>>((before, each) => before.remember(each), from(state, events)),
      when(command, by, occasion = {}) {
        const context = contextOf(events.length, command.target, by, occasion);
        const outcome = decider.decide(command, state, context);
        return {
          outcome,
          // oxlint-disable-next-line unicorn/no-thenable -- given, when, then: nobody awaits it
          then(...expected) {
            const made = accepted(command, outcome);
            expect(made.map((event, index) => seen(event, expected[index]))).toEqual(expected);
            return grow(made, context, command.target);
          },
          refuses(code, facts) {
            if (!isRefusal(outcome)) throw new Error(`${command.type} was not refused with ${code}: ${show(outcome)}`);
            const { refused } = outcome;
            expect(refused.code).toBe(code);
            if (facts !== undefined) expect(outcome.facts).toEqual(facts);
            expect(unexplained(refused.en + refused.ar, outcome.facts)).toEqual([]);
            return from(state, events);
          },
          answersAs(earlier) {
            expect(outcome).toEqual({ earlier });
            return from(state, events);
          },
        };
      },
    };
  }

  function record(event: E, index: number, revision: number, context: CommandContext, target: Uuid): Recorded<E> {
    const envelope: Envelope = {
      v: 1,
      ledger: LEDGER,
      id: context.eventId(index),
      stream: streamName(decider.category, target),
      revision,
      type: event.type,
      schemaVersion: catalogue.version(event.type),
      effectiveOn: context.effectiveOn,
      recordedAt: new Date(Date.UTC(2026, 2, 1) + revision).toISOString() as Instant,
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
    catalogue.validate(envelope.type, envelope.data);
    assertBalanced(envelope.entries);
    return JSON.parse(canonicalEvent(envelope)) as Recorded<E>;
  }

  return (...past) => from(decider.initial, []).and(...past);
}

function contextOf(revision: number, target: Uuid, by: Actor, occasion: Occasion): CommandContext {
  const commandId = occasion.id ?? (id(`${target} ${revision} ${by.id}`) as Uuid as CommandId);
  const today = occasion.today ?? TODAY;
  return {
    id: commandId,
    actor: by,
    today: today as BusinessDate,
    effectiveOn: (occasion.effectiveOn ?? today) as BusinessDate,
    eventId: (index) => eventId(commandId, index),
  };
}

function accepted<E extends NewEvent>(command: Command, outcome: readonly E[] | Refusal | Earlier): readonly E[] {
  if (isRefusal(outcome) || 'earlier' in outcome) throw new Error(`${command.type} was not accepted: ${show(outcome)}`);
  return outcome;
}

const show = (outcome: unknown): string => JSON.stringify(outcome);

const isCommand = <C extends Command, E extends NewEvent>(past: Past<C, E>): past is readonly [C, Actor, Occasion?] =>
  Array.isArray(past);

/** The parts of an event that the expectation names. */
function seen(event: NewEvent, expected: ExpectedEvent | undefined): ExpectedEvent {
  return {
    type: event.type,
    ...(expected?.data !== undefined && { data: event.data }),
    ...(expected?.refs !== undefined && { refs: event.refs }),
    ...(expected?.entries !== undefined && { entries: event.entries ?? [] }),
    ...(expected?.corrects !== undefined && event.corrects !== undefined && { corrects: event.corrects }),
    ...(expected?.evidence !== undefined && { evidence: event.evidence ?? [] }),
    ...(expected?.authority !== undefined && event.authority !== undefined && { authority: event.authority }),
  };
}

/** A refusal explains itself: every `{name}` of its text is a fact that it gives. */
const unexplained = (text: string, facts: Readonly<Record<string, unknown>>): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string).filter((name) => !(name in facts));
