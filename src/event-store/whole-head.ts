import type { EventReader, Head, Place } from './event-store.js';

/**
 * The log's end and the number of all its business events, however long a store has to count.
 * @param from a place that is known already
 * @throws StoreUnavailable, RangeError
 */
export async function wholeHead(reader: EventReader, from?: Place): Promise<Omit<Head, 'partial'>> {
  for (let at = from; ;) {
    const { partial, ...head } = await reader.head(at);
    if (partial !== true) return head;
    at = head as Place;
  }
}
