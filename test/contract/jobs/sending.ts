import type { Command } from '../../../src/kernel/decider.js';
import type { Uuid } from '../../../src/kernel/ids.js';
import { LedgerUnavailable } from '../../../src/ledger/outcome.js';
import { again, Effects, eventually, once, seen, type OpenedJobs, type OpenJobs } from './opened.js';

const TARGET = '11111111-1111-4111-8111-111111111111' as Uuid;
const command = (type: string, target = TARGET): Command => ({ type, target, data: { n: 1 } });

export function sending(open: OpenJobs): void {
  let world: OpenedJobs;
  beforeEach(async () => void (world = await open()));
  afterEach(() => world.dispose());

  test('as the system, by the clock, on the business day that it was meant for', async () => {
    const effects = new Effects();
    const job = again('30 0 * * *', 'each', async (run) => void (await run.send(command('Expire'))));
    const jobs = world.worker([job], { send: effects.send });
    jobs.start();
    await eventually(() => seen(jobs), ['all scheduled 0']);
    world.clock.set('2026-03-03T12:00:00Z');
    await eventually(() => effects.had.size, 2);
    const requests = [...effects.had.values()].map(({ request }) => request);
    // 00:30 in Riyadh is 21:30 UTC of the day before.
    expect(requests.map(({ effectiveOn }) => effectiveOn)).toEqual(['2026-03-02', '2026-03-03']);
    expect(requests[0]).toMatchObject({
      source: 'clock',
      actor: { role: 'system', client: 'again' },
      mayBackdate: true,
    });
    expect(requests[0]!.correlation).not.toBe(requests[1]!.correlation);
  });

  test('under the same ids in every attempt, others for every target, type, occurrence and repeat of them', async () => {
    const effects = new Effects();
    const other = '22222222-2222-4222-8222-222222222222' as Uuid;
    const job = once(async (run) => {
      for (const [type, target] of [
        ['Expire', TARGET],
        ['Remind', TARGET],
        ['Expire', other],
        ['Expire', TARGET],
      ]) {
        await run.send(command(type as string, target as Uuid));
      }
      if (run.attempt < 3) throw new Error('and after that it failed');
    });
    const jobs = world.worker([job], { send: effects.send });
    jobs.start();
    const at = world.clock.now();
    await jobs.schedule(job, { key: 'a', at, data: { id: 'x' } });
    for (let i = 1; i < 3; i++) {
      await eventually(() => seen(jobs), [`a scheduled ${i} and after that it failed`]);
      world.clock.pass(60_000);
    }
    await eventually(() => seen(jobs), []);
    expect([effects.sent, effects.had.size]).toEqual([12, 4]);
    await jobs.schedule(job, { key: 'b', at, data: { id: 'x' } });
    await eventually(() => effects.had.size, 8);
  });

  test('nothing on a day that has not come, where the clock was set back: a refusal would be final for the id', async () => {
    const effects = new Effects();
    const job = once(async (run) => {
      if (run.attempt === 1) throw new Error('the process died');
      await run.send(command('Expire'));
    });
    const ahead = world.worker([job], { send: effects.send });
    ahead.start();
    world.clock.set('2026-03-03T00:00:00Z');
    await ahead.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => seen(ahead), ['a scheduled 1 the process died']);
    await ahead.close(0);
    world.clock.set('2026-03-01T00:00:00Z');
    const jobs = world.worker([job], { send: effects.send });
    jobs.start();
    const said = '2026-03-03 has not come: the clock says 2026-03-01, and must have been ahead before';
    await eventually(() => seen(jobs), [`a scheduled 2 ${said}`]);
    expect(effects.sent).toBe(0);
    world.clock.set('2026-03-03T00:00:00Z');
    await eventually(() => seen(jobs), []);
    expect([...effects.had.values()].map(({ request }) => request.effectiveOn)).toEqual(['2026-03-03']);
  });

  test('waits for a ledger that cannot answer now, at no cost of an attempt', async () => {
    const effects = new Effects();
    let refusals = 3;
    const send: Effects['send'] = async (sent, request) => {
      if (refusals-- > 0) throw new LedgerUnavailable('the disk is full');
      return effects.send(sent, request);
    };
    const attempts: number[] = [];
    const job = once(
      async (run) => {
        attempts.push(run.attempt);
        await run.send(command('Expire'));
      },
      { retry: { attempts: 1, firstMs: 1, mostMs: 1 } },
    );
    const jobs = world.worker([job], { send });
    jobs.start();
    await jobs.schedule(job, { key: 'a', at: world.clock.now(), data: { id: 'x' } });
    await eventually(() => seen(jobs), []);
    expect([attempts, effects.had.size]).toEqual([[1], 1]);
  });
}
