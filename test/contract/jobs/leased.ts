import type { Run } from '../../../src/jobs/jobs.js';
import { again, eventually, gate, instants, once, seen, type OpenedJobs, type OpenJobs } from './opened.js';

export function leased(open: OpenJobs): void {
  let world: OpenedJobs;
  beforeEach(async () => void (world = await open()));
  afterEach(() => world.dispose());

  test('two processes: each job is run by one of them', async () => {
    const ran: string[] = [];
    const jobIn = (process: string) =>
      once(
        async ({ key }) => {
          ran.push(key);
          await new Promise((resolve) => setTimeout(resolve, 1, process));
        },
        { concurrency: 4 },
      );
    const [first, second] = [world.worker([jobIn('first')]), world.worker([jobIn('second')])];
    const keys = Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, '0')}`);
    const at = world.clock.now();
    await Promise.all(keys.map((key) => first.schedule(jobIn('first'), { key, at, data: { id: key } })));
    first.start();
    second.start();
    await eventually(() => ran.toSorted(), keys);
    await eventually(() => seen(first), []);
    expect(ran.length).toBe(keys.length);
  });

  test('no more at once than the job says', async () => {
    let now = 0;
    let most = 0;
    const end = gate();
    const job = once(
      async () => {
        most = Math.max(most, ++now);
        await end.opened;
        now--;
      },
      { concurrency: 3 },
    );
    const jobs = world.worker([job]);
    jobs.start();
    const at = world.clock.now();
    for (let i = 0; i < 8; i++) await jobs.schedule(job, { key: `k${i}`, at, data: { id: 'x' } });
    await eventually(async () => (await jobs.figures()).map(({ running, waiting }) => [running, waiting]), [[3, 5]]);
    world.clock.pass(7_000);
    expect((await jobs.figures())[0]!.lagMs).toBe(7_000);
    end.open();
    await eventually(() => seen(jobs), []);
    expect(most).toBe(3);
  });

  test('a lease that ran out hands the run to another; who held it cannot end it', async () => {
    const held = gate();
    const runs: Run<{ id: string }>[] = [];
    const said: string[] = [];
    const slow = once(
      async (run) => {
        runs.push(run);
        await held.opened;
      },
      { leaseMs: world.leaseMs },
    );
    const finish = gate();
    const next = once(
      async (run) => {
        runs.push(run);
        await finish.opened;
        throw new Error('seen by the second');
      },
      { leaseMs: world.leaseMs },
    );
    const first = world.worker([slow], { log: (_, message) => void said.push(message) });
    first.start();
    await first.schedule(slow, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => runs.length, 1);
    const second = world.worker([next]);
    second.start();
    await world.lapse();
    await eventually(() => runs.map(({ attempt }) => attempt), [1, 2]);
    held.open(); // the first comes to its end, with success
    await first.close(1_000);
    expect(await seen(second)).toEqual(['a running 2']);
    finish.open();
    await eventually(() => seen(second), ['a scheduled 2 seen by the second']);
  });

  test('nor can who held the same key before end what came after it', async () => {
    const [held, finish] = [gate(), gate()];
    const settings = { leaseMs: world.leaseMs };
    let isHolding = false;
    const slow = once(async () => {
      isHolding = true;
      await held.opened;
    }, settings);
    const begun: string[] = [];
    const next = once(async ({ data }) => {
      begun.push(data.id);
      if (data.id === 'second') await finish.opened;
    }, settings);
    const [first, second] = [world.worker([slow]), world.worker([next])];
    first.start();
    await first.schedule(slow, { key: 'a', at: world.clock.now(), data: { id: 'first' } });
    await eventually(() => isHolding, true);
    second.start();
    await world.lapse();
    await eventually(() => seen(second), []);
    await second.schedule(next, { key: 'a', at: world.clock.now(), data: { id: 'second' } });
    await eventually(() => begun, ['first', 'second']);
    held.open();
    await first.close(1_000);
    expect(await seen(second)).toEqual(['a running 1']);
    finish.open();
    await eventually(() => seen(second), []);
  });

  test('progress is shown while it runs', async () => {
    const end = gate();
    const job = once(async ({ progress }) => {
      progress(3, 8);
      await end.opened;
    });
    const jobs = world.worker([job]);
    jobs.start();
    await jobs.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(async () => (await jobs.list({ limit: 1 }))[0]?.progress, { done: 3, total: 8 });
    end.open();
    await eventually(() => seen(jobs), []);
  });

  test('a process that stops waits for what runs', async () => {
    const end = gate();
    const ran: string[] = [];
    const job = once(async ({ key }) => {
      await end.opened;
      ran.push(key);
    });
    const first = world.worker([job]);
    first.start();
    await first.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => seen(first), ['a running 1']);
    const closed = first.close(10_000);
    end.open();
    await closed;
    expect(ran).toEqual(['a']);
    expect(await seen(world.worker([job]))).toEqual([]);
  });

  test('and hands back what does not end in time, at no cost of an attempt', async () => {
    const stubborn = once(({ signal }) => new Promise((_, reject) => (signal.onabort = () => reject(signal.reason))));
    const first = world.worker([stubborn]);
    first.start();
    await first.schedule(stubborn, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => seen(first), ['a running 1']);
    await first.close(1);
    const attempts: number[] = [];
    const second = world.worker([once(async ({ attempt }) => void attempts.push(attempt))]);
    second.start();
    await eventually(() => attempts, [1]);
  });

  test('later attempts of a collapsed repetition keep its time, whatever was missed meanwhile', async () => {
    const tries: number[] = [];
    const job = again('0 * * * *', 'latest', async ({ at, attempt }) => {
      tries.push(at);
      if (attempt === 1 && tries.length === 1) throw new Error('not yet');
    });
    const jobs = world.worker([job]);
    jobs.start();
    await eventually(() => seen(jobs), ['all scheduled 0']);
    world.clock.set('2026-03-01T03:30:00Z');
    await eventually(() => seen(jobs), ['all scheduled 1 not yet']);
    world.clock.set('2026-03-01T06:30:00Z');
    const hours = ['03', '03', '06'].map((hour) => `2026-03-01T${hour}:00:00.000Z`);
    await eventually(() => instants(tries), hours);
    await eventually(() => seen(jobs), ['all scheduled 0']);
  });
}
