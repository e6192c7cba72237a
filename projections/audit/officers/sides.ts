/** Four eyes of one decision: who stands on the other side of it. Pure. */
import type { Envelope } from '../../../src/kernel/envelope.js';
import { actOf, requestOf } from '../facets.js';

export interface Side {
  readonly event: string;
  readonly type: string;
  readonly actor: string;
  readonly role: string;
  readonly on: string;
}

/**
 * Who asked for what an event decides: the request that it names; of what is decided without naming one, such as a draft's
 * registration, everybody who prepared it.
 * @param before the events of its stream, by revision
 */
export function askedFor(decision: Envelope, before: readonly Envelope[]): readonly Side[] {
  const act = actOf(decision.type);
  if (act !== 'approved' && act !== 'declined') return [];
  const request = requestOf(decision);
  return before
    .filter((event) => actOf(event.type) === 'requested' && requestOf(event) === request)
    .map(({ id, type, actor, effectiveOn }) => ({
      event: id,
      type,
      actor: actor.id,
      role: actor.role,
      on: effectiveOn,
    }));
}
