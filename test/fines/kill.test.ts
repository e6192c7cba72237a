import type { Report } from '../../examples/road-fines/run.js';
import { openEventReader } from '../../src/adapters.js';
import { readConfiguration } from '../../src/config/configuration.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { LedgerOpened } from '../../src/ledger/events.js';
import { Books as Auditor } from '../world/books.js';
import { eventStoreOf } from '../servers/event-store.js';
import { CommandLine, type Acknowledgement, type Interruption } from './command-line.js';
import { expectedFigures } from './expected.js';
import { asExpected } from './figures.js';
import { readLog } from './ledger.js';
import { oddities } from './oddities.js';
import { differenceFromRebuild } from './rebuild.js';
import { firstFines, rowsFile } from './rows.js';

/*
 * The import killed at random moments, with no chance to put anything in order, and started again (DESIGN.md, Event
 * store: an acknowledged append survives kill -9; Policies: redelivery is harmless).
 */
const FILE = process.env['SIJILL_FINES'];
import { generator } from '../generator.js';
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

    const killed = await CommandLine.inNewFolder();
    for (let round = 0; round < ROUNDS; round++) {
      const moment = momentOf(round, Number(expected.commands), random);
      const { signal, stderr } = await killed.run([file], moment);
      expect([round, moment, signal, stderr]).toEqual([round, moment, 'SIGKILL', '']);
    }
    const { code, stdout } = await killed.run([file]);
    expect(code).toBe(0);
    expect(asExpected(JSON.parse(stdout) as Report)).toEqual(expected);

    const interrupted = await eventsOf(killed);
    expect(missing(killed.acknowledgements(), interrupted)).toEqual([]);

    const auditor = new Auditor();
    for (const event of interrupted.values()) if (!isRejection(event)) auditor.take(event);
    expect(auditor.close()).toEqual([]);
    expect(await differenceFromRebuild(killed.folder)).toBeUndefined();

    const whole = await CommandLine.inNewFolder();
    await whole.run([file]);
    expect(factsOf(interrupted)).toEqual(factsOf(await eventsOf(whole)));
  },
  60_000 + ROUNDS * 30_000,
);

/** Some while it starts, the others ever further on, in the midst of what is done for the first time. */
function momentOf(round: number, commands: number, random: () => number): Interruption {
  if (random() < 0.3) return { signal: 'SIGKILL', milliseconds: random() * 1_500 };
  const acknowledged = Math.floor(((round + random()) / ROUNDS) * commands * 0.9);
  return { signal: 'SIGKILL', acknowledged, milliseconds: random() * 20 };
}

/** Every business event but the one that opens the ledger, by its id. */
async function eventsOf({ data }: CommandLine): Promise<Map<string, Envelope>> {
  const reader = await openEventReader(readConfiguration({ SIJILL_DATA: data, ...(await eventStoreOf(data)) }));
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
}

const missing = (acknowledgements: readonly Acknowledgement[], log: ReadonlyMap<string, Envelope>) =>
  acknowledgements.filter(({ event, revision = 0 }) => log.get(event)?.revision !== revision);

const IDS = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

/**
 * What does not depend on when, under which pseudonym and in which ledger it was recorded: commands are named under the
 * ledger's own key, and what they make is named after them.
 */
function factsOf(events: ReadonlyMap<string, Envelope>): string[] {
  const facts = [...events.values()].map(({ revision, type, effectiveOn, refs, entries, data }) => {
    const on = isRejection({ type }) ? 'the day of the refusal' : effectiveOn;
    return JSON.stringify({ type, on, revision, refs, entries, data }).replaceAll(IDS, '…');
  });
  return facts.sort();
}
