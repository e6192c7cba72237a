/**
 * One command on an aggregate with a long history and on one with a short one, in turns: from the cache, and with
 * nothing in it, as after a restart. One caller, so that a figure is the time that it waits.
 */
import type { Uuid } from '../../src/kernel/ids.js';
import { median } from '../measure.js';
import { input, report } from './run.js';
import { accept, draftOf, inParallel, openWorld, proceedingOf, registrationOf, type World } from './world.js';

export interface AggregateRun {
  readonly folder: string;
  readonly samples: number;
}

/** Milliseconds for a command, medians. */
export interface AggregateFound {
  readonly warm: { readonly long: number; readonly short: number };
  readonly cold: { readonly long: number; readonly short: number };
}

const LONG = { events: 1_000, debts: 8 };
const SHORT_EVENTS = 10;

const { folder, samples } = input<AggregateRun>();
const ids: Uuid[] = [];
const isLong = (n: number): boolean => n < LONG.debts;
const SHORT_DEBTS = samples; // each is used once for a figure, so that it stays short

const found: Partial<Record<'warm' | 'cold', { long: number; short: number }>> = {};
const warm = await openWorld(folder);
await inParallel(64, LONG.debts + SHORT_DEBTS, async (n) => {
  const draft = draftOf(n);
  ids[n] = draft.target;
  await accept(warm, draft);
  await accept(warm, registrationOf(n, draft.target));
  const events = isLong(n) ? LONG.events : SHORT_EVENTS;
  for (let event = 2; event < events; event++) await accept(warm, proceedingOf(n, draft.target, event));
});
found.warm = await timed(warm, 'warm');
await warm.close();
const cold = await openWorld(folder, 0);
found.cold = await timed(cold, 'cold');
await cold.close();
report(found);

async function timed(world: World, key: string): Promise<{ long: number; short: number }> {
  const times = { long: [] as number[], short: [] as number[] };
  for (let sample = 0; sample < samples; sample++) {
    for (const n of [sample % LONG.debts, LONG.debts + (sample % SHORT_DEBTS)]) {
      const command = proceedingOf(n, ids[n] as Uuid, `${key}-${sample}`);
      const began = performance.now();
      await accept(world, command);
      times[isLong(n) ? 'long' : 'short'].push(performance.now() - began);
    }
  }
  return { long: median(times.long), short: median(times.short) };
}
