import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbsentStreams } from '../../src/event-store/sqlite/absent-streams.js';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import type { StreamName } from '../../src/kernel/ids.js';
import { eventually } from '../contract/jobs/opened.js';
import { envelopes, newStream } from './envelopes.js';

const goesOn = new AbortController().signal;
const names = (count: number, category = 'attempt'): StreamName[] =>
  Array.from({ length: count }, () => newStream(category));

/** As a store lists them. */
const listOf = (all: readonly string[]) => {
  const sorted = all.toSorted((a, b) => (a < b ? -1 : 1));
  return (after: string, before: string, limit: number): string[] =>
    sorted.filter((name) => name > after && name < before).slice(0, limit);
};

describe('what is known to be absent', () => {
  test('is nothing before all names were read', async () => {
    const absent = new AbsentStreams(['attempt']);
    const [stream] = names(1) as [StreamName];
    expect(absent.knows(stream)).toBe(false);
    const filled = absent.fill(listOf(names(2_500)), goesOn);
    expect(absent.knows(stream)).toBe(false);
    await filled;
    expect(absent.knows(stream)).toBe(true);
  });

  test('is no stream that was there, on any page of names, and none that is appended', async () => {
    const there = names(3_000);
    const absent = new AbsentStreams(['attempt']);
    const [early, late] = names(2) as [StreamName, StreamName];
    absent.expect(early); // while the names are read
    await absent.fill(listOf(there), goesOn);
    expect(there.filter((name) => absent.knows(name))).toEqual([]);
    expect(absent.knows(early)).toBe(false);
    expect(absent.knows(late)).toBe(true);
    absent.expect(late);
    expect(absent.knows(late)).toBe(false);
  });

  test('is no stream of another category, nor of one that only begins alike', async () => {
    const absent = new AbsentStreams(['attempt']);
    await absent.fill(listOf([]), goesOn);
    for (const stream of ['debt', 'attempted', '_attempt'].map((category) => newStream(category))) {
      expect(absent.knows(stream)).toBe(false);
    }
  });

  test('is nearly every stream that is: of 100,000, fewer than one look in a thousand is in vain', async () => {
    const absent = new AbsentStreams(['attempt']);
    await absent.fill(listOf([]), goesOn);
    for (const name of names(100_000)) absent.expect(name);
    expect(names(20_000).filter((name) => !absent.knows(name)).length).toBeLessThan(20);
  });

  test('stays nothing where the store is closed before all names were read', async () => {
    const absent = new AbsentStreams(['attempt']);
    await absent.fill(listOf([]), AbortSignal.abort());
    expect(absent.knows(newStream('attempt'))).toBe(false);
  });
});

describe('an SQLite store', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'sijill-absent-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const open = (): Promise<EventStore> => openSqliteEventStore(join(directory, 'ledger.db'), ['attempt']);

  test('knows after a restart too which streams are there, and which are not', async () => {
    const first = await open();
    const streams = names(50);
    for (const stream of streams) await first.append(stream, 'none', envelopes(stream, 0, 2));
    await first.close();
    const second = await open();
    const other = `attempt-${randomUUID()}` as StreamName;
    await eventually(() => second.isAbsent!(other), true);
    expect(streams.filter((stream) => second.isAbsent!(stream))).toEqual([]);
    await second.append(other, 'none', envelopes(other, 0, 1));
    expect(second.isAbsent!(other)).toBe(false);
    await second.close();
  });
});
