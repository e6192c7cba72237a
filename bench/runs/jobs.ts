/** Jobs that do nothing, from when they are begun with until the last is done: what keeping and handing them out costs. */
import { join } from 'node:path';
import { openBullJobs } from '../../src/jobs/bull/bull-jobs.js';
import { openEmbeddedJobs } from '../../src/jobs/embedded/embedded-jobs.js';
import { closed } from '../../src/event-store/schemas.js';
import { defineJob, type JobDoors } from '../../src/jobs/jobs.js';
import { systemClock } from '../../src/kernel/clock.js';
import { NAMESPACE, uuid5, type LedgerId } from '../../src/kernel/ids.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { input, report } from './run.js';
import { inParallel } from './world.js';

export interface JobsRun {
  readonly folder: string;
  /** A Redis; absent: embedded. */
  readonly redis?: string;
  readonly jobs: number;
}

export interface JobsFound {
  readonly perSecond: number;
}

const AT_ONCE = 16;

const { folder, redis, jobs: count } = input<JobsRun>();
let left = count;
let finished!: () => void;
const all = new Promise<void>((resolve) => (finished = resolve));
const nothing = defineJob({
  name: 'nothing',
  schema: closed({}),
  concurrency: AT_ONCE,
  async handle() {
    if (--left === 0) finished();
  },
});
const doors: JobDoors = {
  clock: systemClock(),
  readModels: {} as ReadModelReader, // this job reads nothing
  send: () => Promise.reject(new Error('this job sends nothing')),
  log: (_, message) => process.stderr.write(`${message}\n`),
};
const jobs =
  redis === undefined
    ? openEmbeddedJobs({ path: join(folder, 'jobs.db'), jobs: [nothing], doors })
    : openBullJobs({ url: redis, ledger: uuid5(NAMESPACE.aggregate, folder) as LedgerId, jobs: [nothing], doors });
await inParallel(64, count, (n) => jobs.schedule(nothing, { key: `job-${n}`, at: Date.now(), data: {} }));
const began = performance.now();
jobs.start();
await all;
const seconds = (performance.now() - began) / 1000;
await jobs.close(5_000);
report({ perSecond: count / seconds } satisfies JobsFound);
