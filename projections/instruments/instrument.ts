import Type, { type Static } from 'typebox';
import { CommitmentText } from '../../src/event-store/schemas.js';
import { answer, orNull, recordedEvent } from '../../src/http/answers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { kindOf, rulesOf, sentenceOf } from './sentence.js';
import { KINDS, type Kind } from './telling.js';

const named = Type.Object({ en: Type.String(), ar: Type.String() });
const { sequence, id, stream, revision, type, effectiveOn, recordedAt, actor, ruleSet, source, evidence } =
  recordedEvent.properties;

/** An event as what it is in law, with all that it rests on; the whole event is at its stream and revision. */
export const instrument = Type.Object({
  kind: Type.Enum(Object.keys(KINDS) as Kind[]),
  sentence: named,
  event: id,
  sequence,
  stream,
  revision,
  type,
  effectiveOn,
  recordedAt,
  actor,
  /** The delegation that the actor relied on, as it was registered. Its terms are for the entity and auditors. */
  authority: orNull(
    Type.Object({
      delegation: answer.id,
      terms: orNull(
        Type.Object({
          approver: answer.actor,
          kind: answer.code,
          upTo: answer.money,
          from: answer.day,
          to: answer.day,
        }),
      ),
    }),
  ),
  /** The numbers of the rules that it serves or, of a refusal, that refused; `ruleSet` is their version. */
  rules: Type.Array(answer.code),
  ruleSet,
  source,
  /** The request that it decides. */
  request: orNull(
    Type.Object({
      event: answer.id,
      type: answer.code,
      on: answer.day,
      by: actor,
    }),
  ),
  /** What the bank told; null where there is no receipt, or it is another payer's. */
  bank: orNull(
    Type.Object({
      receipt: answer.id,
      reference: answer.code,
      paidOn: answer.day,
      channel: answer.code,
      /** Commitment to the account number that the money came from: the vault holds the number. */
      sourceAccount: orNull(CommitmentText),
    }),
  ),
  /** The approved correction by which it counts in a closed period. */
  correction: orNull(answer.id),
  /** The event that it corrects. */
  corrects: orNull(answer.id),
  /** Commitments to documents that the vault holds. */
  evidence,
  entries: recordedEvent.properties.entries,
});
export type Instrument = Static<typeof instrument>;

/** What an instrument rests on besides its own event. */
export interface Grounds {
  readonly authority?: Instrument['authority'];
  readonly request?: Instrument['request'];
  readonly bank?: Instrument['bank'];
}

/**
 * @param event as its reader is shown it
 * @param currency of what it is about
 */
export function instrumentOf(
  event: Envelope,
  at: number | undefined,
  currency: string,
  { authority = null, request = null, bank = null }: Grounds,
): Instrument {
  return {
    kind: kindOf(event),
    sentence: sentenceOf(event, currency),
    event: event.id,
    ...(at !== undefined && { sequence: at }),
    stream: event.stream,
    revision: event.revision,
    type: event.type,
    effectiveOn: event.effectiveOn,
    recordedAt: event.recordedAt,
    actor: event.actor,
    authority,
    rules: [...rulesOf(event)],
    ruleSet: event.ruleSet,
    source: event.source,
    request,
    bank,
    correction: event.refs.correction ?? null,
    corrects: event.corrects ?? null,
    evidence: [...event.evidence],
    entries: [...event.entries],
  };
}
