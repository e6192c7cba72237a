import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { openSqliteEventReader, openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { EventId, StreamName } from '../../src/kernel/ids.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { startAppending, type Attempt } from './appender.js';
import { envelope } from './envelopes.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sijill-crash-'));
  path = join(directory, 'ledger.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const EVERYTHING = { limit: 4096, filter: { categories: ['debt', '_own'] } };

/** Nothing is doubled or missing in between: positions, sequences and revisions count without a gap. */
function assertWhole(log: readonly StoredEvent[]): void {
  expect(new Set(log.map(({ event }) => event.id)).size).toBe(log.length);
  expect(log.map(({ position }) => Number(position))).toEqual(log.map((_, i) => i + 1));
  const business = log.filter(({ event }) => event.stream.startsWith('debt-'));
  expect(business.map(({ sequence }) => sequence)).toEqual(business.map((_, i) => i));
  const next = new Map<string, number>();
  for (const { event } of log) {
    expect(event.revision).toBe(next.get(event.stream) ?? 0);
    next.set(event.stream, event.revision + 1);
  }
}

test('kill -9 at any moment loses nothing acknowledged, doubles nothing, and a repeat finds out the rest', async () => {
  const acknowledged = new Set<string>();
  const tried = new Map<string, Attempt>();
  for (let round = 0; round < 6; round++) {
    const { process, said } = startAppending(path, 16, 300);
    await once(process.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 200));
    process.kill('SIGKILL');
    const { tried: attempts, acknowledged: answers, failures } = await said;
    expect(failures).toEqual([]);
    expect(answers.length).toBeGreaterThan(0);
    for (const attempt of attempts) tried.set(attempt.id, attempt);
    for (const { id } of answers) acknowledged.add(id);

    const store = await openSqliteEventStore(path);
    try {
      const log = await wholeLog(store, EVERYTHING);
      assertWhole(log);
      const stored = new Set<string>(log.map(({ event }) => event.id));
      expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
      expect([...stored].filter((id) => !tried.has(id))).toEqual([]);
      // What was under way is written now, or was already: the same call answers either way.
      const open = attempts.filter(({ id }) => !acknowledged.has(id));
      for (const { stream, revision, id } of open) {
        const event = envelope(stream as StreamName, revision, { id: id as EventId });
        const answer = await store.append(event.stream, revision === 0 ? 'none' : BigInt(revision - 1), [event]);
        expect(answer.revision).toBe(BigInt(revision));
        acknowledged.add(id);
      }
      const after = await wholeLog(store, EVERYTHING);
      assertWhole(after);
      expect(after).toHaveLength(log.length + open.filter(({ id }) => !stored.has(id)).length);
    } finally {
      await store.close();
    }
  }
});

test('a full disk is said, loses nothing acknowledged, and does no harm', async () => {
  const { said } = startAppending(path, 16, 5_000, '6000');
  const { tried, acknowledged, failures } = await said;
  expect(failures).toHaveLength(17);
  for (const failure of failures) expect(failure).toMatch(/^(unavailable|unknown) .*(I\/O|full)/);
  const store = await openSqliteEventStore(path);
  try {
    const log = await wholeLog(store, EVERYTHING);
    assertWhole(log);
    const stored = new Set<string>(log.map(({ event }) => event.id));
    expect(acknowledged.filter(({ id }) => !stored.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(100);
    for (const { stream, revision, id } of tried.slice(-16)) {
      const event = envelope(stream as StreamName, revision, { id: id as EventId });
      await store.append(event.stream, revision === 0 ? 'none' : BigInt(revision - 1), [event]);
    }
    assertWhole(await wholeLog(store, EVERYTHING));
  } finally {
    await store.close();
  }
});

test('a reader in another process follows without gap or double', async () => {
  (await openSqliteEventStore(path)).close();
  const { process, said } = startAppending(path, 8, 100);
  const reader = openSqliteEventReader(path);
  const stop = new AbortController();
  const followed: StoredEvent[] = [];
  for await (const page of reader.follow({ filter: EVERYTHING.filter }, stop.signal)) {
    followed.push(...page.events);
    if (followed.length > 500) stop.abort();
  }
  process.kill('SIGKILL');
  const { acknowledged } = await said;
  assertWhole(followed);
  const read = await wholeLog(reader, EVERYTHING);
  expect(read.slice(0, followed.length)).toEqual(followed);
  expect(read.length).toBeGreaterThanOrEqual(acknowledged.length);
  await reader.close();
});
