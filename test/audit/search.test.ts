import { InMemoryReadModels } from '../read-models/in-memory.js';
import { startSqlite } from '../read-models/sqlite-backend.js';
import { searching } from './searching.js';

describe('the audit index in memory', () =>
  searching(async () => {
    const store = new InMemoryReadModels();
    return { open: async () => store, reader: async () => store, dispose: async () => undefined };
  }, 60));

describe('the audit index on SQLite', () => searching(startSqlite, 8));
