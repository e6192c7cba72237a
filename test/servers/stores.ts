import { eventStoreOf } from './event-store.js';
import { readModelsOf } from './read-models.js';

/** What the environment of a ledger says about its stores, where the tests run on servers. @param data its directory */
export const storesOf = async (data: string): Promise<Readonly<Record<string, string>>> => ({
  ...(await eventStoreOf(data)),
  ...(await readModelsOf(data)),
});
