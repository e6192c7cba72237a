import { InvalidJob, type Jobs } from '../../../src/jobs/jobs.js';
import type { Uuid } from '../../../src/kernel/ids.js';
import { Effects, eventually, once, type OpenedJobs, type OpenJobs } from './opened.js';

export function doneOnce(open: OpenJobs): void {
  let world: OpenedJobs;
  beforeEach(async () => void (world = await open()));
  afterEach(() => world.dispose());

  const states = async (jobs: Jobs) => (await jobs.list({ limit: 10 })).map(({ key, state }) => `${key} ${state}`);

  test('begins when its time has come, not before, and leaves nothing behind', async () => {
    const seen: string[] = [];
    const job = once(async ({ data, at }) => void seen.push(`${data.id} ${new Date(at).toISOString()}`));
    const jobs = world.worker([job]);
    jobs.start();
    const at = Date.parse('2026-03-02T00:00:00Z');
    await jobs.schedule(job, { key: 'a', at, data: { id: 'x' } });
    world.clock.set('2026-03-01T23:59:59.999Z');
    expect(await states(jobs)).toEqual(['a scheduled']);
    world.clock.set('2026-03-02T00:00:00Z');
    await eventually(() => seen, ['x 2026-03-02T00:00:00.000Z']);
    await eventually(() => states(jobs), []);
  });

  test('one of a key: another is not added, whatever it says', async () => {
    const job = once(async () => undefined);
    const jobs = world.worker([job]);
    const at = world.clock.now() + 1_000;
    await jobs.schedule(job, { key: 'a', at: at + 1, data: { id: 'first' } });
    await Promise.all([2, -2].map((n) => jobs.schedule(job, { key: 'a', at: at + n, data: { id: 'second' } })));
    await jobs.schedule(job, { key: 'b', at, data: { id: 'x' } });
    expect((await jobs.list({ limit: 10 })).map((each) => [each.key, each.at - at])).toEqual([
      ['b', 0],
      ['a', 1],
    ]);
  });

  test('a key is free again once its job is done', async () => {
    const seen: number[] = [];
    const job = once(async ({ at }) => void seen.push(at));
    const jobs = world.worker([job]);
    jobs.start();
    const now = world.clock.now();
    await jobs.schedule(job, { key: 'a', at: now - 2, data: { id: 'x' } });
    await eventually(() => states(jobs), []);
    await jobs.schedule(job, { key: 'a', at: now - 1, data: { id: 'x' } });
    await eventually(() => seen, [now - 2, now - 1]);
  });

  test('what was cancelled does not happen', async () => {
    const job = once(() => Promise.reject(new Error('it happened')));
    const jobs = world.worker([job]);
    jobs.start();
    await jobs.schedule(job, { key: 'a', at: world.clock.now() + 1, data: { id: 'x' } });
    expect([await jobs.cancel(job, 'a'), await jobs.cancel(job, 'a')]).toEqual([true, false]);
    expect(await states(jobs)).toEqual([]);
  });

  test('data that is not of its schema, and a job that nobody knows, are refused', async () => {
    const job = once(async () => undefined);
    const jobs = world.worker([job]);
    const at = world.clock.now();
    await expect(jobs.schedule(job, { key: 'a', at, data: { id: 7 } as never })).rejects.toThrow(InvalidJob);
    await expect(jobs.schedule({ ...job, name: 'other' }, { key: 'a', at, data: { id: 'x' } })).rejects.toThrow(
      'no job is called other',
    );
  });

  test('what was scheduled is there for the next process', async () => {
    const seen: string[] = [];
    const job = once(async ({ data }) => void seen.push(data.id));
    const first = world.worker([job]);
    await first.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await first.close(0);
    world.worker([job]).start();
    await eventually(() => seen, ['x']);
  });

  test('what a command does once for ever has one id, whichever attempt or run sends it, and however many before', async () => {
    const effects = new Effects();
    const month = { type: 'EarnMonth', target: '7d5c6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10' as Uuid };
    const finished: string[] = [];
    const job = once(async ({ key, attempt, send }) => {
      // The first attempt does two of them and dies; the second finds that one is left.
      const left = key === 'a' && attempt === 1 ? ['1', '2'] : ['2'];
      for (const number of left) await send({ ...month, data: { number } }, { once: number });
      if (key === 'a' && attempt === 1) throw new Error('the process died');
      finished.push(key);
    });
    const jobs = world.worker([job], { send: effects.send });
    jobs.start();
    for (const key of ['a', 'b']) await jobs.schedule(job, { key, at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => finished.length > 0, true);
    world.clock.pass(60_000);
    await eventually(() => [...finished].sort(), ['a', 'b']);
    expect([...effects.had.values()].map(({ command }) => command.data)).toEqual([{ number: '1' }, { number: '2' }]);
    expect(effects.sent).toBe(4);
  });
}
