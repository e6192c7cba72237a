import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { projections } from '../../src/composition.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import { Books } from '../world/books.js';
import { steps } from '../world/people.js';
import type { Sent } from '../world/world.js';
import { foldAll, live } from './life.js';
import { RealWorld } from './real-world.js';

/** Lives in the property; more than these many look for what is rarer. */
const RUNS = Math.ceil(Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 400) / 40);
/** Enough on a slow machine; a failure is reported then with the smallest life that was found so far. */
const TIME_MS = Math.max(40_000, RUNS * 2_000);

type Disturbance =
  | { readonly kind: 'start'; readonly pageSize: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'rebuild'; readonly names: readonly string[] }
  | { readonly kind: 'tellAgain'; readonly which: number; readonly eighths: number; readonly pageSize: number };

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 9 }).map((pageSize): Disturbance => ({ kind: 'start', pageSize })),
  },
  { weight: 2, arbitrary: fc.constant<Disturbance>({ kind: 'stop' }) },
  {
    weight: 1,
    arbitrary: fc
      .subarray(
        projections.map(({ name }) => name),
        { minLength: 1 },
      )
      .map((names): Disturbance => ({ kind: 'rebuild', names })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(projections.length - 1), fc.nat(7), fc.integer({ min: 1, max: 20 }))
      .map(([which, eighths, pageSize]): Disturbance => ({ kind: 'tellAgain', which, eighths, pageSize })),
  },
);

/** After how many commands what happens to the feed. */
const plan = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), disturbance), { minLength: 4, maxLength: 14 });

/** What people send; what policies send follows by itself in a real ledger. */
const commandsOf = (done: Parameters<typeof live>[0]): Sent[] =>
  live(done)
    .world.outcomes.map(({ sent }) => sent)
    .filter(({ by }) => by.role !== 'system');

/** Whoever reads a debt's state before sending waits for its registration; nothing else waits for anything. */
const isAwaited = ({ command }: Sent): boolean => command.type === 'DraftDebt' || command.type === 'RegisterDebt';

test(
  'after any life, whatever happens to the feed, every SQLite read model is the plain fold of the log, and a rebuild',
  async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(steps(90), plan, async (done, disturbances) => {
        const folder = mkdtempSync(join(tmpdir(), 'sijill-real-'));
        const world = await RealWorld.open(folder);
        try {
          await lead(world, commandsOf(done), disturbances);
          const log = await world.log();
          most = Math.max(most, log.length);
          expect(world.complaints).toEqual([]); // above all: no command of a policy was refused
          expect(booksOf(log).close()).toEqual([]);

          const before = new Map<string, unknown>();
          for (const each of projections) {
            const documents = await world.documents(each);
            const folded = [...foldAll(each, log).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
            expect(documents.map(({ id, document }) => [id, document])).toEqual(folded);
            before.set(each.name, documents);
          }
          await world.stop();
          await world.rebuild(projections.map(({ name }) => name));
          for (const each of projections) expect(await world.documents(each)).toEqual(before.get(each.name));
        } finally {
          await world.close();
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: TIME_MS },
    );
    expect(most).toBeGreaterThan(50);
  },
  2 * TIME_MS,
);

/** Everything that people send, many at once, while the feed is started, stopped, rebuilt and told things again. */
async function lead(
  world: RealWorld,
  commands: readonly Sent[],
  disturbances: readonly (readonly [number, Disturbance])[],
): Promise<void> {
  let running: Promise<unknown>[] = [];
  const rebuilds: Promise<void>[] = [];
  let [next, until] = [0, 0];
  for (const sent of commands) {
    if (until-- <= 0) {
      const [wait, what] = disturbances[next++ % disturbances.length]!;
      until = wait;
      if (what.kind === 'start') await world.start(what.pageSize);
      else if (what.kind === 'stop') await world.stop();
      else if (what.kind === 'tellAgain') await world.tellAgain(projections[what.which]!, what.eighths, what.pageSize);
      else if (world.isRunning) rebuilds.push(world.rebuild(what.names));
      else await world.rebuild(what.names);
    }
    const answer = world.send(sent);
    running.push(answer);
    if (!isAwaited(sent) && running.length < 6) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all([...running, ...rebuilds]);
  await world.drain();
}

function booksOf(log: Awaited<ReturnType<RealWorld['log']>>): Books {
  const books = new Books();
  for (const event of log) {
    if (!isRejection(event) && /^(debts|billing|balances)\./.test(event.type)) books.take(event);
  }
  return books;
}
