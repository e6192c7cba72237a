/** Rebuilds every projection of a data directory, in the feed's thread of a whole instance, as an operator would. */
import { pino } from 'pino';
import { peakMemoryMiB } from '../../examples/road-fines/peak-memory.js';
import { projections } from '../../src/composition.js';
import { openInstance } from '../../src/instance.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface RebuildRun {
  /** The data directory. */
  readonly folder: string;
}

export interface RebuildFound {
  readonly perSecond: number;
  readonly events: number;
  /** MiB, of the whole process. */
  readonly peakMemory: number;
}

const { folder } = input<RebuildRun>();
const instance = await openInstance(configurationOf(folder), pino({ level: 'silent' }));
const { count } = await instance.store.head();
const began = performance.now();
await instance.feed.rebuild(projections.map(({ name }) => name));
const seconds = (performance.now() - began) / 1000;
await instance.close();
report({
  perSecond: count / seconds,
  events: count,
  peakMemory: peakMemoryMiB(),
} satisfies RebuildFound);
