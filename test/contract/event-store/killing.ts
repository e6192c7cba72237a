import type { Appended, EventStore, StoredEvent } from '../../../src/event-store/event-store.js';
import type { Envelope } from '../../../src/kernel/envelope.js';
import { wholeLog, type Killable, type OpenKillable } from './opened.js';

/** Business and bookkeeping: the categories of what the writers of a `Killable` append to. */
export const EVERYTHING = { limit: 4096, filter: { categories: ['debt', '_own'] } };

/** Nothing is doubled or missing in between: ids are unique, and what is numbered counts without a gap. */
export function assertWhole(log: readonly StoredEvent[]): void {
  expect(new Set(log.map(({ event }) => event.id)).size).toBe(log.length);
  const business = log.filter(({ event }) => event.stream.startsWith('debt-'));
  expect(business.map(({ sequence }) => sequence)).toEqual(business.map((_, i) => i));
  const next = new Map<string, number>();
  for (const { event } of log) {
    expect(event.revision).toBe(next.get(event.stream) ?? 0);
    next.set(event.stream, event.revision + 1);
  }
}

export function killing(open: OpenKillable): void {
  test('kill -9 at any moment loses nothing acknowledged, doubles nothing, and a repeat finds out the rest', async () => {
    const killable = await open();
    try {
      await rounds(killable, 6);
    } finally {
      await killable.dispose();
    }
  });
}

async function rounds(killable: Killable, count: number): Promise<void> {
  const acknowledged = new Set<string>();
  const tried = new Set<string>();
  for (let round = 0; round < count; round++) {
    const appending = await killable.start(16);
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 200));
    const { tried: attempts, acknowledged: answers, failures } = await appending.kill();
    expect(failures).toEqual([]);
    expect(answers.length).toBeGreaterThan(0);
    for (const { id } of attempts.flat()) tried.add(id);
    for (const id of answers) acknowledged.add(id);

    const store = await killable.open();
    try {
      const log = await wholeLog(store, EVERYTHING);
      assertWhole(log);
      const stored = new Set<string>(log.map(({ event }) => event.id));
      expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
      expect([...stored].filter((id) => !tried.has(id))).toEqual([]);
      for (const events of attempts) {
        // Whole or not at all.
        expect([0, events.length]).toContain(events.filter(({ id }) => stored.has(id)).length);
      }
      // What was under way is written now, or was already: the same call answers either way.
      const open = attempts.filter(([first]) => !acknowledged.has(first!.id));
      for (const events of open) {
        expect(await appendAt(store, events)).toMatchObject({ revision: BigInt(events.at(-1)!.revision) });
        for (const { id } of events) acknowledged.add(id);
      }
      const after = await wholeLog(store, EVERYTHING);
      assertWhole(after);
      expect(after).toHaveLength(log.length + open.flat().filter(({ id }) => !stored.has(id)).length);
    } finally {
      await store.close();
    }
  }
}

/** Appends events where they say that they stand: sent again, it is the same call. */
export function appendAt(store: EventStore, events: readonly Envelope[]): Promise<Appended> {
  const { stream, revision } = events[0] as Envelope;
  return store.append(stream, revision === 0 ? 'none' : BigInt(revision - 1), events);
}
