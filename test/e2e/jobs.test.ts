import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';
import { Server, until } from './server.js';

/* What operators see of jobs, on the built server. */

const PARTY = 'party_99999999-9999-4999-8999-999999999999';
const METRICS = ['scheduled', 'waiting', 'running', 'dead', 'lag_seconds', 'failed_attempts'];

async function seesJobs(server: Server): Promise<void> {
  const token = await server.token('o', 'operator', PARTY);
  const { body } = await until(
    () => server.call('GET', '/v1/jobs?state=scheduled&limit=1', { token }),
    (answer) => answer.body.items?.length === 1,
  );
  expect(body.items[0]).toMatchObject({ name: 'keep-subscriptions', key: 'hourly', state: 'scheduled', attempts: 0 });
  expect(Date.parse(body.items[0].at) % 3_600_000).toBe(0);
  const retried = await server.call('POST', `/v1/jobs/${body.items[0].id}/retry`, { token });
  expect([retried.status, retried.body.code]).toEqual([409, 'JOB_NOT_DEAD']);
  expect((await server.call('GET', '/v1/jobs?state=gone', { token })).status).toBe(400);
  expect((await server.call('GET', '/v1/jobs', { token: await server.token('c', 'clerk', PARTY) })).status).toBe(403);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const name of METRICS) expect(metrics).toContain(`sijill_jobs_${name}{job="keep-subscriptions"}`);
  expect(metrics).toContain('sijill_jobs_up{store="jobs"} 1');
}

test('embedded: listed, measured, and the same after a restart', async () => {
  const server = new Server();
  try {
    await server.start();
    await seesJobs(server);
    expect(await server.stop('SIGTERM')).toBe(0);
    await server.start();
    await seesJobs(server);
  } finally {
    await server.dispose();
  }
});

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
