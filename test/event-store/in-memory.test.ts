import { eventStoreContract } from '../contract/event-store.contract.js';
import { InMemoryEventStore, Memory } from './in-memory.js';

// A second adapter, as unlike SQLite as the port allows: it keeps the suite from asking for what only SQLite has.
eventStoreContract('an array in memory', async () => {
  const memory = new Memory();
  let store = new InMemoryEventStore(memory);
  return {
    store,
    reader: async () => new InMemoryEventStore(memory),
    async reopen() {
      await store.close();
      store = new InMemoryEventStore(memory);
      return store;
    },
    dispose: () => store.close(),
  };
});
