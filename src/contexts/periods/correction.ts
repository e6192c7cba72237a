import { addDays, type BusinessDate } from '../../kernel/calendar.js';
import type { CommandContext, Decider, Recorded } from '../../kernel/decider.js';
import type { Refs } from '../../kernel/envelope.js';
import type { ActorId, CommandId, PartyId, Uuid } from '../../kernel/ids.js';
import { parsePeriod } from '../../kernel/period.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { CorrectionCommand } from './commands.js';
import type { CorrectionEvent, CorrectionRequested } from './events.js';
import { CORRECTION_RULES as RULES } from './rules.js';

/** One command that may count in a closed period, once; null until somebody asks for it. */
export type CorrectionState = Correction | null;

interface Correction {
  readonly status: 'requested' | 'approved' | 'declined' | 'withdrawn' | 'taken';
  readonly refs: Refs;
  readonly entity: PartyId;
  readonly period: string;
  readonly about: Uuid;
  readonly command: string;
  readonly until: BusinessDate;
  readonly by: ActorId;
  /** The command that it serves. */
  readonly takenBy: CommandId | null;
}

type DataOf<T extends CorrectionCommand['type']> = Extract<CorrectionCommand, { type: T }>['data'];
type Decision = readonly CorrectionEvent[] | Refusal;

/** Days in which a correction can be used where nobody names a last one. */
const VALID_DAYS = 30;

export const correction: Decider<CorrectionState, CorrectionCommand, CorrectionEvent> = {
  context: 'periods',
  category: 'correction',
  initial: null,

  evolve(state, event) {
    if (event.type === 'periods.CorrectionRequested') return requested(event);
    if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
    switch (event.type) {
      case 'periods.CorrectionApproved':
        return { ...state, status: 'approved' };
      case 'periods.CorrectionDeclined':
        return { ...state, status: 'declined' };
      case 'periods.CorrectionWithdrawn':
        return { ...state, status: 'withdrawn' };
      case 'periods.CorrectionTaken':
        return { ...state, status: 'taken', takenBy: event.data.id as CommandId };
    }
  },

  decide(command, state, context) {
    if (command.type === 'RequestCorrection') return request(command.target, command.data, state, context);
    if (state === null) return refuse(RULES.NOT_FOUND);
    // Whoever may send the command takes it up, whomever they act for: what it is for is all that counts.
    if (command.type === 'TakeCorrection') return take(state, command.data, context);
    const { status, by, entity, refs } = state;
    if (context.actor.actingFor !== entity) return refuse(RULES.NOT_FOUND);
    if (status !== 'requested') return refuse(RULES.NOT_PENDING, { state: status });
    switch (command.type) {
      case 'ApproveCorrection':
        if (context.actor.id === by) return refuse(RULES.SELF_APPROVAL);
        return [{ type: 'periods.CorrectionApproved', data: {}, refs }];
      case 'DeclineCorrection':
        if (context.actor.id === by) return refuse(RULES.SELF_APPROVAL);
        return [{ type: 'periods.CorrectionDeclined', data: { reason: command.data.reason }, refs }];
      case 'WithdrawCorrection':
        if (context.actor.id !== by) return refuse(RULES.NOT_REQUESTER);
        return [{ type: 'periods.CorrectionWithdrawn', data: {}, refs }];
    }
  },

  summary: (state) => ({ state: state?.status ?? 'none' }),
};

function request(
  id: Uuid,
  data: DataOf<'RequestCorrection'>,
  state: CorrectionState,
  { actor, today }: CommandContext,
): Decision {
  const { entity, period, reason, about, command, until = addDays(today, VALID_DAYS) } = data;
  if (actor.actingFor !== entity) return refuse(RULES.NOT_FOUND);
  if (state !== null) return refuse(RULES.EXISTS);
  if (until < today) return refuse(RULES.VALIDITY, { until, today });
  return [
    {
      type: 'periods.CorrectionRequested',
      data: { entity, period: parsePeriod(period).code, reason, about, command, until },
      refs: { entity, correction: id, target: about },
    },
  ];
}

function take(state: Correction, data: DataOf<'TakeCorrection'>, { today }: CommandContext): Decision {
  const { status, takenBy, until, command, about, period, entity, refs } = state;
  if (takenBy === data.id) return [];
  if (status !== 'approved') return refuse(RULES.NOT_APPROVED, { state: status });
  if (today > until) return refuse(RULES.OVER, { until });
  const { from, through } = parsePeriod(period);
  const isIt =
    command === data.command &&
    about === data.about &&
    from <= data.on &&
    data.on <= through &&
    data.entities.every((each) => each === entity);
  if (!isIt) return refuse(RULES.OTHER, { command, about, period });
  return [{ type: 'periods.CorrectionTaken', data: { id: data.id, on: data.on }, refs }];
}

const requested = ({ data, refs, actor }: Recorded<CorrectionRequested>): Correction => ({
  status: 'requested',
  refs,
  entity: data.entity as PartyId,
  period: data.period,
  about: data.about as Uuid,
  command: data.command,
  until: data.until as BusinessDate,
  by: actor.id,
  takenBy: null,
});
