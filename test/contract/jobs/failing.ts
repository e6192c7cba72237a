import type { Uuid } from '../../../src/kernel/ids.js';
import { again, eventually, instants, once, seen, type OpenedJobs, type OpenJobs } from './opened.js';

const HOUR_MS = 3_600_000;

export function failing(open: OpenJobs): void {
  let world: OpenedJobs;
  beforeEach(async () => void (world = await open()));
  afterEach(() => world.dispose());

  test('is tried again after a time that doubles, half of it left to chance', async () => {
    const tries: number[] = [];
    const job = once(
      async () => {
        tries.push(world.clock.now());
        if (tries.length < 4) throw new Error('not yet');
      },
      { retry: { attempts: 4, firstMs: 1_000, mostMs: 3_000 } },
    );
    const jobs = world.worker([job], { random: () => 0.5 });
    jobs.start();
    const begin = world.clock.now();
    await jobs.schedule(job, { key: 'a', at: begin, data: { id: 'x' } });
    // 3/4 of 1, 2, and of 3 seconds, which is the most.
    const waits = [750, 1_500, 2_250];
    for (const [i, ms] of waits.entries()) {
      await eventually(() => seen(jobs), [`a scheduled ${i + 1} not yet`]);
      world.clock.pass(ms - 1);
      expect(await seen(jobs)).toEqual([`a scheduled ${i + 1} not yet`]);
      world.clock.pass(1);
    }
    await eventually(() => seen(jobs), []);
    expect(tries.map((at) => at - begin)).toEqual([0, 750, 2_250, 4_500]);
  });

  test('is not put off for a year by a clock that was a year ahead', async () => {
    let tries = 0;
    const job = once(async () => {
      if (++tries === 1) throw new Error('not yet');
    });
    const first = world.worker([job]);
    first.start();
    world.clock.set('2027-03-01T00:00:00Z');
    await first.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => seen(first), ['a scheduled 1 not yet']);
    await first.close(0);
    world.clock.set('2026-03-01T00:00:00Z');
    const second = world.worker([job]);
    second.start();
    await eventually(() => seen(second), []);
    expect(tries).toBe(2);
  });

  test('is with the dead after its last attempt, until an operator has it begin anew', async () => {
    let isMended = false;
    const attempts: number[] = [];
    const job = once(
      async ({ attempt }) => {
        attempts.push(attempt);
        if (!isMended) throw new Error(`broken ${attempt}`);
      },
      { retry: { attempts: 2, firstMs: 1, mostMs: 1 } },
    );
    const jobs = world.worker([job]);
    jobs.start();
    await jobs.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => seen(jobs), ['a scheduled 1 broken 1']);
    world.clock.pass(HOUR_MS);
    await eventually(() => seen(jobs), ['a dead 2 broken 2']);
    await jobs.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } }); // its key is taken
    const [dead] = await jobs.list({ state: 'dead', limit: 10 });
    expect((await jobs.figures()).map((one) => [one.name, one.dead, one.failures])).toEqual([['once', 1, 2]]);
    isMended = true;
    expect(await jobs.retry(dead!.id)).toBe('waiting');
    await eventually(() => seen(jobs), []);
    expect(attempts).toEqual([1, 2, 1]);
    expect(await jobs.retry(dead!.id)).toBeUndefined();
  });

  test('only the dead are begun anew', async () => {
    const job = once(async () => undefined);
    const jobs = world.worker([job]);
    await jobs.schedule(job, { key: 'a', at: world.clock.now() + 1, data: { id: 'x' } });
    const [waiting] = await jobs.list({ limit: 10 });
    expect(await jobs.retry(waiting!.id)).toBe('not dead');
    expect(await jobs.retry('00000000-0000-4000-8000-000000000000' as Uuid)).toBeUndefined();
  });

  test('a dead occurrence does not hold the next one up, and keeps its own time', async () => {
    const ran: number[] = [];
    let isMended = false;
    const job = again(
      '0 * * * *',
      'each',
      async ({ at }) => {
        if (at === Date.parse('2026-03-01T01:00:00Z') && !isMended) throw new Error('broken');
        ran.push(at);
      },
      { retry: { attempts: 1, firstMs: 1, mostMs: 1 } },
    );
    const jobs = world.worker([job]);
    jobs.start();
    await eventually(() => seen(jobs), ['all scheduled 0']);
    world.clock.set('2026-03-01T02:30:00Z');
    await eventually(() => seen(jobs), ['all dead 1 broken', 'all scheduled 0']);
    await eventually(() => instants(ran), ['2026-03-01T02:00:00.000Z']);
    isMended = true;
    const [dead] = await jobs.list({ state: 'dead', limit: 10 });
    await jobs.retry(dead!.id);
    const both = ['2026-03-01T02:00:00.000Z', '2026-03-01T01:00:00.000Z'];
    await eventually(() => instants(ran), both);
    await eventually(() => seen(jobs), ['all scheduled 0']);
    world.clock.set('2026-03-01T03:30:00Z');
    await eventually(() => instants(ran), [...both, '2026-03-01T03:00:00.000Z']);
  });

  test('what kills every process that begins it is put with the dead as well', async () => {
    let begun = 0;
    const job = once(
      () => {
        begun++;
        return new Promise<void>(() => undefined);
      },
      { retry: { attempts: 2, firstMs: 1, mostMs: 1 }, leaseMs: world.leaseMs, concurrency: 5 },
    );
    const jobs = world.worker([job]);
    jobs.start();
    await jobs.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    for (const times of [1, 2]) {
      await eventually(() => begun, times);
      await world.lapse();
    }
    await eventually(() => seen(jobs), ['a dead 2 no attempt of 2 came to an end: the process died, or stood still']);
    expect(begun).toBe(2);
  });
}
