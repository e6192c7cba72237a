import { partyEvents, type PartyEvent } from '../../src/contexts/parties/events.js';
import { factTypes } from '../../src/event-store/catalogue.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { partiesModel, type PartyView } from './model.js';

/** GET /v1/parties/{party}: what is known of a party and is not personal, and how its erasure stands. */
export const parties: Projection<PartyView> = {
  name: 'parties',
  model: partiesModel,
  types: factTypes(partyEvents).filter((type) => type !== 'parties.PersonalDataRead'),
  identify: ({ refs }) => (refs.party === undefined ? [] : [refs.party]),
  evolve(view, { event: envelope, sequence }, id) {
    const event = envelope as unknown as Recorded<PartyEvent>;
    if (event.type === 'parties.PartyRecorded') {
      const { kind, values } = event.data;
      return {
        id,
        kind,
        state: 'recorded',
        erased: false,
        recordedOn: event.effectiveOn,
        version: 1,
        fields: Object.keys(values),
        holds: [],
        erasure: null,
        approval: null,
        waits: null,
        erasedAt: null,
        revision: event.revision,
      };
    }
    if (view === null) throw new Error(`${event.type} before party ${id} was recorded`);
    return { ...changed(view, event, sequence), revision: event.revision };
  },
};

type Later = Exclude<Recorded<PartyEvent>, { type: 'parties.PartyRecorded' }>;

const IDLE = { approval: null, waits: null } as const;

function changed(view: PartyView, event: Later, sequence: number): PartyView {
  const decided = { decidedBy: event.actor.id, decidedOn: event.effectiveOn };
  switch (event.type) {
    case 'parties.PartyCorrected': {
      const { version, values } = event.data;
      return { ...view, version, fields: [...new Set([...view.fields, ...Object.keys(values)])] };
    }
    case 'parties.LegalHoldPlaced': {
      const { hold, ground } = event.data;
      return { ...view, holds: [...view.holds, { hold, ground, on: event.effectiveOn, by: event.actor.id }] };
    }
    case 'parties.LegalHoldLifted':
      return { ...view, holds: view.holds.filter(({ hold }) => hold !== event.data.hold) };
    case 'parties.ErasureRequested': {
      const { request, ground, dueBy } = event.data;
      const asked = { request, ground, dueBy, requestedBy: event.actor.id, requestedOn: event.effectiveOn };
      return { ...view, erasure: { ...asked, state: 'requested', decidedBy: null, decidedOn: null, reason: null } };
    }
    case 'parties.ErasureApproved': {
      const approval = { at: event.recordedAt, sequence };
      return { ...withErasure(view, { state: 'approved', ...decided }), state: 'erasing', approval, waits: 'clock' };
    }
    case 'parties.ErasureStarted':
      return view;
    case 'parties.ErasureDeclined':
      return withErasure(view, { state: 'declined', ...decided, reason: event.data.reason });
    case 'parties.ErasureWithdrawn':
      return withErasure(view, { state: 'withdrawn' });
    case 'parties.ErasureStopped':
      return { ...withErasure(view, { state: 'stopped', reason: event.data.ground }), ...IDLE, state: 'recorded' };
    case 'parties.PartyErased': {
      const done = withErasure(view, { state: 'done' });
      return { ...done, ...IDLE, state: 'erased', erased: true, erasedAt: sequence };
    }
  }
}

/** @throws Error where nobody asked: a request comes before everything that happens to one */
function withErasure(view: PartyView, change: Partial<NonNullable<PartyView['erasure']>>): PartyView {
  if (view.erasure === null) throw new Error(`nobody asked for the erasure of ${view.id}`);
  return { ...view, erasure: { ...view.erasure, ...change } };
}
