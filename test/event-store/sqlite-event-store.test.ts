import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventReader, EventStore } from '../../src/event-store/event-store.js';
import { openSqliteEventReader, openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';

eventStoreContract('SQLite', async () => {
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
});
