import type { Catalogue } from '../event-store/catalogue.js';
import { businessDateAt, instantAt, type BusinessDate, type Instant } from '../kernel/calendar.js';
import type { Clock } from '../kernel/clock.js';
import type { CommandRequest } from '../kernel/decider.js';
import { assertBalanced, type Entry } from '../kernel/entries.js';
import type { Actor, Envelope, NewEvent } from '../kernel/envelope.js';
import { eventId, type CommandId, type EventId, type LedgerId, type StreamName } from '../kernel/ids.js';

/** What of a request its events say. */
export type Stamped = Pick<CommandRequest, 'id' | 'digest' | 'actor' | 'source' | 'causation' | 'correlation'>;

/** Puts what was decided into envelopes. */
export class Stamp {
  /** The last moment that was asked for, as the texts it is written as: many commands share one. */
  #now: { readonly epochMs: number; readonly today: BusinessDate; readonly instant: Instant } | undefined;

  constructor(
    private readonly options: {
      readonly id: LedgerId;
      readonly catalogue: Catalogue;
      readonly clock: Clock;
      readonly ruleSet: string;
    },
  ) {}

  /** The business day of now: `effectiveOn` of what names none. */
  today(): BusinessDate {
    return this.#moment().today;
  }

  /**
   * What was decided, as it will be stored for ever; schema and entries are checked in production too.
   * @param revision of the stream before; -1: it does not exist
   * @throws InvalidEvent, Error: a decider's fault, and nothing is written
   */
  events(
    stream: StreamName,
    revision: number,
    events: readonly NewEvent[],
    request: Stamped,
    effectiveOn: BusinessDate,
    idOf: (command: CommandId, index: number) => EventId = eventId,
  ): Envelope[] {
    const { catalogue, id: ledger, ruleSet } = this.options;
    const recordedAt = this.#moment().instant;
    return events.map((event, index) => {
      const entries: readonly Entry[] = event.entries ?? [];
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
        actor: by(request.actor, event),
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

  #moment(): { readonly today: BusinessDate; readonly instant: Instant } {
    const epochMs = this.options.clock.now();
    if (this.#now?.epochMs !== epochMs) {
      this.#now = { epochMs, today: businessDateAt(epochMs), instant: instantAt(epochMs) };
    }
    return this.#now;
  }
}

/** Who did it, and by which delegation where the decision rested on one. */
export const by = (actor: Actor, { authority }: NewEvent): Actor =>
  authority === undefined ? actor : { ...actor, authority };
