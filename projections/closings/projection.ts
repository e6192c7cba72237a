import { closingEvents, type ClosingEvent } from '../../src/contexts/periods/events.js';
import { factTypes } from '../../src/event-store/catalogue.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { closingsModel, type ClosingView } from './model.js';

/** GET /v1/entities/{party}/periods: what is closed of an entity's books, by whom, and as of which sequence. */
export const closings: Projection<ClosingView> = {
  name: 'closings',
  model: closingsModel,
  types: factTypes(closingEvents),
  identify: ({ refs }) => (refs.request === undefined ? [] : [refs.request]),
  evolve(view, { event: envelope, sequence }, id) {
    const event = envelope as Recorded<ClosingEvent>;
    if (event.type !== 'periods.ClosingRequested' && view === null) {
      throw new Error(`${event.type} before closing ${id} was requested`);
    }
    return { ...changed(view as ClosingView, event, sequence, id), revision: event.revision };
  },
};

function changed(view: ClosingView, event: Recorded<ClosingEvent>, sequence: number, id: string): ClosingView {
  switch (event.type) {
    case 'periods.ClosingRequested':
      return {
        id,
        entity: event.refs.entity as string,
        period: event.data.period,
        through: event.data.through,
        state: 'requested',
        requestedBy: event.actor.id,
        decidedBy: null,
        reason: null,
        approvedAt: null,
        closedAt: null,
        carriedOverAt: null,
        waits: null,
        revision: event.revision,
      };
    case 'periods.ClosingApproved':
      return { ...view, state: 'approved', decidedBy: event.actor.id, approvedAt: event.recordedAt, waits: 'clock' };
    case 'periods.ClosingDeclined':
      return { ...view, state: 'declined', decidedBy: event.actor.id, reason: event.data.reason };
    case 'periods.ClosingWithdrawn':
      return { ...view, state: 'withdrawn' };
    case 'periods.PeriodClosed': {
      const isYear = view.period.length === 4;
      return { ...view, state: isYear ? 'settling' : 'closed', closedAt: sequence, waits: isYear ? 'clock' : null };
    }
    case 'periods.YearClosed':
      return { ...view, state: 'closed', carriedOverAt: sequence, waits: null };
  }
}
