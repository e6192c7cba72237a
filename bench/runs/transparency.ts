/** The transparency log of a ledger's events, built and signed from the first to the last; then what is verified of it. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peakMemoryMiB } from '../../examples/road-fines/peak-memory.js';
import { openEventReader } from '../../src/adapters.js';
import { exportForAudit } from '../../src/cli/bundle/audit-export.js';
import { catalogue } from '../../src/composition.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { wholeHead } from '../../src/event-store/whole-head.js';
import type { EventId } from '../../src/kernel/ids.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { signingKey, writeVkey } from '../../src/transparency/keys.js';
import { LogBuilder } from '../../src/transparency/log-builder.js';
import { originOf } from '../../src/transparency/origin.js';
import { provedIn } from '../../src/transparency/published-log.js';
import { writeRecord } from '../../src/transparency/record.js';
import { openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { leafSaltUnder } from '../../src/vault/leaf-salt.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface TransparencyRun {
  /** The ledger's. */
  readonly folder: string;
  /** Where the log goes, and `audit`, `record.txt` and `vkey`. */
  readonly to: string;
}

export interface TransparencyFound {
  readonly perSecond: number;
  readonly events: number;
  /** MiB, when the log was built. */
  readonly peakMemory: number;
  /** MiB, before its first event. */
  readonly baseMemory: number;
}

const { folder, to } = input<TransparencyRun>();
const reader = await openEventReader(configurationOf(folder));
const { count } = await wholeHead(reader);
const ledger = (await reader.last())!.event.ledger;
const storage = openSqliteLogStorage(join(to, 'transparency.db'));
const key = signingKey(await originOf(reader), randomBytes(32));
const leafKey = randomBytes(32);
const saltOf = (event: EventId): string => leafSaltUnder(leafKey, event);
const stop = new AbortController();
const baseMemory = peakMemoryMiB();
const began = performance.now();
const builder = new LogBuilder({
  ledger,
  reader,
  storage,
  leases: new EmbeddedLeases(),
  key,
  saltOf,
  report: ({ size }) => {
    if (size === count) stop.abort();
  },
  log: (_, message) => {
    throw new Error(message);
  },
});
await builder.run(stop.signal);
const seconds = (performance.now() - began) / 1000;
const peakMemory = peakMemoryMiB();

const signed = (await storage.signed())!;
const audited = { reader, catalogue, signed, saltOf, leafKey: () => leafKey };
await exportForAudit(audited, join(to, 'audit'), new AbortController().signal);
const [{ event } = {}] = (await reader.readAll({ limit: 1 })).events;
const proof = await provedIn({ reader: storage, vkey: writeVkey(key) }, 0, signed);
writeFileSync(join(to, 'record.txt'), writeRecord(canonicalEvent(event!), saltOf(event!.id), proof));
writeFileSync(join(to, 'vkey'), writeVkey(key));
await storage.close();
await reader.close();
report({ perSecond: count / seconds, events: count, peakMemory, baseMemory } satisfies TransparencyFound);
