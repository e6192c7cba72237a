/** The thread that folds events into read models and sends what policies ask for (its own composition root). */
import { parentPort, workerData } from 'node:worker_threads';
import { openEventReader, openLeases, openReadModels, type Stores } from './adapters.js';
import { catalogue, policies, projections } from './composition.js';
import { Feed } from './feed/feed.js';
import { holdToOneLedger } from './feed/one-ledger.js';
import { SelfAudit } from './feed/self-audit/self-audit.js';
import { isHeldHere } from './feed/stored-progress.js';
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
const stopping = new AbortController();
let auditing: Promise<void> = Promise.resolve();
port.serve(
  (names) => feed.rebuild(names),
  async () => {
    stopping.abort();
    await auditing;
    await feed.stop();
    await leases.close();
    await readModels.close();
    await reader.close();
  },
);
await feed.start();
const audit = new SelfAudit({
  reader,
  readModels,
  catalogue,
  projections,
  isMine: () => feed.status().consumers.every((each) => each.kind !== 'projection' || isHeldHere(each)),
  head: () => feed.status().head,
  report: (status) => listener.audited?.(status),
  log: (level, message) => listener.log(level, message),
});
auditing = audit.run(stopping.signal);
port.say({ kind: 'started' });
