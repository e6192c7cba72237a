import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../examples/road-fines/run.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { openSqliteEventReader } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { LedgerOpened } from '../../src/ledger/events.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import { Books as Auditor } from '../world/books.js';
import { expectedFigures } from './expected.js';
import { asExpected } from './figures.js';
import { readLog } from './ledger.js';
import { oddities } from './oddities.js';
import { differenceFromRebuild } from './rebuild.js';
import { firstFines, newFolder, rowsFile } from './rows.js';

/*
 * The import as a user starts it, killed at random moments with no chance to put anything in order, and started again
 * (DESIGN.md, Event store: an acknowledged append survives kill -9).
 */
const FILE = process.env['SIJILL_FINES'];
const ROUNDS = Number(process.env['SIJILL_FINES_KILLS'] ?? 3);
const SEED = Number(process.env['SIJILL_FINES_SEED'] ?? Date.now() % 1_000_000);
const END = '9999-12-31';

test(
  `${ROUNDS} rounds of kill -9 lose nothing acknowledged and double nothing ` +
    `(SIJILL_FINES_KILLS sets the rounds; SIJILL_FINES_SEED=${SEED} chooses the same moments)`,
  async () => {
    const random = generator(SEED);
    const file = FILE === undefined ? await rowsFile(oddities(50), 'fines.csv.gz') : await firstFines(FILE, 600);
    const expected = (await expectedFigures(file, [END])).get(END)!;
    const commands = Number(expected.commands);

    const killed = await newImport(file);
    for (let round = 0; round < ROUNDS; round++) {
      // Some at a moment of the start, the others ever further on, in the midst of what is done for the first time.
      const after = Math.floor(((round + random()) / ROUNDS) * commands * 0.9);
      const moment = random() < 0.3 ? { milliseconds: random() * 1_500 } : { acknowledged: after };
      expect([round, moment, (await killed.run({ ...moment, pause: random() * 20 })).signal]).toEqual([
        round,
        moment,
        'SIGKILL',
      ]);
    }
    const { report } = await killed.run();
    expect(asExpected(report!)).toEqual(expected);

    const whole = await newImport(file);
    await whole.run();
    const [interrupted, uninterrupted] = [await killed.events(), await whole.events()];
    expect(missing(killed.acknowledgements(), interrupted)).toEqual([]);
    expect([...uninterrupted.keys()].filter((id) => !interrupted.has(id))).toEqual([]);
    expect([...interrupted.keys()].filter((id) => !uninterrupted.has(id))).toEqual([]);
    for (const [id, event] of interrupted) expect(factsOf(event)).toEqual(factsOf(uninterrupted.get(id)!));
    const auditor = new Auditor();
    for (const event of interrupted.values()) if (!isRejection(event)) auditor.take(event);
    expect(auditor.close()).toEqual([]);
    expect(await differenceFromRebuild(killed.folder)).toBeUndefined();
  },
  60_000 + ROUNDS * 30_000,
);

/** Of each command that the import was answered: its event is in the log, where it was said to be. */
interface Acknowledgement {
  readonly key: string;
  readonly event: string;
  /** Absent: refused, by an event that is alone in its stream. */
  readonly revision?: number;
}

const missing = (acknowledgements: readonly Acknowledgement[], log: ReadonlyMap<string, Envelope>) =>
  acknowledgements.filter(({ event, revision = 0 }) => log.get(event)?.revision !== revision);

/** What does not depend on when, under which pseudonym and in which ledger it was recorded. */
function factsOf({ id, stream, revision, type, effectiveOn, commandId, causation, refs, entries, data }: Envelope) {
  const on = isRejection({ type }) ? 'the day of the refusal' : effectiveOn;
  return { id, stream, revision, type, on, commandId, causation, refs, entries, data };
}

interface Moment {
  readonly milliseconds?: number;
  readonly acknowledged?: number;
  /** Between that and the kill, in milliseconds: commits are under way at any point of theirs. */
  readonly pause: number;
}

async function newImport(file: string) {
  const folder = await newFolder();
  const log = join(folder, 'acknowledged');
  const acknowledgements = (): Acknowledgement[] =>
    existsSync(log) ? linesOf(log).map((line) => JSON.parse(line) as Acknowledgement) : [];
  return {
    folder,
    acknowledgements,
    /** Every business event but the one that opens the ledger, by its id. */
    async events(): Promise<Map<string, Envelope>> {
      const reader = openSqliteEventReader(join(folder, 'data', 'ledger.db'));
      const events = new Map<string, Envelope>();
      try {
        for await (const { event } of readLog(reader)) {
          if (event.type === LedgerOpened.type) continue;
          expect(events.has(event.id)).toBe(false);
          events.set(event.id, event);
        }
        return events;
      } finally {
        await reader.close();
      }
    },
    async run(moment?: Moment): Promise<{ signal: string | null; report?: Report }> {
      const args = ['--max-old-space-size=256', 'dist/examples/road-fines/import.js', file, '--acknowledged', log];
      const env = { PATH: process.env['PATH'], SIJILL_DATA: join(folder, 'data') };
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const before = existsSync(log) ? linesOf(log).length : 0;
      const kill = (): void => void setTimeout(() => child.kill('SIGKILL'), moment!.pause);
      const look = (): void => {
        if (!existsSync(log) || linesOf(log).length - before < moment!.acknowledged!) return;
        clearInterval(looking);
        kill();
      };
      const looking = moment?.acknowledged === undefined ? undefined : setInterval(look, 5);
      if (moment?.milliseconds !== undefined) setTimeout(kill, moment.milliseconds);
      const [output, [code, signal]] = await Promise.all([
        child.stdout.toArray() as Promise<Buffer[]>,
        new Promise<[number | null, string | null]>((resolve) => child.once('exit', (...how) => resolve(how))),
      ]);
      clearInterval(looking);
      if (code !== 0) return { signal };
      return { signal, report: JSON.parse(Buffer.concat(output).toString('utf8')) as Report };
    },
  };
}

/** Whole lines only: the last one may have been cut off. */
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

/** Mulberry32: numbers from 0 up to 1, the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
