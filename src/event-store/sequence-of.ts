import type { EventReader, Place, Position } from './event-store.js';

const PAGE = 256;

/**
 * The sequence of a business event, counted from a place that is known: an append to a store that assigns no sequences
 * answers a position alone (docs/adr/0008-the-count-travels-with-the-position.md). Reads what stands in between, and
 * no more: the nearer the place, before the event or after it, the better.
 * @param position of a committed business event
 * @throws StoreUnavailable
 */
export async function sequenceOf(reader: EventReader, position: Position, known: Place): Promise<number> {
  return reader.comparePositions(position, known.position) > 0
    ? known.count + (await countBetween(reader, known, position)) - 1
    : known.count - (await countBetween(reader, { position, count: 0 }, known.position)) - 1;
}

/** Business events after a place, up to and including a position. */
async function countBetween(reader: EventReader, after: Place, upTo: Position): Promise<number> {
  let count = 0;
  for (let from = after; ;) {
    const page = await reader.readAll({ after: from, limit: PAGE });
    for (const { position } of page.events) {
      if (reader.comparePositions(position, upTo) > 0) return count;
      count++;
    }
    if (page.atEnd || page.next === undefined) return count;
    from = page.next;
  }
}
