import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import Bull from 'bull';
import { openBullJobs } from '../../src/jobs/bull/bull-jobs.js';
import type { Jobs } from '../../src/jobs/jobs.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { doorsOf, Hand } from '../contract/jobs/opened.js';
import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';

const named = process.env['REDIS_TEST_URL'];

(named === undefined && !hasRedis ? describe.skip : describe)(`on Redis (else skipped: ${HOW_TO_RUN})`, () => {
  let own: RedisServer | undefined;
  beforeAll(async () => void (own = named === undefined ? await RedisServer.start() : undefined));
  afterAll(() => own?.dispose());

  jobsContract('Bull', async () => {
    const clock = new Hand();
    const ledger = randomUUID();
    const url = named ?? own!.url;
    const control = new Bull('control', url);
    const workers: Jobs[] = [];
    // Bull asks the machine's clock when what is delayed is due, and lets a millisecond pass after it.
    const machine = jest.spyOn(Date, 'now').mockImplementation(() => clock.now() + 1);
    return {
      clock,
      leaseMs: 100, // no multiple of three: Redis takes no fractions
      async lapse() {
        const locks = await control.client.keys(`{sijill-${ledger}}*:lock`);
        if (locks.length > 0) await control.client.del(...locks);
      },
      worker(jobs, doors) {
        const worker = openBullJobs({ url, ledger, jobs, doors: doorsOf(clock, doors), pollMs: 10 });
        workers.push(worker);
        return worker;
      },
      async dispose() {
        for (const worker of workers) await worker.close(0);
        await control.close();
        machine.mockRestore();
      },
    };
  });
});
