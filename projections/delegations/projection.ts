import { factTypes } from '../../src/event-store/catalogue.js';
import {
  delegationEvents,
  type DelegationEvent,
  type DelegationRegistered,
} from '../../src/contexts/delegations/events.js';
import { ExemptionGranted } from '../../src/contexts/debts/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { delegationsModel, type DelegationView } from './model.js';

/** GET /v1/delegations: the register of delegations (domain.md §5, 14). */
export const delegations: Projection<DelegationView> = {
  name: 'delegations',
  model: delegationsModel,
  types: [...factTypes(delegationEvents), ExemptionGranted.type],
  identify: ({ refs }) => (refs.delegation === undefined ? [] : [refs.delegation]),
  evolve(view, { event }, id) {
    const envelope = event as Recorded<DelegationEvent | ExemptionGranted>;
    if (envelope.type === 'delegations.DelegationRegistered') return registered(envelope, id);
    // The debt's stream has revisions of its own; whether there is such a delegation was for the decision to see.
    if (envelope.type === 'debts.ExemptionGranted') return view && decided(view);
    if (view === null) throw new Error(`${event.type} before delegation ${id} was registered`);
    return { ...changed(view, envelope), revision: event.revision };
  },
};

function changed(
  view: DelegationView,
  event: Recorded<Exclude<DelegationEvent, DelegationRegistered>>,
): DelegationView {
  switch (event.type) {
    case 'delegations.DelegationApproved': {
      const liveFrom = later(view.from, event.effectiveOn);
      return { ...view, state: 'active', approvedBy: event.actor.id, liveFrom, liveTo: view.to };
    }
    case 'delegations.DelegationRevoked': {
      const liveTo = view.liveTo === null ? null : earlier(view.liveTo, event.effectiveOn);
      return { ...view, state: 'revoked', revokedBecause: event.data.reason, liveTo };
    }
  }
}

const decided = (view: DelegationView): DelegationView => ({
  ...view,
  decisions: view.decisions + 1,
  decisionsAfterRevocation: view.decisionsAfterRevocation + (view.state === 'revoked' ? 1 : 0),
});

function registered({ data, actor, revision }: Recorded<DelegationRegistered>, id: string): DelegationView {
  const { approver, entity, kind, upTo, currency, from, to } = data;
  return {
    id,
    approver,
    entity,
    kind,
    upTo: { amount: upTo, currency },
    from,
    to,
    state: 'pending',
    registeredBy: actor.id,
    approvedBy: null,
    liveFrom: null,
    liveTo: null,
    revokedBecause: null,
    decisions: 0,
    decisionsAfterRevocation: 0,
    revision,
  };
}

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);
