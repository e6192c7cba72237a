import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { correctionEvents, type CorrectionEvent } from '../../src/contexts/periods/events.js';
import { subscriptionFacts } from '../../src/contexts/subscriptions/events.js';
import { factTypes } from '../../src/event-store/catalogue.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { correctionsModel, type CorrectionView } from './model.js';

const own = factTypes(correctionEvents);

/** GET /v1/entities/{party}/corrections: who let what count in a period that was closed, and what it was. */
export const corrections: Projection<CorrectionView> = {
  name: 'corrections',
  model: correctionsModel,
  types: [...own, ...factTypes([...debtEvents, ...billingEvents, ...balanceEvents, ...subscriptionFacts])],
  identify: ({ refs }) => (refs.correction === undefined ? [] : [refs.correction]),
  evolve(view, { event: envelope, sequence }, id) {
    if (!own.includes(envelope.type)) {
      return view && { ...view, sequence: view.sequence ?? sequence, events: view.events + 1 };
    }
    const event = envelope as Recorded<CorrectionEvent>;
    const { revision, actor } = event;
    if (event.type === 'periods.CorrectionRequested') {
      const { entity, period, reason, about, command, until } = event.data;
      const asked = { id, entity, period, reason, about, command, until, requestedBy: actor.id, revision };
      const open = { decidedBy: null, declinedBecause: null, effectiveOn: null, sequence: null, events: 0 };
      return { ...asked, ...open, state: 'requested' };
    }
    if (view === null) throw new Error(`${event.type} before correction ${id} was requested`);
    switch (event.type) {
      case 'periods.CorrectionApproved':
        return { ...view, state: 'approved', decidedBy: actor.id, revision };
      case 'periods.CorrectionDeclined':
        return { ...view, state: 'declined', decidedBy: actor.id, declinedBecause: event.data.reason, revision };
      case 'periods.CorrectionWithdrawn':
        return { ...view, state: 'withdrawn', revision };
      case 'periods.CorrectionTaken':
        return { ...view, state: 'taken', effectiveOn: event.data.on, revision };
    }
  },
};
