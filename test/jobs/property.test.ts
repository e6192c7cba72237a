import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openEmbeddedJobs } from '../../src/jobs/embedded/embedded-jobs.js';
import { nextAfter } from '../../src/jobs/cron.js';
import type { Jobs } from '../../src/jobs/jobs.js';
import type { Uuid } from '../../src/kernel/ids.js';
import { again, doorsOf, Effects, eventually, Hand, once } from '../contract/jobs/opened.js';

const MINUTE_MS = 60_000;
const LEASE_MS = 30_000;
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
  fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 600 }) }),
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
  readonly directory = mkdtempSync(join(tmpdir(), 'sijill-jobs-'));
  readonly clock = new Hand();
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
    readonly cron: string,
    readonly fates: readonly string[],
  ) {
    this.start();
  }

  start(): void {
    const act = async (key: string, at: number, send: () => Promise<unknown>): Promise<void> => {
      if (key === 'all' && this.began.at(-1) !== at) this.began.push(at);
      const what = this.isCalm ? 'end' : this.fates[this.#runs++ % this.fates.length];
      if (what !== 'throw') await send(); // the effect may be there although the run never came to its end
      if (what === 'throw') throw new Error('by chance');
      if (what === 'still') await new Promise(() => undefined);
    };
    const more = { retry: { attempts: 1_000, firstMs: MINUTE_MS, mostMs: 10 * MINUTE_MS }, leaseMs: LEASE_MS };
    const command = (at: number) => ({ type: 'Do', target: TARGET, data: { at } });
    const jobs = [
      again(this.cron, 'each', ({ key, at, send }) => act(key, at, () => send(command(at))), more),
      once(({ key, at, send }) => act(key, at, () => send(command(at))), more),
    ];
    const doors = doorsOf(this.clock, { send: this.effects.send });
    const worker = openEmbeddedJobs({ path: join(this.directory, 'jobs.db'), jobs, doors, pollMs: 1 });
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
    if (each.kind === 'pass') this.clock.pass(each.minutes * MINUTE_MS);
    this.latest = Math.max(this.latest, this.clock.now());
    if (each.kind === 'back') {
      const to = Math.max(this.latest - FURTHEST_BACK_MS, this.clock.now() - each.minutes * MINUTE_MS);
      this.clock.set(new Date(to).toISOString());
    }
    if (each.kind === 'crash') this.start(); // the old one stands still, or goes on: as it pleases
    if (each.kind === 'restart') {
      await this.#last.close(0);
      this.start();
    }
    if (each.kind === 'schedule') {
      const at = this.clock.now() + each.minutes * MINUTE_MS;
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
    this.clock.set(new Date(until).toISOString());
    await eventually(async () => {
      this.clock.pass(LEASE_MS + 1); // whoever stands still is given up
      const left = await this.#last.list({ limit: 10 });
      return left.filter(({ key, at }) => key !== 'all' || at <= until).length;
    }, 0);
  }

  async dispose(): Promise<void> {
    for (const worker of this.#workers) await worker.close(0);
    rmSync(this.directory, { recursive: true });
  }
}

test('crashes, failures and a clock that jumps: each occurrence in order, and every effect exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CRONS),
      fc.array(step, { minLength: 4, maxLength: 14 }),
      fc.array(fate, { minLength: 3, maxLength: 9 }),
      async (cron, steps, fates) => {
        const life = new Life(cron, fates);
        const begin = life.clock.now();
        try {
          await eventually(() => life.isDeclared(), true);
          for (const each of steps) await life.take(each);
          const end = Math.max(life.latest, ...life.asked.values());
          await life.calm(end);

          const expected: number[] = [];
          for (let at = nextAfter(cron, begin); at <= end; at = nextAfter(cron, at)) expected.push(at);
          const began = life.began.filter((at) => at <= end);
          expect(began).toEqual(expected);
          const effects = [...life.effects.had.values()].map(({ command, request }) => [
            request.actor.client,
            (command.data as { at: number }).at,
          ]);
          const wanted = [
            ...expected.map((at) => ['again', at]),
            ...[...life.asked.values()].map((at) => ['once', at]),
          ];
          expect(
            effects
              .filter(([, at]) => Number(at) <= end)
              .map(String)
              .toSorted(),
          ).toEqual(wanted.map(String).toSorted());
        } finally {
          await life.dispose();
        }
      },
    ),
    { numRuns: Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 12) },
  );
}, 120_000);
