import type { Jobs } from '../../../src/jobs/jobs.js';
import { again, eventually, instants, type OpenedJobs, type OpenJobs } from './opened.js';

export function repeated(open: OpenJobs): void {
  let world: OpenedJobs;
  beforeEach(async () => void (world = await open()));
  afterEach(() => world.dispose());

  test('cron is read in Asia/Riyadh: midnight there is 21:00 UTC', async () => {
    const seen: number[] = [];
    world.clock.set('2026-03-01T20:59:00Z');
    const jobs = world.worker([again('0 0 * * *', 'each', async ({ at }) => void seen.push(at))]);
    jobs.start();
    await eventually(
      async () => (await jobs.list({ limit: 10 })).map(({ at }) => new Date(at).toISOString()),
      ['2026-03-01T21:00:00.000Z'],
    );
    world.clock.set('2026-03-01T21:00:00Z');
    await eventually(() => instants(seen), ['2026-03-01T21:00:00.000Z']);
    await eventually(
      async () => instants((await jobs.list({ limit: 10 })).map(({ at }) => at)),
      ['2026-03-02T21:00:00.000Z'],
    );
  });

  test('each that was missed runs once, in order, with the time that it was meant for', async () => {
    const seen: number[] = [];
    const job = again('0 0 * * *', 'each', async ({ at }) => void seen.push(at));
    const first = world.worker([job]);
    first.start();
    await eventually(async () => (await first.list({ limit: 10 })).length, 1);
    await first.close(0);
    world.clock.set('2026-03-31T22:00:00Z'); // a month later
    world.worker([job]).start();
    const days = Array.from({ length: 31 }, (_, i) => new Date(Date.parse('2026-03-01T21:00:00Z') + i * 86_400_000));
    await eventually(
      () => instants(seen),
      days.map((day) => day.toISOString()),
    );
  });

  test('a clock that was a year ahead and went back does not hold it up for a year: a restart finds the next one', async () => {
    const ran: number[] = [];
    const job = again('0 * * * *', 'latest', async ({ at }) => void ran.push(at));
    const first = world.worker([job]);
    first.start();
    const next = async (jobs: Jobs) => instants((await jobs.list({ limit: 10 })).map(({ at }) => at));
    await eventually(() => next(first), ['2026-03-01T01:00:00.000Z']);
    world.clock.set('2027-03-01T00:30:00Z');
    await eventually(() => next(first), ['2027-03-01T01:00:00.000Z']);
    await first.close(0);
    world.clock.set('2026-03-01T00:40:00Z');
    const second = world.worker([job]);
    second.start();
    await eventually(() => next(second), ['2026-03-01T01:00:00.000Z']);
  });

  test('another expression counts from the next start on; one that is no longer declared ends', async () => {
    const ran: number[] = [];
    const hourly = again('0 * * * *', 'each', async ({ at }) => void ran.push(at));
    const daily = again('0 0 * * *', 'each', async ({ at }) => void ran.push(at));
    const next = async (jobs: Jobs) => instants((await jobs.list({ limit: 10 })).map(({ at }) => at));
    for (const [job, expected] of [
      [hourly, '2026-03-01T01:00:00.000Z'],
      [daily, '2026-03-01T21:00:00.000Z'],
    ] as const) {
      const jobs = world.worker([job]);
      jobs.start();
      await eventually(() => next(jobs), [expected]);
      await jobs.close(0);
    }
    const jobs = world.worker([{ ...daily, repeats: [] }]);
    jobs.start();
    world.clock.set('2026-03-05T00:00:00Z');
    await eventually(() => next(jobs), []);
    expect(ran).toEqual([]);
  });

  test('or only the latest, where the job says so', async () => {
    const seen: number[] = [];
    const job = again('0 0 * * *', 'latest', async ({ at }) => void seen.push(at));
    const first = world.worker([job]);
    first.start();
    await eventually(async () => (await first.list({ limit: 10 })).length, 1);
    await first.close(0);
    world.clock.set('2026-03-31T22:00:00Z');
    const second = world.worker([job]);
    second.start();
    await eventually(
      async () => instants((await second.list({ limit: 10 })).map(({ at }) => at)),
      ['2026-04-01T21:00:00.000Z'],
    );
    expect(instants(seen)).toEqual(['2026-03-31T21:00:00.000Z']);
  });
}
