import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { appendsInOrder, openEventReader, openEventStore, type Stores } from '../../src/adapters.js';
import { checkFile } from '../../src/cli/log/check-file.js';
import { exportLog } from '../../src/cli/log/export-log.js';
import type { Summary } from '../../src/cli/log/file.js';
import { importLog } from '../../src/cli/log/import-log.js';
import { catalogue } from '../../src/composition.js';
import type { EventReader } from '../../src/event-store/event-store.js';
import { eventId, streamName, type CommandId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import { attemptId } from '../../src/ledger/attempts.js';
import { envelope, uuid } from '../event-store/envelopes.js';
import { live } from '../projections/life.js';
import { RealWorld } from '../projections/real-world.js';
import { steps } from '../world/people.js';

/** Ledgers that move from one store to another. */

export const place = mkdtempSync(join(tmpdir(), 'sijill-moving-'));
export const folder = (): string => mkdtempSync(join(place, 'x-'));
export const quiet = { isTTY: false, write: () => true };
export const goesOn = new AbortController().signal;

/** A closed ledger in a directory: a life of people, with what policies make of it, and refusals. */
export async function newLedger(seed = 1): Promise<string> {
  const data = folder();
  const world = await RealWorld.open(data);
  const lives = fc.sample(steps(120), { numRuns: 8, seed }).map((done) => live(done).world.outcomes);
  const longest = lives.reduce((a, b) => (a.length < b.length ? b : a));
  for (const { sent } of longest) if (sent.by.role !== 'system') await world.send(sent);
  await world.drain();
  const [opened] = await world.log();
  // JavaScript puts such keys first whatever their order was, and other languages have lines end at such characters.
  const commandId = uuid() as Uuid as CommandId;
  const stream = streamName('attempt', commandId);
  const facts = { '10': 'ten', '9': 'nine', note: 'سطر\u2028آخر' };
  const target = { target: uuid(), targetRevision: -1, command: 'RegisterDebt', kind: 'rule', requestDigest: 'ab' };
  const refused = { ...target, code: 'SELF_APPROVAL', rule: 'E7', ruleVersion: 1, facts };
  const more = { ledger: opened!.ledger, commandId, type: 'debts.RegisterDebtRejected', data: refused };
  await world.store.append(stream, 'none', [envelope(stream, 0, { ...more, id: attemptId(commandId) })]);
  await world.close();
  return data;
}

/** Many events more, of streams of one and of some events, in a closed ledger. */
export async function grow(data: string, streams: number): Promise<void> {
  const world = await RealWorld.open(data);
  const log = await world.log();
  const { ledger } = log[0]!;
  const drafted = log.find(({ type }) => type === 'debts.DebtDrafted')!;
  const proceeding = { type: 'debts.ProceedingRecorded', data: { kind: 'notice', on: '2026-03-01' } };
  const appends = Array.from({ length: streams }, async (_, n) => {
    const debt = uuid();
    const stream = streamName('debt', debt);
    const events = Array.from({ length: 1 + (n % 3) }, (__, revision) => {
      const commandId = uuid() as Uuid as CommandId;
      const { type, data } = revision === 0 ? drafted : proceeding;
      return envelope(stream, revision, { ledger, commandId, id: eventId(commandId, 0) as EventId, type, data });
    });
    await world.store.append(stream, 'none', events);
  });
  await Promise.all(appends);
  await world.close();
}

export async function withReader<T>(stores: Stores, use: (reader: EventReader) => Promise<T>): Promise<T> {
  const reader = await openEventReader(stores);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

export const exported = (stores: Stores, out: string): Promise<Summary> =>
  withReader(stores, (reader) => exportLog(reader, catalogue, out, goesOn, quiet));

/** @returns how many events the store had already */
export async function imported(from: string, stores: Stores, inOrder = appendsInOrder(stores)): Promise<number> {
  const checked = await checkFile(from, catalogue, goesOn, quiet);
  const store = await openEventStore(stores);
  try {
    return await importLog(from, checked, store, { catalogue, inOrder, signal: goesOn, output: quiet });
  } finally {
    await store.close();
  }
}

export const linesIn = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The built program, as an operator starts it. @param kill told of the process, to send it what it suffers */
export async function sijill(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  kill?: (send: (signal: NodeJS.Signals) => boolean, isOver: () => boolean) => Promise<void>,
): Promise<Ended> {
  const child = spawn(process.execPath, ['dist/src/cli/main.js', ...args], {
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (err += String(text)));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, out, err })),
  );
  await kill?.(
    (signal) => child.kill(signal),
    () => child.exitCode !== null,
  );
  return ended;
}
