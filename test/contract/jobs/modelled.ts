import fc from 'fast-check';
import { nextAfter } from '../../../src/jobs/cron.js';
import type { Jobs, Run } from '../../../src/jobs/jobs.js';
import type { Uuid } from '../../../src/kernel/ids.js';
import { again, Effects, eventually, once, type OpenedJobs, type OpenJobs } from './opened.js';

const MINUTE_MS = 60_000;
/** Less than any of the expressions' periods: a clock that was further ahead is another law's matter. */
const FURTHEST_BACK_MS = 15 * MINUTE_MS;
const CRONS = ['*/20 * * * *', '7 * * * *', '0 3 * * *', '30 23 * * 5'];
const TARGET = '11111111-1111-4111-8111-111111111111' as Uuid;

type Step =
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'back'; readonly minutes: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'schedule'; readonly key: string; readonly minutes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 240 }) }),
  fc.record({ kind: fc.constant('back' as const), minutes: fc.integer({ min: 1, max: 120 }) }),
  fc.constant({ kind: 'crash' as const }),
  fc.constant({ kind: 'restart' as const }),
  fc.record({
    kind: fc.constant('schedule' as const),
    key: fc.constantFrom('a', 'b', 'c'),
    minutes: fc.integer({ min: -30, max: 300 }),
  }),
);

/** What a worker does in its n-th run: go to the end, throw before it, or stand still until it is given up. */
const fate = fc.constantFrom('end', 'end', 'end', 'throw', 'still');

/** One life of one store, on a clock that goes where it will. */
class Life {
  readonly effects = new Effects();
  /** Occurrences in the order in which they first began. */
  readonly began: number[] = [];
  readonly asked = new Map<string, number>();
  isCalm = false;
  /** That the clock ever showed. */
  latest = 0;
  #runs = 0;
  #workers: Jobs[] = [];

  constructor(
    readonly world: OpenedJobs,
    readonly cron: string,
    readonly fates: readonly string[],
  ) {
    this.start();
  }

  start(): void {
    const act = async ({ key, at, send, signal }: Run<unknown>): Promise<void> => {
      if (key === 'all' && this.began.at(-1) !== at) this.began.push(at);
      const what = this.isCalm ? 'end' : this.fates[this.#runs++ % this.fates.length];
      if (what !== 'throw') await send({ type: 'Do', target: TARGET, data: { at } }); // the effect may be there although the run never came to its end
      if (what === 'throw') throw new Error('by chance');
      if (what === 'still') await new Promise((_, reject) => (signal.onabort = () => reject(signal.reason)));
    };
    const more = {
      retry: { attempts: 1_000, firstMs: MINUTE_MS, mostMs: 10 * MINUTE_MS },
      leaseMs: this.world.leaseMs,
    };
    const jobs = [again(this.cron, 'each', act, more), once(act, more)];
    const worker = this.world.worker(jobs, { send: this.effects.send });
    worker.start();
    this.#workers.push(worker);
  }

  get #last(): Jobs {
    return this.#workers.at(-1)!;
  }

  async isDeclared(): Promise<boolean> {
    return (await this.#last.list({ limit: 1 })).length === 1;
  }

  async take(each: Step): Promise<void> {
    if (each.kind === 'pass') this.world.clock.pass(each.minutes * MINUTE_MS);
    this.latest = Math.max(this.latest, this.world.clock.now());
    if (each.kind === 'back') {
      const to = Math.max(this.latest - FURTHEST_BACK_MS, this.world.clock.now() - each.minutes * MINUTE_MS);
      this.world.clock.set(new Date(to).toISOString());
    }
    if (each.kind === 'crash') this.start(); // the old one stands still, or goes on: as it pleases
    if (each.kind === 'restart') {
      await this.#last.close(0);
      this.start();
    }
    if (each.kind === 'schedule') {
      const at = this.world.clock.now() + each.minutes * MINUTE_MS;
      if (this.asked.has(each.key)) return; // one of a key
      this.asked.set(each.key, at);
      const job = once(() => Promise.resolve());
      await this.#last.schedule(job, { key: each.key, at, data: { id: each.key } });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** From now on nothing fails, and time goes on until nothing is left to do. */
  async calm(until: number): Promise<void> {
    this.isCalm = true;
    this.start();
    this.world.clock.set(new Date(until).toISOString());
    await eventually(async () => {
      await this.world.lapse(); // whoever stands still is given up
      this.world.clock.pass(MINUTE_MS);
      const left = await this.#last.list({ limit: 10 });
      return left.filter(({ key, at }) => key !== 'all' || at <= until).length;
    }, 0);
  }
}

export function modelled(open: OpenJobs, runs: number): void {
  test('crashes, failures and a clock that jumps: each occurrence in order, and every effect exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CRONS),
        fc.array(step, { minLength: 4, maxLength: 12 }),
        fc.array(fate, { minLength: 3, maxLength: 9 }),
        async (cron, steps, fates) => {
          const world = await open();
          try {
            await live(new Life(world, cron, fates), steps);
          } finally {
            await world.dispose();
          }
        },
      ),
      { numRuns: Math.ceil((runs * Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 400)) / 400) },
    );
  });
}

async function live(life: Life, steps: readonly Step[]): Promise<void> {
  const begin = life.world.clock.now();
  await eventually(() => life.isDeclared(), true);
  for (const each of steps) await life.take(each);
  const end = Math.max(life.latest, ...life.asked.values());
  await life.calm(end);

  const expected: number[] = [];
  for (let at = nextAfter(life.cron, begin); at <= end; at = nextAfter(life.cron, at)) expected.push(at);
  expect(life.began.filter((at) => at <= end)).toEqual(expected);
  const effects = [...life.effects.had.values()].map(
    ({ command, request }) => [request.actor.client, (command.data as { at: number }).at] as const,
  );
  const wanted = [...expected.map((at) => ['again', at]), ...[...life.asked.values()].map((at) => ['once', at])];
  const had = effects.filter(([, at]) => at <= end);
  expect(had.map(String).toSorted()).toEqual(wanted.map(String).toSorted());
}
