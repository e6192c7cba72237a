import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedJobs } from '../../src/jobs/embedded/embedded-jobs.js';
import type { Jobs } from '../../src/jobs/jobs.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { doorsOf, Hand } from '../contract/jobs/opened.js';

jobsContract(
  'SQLite',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sijill-jobs-'));
    const path = join(directory, 'jobs.db');
    const clock = new Hand();
    const workers: Jobs[] = [];
    return {
      clock,
      leaseMs: 30_000,
      lapse: async () => clock.pass(30_001),
      worker(jobs, doors) {
        const worker = openEmbeddedJobs({ path, jobs, doors: doorsOf(clock, doors), pollMs: 5 });
        workers.push(worker);
        return worker;
      },
      async dispose() {
        for (const worker of workers) await worker.close(0);
        rmSync(directory, { recursive: true });
      },
    };
  },
  12,
);
