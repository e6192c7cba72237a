import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';
import { exportForAudit } from '../../../src/cli/bundle/audit-export.js';
import { catalogue } from '../../../src/composition.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { streamName, type LedgerId } from '../../../src/kernel/ids.js';
import { EmbeddedLeases } from '../../../src/leases/embedded-leases.js';
import { openBalancesFile } from '../../../src/transparency/balances/balances-file.js';
import { BalancesBuilder, type BalancesBuilderOptions } from '../../../src/transparency/balances/balances-builder.js';
import { LineSalts } from '../../../src/transparency/balances/line.js';
import { balancesKey } from '../../../src/transparency/balances/note.js';
import type { Recorded } from '../../../src/transparency/balances/recorded.js';
import { signingKey, writeVkey } from '../../../src/transparency/keys.js';
import { LogBuilder } from '../../../src/transparency/log-builder.js';
import { openSqliteLogStorage } from '../../../src/transparency/sqlite/sqlite-log-storage.js';
import { envelope } from '../../event-store/envelopes.js';

export const ORIGIN = 'log.example.sa/ledger';
export const SEED = createHash('sha256').update('seed').digest();
export const LEAF_KEY = createHash('sha256').update('leaf key').digest();
export const VKEY = writeVkey(signingKey(ORIGIN, SEED));
export const saltOf = (event: string): string => createHmac('sha256', LEAF_KEY).update(event).digest('hex');

export const SALTS = new LineSalts(LEAF_KEY, saltOf);

/** Signs all events of a store, and returns where. */
export async function logOf(store: EventStore, folder: string) {
  const storage = openSqliteLogStorage(join(folder, 'transparency.db'));
  const { count } = await store.head();
  const stop = new AbortController();
  const key = signingKey(ORIGIN, SEED);
  if ((await storage.signed())?.size === count) return storage;
  await new LogBuilder({
    ledger: await ledgerOf(store),
    reader: store,
    storage,
    leases: new EmbeddedLeases(),
    key,
    saltOf,
    report: ({ size }) => size === count && stop.abort(),
    log: (_, message) => {
      throw new Error(message);
    },
  }).run(stop.signal);
  return storage;
}

export async function ledgerOf(store: EventStore): Promise<LedgerId> {
  return (await store.readAll({ limit: 1 })).events[0]!.event.ledger;
}

/** As the ledger appends it. */
export const recordIn =
  (store: EventStore, ledger: LedgerId) =>
  async (root: Recorded): Promise<void> => {
    const stream = streamName('_balances', ledger);
    const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    const revision = last === undefined ? 0 : last.event.revision + 1;
    const event = envelope(stream, revision, { ledger, type: 'proofs.BalancesSigned', data: { ...root } });
    await store.append(stream, last === undefined ? 'none' : BigInt(last.event.revision), [event]);
  };

/**
 * Adds up and signs until the last event's day is over and signed.
 * @param changes what a test does otherwise
 * @returns what was said
 */
export async function signBalancesOf(
  store: EventStore,
  folder: string,
  changes: Partial<BalancesBuilderOptions> = {},
): Promise<readonly string[]> {
  const ledger = await ledgerOf(store);
  const { count } = await store.head();
  const log = await logOf(store, folder);
  const file = openBalancesFile(join(folder, 'balances.db'));
  const said: string[] = [];
  const stop = new AbortController();
  try {
    const builder = new BalancesBuilder({
      ledger,
      reader: store,
      file,
      log,
      key: balancesKey(ORIGIN, SEED),
      salts: SALTS,
      record: recordIn(store, ledger),
      head: () => count,
      now: () => Date.parse('2199-01-01'),
      tell: (_, message) => said.push(message),
      paceMs: 1,
      rests: [0, 0],
      ...changes,
    });
    const running = builder.run(stop.signal);
    const isDone = async () => file.published()?.events === count || said.some((each) => !each.startsWith('signed'));
    let isOver = false;
    const end = running.then(() => (isOver = true));
    while (!isOver && !(await isDone())) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await end;
    return said;
  } finally {
    file.close();
    await log.close();
  }
}

/** What an auditor gets. */
export async function bundleOf(store: EventStore, folder: string, name: string): Promise<string> {
  const log = await logOf(store, folder);
  const signed = (await log.signed())!;
  await log.close();
  const audited = { reader: store, catalogue, signed, saltOf, leafKey: () => LEAF_KEY };
  await exportForAudit(audited, join(folder, name), new AbortController().signal);
  return join(folder, name);
}
