import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandContext, Decider, Recorded } from '../../kernel/decider.js';
import type { Refs } from '../../kernel/envelope.js';
import type { ActorId, PartyId, Uuid } from '../../kernel/ids.js';
import { formatMinor, parseMoney, toJson, type Currency } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { DelegationCommand } from './commands.js';
import type { DelegationEvent, DelegationRegistered } from './events.js';
import { DELEGATION_RULES as RULES } from './rules.js';

/** Authority that an entity gives a person (domain.md §2); null until it is registered. */
export type DelegationState = Delegation | null;

export interface Delegation {
  readonly status: 'pending' | 'active' | 'revoked';
  readonly refs: Refs;
  readonly approver: ActorId;
  readonly entity: PartyId;
  readonly kind: string;
  /** Minor units. */
  readonly upTo: bigint;
  readonly currency: Currency;
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly registeredBy: ActorId;
}

type Decision = readonly DelegationEvent[] | Refusal;

export const delegation: Decider<DelegationState, DelegationCommand, DelegationEvent> = {
  context: 'delegations',
  category: 'delegation',
  initial: null,

  evolve(state, event) {
    if (event.type === 'delegations.DelegationRegistered') return registered(event);
    if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
    switch (event.type) {
      case 'delegations.DelegationApproved':
        return { ...state, status: 'active' };
      case 'delegations.DelegationRevoked':
        return { ...state, status: 'revoked' };
    }
  },

  decide(command, state, context) {
    if (command.type === 'RegisterDelegation') return register(command.target, command.data, state, context);
    if (state === null || context.actor.actingFor !== state.entity) return refuse(RULES.NOT_FOUND);
    switch (command.type) {
      case 'ApproveDelegation':
        return approve(state, context);
      case 'RevokeDelegation':
        if (state.status === 'revoked') return refuse(RULES.REVOKED);
        return [{ type: 'delegations.DelegationRevoked', data: { reason: command.data.reason }, refs: state.refs }];
    }
  },

  /** `active` says that a second person approved it; its days are its own. */
  summary: (state) => ({ state: state?.status ?? 'none' }),
};

function register(
  id: Uuid,
  data: Extract<DelegationCommand, { type: 'RegisterDelegation' }>['data'],
  state: DelegationState,
  { actor, today }: CommandContext,
): Decision {
  if (state !== null) return refuse(RULES.EXISTS);
  const { approver, entity, kind, from, to } = data;
  if (actor.actingFor !== entity) return refuse(RULES.NOT_ENTITY);
  if (actor.id === approver) return refuse(RULES.SELF_APPROVAL);
  const money = parseMoney(data);
  if (money.minor === 0n) return refuse(RULES.AMOUNT, { ...toJson(money) });
  if (to < from || to < today) return refuse(RULES.PERIOD, { from, to, today });
  const { minor, currency } = money;
  return [
    {
      type: 'delegations.DelegationRegistered',
      data: { approver, entity, kind, upTo: formatMinor(minor, currency), currency, from, to },
      refs: { delegation: id, entity },
    },
  ];
}

function approve({ status, registeredBy, approver, refs }: Delegation, { actor }: CommandContext): Decision {
  if (status !== 'pending') return refuse(RULES.NOT_PENDING, { state: status });
  if (actor.id === registeredBy || actor.id === approver) return refuse(RULES.SELF_APPROVAL);
  return [{ type: 'delegations.DelegationApproved', data: {}, refs }];
}

function registered({ data, refs, actor }: Recorded<DelegationRegistered>): Delegation {
  const { minor: upTo, currency } = parseMoney({ amount: data.upTo, currency: data.currency });
  return {
    status: 'pending',
    refs,
    approver: data.approver as ActorId,
    entity: data.entity as PartyId,
    kind: data.kind,
    upTo,
    currency,
    from: data.from as BusinessDate,
    to: data.to as BusinessDate,
    registeredBy: actor.id,
  };
}
