import { canonicalEvent } from './canonical.js';
import type { EventText, LogPage } from './event-store.js';

/** A page as texts, for a store that has parsed what it reads. */
export const textsOf = ({ events, ...page }: LogPage): LogPage<EventText> => ({
  ...page,
  events: events.map(({ event, ...place }) => ({ ...place, id: event.id, text: canonicalEvent(event) })),
});
