/** The thread that folds events into read models and sends what policies ask for (its own composition root). */
import { parentPort, workerData } from 'node:worker_threads';
import {
  openBalances,
  openEventReader,
  openLeases,
  openLogLeases,
  openLogStorage,
  openReadModels,
  type Stores,
} from './adapters.js';
import { catalogue, policies, projections } from './composition.js';
import { Feed } from './feed/feed.js';
import { holdToOneLedger } from './feed/one-ledger.js';
import { SelfAudit } from './feed/self-audit/self-audit.js';
import { isHeldHere } from './feed/stored-progress.js';
import { FeedThreadPort } from './feed/thread-protocol.js';
import type { LedgerId } from './kernel/ids.js';
import { ownRequest } from './ledger/open-ledger.js';
import { BalancesBuilder } from './transparency/balances/balances-builder.js';
import { LineSalts } from './transparency/balances/line.js';
import { balancesKey } from './transparency/balances/note.js';
import type { Recorded } from './transparency/balances/recorded.js';
import type { EventId } from './kernel/ids.js';
import { signingKey, writeVkey } from './transparency/keys.js';
import { LogBuilder } from './transparency/log-builder.js';
import { rehashing } from './transparency/rehashing.js';
import { readWitnesses } from './transparency/witnesses/witness-policy.js';
import { leafSaltUnder } from './vault/leaf-salt.js';

/** What the thread is told. */
export interface FeedThreadData extends Stores {
  /** Most events folded at once; absent: as many as suit those who ask meanwhile. */
  readonly pageSize?: number;
  /** Absent: it builds no transparency log. */
  readonly transparency?: {
    readonly ledger: LedgerId;
    readonly origin: string;
    readonly leafKey: Uint8Array;
    /** Of the key that signs. */
    readonly seed: Uint8Array;
    /** A policy, as it was read; absent: nobody is asked. */
    readonly witnesses?: string;
  };
}

const { transparency, pageSize, ...stores } = workerData as FeedThreadData;
if (parentPort === null) throw new Error('the feed runs in a thread of the server');
const port = new FeedThreadPort(parentPort);
const reader = await openEventReader(stores);
const readModels = await openReadModels(stores);
const leases = await openLeases(stores);
await holdToOneLedger(reader, readModels);
const { send, listener } = port;
const sized = pageSize !== undefined && { pageSize };
const feed = new Feed({ reader, readModels, leases, catalogue, projections, policies, send, listener, ...sized });
const logStorage = transparency && (await openLogStorage(stores));
const logLeases = transparency && (await openLogLeases(stores));
const balances = transparency && openBalances(stores);
const stopping = new AbortController();
let working: Promise<unknown> = Promise.resolve();
port.serve(
  (names) => feed.rebuild(names),
  async () => {
    stopping.abort();
    await working;
    await feed.stop();
    balances?.close();
    await logStorage?.close();
    await logLeases?.close();
    await leases.close();
    await readModels.close();
    await reader.close();
  },
);
const leafKey = transparency && Buffer.from(transparency.leafKey);
const saltOf = leafKey && ((event: EventId): string => leafSaltUnder(leafKey, event));
await feed.start();
const audit = new SelfAudit({
  reader,
  readModels,
  catalogue,
  projections,
  isMine: () => feed.status().consumers.every((each) => each.kind !== 'projection' || isHeldHere(each)),
  head: () => feed.status().head,
  ...(saltOf !== undefined && logStorage !== undefined && { rehash: rehashing(logStorage, saltOf) }),
  report: (status) => listener.audited?.(status),
  log: (level, message) => listener.log(level, message),
});
const key = transparency && signingKey(transparency.origin, Buffer.from(transparency.seed));
const builder =
  transparency &&
  key &&
  saltOf &&
  logStorage &&
  logLeases &&
  new LogBuilder({
    ledger: transparency.ledger,
    reader,
    storage: logStorage,
    leases: logLeases,
    key,
    ...(transparency.witnesses !== undefined && { witnesses: readWitnesses(transparency.witnesses, writeVkey(key)) }),
    saltOf,
    report: (status) => listener.logged?.(status),
    log: (level, message) => listener.log(level, message),
  });
const balancesBuilder =
  transparency &&
  leafKey &&
  saltOf &&
  logStorage &&
  balances &&
  new BalancesBuilder({
    ledger: transparency.ledger,
    reader,
    file: balances,
    log: logStorage,
    key: balancesKey(transparency.origin, Buffer.from(transparency.seed)),
    salts: new LineSalts(leafKey, saltOf),
    record: (root) => record(transparency.ledger, root),
    head: () => feed.status().head,
    now: Date.now,
    tell: (level, message) => listener.log(level, message),
  });
const { signal } = stopping;
working = Promise.all([audit.run(signal), builder?.run(signal), balancesBuilder?.run(signal)]);
port.say({ kind: 'started' });

/** The one write path is the ledger's, in the thread that answers. */
async function record(ledger: LedgerId, root: Recorded): Promise<void> {
  const command = { type: 'RecordBalances', target: ledger, data: root };
  const request = ownRequest(`balances ${root.events}`, ledger, command);
  const outcome = await send(command, { ...request, mayBackdate: false });
  if (outcome.kind !== 'accepted') throw new Error(`the root was refused: ${JSON.stringify(outcome)}`);
}
