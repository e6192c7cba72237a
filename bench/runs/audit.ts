/**
 * First pages of the audit search over a ledger, and the same pages from a table whose indexes were made for just these
 * questions: what its rows name is read from the log and parsed, too. One question after another, in turns. A folder
 * that was filled by an earlier run is only asked.
 */
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openEventReader, openReadModelReader, openReadModels } from '../../src/adapters.js';
import type { Place } from '../../src/event-store/event-store.js';
import { Projector } from '../../src/feed/projector.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Uuid } from '../../src/kernel/ids.js';
import type { Filter } from '../../projections/audit/filter.js';
import { facetsOf } from '../../projections/audit/facets.js';
import { Finder } from '../../projections/audit/finder.js';
import { auditModel } from '../../projections/audit/model.js';
import { audit } from '../../projections/audit/projection.js';
import { median } from '../measure.js';
import { QUESTIONS, type AuditFound, type Question } from './audit-questions.js';
import { input, report } from './run.js';
import { accept, configurationOf, draftOf, inParallel, openWorld, proceedingOf, registrationOf } from './world.js';

export interface AuditRun {
  readonly folder: string;
  readonly events: number;
  readonly samples: number;
}

const CALLERS = 64;
const LIMIT = 20;
/** Questions before those that count: else the first ones would pay for the compiler. */
const WARM = 300;
/** Of a debt: drafted, registered and two proceedings. */
const OF_ONE = 4;

const { folder, events: wanted, samples } = input<AuditRun>();
const peer = join(folder, 'peer.db');
const isFilled = existsSync(peer);
if (!isFilled) await record();

const configuration = configurationOf(folder);
const reader = await openEventReader(configuration);

const Libsql = createRequire(import.meta.url)('libsql');
const database = new Libsql(peer);
const fold = isFilled ? undefined : await index();
const models = await openReadModelReader(configuration); // as the server reads them
const step = Math.ceil(wanted / samples);
const sampled = database
  .prepare('SELECT event FROM events WHERE sequence % ? = 1 AND debtor IS NOT NULL')
  .raw(true)
  .all(step)
  .map(([text]: [string]) => JSON.parse(text) as Envelope) as Envelope[];
const count = (await models.checkpoint(audit.name))?.count ?? 0;

const finder = new Finder(models, reader, (event) => event, { types: [], rules: new Set() });
interface Asking {
  readonly filter: (event: Envelope) => Filter;
  readonly sql: string;
  readonly values: (event: Envelope) => readonly string[];
}
const ASKED: Record<Question, Asking> = {
  'who and what': {
    filter: ({ actor, type }: Envelope): Filter => ({ actor: actor.id, type }),
    sql: 'WHERE actor = ? AND type = ? ORDER BY sequence DESC',
    values: ({ actor, type }: Envelope) => [actor.id, type],
  },
  'a debtor': {
    filter: ({ refs }: Envelope): Filter => ({ party: refs.debtor ?? '' }),
    sql: 'WHERE debtor = ? ORDER BY sequence DESC',
    values: ({ refs }: Envelope) => [refs.debtor ?? ''],
  },
  'a large amount': {
    filter: (): Filter => ({ minAmount: '1000', type: 'debts.DebtRegistered' }),
    sql: "INDEXED BY by_amount WHERE amount >= 1000 AND type = 'debts.DebtRegistered' ORDER BY sequence DESC",
    values: () => [],
  },
};

const found: Partial<Record<Question, { ours: number; sql: number }>> = {};
for (const question of QUESTIONS) found[question] = await timed(question);
database.close();
await models.close();
await reader.close();
report({ ...(found as Omit<AuditFound, 'fold'>), ...(fold !== undefined && { fold }) } satisfies AuditFound);

async function record(): Promise<void> {
  const world = await openWorld(folder);
  const debts = Math.ceil(wanted / OF_ONE);
  await inParallel(CALLERS, debts, async (n) => {
    const draft = draftOf(n);
    const id: Uuid = draft.target;
    await accept(world, draft);
    await accept(world, registrationOf(n, id));
    for (let key = 2; key < OF_ONE; key++) await accept(world, proceedingOf(n, id, key));
  });
  await world.close();
}

/** @returns microseconds that folding an event took */
async function index(): Promise<number> {
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
    CREATE TABLE events (sequence INTEGER PRIMARY KEY, actor TEXT, type TEXT, debtor TEXT, amount REAL, event TEXT)`);
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)');
  const models = await openReadModels(configuration);
  await models.open([auditModel]);
  const projector = new Projector(audit, models);
  let ms = 0;
  let after: Place | undefined;
  for (;;) {
    const page = await reader.readAll({ limit: 1_000, ...(after !== undefined && { after }) });
    if (page.next === undefined) throw new Error('the ledger is empty');
    const events = page.events.map(({ position, sequence = 0, event }) => ({ position, sequence, event }));
    const began = performance.now();
    await projector.fold(
      { model: auditModel, generation: 'live' },
      { from: after, events, end: page.next, atEnd: false },
      after,
    );
    ms += performance.now() - began;
    database.exec('BEGIN');
    for (const { event, sequence } of events) {
      const [{ amount = null } = {}] = facetsOf(event).amounts as readonly { amount?: string }[];
      const value = amount === null ? null : Number(amount);
      insert.run(sequence, event.actor.id, event.type, event.refs.debtor ?? null, value, JSON.stringify(event));
    }
    database.exec('COMMIT');
    after = page.next;
    if (page.atEnd) break;
  }
  await models.close();
  database.exec(`CREATE INDEX by_deed ON events (actor, type, sequence); CREATE INDEX by_debtor ON events (debtor, sequence);
    CREATE INDEX by_amount ON events (amount)`);
  return (ms * 1_000) / after.count;
}

async function timed(question: Question): Promise<{ ours: number; sql: number }> {
  const { filter, sql, values } = ASKED[question];
  const select = database.prepare(`SELECT sequence, event FROM events ${sql} LIMIT ${LIMIT}`).raw(true);
  const times = { ours: [] as number[], sql: [] as number[] };
  const warming = Array.from({ length: WARM }, (_, n) => sampled[n % sampled.length]!);
  for (const [n, event] of [...warming, ...sampled].entries()) {
    let began = performance.now();
    const asked = { filter: filter(event), before: count, limit: LIMIT, effort: 5_000 };
    const ours = (await finder.find(asked)).events.map(({ sequence }) => sequence);
    if (n >= WARM) times.ours.push(performance.now() - began);
    began = performance.now();
    const theirs = select.all(...values(event)).map(([sequence, text]: [number, string]) => {
      JSON.parse(text);
      return sequence;
    });
    if (n >= WARM) times.sql.push(performance.now() - began);
    if (ours.join() !== theirs.join()) throw new Error(`${question}: ${ours.join()} is not ${theirs.join()}`);
  }
  return { ours: median(times.ours), sql: median(times.sql) };
}
