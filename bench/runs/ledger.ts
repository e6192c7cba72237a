/** Durable commands in process: 64 callers record proceedings on registered debts, through `ledger.execute`. */
import type { Uuid } from '../../src/kernel/ids.js';
import { input, report } from './run.js';
import { accept, draftOf, inParallel, openWorld, proceedingOf, registrationOf } from './world.js';

export interface LedgerRun {
  /** Where to put `ledger.db`. */
  readonly folder: string;
  readonly debts: number;
  readonly commands: number;
}

export interface LedgerFound {
  readonly perSecond: number;
  /** Events in the store before the measured ones. */
  readonly before: number;
}

const CALLERS = 64;

const { folder, debts, commands } = input<LedgerRun>();
const world = await openWorld(folder);
const ids: Uuid[] = [];
await inParallel(CALLERS, debts, async (n) => {
  const draft = draftOf(n);
  ids[n] = draft.target;
  await accept(world, draft);
  await accept(world, registrationOf(n, draft.target));
});
const before = (await world.store.head()).count;

const began = performance.now();
await inParallel(CALLERS, commands, (index) => {
  const n = (index * 7919) % debts;
  return accept(world, proceedingOf(n, ids[n] as Uuid, index));
});
const seconds = (performance.now() - began) / 1000;
await world.close();
report({ perSecond: commands / seconds, before } satisfies LedgerFound);
