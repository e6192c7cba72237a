/**
 * The fines through the commands, in process, with policies and projections live, as `npm run import:fines` does it.
 * Timed from the first command until all that follows from the last is done: reading and sorting the file, which holds
 * thirteen years whatever part of it is taken, and starting up are no part of the rate.
 */
import 'reflect-metadata';
import { pino } from 'pino';
import { InProcessTarget } from '../../examples/road-fines/in-process-target.js';
import { MOST_CACHE_BYTES, runImport } from '../../examples/road-fines/run.js';
import type { Target } from '../../examples/road-fines/target.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface ImportRun {
  /** An empty data directory. */
  readonly folder: string;
  readonly file: string;
  /** The last day that is taken. */
  readonly until: string;
}

export interface ImportFound {
  readonly perSecond: number;
  readonly rows: number;
  readonly commands: number;
  readonly seconds: number;
  /** MiB, of the whole process from its start. */
  readonly peakMemory: number;
}

const { folder, file, until } = input<ImportRun>();
const configuration = { ...configurationOf(folder), cacheBytes: MOST_CACHE_BYTES };
const ledger = await InProcessTarget.open(configuration, pino({ level: 'error' }, pino.destination(2)));
let began = 0;
let seconds = 0;
const timed: Target = {
  send(step) {
    began ||= performance.now();
    return ledger.send(step);
  },
  async drain() {
    await ledger.drain();
    seconds = (performance.now() - began) / 1000;
  },
  figures: () => ledger.figures(),
  close: () => ledger.close(),
};
const found = await runImport(file, timed, { until });
await ledger.close();
if (found === undefined) throw new Error('the import was stopped');
const { rows, commands, peakMemoryMiB } = found;
report({ perSecond: commands / seconds, rows, commands, seconds, peakMemory: peakMemoryMiB } satisfies ImportFound);
