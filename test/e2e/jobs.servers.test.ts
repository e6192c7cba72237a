import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';
import { PARTY, seesJobs } from './jobs.js';
import { Server, until } from './server.js';

(hasRedis ? test : test.skip)(
  `Redis away: requests are answered, jobs wait, and go on (else skipped: ${HOW_TO_RUN})`,
  async () => {
    const redis = await RedisServer.start();
    const server = new Server({ REDIS_URL: redis.url });
    const jobsCheck = async () => {
      const { status, body } = await server.call('GET', '/health/ready');
      return [status, body.checks.jobs.store];
    };
    try {
      await server.start();
      await seesJobs(server);
      await redis.kill();
      await until(jobsCheck, ([, store]) => store === 'does not answer');
      expect(await jobsCheck()).toEqual([200, 'does not answer']);
      const token = await server.token('o', 'operator', PARTY);
      const refused = await server.call('GET', '/v1/jobs', { token });
      expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
        503,
        'JOBS_UNAVAILABLE',
        '1',
      ]);
      expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('sijill_jobs_up{store="jobs"} 0');
      expect(await server.stop('SIGTERM')).toBe(0); // and it stops and starts without it
      await server.start();
      await redis.start();
      await until(jobsCheck, ([, store]) => store === 'answers');
      await seesJobs(server);
    } finally {
      await server.dispose();
      await redis.dispose();
    }
  },
);
