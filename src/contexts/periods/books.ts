import type { ClosingLeg, Leg } from '../../kernel/accounts.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandContext, Decider, Recorded } from '../../kernel/decider.js';
import { entry, type Entry } from '../../kernel/entries.js';
import type { ActorId, EventId, PartyId } from '../../kernel/ids.js';
import { parseMoney } from '../../kernel/money.js';
import { parsePeriod, type Period } from '../../kernel/period.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { ClosingCommand, Result } from './commands.js';
import type { ClosingEvent } from './events.js';
import { CLOSING_RULES as RULES } from './rules.js';

/** The books of one entity, by what is closed of them (docs/adr/0018). There is no reopening: there are corrections. */
export interface Books {
  /** Null: nobody has asked to close anything yet. */
  readonly entity: PartyId | null;
  /** The last day that is closed, and all before it. Only ever moves on. */
  readonly through: BusinessDate | null;
  /** The last year whose result is, or is being, carried to 3000. */
  readonly year: string | null;
  readonly closing: Closing | null;
}

/** The one that is under way. */
interface Closing {
  readonly request: EventId;
  readonly period: string;
  readonly through: BusinessDate;
  readonly by: ActorId;
  /** `approved`: nothing counts in it any more; `settling`: it is closed, and its year's result not yet carried over. */
  readonly phase: 'requested' | 'approved' | 'settling';
}

type Decision = readonly ClosingEvent[] | Refusal;

export const books: Decider<Books, ClosingCommand, ClosingEvent> = {
  context: 'periods',
  category: 'periods',
  initial: { entity: null, through: null, year: null, closing: null },
  evolve,

  decide(command, state, context) {
    if (command.type === 'RequestClosing') return request(command.data, state, context);
    const { entity, closing } = state;
    const isClock = context.actor.role === 'system';
    if (entity === null) return isClock ? [] : refuse(RULES.NOT_FOUND);
    if (!isClock && context.actor.actingFor !== entity) return refuse(RULES.NOT_FOUND);
    const named = closing?.request === command.data.request ? closing : null;
    switch (command.type) {
      case 'ClosePeriod':
        return named?.phase === 'approved' ? [about('periods.PeriodClosed', entity, named)] : [];
      case 'CloseYear':
        return named?.phase === 'settling' ? [yearClosed(entity, named, command.data.results)] : [];
    }
    if (named?.phase !== 'requested') return refuse(RULES.NONE);
    const refs = { entity, request: named.request };
    switch (command.type) {
      case 'ApproveClosing':
        if (context.actor.id === named.by) return refuse(RULES.SELF_APPROVAL);
        return [about('periods.ClosingApproved', entity, named)];
      case 'DeclineClosing': {
        if (context.actor.id === named.by) return refuse(RULES.SELF_APPROVAL);
        const data = { request: named.request, reason: command.data.reason };
        return [{ type: 'periods.ClosingDeclined', data, refs }];
      }
      case 'WithdrawClosing':
        if (context.actor.id !== named.by) return refuse(RULES.NOT_REQUESTER);
        return [{ type: 'periods.ClosingWithdrawn', data: { request: named.request }, refs }];
    }
  },

  summary: ({ through, closing }) => ({
    state: closing?.phase ?? 'open',
    ...(closing !== null && { request: closing.request, period: closing.period }),
    ...(through !== null && { closedThrough: through }),
  }),
};

function request(
  { entity, period: code }: Extract<ClosingCommand, { type: 'RequestClosing' }>['data'],
  { through: closedThrough, year, closing }: Books,
  context: CommandContext,
): Decision {
  const { actor, today } = context;
  if (actor.actingFor !== entity) return refuse(RULES.NOT_FOUND);
  if (closing !== null) return refuse(RULES.PENDING, { period: closing.period });
  const period = parsePeriod(code);
  const { through } = period;
  if (isClosed(period, closedThrough, year)) {
    return refuse(RULES.ALREADY_CLOSED, { period: code, closedThrough: closedThrough as string });
  }
  if (through >= today) return refuse(RULES.NOT_OVER, { period: code, through, today });
  return [about('periods.ClosingRequested', entity, { request: context.eventId(0), period: code, through })];
}

/** A year whose months are all closed still has its result to carry over. */
const isClosed = ({ kind, code, through }: Period, closedThrough: string | null, year: string | null): boolean =>
  kind === 'year' ? year !== null && code <= year : closedThrough !== null && through <= closedThrough;

const about = <T extends 'ClosingRequested' | 'ClosingApproved' | 'PeriodClosed'>(
  type: `periods.${T}`,
  entity: PartyId,
  { request, period, through }: Pick<Closing, 'request' | 'period' | 'through'>,
) => ({ type, data: { request, period, through }, refs: { entity, request } });

function yearClosed(entity: PartyId, named: Closing, results: readonly Result[]): ClosingEvent {
  const { request, period, through } = named;
  return {
    type: 'periods.YearClosed',
    data: { request, period, through, results: results.map((each) => ({ ...each })) },
    refs: { entity, request },
    entries: results.flatMap((result) => carriedOver(entity, period, result)),
  };
}

/** 4xxx / 3000 and 3000 / 5xxx, whatever side the balance is on (domain.md §4, Year closed). */
function carriedOver(entity: PartyId, closing: string, { account, side, ...money }: Result): Entry[] {
  const leg: ClosingLeg = { account, dims: { entity, closing } };
  const result = leg as unknown as Leg; // the whole account: it names no party, debt or ground
  const accumulated = { account: '3000', dims: { entity, closing } } as const;
  return side === 'credit'
    ? entry(result, accumulated, parseMoney(money))
    : entry(accumulated, result, parseMoney(money));
}

function evolve(state: Books, event: Recorded<ClosingEvent>): Books {
  switch (event.type) {
    case 'periods.ClosingRequested': {
      const { request, period, through } = event.data;
      const closing = { request: request as EventId, period, through: through as BusinessDate, by: event.actor.id };
      return { ...state, entity: event.refs.entity as PartyId, closing: { ...closing, phase: 'requested' } };
    }
    case 'periods.ClosingApproved': {
      const { kind, code, through } = parsePeriod(event.data.period);
      return {
        ...state,
        through: state.through === null || through > state.through ? through : state.through,
        year: kind === 'year' ? code : state.year,
        closing: state.closing && { ...state.closing, phase: 'approved' },
      };
    }
    case 'periods.PeriodClosed': {
      const isYear = parsePeriod(event.data.period).kind === 'year';
      return { ...state, closing: isYear && state.closing ? { ...state.closing, phase: 'settling' } : null };
    }
    case 'periods.ClosingDeclined':
    case 'periods.ClosingWithdrawn':
    case 'periods.YearClosed':
      return { ...state, closing: null };
  }
}
