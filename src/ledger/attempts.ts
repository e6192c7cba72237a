import { rejectionType, type RejectionData } from '../event-store/catalogue.js';
import { WrongRevision, type StoredEvent } from '../event-store/event-store.js';
import type { CommandRequest } from '../kernel/decider.js';
import type { Envelope, NewEvent } from '../kernel/envelope.js';
import { NAMESPACE, streamName, uuid5, type CommandId, type EventId, type Uuid } from '../kernel/ids.js';
import type { Refusal } from '../kernel/refusal.js';
import { IdempotencyConflict, type Refused } from './outcome.js';
import type { PatientStore } from './patient-store.js';
import type { Stamp } from './stamping.js';

/** Of the streams that hold a refusal each. Every command is looked for in one, and few were refused. */
export const ATTEMPT_CATEGORY = 'attempt';

/** A command that a rule stopped. */
export interface Attempt {
  /** `debts`: the first part of the stored type. */
  readonly context: string;
  readonly command: string;
  readonly target: Uuid;
  /** -1: the target does not exist, or nobody looked. */
  readonly targetRevision: number;
  readonly refusal: Refusal;
  readonly request: CommandRequest;
}

/** Refusals are evidence: each is recorded in a stream of its own, once (DESIGN.md, Refusals). */
export class Attempts {
  constructor(
    private readonly store: PatientStore,
    private readonly stamp: Stamp,
  ) {}

  /** The recorded refusal of a command. No promise where it is known that there is none. @throws LedgerUnavailable */
  find(id: CommandId): Promise<StoredEvent | undefined> | undefined {
    const stream = streamName(ATTEMPT_CATEGORY, id);
    return this.store.isAbsent(stream) ? undefined : this.store.at(stream, 0);
  }

  /** @throws LedgerUnavailable where it cannot be recorded: then there is no outcome */
  async record({ context, command, target, targetRevision, refusal, request }: Attempt): Promise<Refused> {
    const { refused: rule, facts } = refusal;
    const stream = streamName(ATTEMPT_CATEGORY, request.id);
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
    const envelopes = this.stamp.events(stream, -1, [event], request, this.stamp.today(), attemptId);
    try {
      const appended = await this.store.append(stream, -1, envelopes);
      return refused(envelopes[0] as Envelope<string, RejectionData>, appended);
    } catch (error) {
      // Another process was faster: what it recorded stands.
      const before = error instanceof WrongRevision ? await this.find(request.id) : undefined;
      if (before === undefined) throw error;
      return refusedAgain(before, request);
    }
  }
}

/** The answer to a repeat of a refused command. @throws IdempotencyConflict */
export function refusedAgain({ event, ...place }: StoredEvent, { id, digest }: CommandRequest): Refused {
  if (event.requestDigest !== digest) throw new IdempotencyConflict(id);
  return { ...refused(event as Envelope<string, RejectionData>, place), repeated: true };
}

/** No event of a target shares an id with the attempt of the same command. */
export const attemptId = (command: CommandId): EventId => uuid5(NAMESPACE.event, command, 'attempt') as EventId;

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
