import { setImmediate as turn } from 'node:timers/promises';
import type { EventReader, Place } from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { ClosingsOf } from '../closings-of.js';
import type { Known } from '../report.js';

export interface Places {
  readonly events: EventReader;
  readonly models: ReadModelReader;
  readonly closingsOf: ClosingsOf;
  /** Brings an event to its type's current version. @throws InvalidEvent */
  readonly upcast: (event: Envelope) => Envelope;
}

/** Told how many events have been considered. */
export type Progress = (done: number) => void;

/** Read at once: other requests are answered between two pages. */
const PAGE = 256;

/**
 * The log, as it was known, one event after the other.
 * @param types the stored types that are wanted; undefined: all
 * @param sequence the last event that is known; -1: none
 * @param each may be asynchronous where it takes long; `'enough'`: nothing more is wanted
 * @param begin exclusive; absent: from the first event on
 */
export async function replay(
  { events, upcast }: Pick<Places, 'events' | 'upcast'>,
  types: readonly string[] | undefined,
  sequence: number,
  progress: Progress,
  each: (known: Known) => void | 'enough' | Promise<void>,
  begin?: Place,
): Promise<void> {
  const filter = types === undefined ? {} : { filter: { types } };
  for (let after = begin; (after?.count ?? 0) <= sequence;) {
    const page = await events.readAll({ limit: PAGE, ...filter, ...(after !== undefined && { after }) });
    for (const { event, sequence: at } of page.events) {
      if (at === undefined || at > sequence) continue;
      const slow = each({ event: upcast(event), sequence: at });
      if (slow === 'enough') return;
      if (slow !== undefined) await slow;
    }
    if (page.next === undefined || page.atEnd) break;
    after = page.next;
    progress(after.count);
    await turn();
  }
}
