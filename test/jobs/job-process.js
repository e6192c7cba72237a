/**
 * A process that runs jobs until it is killed: `node job-process.js STORE DIRECTORY`, STORE being the path of a file or the URL
 * of a Redis. Its ledger is the directory: a command's effect is a file that only the first of its id can make. It says
 * what begins (`>`), in one write, to a file that all processes share.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const [, , store = '', directory = '', ledger = ''] = process.argv;
/** @param {string} file in the build: Node itself loads this process, and the source is TypeScript */
const built = (file) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);
const { defineJob } = await built('jobs/jobs.js');
const { default: Type } = await import('typebox');

const LEASE_MS = 400;
const TARGET = '11111111-1111-4111-8111-11111111111';

/** @param {any} run */
async function sendFive(run) {
  appendFileSync(join(directory, 'begun'), `> ${run.key} ${run.at}\n`);
  for (let i = 0; i < 5; i++) {
    await run.send({ type: 'Do', target: `${TARGET}${i}`, data: { at: run.at } });
    run.progress(i + 1, 5);
    await wait(25);
  }
}

const retry = { attempts: 1_000, firstMs: 20, mostMs: 100 };
const common = { retry, leaseMs: LEASE_MS, handle: sendFive };
const once = defineJob({ ...common, name: 'once', schema: Type.Null(), concurrency: 2 });
const each = defineJob({
  ...common,
  name: 'each',
  schema: Type.Null(),
  repeats: [{ key: 'second', cron: '* * * * * *', missed: 'each', data: null }],
});

const doors = {
  clock: { now: () => Date.now() },
  readModels: {},
  /** @param {any} command @param {any} request */
  async send(command, request) {
    let repeated = false;
    try {
      writeFileSync(join(directory, `effect-${request.id}`), `${request.correlation} ${command.data.at}`, {
        flag: 'wx',
      });
    } catch {
      repeated = true;
    }
    return { kind: 'accepted', id: command.target, revision: 0, state: { state: 'done' }, repeated };
  },
  log: () => undefined,
};

const jobs = store.startsWith('redis:')
  ? (await built('jobs/bull/bull-jobs.js')).openBullJobs({ url: store, ledger, jobs: [once, each], doors, pollMs: 50 })
  : (await built('jobs/embedded/embedded-jobs.js')).openEmbeddedJobs({
      path: store,
      jobs: [once, each],
      doors,
      pollMs: 50,
    });
jobs.start();
process.on('message', async (/** @type {any} */ asked) => {
  if (asked.schedule !== undefined) {
    const now = Date.now();
    for (const [i, key] of asked.schedule.entries()) await jobs.schedule(once, { key, at: now + i * 20, data: null });
    process.send?.('scheduled');
  } else {
    process.send?.(await jobs.list({ limit: 200 }));
  }
});
process.send?.('ready');
