import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import Bull from 'bull';
import { lossesOf } from '../../src/jobs/bull/durability.js';
import { openBullJobs } from '../../src/jobs/bull/bull-jobs.js';
import { JobsUnavailable, type Jobs } from '../../src/jobs/jobs.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { again, doorsOf, eventually, gate, Hand, once, seen } from '../contract/jobs/opened.js';
import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';

const named = process.env['REDIS_TEST_URL'];

(named === undefined && !hasRedis ? describe.skip : describe)(`on Redis (else skipped: ${HOW_TO_RUN})`, () => {
  let own: RedisServer | undefined;
  beforeAll(async () => void (own = named === undefined ? await RedisServer.start() : undefined));
  afterAll(() => own?.dispose());

  jobsContract(
    'Bull',
    async () => {
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
    },
    4,
  );

  (hasRedis ? test : test.skip)('one that is set as the operators are told is not told of', async () => {
    const server = await RedisServer.start();
    const control = new Bull('control', server.url);
    expect(lossesOf(await control.client.info())).toEqual([]);
    await control.close();
    await server.dispose();
  });

  (hasRedis ? test : test.skip)('a server that lost its data has what stands by itself again', async () => {
    const server = await RedisServer.start();
    const control = new Bull('control', server.url);
    const job = again('0 * * * *', 'each', () => Promise.resolve());
    const jobs = openBullJobs({ url: server.url, ledger: 'l', jobs: [job], doors: doorsOf(new Hand()), pollMs: 2 });
    try {
      jobs.start();
      await eventually(() => seen(jobs), ['all scheduled 0']);
      await control.client.flushall();
      expect(await seen(jobs)).toEqual([]);
      await eventually(() => seen(jobs), ['all scheduled 0']);
    } finally {
      await jobs.close(0);
      await control.close();
      await server.dispose();
    }
  });

  (hasRedis ? test : test.skip)('a server that dies and comes back: what ran meanwhile is put down then', async () => {
    const server = await RedisServer.start();
    const end = gate();
    const keys: string[] = [];
    const job = once(async ({ key }) => {
      await end.opened;
      keys.push(key);
    });
    const jobs = openBullJobs({ url: server.url, ledger: 'l', jobs: [job], doors: doorsOf(new Hand()), pollMs: 10 });
    const soon = { at: new Hand().now(), data: { id: 'x' } };
    try {
      jobs.start();
      await jobs.schedule(job, { key: 'a', ...soon, at: soon.at - 1 });
      await jobs.schedule(job, { key: 'b', ...soon });
      await eventually(() => seen(jobs), ['a running 1', 'b waiting 0']);
      await server.kill();
      await expect(jobs.schedule(job, { key: 'c', ...soon })).rejects.toThrow(JobsUnavailable);
      end.open();
      await server.start();
      await eventually(() => seen(jobs), []);
      expect(keys).toEqual(['a', 'b']);
      await jobs.schedule(job, { key: 'c', ...soon });
      await eventually(() => keys, ['a', 'b', 'c']);
    } finally {
      await jobs.close(0);
      await server.dispose();
    }
  });
});
