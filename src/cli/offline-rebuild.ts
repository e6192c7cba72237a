import { join } from 'node:path';
import type { Catalogue } from '../event-store/catalogue.js';
import { openSqliteEventReader } from '../event-store/sqlite/sqlite-event-store.js';
import type { Projection } from '../feed/consumers.js';
import { PAGE_SIZE } from '../feed/log-follower.js';
import { beginFilling, fill, swap, type RebuildSource } from '../feed/rebuild.js';
import { PROJECTIONS } from '../feed/feed.js';
import { acquire, type Leases } from '../leases/leases.js';
import type { ReadModels } from '../read-models/read-models.js';
import { own, StoreOwned } from '../sqlite/ownership.js';
import { progressOf, type Output } from './progress.js';

/** A server has the ledger: what it writes and a rebuild beside it would not know of each other. */
export class LedgerInUse extends Error {
  override readonly name = 'LedgerInUse';
}

export interface Rebuilt {
  /** Those whose new version is live now. */
  readonly names: readonly string[];
  /** Business events folded. */
  readonly events: number;
}

/**
 * Rebuilds projections of embedded stores that no server has open: new versions beside the live ones, in one pass over
 * the log, then the swap of each. What the signal ends leaves the live versions as they were.
 * @param data the directory of the ledger, which nobody else may have
 * @param stores to fold into, once nobody else holds their lease: after a crash that takes its lifetime
 * @throws LedgerInUse, ForeignFile (also where there is no ledger), PoisonEvent, ReadModelUnavailable
 */
export async function rebuildOffline(
  data: string,
  stores: { readModels(): Promise<ReadModels>; leases(): Promise<Leases> },
  catalogue: Catalogue,
  projections: readonly Projection[],
  signal: AbortSignal,
  output?: Output,
): Promise<Rebuilt> {
  const events = join(data, 'ledger.db');
  const reader = openSqliteEventReader(events); // before the lock, which would make a file beside what is not there
  let disown: (() => void) | undefined;
  let readModels: ReadModels | undefined;
  let leases: Leases | undefined;
  try {
    disown = owned(events, data);
    leases = await stores.leases();
    const lease = await acquire(leases, PROJECTIONS, signal);
    if (lease === undefined) return { names: [], events: 0 };
    readModels = await stores.readModels();
    await readModels.takeOver(lease.token);
    const source = { reader, readModels, catalogue, pageSize: PAGE_SIZE };
    return await rebuild(source, projections, signal, output).finally(() => lease.release());
  } finally {
    await readModels?.close();
    await leases?.close();
    disown?.();
    await reader.close();
  }
}

async function rebuild(
  source: RebuildSource,
  projections: readonly Projection[],
  signal: AbortSignal,
  output?: Output,
): Promise<Rebuilt> {
  const { count: events } = await source.reader.head();
  const progress = progressOf(events, 'events', output);
  const names: string[] = [];
  try {
    const fillings = await beginFilling(source, projections);
    const isFilled = await fill(source, fillings, signal, progress.update);
    for (const filling of isFilled ? fillings : []) {
      const { name } = filling.projector.projection;
      progress.say(`${name}: building its indexes, then the swap`);
      await turn(); // building is synchronous: what a signal said meanwhile is heard here
      if (signal.aborted) break;
      await swap(source, filling);
      names.push(name);
    }
    return { names, events };
  } finally {
    progress.stop();
  }
}

function owned(events: string, data: string): () => void {
  try {
    return own(events);
  } catch (error) {
    if (!(error instanceof StoreOwned)) throw error;
    throw new LedgerInUse(
      `another process has the ledger in ${data}. If it is a server, begin the rebuild there, with POST /v1/projections/{name}/rebuild in the ` +
        'role operator (answers go on meanwhile), or stop it first',
      { cause: error },
    );
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
