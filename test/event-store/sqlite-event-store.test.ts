import { on } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventReader, EventStore } from '../../src/event-store/event-store.js';
import { openSqliteEventReader, openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import type { OpenedStore, Killable } from '../contract/event-store/opened.js';
import { startAppending } from './appender.js';

async function open(): Promise<OpenedStore> {
  const directory = mkdtempSync(join(tmpdir(), 'sijill-events-'));
  const path = join(directory, 'ledger.db');
  const readers: EventReader[] = [];
  let store: EventStore = await openSqliteEventStore(path);
  return {
    store,
    async reader() {
      const reader = openSqliteEventReader(path);
      readers.push(reader);
      return reader;
    },
    async reopen() {
      await store.close();
      store = await openSqliteEventStore(path);
      return store;
    },
    async dispose() {
      await Promise.all([...readers, store].map((open) => open.close()));
      rmSync(directory, { recursive: true });
    },
  };
}

/** The process that owns the file is the one that is killed. */
async function openKillable(): Promise<Killable> {
  const directory = mkdtempSync(join(tmpdir(), 'sijill-killed-'));
  const path = join(directory, 'ledger.db');
  return {
    async start(writers) {
      const { process, said } = startAppending(path, writers, 300);
      for await (const [chunk] of on(process.stdout, 'data')) if (String(chunk).includes('!')) break;
      return { kill: () => (process.kill('SIGKILL'), said) };
    },
    open: () => openSqliteEventStore(path),
    dispose: async () => rmSync(directory, { recursive: true }),
  };
}

eventStoreContract('SQLite', open, openKillable);
