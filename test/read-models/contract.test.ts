import { readModelsContract } from '../contract/read-models.contract.js';
import { querying } from '../contract/read-models/querying.js';
import { redelivering } from '../contract/read-models/redelivering.js';
import { rebuilding } from '../contract/read-models/rebuilding.js';
import { writing } from '../contract/read-models/writing.js';
import { InMemoryReadModels, InMemoryStore } from './in-memory.js';
import { startSqlite } from './sqlite-backend.js';

readModelsContract('SQLite', startSqlite);

/** It is what the adapters are compared with, so it must keep the same laws. */
describe('the plain model of the tests', () => {
  const start = async () => {
    const store = new InMemoryStore();
    return {
      open: async () => new InMemoryReadModels(store),
      reader: async () => new InMemoryReadModels(store),
      dispose: async () => {},
    };
  };
  describe('writing', () => writing(start));
  describe('querying', () => querying(start));
  describe('redelivering', () => redelivering(start));
  describe('rebuilding', () => rebuilding(start));
});
