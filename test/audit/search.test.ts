import type { StartBackend } from '../contract/read-models/backend.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';
import { startSqlite } from '../read-models/sqlite-backend.js';
import { searching, searchingSpans } from './searching.js';

const startInMemory: StartBackend = async () => {
  const store = new InMemoryReadModels();
  return { open: async () => store, reader: async () => store, dispose: async () => undefined };
};

describe.each([
  ['in memory', startInMemory, 60],
  ['on SQLite', startSqlite, 8],
] as const)('the audit index %s', (_, start, runs) => {
  searching(start, runs);
  searchingSpans(start);
});
