import { OutcomeUnknown } from '../../../src/event-store/event-store.js';
import type { EventReader, EventStore, Place, StoredEvent } from '../../../src/event-store/event-store.js';
import type { Envelope } from '../../../src/kernel/envelope.js';

/** An empty store, alone in its place. */
export interface OpenedStore {
  readonly store: EventStore;
  /** A reader of its own on the same events. */
  readonly reader: () => Promise<EventReader>;
  /** Closes the store and opens what it left behind. */
  readonly reopen: () => Promise<EventStore>;
  /** Closes all of it and removes the traces. */
  readonly dispose: () => Promise<void>;
}

export type OpenStore = () => Promise<OpenedStore>;

/** A place for events whose keeper can be killed while others write. */
export interface Killable {
  /** Lets so many writers append without rest, until the kill -9. Resolves at the first answer. */
  readonly start: (writers: number) => Promise<{ readonly kill: () => Promise<Said> }>;
  /** Opens what is left. */
  readonly open: () => Promise<EventStore>;
  readonly dispose: () => Promise<void>;
}

export type OpenKillable = () => Promise<Killable>;

/** What the writers said of their appends. */
export interface Said {
  /** The events of each append, some of them several, said before it. */
  readonly tried: readonly (readonly Envelope[])[];
  /** Ids of events, said after it. */
  readonly acknowledged: readonly string[];
  /** Other answers: there are none but for the kill. */
  readonly failures: readonly string[];
}

/** A test with a store that is disposed of whatever happens. */
export const withStore =
  (open: OpenStore, test: (opened: OpenedStore) => Promise<void>): (() => Promise<void>) =>
  async () => {
    const opened = await open();
    try {
      await test(opened);
    } finally {
      await opened.dispose();
    }
  };

/** Every event that a filter matches, page by page. */
export async function wholeLog(reader: EventReader, query: Parameters<EventReader['readAll']>[0] = {}) {
  const events = [];
  for (let after = query.after; ;) {
    const page = await reader.readAll(after === undefined ? query : { ...query, after });
    events.push(...page.events);
    if (page.next !== undefined) after = page.next;
    if (page.atEnd) return events;
  }
}

/** The place just after a business event. */
export const placeAfter = ({ position, sequence }: StoredEvent): Place => ({ position, count: sequence! + 1 });

/** As a stream shows them: not every store knows an event's sequence there. */
export const withoutSequence = (events: readonly StoredEvent[]): Omit<StoredEvent, 'sequence'>[] =>
  events.map(({ position, event }) => ({ position, event }));

/** As the ledger does: where the outcome is unknown, the same call finds out. */
export async function answered<T>(append: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof OutcomeUnknown) || attempt === 5) throw error;
    }
  }
}

/** The outcome of an append as a word. */
export const outcomeOf = (append: Promise<unknown>): Promise<string> =>
  append.then(
    () => 'appended',
    (error: Error) => error.name,
  );
