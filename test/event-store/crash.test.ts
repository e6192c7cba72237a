import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { openSqliteEventReader, openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { appendAt, assertWhole, EVERYTHING } from '../contract/event-store/killing.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { startAppending } from './appender.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sijill-crash-'));
  path = join(directory, 'ledger.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

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
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(100);
    for (const events of tried.slice(-16)) await appendAt(store, events);
    assertWhole(await wholeLog(store, EVERYTHING));
  } finally {
    await store.close();
  }
});

test('a reader in another process follows without gap or double', async () => {
  await (await openSqliteEventStore(path)).close();
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
