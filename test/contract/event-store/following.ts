import type { EventReader, EventStore, LogQuery, StoredEvent } from '../../../src/event-store/event-store.js';
import { envelopes, newStream } from '../../event-store/envelopes.js';
import { placeAfter, wholeLog, withStore, type OpenStore } from './opened.js';

const LAST = 'debts.Last';

/** Follows until the event has come that is written last. */
async function takeAll(reader: EventReader, query: LogQuery): Promise<StoredEvent[]> {
  const stop = new AbortController();
  const taken: StoredEvent[] = [];
  for await (const page of reader.follow(query, stop.signal)) {
    taken.push(...page.events);
    if (page.events.some(({ event }) => event.type === LAST)) stop.abort();
  }
  return taken;
}

/** Eight writers with streams of their own, a quarter of them bookkeeping. */
const write = (store: EventStore, appends: number) =>
  Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < appends; i++) {
        const stream = newStream(i % 4 === 3 ? '_own' : 'debt');
        await store.append(stream, 'none', envelopes(stream, 0, 1 + (i % 3)));
      }
    }),
  );

async function writeLast(store: EventStore): Promise<void> {
  for (const stream of [newStream('debt'), newStream('_own')]) {
    await store.append(stream, 'none', envelopes(stream, 0, 1, LAST));
  }
}

const ended = async (follower: AsyncIterable<unknown>): Promise<'ended'> => {
  for await (const _ of follower);
  return 'ended';
};

export function following(open: OpenStore): void {
  test(
    'delivers each event once and in order over the seam between old and new, while writers run',
    withStore(open, async ({ store, reader }) => {
      await write(store, 20);
      const after = placeAfter((await wholeLog(store))[30]!);
      const writing = write(store, 60).then(() => writeLast(store));
      const own = { categories: ['_own'] };
      const [all, later, another, bookkeeping] = await Promise.all([
        takeAll(store, { limit: 10 }),
        takeAll(store, { after, limit: 7 }),
        takeAll(await reader(), {}),
        takeAll(store, { filter: own }),
        writing,
      ]);
      const expected = await wholeLog(store);
      expect(all).toEqual(expected);
      expect(later).toEqual(expected.slice(31));
      expect(another).toEqual(expected);
      expect(bookkeeping).toEqual(await wholeLog(store, { filter: own }));
    }),
  );

  test(
    'waits at the end, and hears of a commit',
    withStore(open, async ({ store }) => {
      const following = takeAll(store, {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      await writeLast(store);
      expect(await following).toHaveLength(1); // or never: nothing else is written
    }),
  );

  test(
    'ends when the signal aborts: waiting, before the start, or when its consumer leaves',
    withStore(open, async ({ store }) => {
      const stop = new AbortController();
      const waiting = ended(store.follow({}, stop.signal));
      await new Promise((resolve) => setTimeout(resolve, 20));
      stop.abort();
      expect(await waiting).toBe('ended');
      expect(await ended(store.follow({}, AbortSignal.abort()))).toBe('ended');
      await writeLast(store);
      for await (const page of store.follow({}, new AbortController().signal)) {
        expect(page.events).toHaveLength(1);
        break;
      }
    }),
  );

  test(
    'waits for a slow consumer and hands it what came meanwhile',
    withStore(open, async ({ store }) => {
      const pages: StoredEvent[][] = [];
      const stop = new AbortController();
      await write(store, 4);
      for await (const page of store.follow({ limit: 5 }, stop.signal)) {
        pages.push([...page.events]);
        if (pages.length === 1) await write(store, 4).then(() => writeLast(store));
        if (page.events.some(({ event }) => event.type === LAST)) stop.abort();
      }
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(5);
      expect(pages.flat()).toEqual(await wholeLog(store));
    }),
  );
}
