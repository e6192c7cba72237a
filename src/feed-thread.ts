/** The thread that folds events into read models and sends what policies ask for (its own composition root). */
import { parentPort, workerData } from 'node:worker_threads';
import { openEventReader, openLeases, openReadModels, type Stores } from './adapters.js';
import { catalogue, policies, projections } from './composition.js';
import { Feed } from './feed/feed.js';
import { holdToOneLedger } from './feed/one-ledger.js';
import { FeedThreadPort } from './feed/thread-protocol.js';

const stores = workerData as Stores;
if (parentPort === null) throw new Error('the feed runs in a thread of the server');
const port = new FeedThreadPort(parentPort);
const reader = openEventReader(stores);
const readModels = await openReadModels(stores);
const leases = await openLeases(stores);
await holdToOneLedger(reader, readModels);
const { send, listener } = port;
const feed = new Feed({ reader, readModels, leases, catalogue, projections, policies, send, listener });
port.serve(
  (names) => feed.rebuild(names),
  async () => {
    await feed.stop();
    await leases.close();
    await readModels.close();
    await reader.close();
  },
);
await feed.start();
port.say({ kind: 'started' });
