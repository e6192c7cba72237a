import type { EventReader, Place, Position } from './event-store.js';

const PAGE = 256;

/**
 * The sequence of a business event, counted from a place that is known: an append to a store that assigns no sequences
 * answers a position alone (docs/adr/0008-the-count-travels-with-the-position.md). Reads what stands in between, and
 * no more: the nearer the place, before the event or after it, the better.
 * @param position of a committed business event
 * @param most business events to read; undefined is answered where there are more in between
 * @throws StoreUnavailable
 */
export async function sequenceOf(
  reader: Pick<EventReader, 'readAll' | 'comparePositions'>,
  position: Position,
  known: Place,
  most = Infinity,
): Promise<number | undefined> {
  const isLater = reader.comparePositions(position, known.position) > 0;
  const between = isLater
    ? await countBetween(reader, known, position, most)
    : await countBetween(reader, { position, count: 0 }, known.position, most);
  if (between === undefined) return undefined;
  return (isLater ? known.count + between : known.count - between) - 1;
}

/** Business events after a place, up to and including a position. */
async function countBetween(
  reader: Pick<EventReader, 'readAll' | 'comparePositions'>,
  after: Place,
  upTo: Position,
  most: number,
): Promise<number | undefined> {
  let count = 0;
  for (let from = after; ;) {
    const page = await reader.readAll({ after: from, limit: PAGE });
    for (const { position } of page.events) {
      if (reader.comparePositions(position, upTo) > 0) return count;
      count++;
    }
    if (page.atEnd || page.next === undefined) return count;
    if (count >= most) return undefined;
    from = page.next;
  }
}
