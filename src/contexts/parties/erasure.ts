import { addDays, type BusinessDate } from '../../kernel/calendar.js';
import type { CommandContext, Recorded } from '../../kernel/decider.js';
import type { EventId } from '../../kernel/ids.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { ErasureCommand } from './commands.js';
import { forbidding, type Duties } from './duties.js';
import type { ErasureEvent } from './events.js';
import { PARTY_RULES as RULES } from './rules.js';
import type { Erasure, Hold, Party } from './state.js';

type Decision = readonly ErasureEvent[] | Refusal;

/** Two people destroy a party's data, unless a law forbids it; the clock carries it out (docs/adr/0034). */
export function decideErasure(command: ErasureCommand, state: Party, context: CommandContext): Decision {
  const { party, status, erasure, holds } = state;
  if (command.type === 'CompleteErasure') return complete(command.data.request, state);
  if (command.type === 'ConfirmErasure') return confirm(command.data, state, context.today);
  if (status === 'erased') return refuse(RULES.ERASED);
  switch (command.type) {
    case 'PlaceHold':
      return held(command.data.ground, state, context);
    case 'LiftHold': {
      const { hold, reason } = command.data;
      const placed = holds.get(hold);
      if (placed === undefined) return refuse(RULES.NO_HOLD);
      if (!mayLift(context.actor, placed.by)) return refuse(RULES.NOT_HOLDER);
      return [{ type: 'parties.LegalHoldLifted', data: { hold, reason }, refs: { party } }];
    }
    case 'RequestErasure':
      return requested(command.data, state, context);
  }
  const { request } = command.data;
  if (erasure?.phase !== 'requested' || erasure.request !== request) return refuse(RULES.NONE);
  const refs = { party, request };
  if (command.type === 'WithdrawErasure') {
    if (context.actor.id !== erasure.by) return refuse(RULES.NOT_REQUESTER);
    return [{ type: 'parties.ErasureWithdrawn', data: { request }, refs }];
  }
  // Whoever acts for the party itself is no second person either.
  if (context.actor.id === erasure.by || context.actor.actingFor === party) return refuse(RULES.SELF_APPROVAL);
  switch (command.type) {
    case 'ApproveErasure': {
      const forbidden = forbidding(holds, command.data.duties, context.today);
      return forbidden ?? [{ type: 'parties.ErasureApproved', data: { request }, refs }];
    }
    case 'DeclineErasure':
      return [{ type: 'parties.ErasureDeclined', data: { request, reason: command.data.reason }, refs }];
  }
}

/** A hold is lifted where it was placed: an entity's by that entity or a regulator, and a regulator's by a regulator. */
const mayLift = (actor: Hold['by'], by: Hold['by']): boolean =>
  actor.role === 'regulator' || (by.role !== 'regulator' && actor.actingFor === by.actingFor);

/** A hold overtakes an erasure that was approved a moment ago, and none that has started. */
function held(ground: string, { party, erasure, status }: Party, context: CommandContext): Decision {
  if (erasure?.phase === 'started') return refuse(RULES.ERASED);
  const hold = context.eventId(0);
  const events: ErasureEvent[] = [{ type: 'parties.LegalHoldPlaced', data: { hold, ground }, refs: { party } }];
  if (status === 'erasing' && erasure !== null) {
    const { request } = erasure;
    const data = { request, ground: RULES.LEGAL_HOLD.code };
    events.push({ type: 'parties.ErasureStopped', data, refs: { party, request } });
  }
  return events;
}

function requested(
  { ground, answerDays, duties }: Extract<ErasureCommand, { type: 'RequestErasure' }>['data'],
  { party, erasure, holds }: Party,
  context: CommandContext,
): Decision {
  const { actor, today } = context;
  if ((actor.role === 'debtor' || actor.role === 'establishment') && actor.actingFor !== party) {
    return refuse(RULES.NOT_ONESELF);
  }
  if (erasure !== null) return refuse(RULES.PENDING, { dueBy: erasure.dueBy });
  const forbidden = forbidding(holds, duties, today);
  if (forbidden !== undefined) return forbidden;
  const request = context.eventId(0);
  const data = { request, ground, dueBy: addDays(today, answerDays) };
  return [{ type: 'parties.ErasureRequested', data, refs: { party, request } }];
}

/** Once more before it is irreversible, with facts that hold whatever was recorded before the approval. */
function confirm(
  { request, duties }: { readonly request: EventId; readonly duties: Duties },
  { party, status, erasure, holds }: Party,
  today: BusinessDate,
): Decision {
  if (status !== 'erasing' || erasure?.request !== request || erasure.phase === 'started') return [];
  const forbidden = forbidding(holds, duties, today);
  if (forbidden === undefined) return [{ type: 'parties.ErasureStarted', data: { request }, refs: { party, request } }];
  const { refused, facts } = forbidden;
  const keptUntil = facts['keptUntil'] as string | undefined;
  const data = { request, ground: refused.code, ...(keptUntil !== undefined && { keptUntil }) };
  return [{ type: 'parties.ErasureStopped', data, refs: { party, request } }];
}

/** The vault has done it already: whatever was decided meanwhile, the log says so. */
function complete(request: EventId, { party, status }: Party): Decision {
  if (status === 'erased') return [];
  return [{ type: 'parties.PartyErased', data: { party, request }, refs: { party, request } }];
}

export function evolveErasure(state: Party, event: Recorded<ErasureEvent>): Party {
  switch (event.type) {
    case 'parties.LegalHoldPlaced':
      return {
        ...state,
        holds: new Map([...state.holds, [event.data.hold, { ground: event.data.ground, by: event.actor }]]),
      };
    case 'parties.LegalHoldLifted':
      return { ...state, holds: new Map([...state.holds].filter(([hold]) => hold !== event.data.hold)) };
    case 'parties.ErasureRequested': {
      const { request, dueBy } = event.data;
      const erasure: Erasure = { request: request as EventId, by: event.actor.id, dueBy, phase: 'requested' };
      return { ...state, erasure };
    }
    case 'parties.ErasureApproved':
      return { ...state, status: 'erasing', erasure: state.erasure && { ...state.erasure, phase: 'approved' } };
    case 'parties.ErasureStarted':
      return { ...state, erasure: state.erasure && { ...state.erasure, phase: 'started' } };
    case 'parties.ErasureDeclined':
    case 'parties.ErasureWithdrawn':
    case 'parties.ErasureStopped':
      return { ...state, status: 'recorded', erasure: null };
    case 'parties.PartyErased':
      return { ...state, status: 'erased', erasure: null };
  }
}
