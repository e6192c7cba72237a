import type { Catalogue } from '../event-store/catalogue.js';
import type { LogPage, Position } from '../event-store/event-store.js';
import type { Envelope } from '../kernel/envelope.js';
import type { Checkpoint } from '../read-models/read-models.js';
import type { SequencedEvent } from './consumers.js';

/** An event of a page, upcast once for all consumers. */
export interface FeedEvent extends SequencedEvent {
  readonly position: Position;
  /** Why it could not be brought to its current version; a poison for those who want it, and for nobody else. */
  readonly fault?: unknown;
}

/** A page of the log as consumers get it: business events only. */
export interface FeedPage {
  /** Where the page begins; undefined: at the very beginning. */
  readonly from: Checkpoint | undefined;
  readonly events: readonly FeedEvent[];
  /** Where a consumer stands when it has considered the whole page. */
  readonly end: Checkpoint;
  /** Whether nothing came after it when it was read. */
  readonly atEnd: boolean;
}

/** @param from where the page was read from */
export function feedPage(page: LogPage, catalogue: Catalogue, from: Checkpoint | undefined): FeedPage | undefined {
  if (page.next === undefined) return undefined;
  const events: FeedEvent[] = [];
  for (const { position, sequence, event } of page.events) {
    if (sequence !== undefined) events.push({ position, sequence, ...upcast(event, catalogue) });
  }
  return { from, events, end: page.next, atEnd: page.atEnd };
}

function upcast(event: Envelope, catalogue: Catalogue): Pick<FeedEvent, 'event' | 'fault'> {
  try {
    return { event: catalogue.upcast(event) };
  } catch (fault) {
    return { event, fault };
  }
}

/** @throws the event's fault */
export function readable({ event, fault }: FeedEvent): Envelope {
  if (fault !== undefined) throw fault;
  return event;
}

/** Where a consumer stands that has considered everything up to an event, and the event. */
export const after = ({ position, sequence }: FeedEvent): Checkpoint => ({ position, count: sequence + 1 });

/** An event that a consumer cannot handle: the consumer stops here, loudly, and never skips. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  constructor(
    readonly consumer: string,
    readonly event: FeedEvent,
    cause: unknown,
  ) {
    super(`${consumer} cannot handle event ${event.sequence} (${event.event.type} ${event.event.id}): ${text(cause)}`, {
      cause,
    });
  }
}

export const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
