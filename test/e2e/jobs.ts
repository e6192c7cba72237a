import { until, type Server } from './server.js';

/* What operators see of jobs, on the built server. */

export const PARTY = 'party_99999999-9999-4999-8999-999999999999';
const METRICS = ['scheduled', 'waiting', 'running', 'dead', 'lag_seconds', 'failed_attempts'];

export async function seesJobs(server: Server): Promise<void> {
  const token = await server.token('o', 'operator', PARTY);
  const hourly = async () => {
    const { body } = await server.call('GET', '/v1/jobs?state=scheduled', { token });
    return body.items?.find(({ name }: { name: string }) => name === 'keep-subscriptions');
  };
  const job = await until(hourly, (found) => found !== undefined);
  expect(job).toMatchObject({ key: 'hourly', state: 'scheduled', attempts: 0 });
  expect(Date.parse(job.at) % 3_600_000).toBe(0);
  const retried = await server.call('POST', `/v1/jobs/${job.id}/retry`, { token });
  expect([retried.status, retried.body.code]).toEqual([409, 'JOB_NOT_DEAD']);
  expect((await server.call('GET', '/v1/jobs?state=gone', { token })).status).toBe(400);
  expect((await server.call('GET', '/v1/jobs', { token: await server.token('c', 'clerk', PARTY) })).status).toBe(403);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const name of METRICS) expect(metrics).toContain(`sijill_jobs_${name}{job="keep-subscriptions"}`);
  expect(metrics).toContain('sijill_jobs_up{store="jobs"} 1');
}
