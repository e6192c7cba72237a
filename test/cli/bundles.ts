import {
  appendsInOrder,
  openEventReader,
  openEventStore,
  openReadModelReader,
  openReadModels,
  type Stores,
} from '../../src/adapters.js';
import { exportBundle } from '../../src/cli/bundle/export-bundle.js';
import type { Manifest } from '../../src/cli/bundle/format.js';
import { replayBundle } from '../../src/cli/bundle/replay-bundle.js';
import { catalogue, projections, RULE_SET } from '../../src/composition.js';
import { goesOn, quiet } from './moving.js';

/** Bundles of ledgers on any stores. */

export async function exportedBundle(stores: Stores, out: string): Promise<{ manifest: Manifest; digest: string }> {
  const reader = await openEventReader(stores);
  const live = await openReadModelReader(stores);
  const configuration = { backdatingDays: 30 };
  try {
    return await exportBundle(
      { log: { reader, catalogue }, live, projections, ruleSet: RULE_SET, configuration },
      out,
      goesOn,
      quiet,
    );
  } finally {
    await live.close();
    await reader.close();
  }
}

export const replayed = (bundle: string, stores: Stores, digest?: string): ReturnType<typeof replayBundle> =>
  replayBundle(
    bundle,
    {
      openStore: () => openEventStore(stores),
      openReader: () => openEventReader(stores),
      openReadModels: () => openReadModels(stores),
      inOrder: appendsInOrder(stores),
    },
    { catalogue, projections, signal: goesOn, output: quiet, ...(digest !== undefined && { digest }) },
  );
