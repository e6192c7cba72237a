import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { openCheckpoint, type Checkpoint } from '../../src/transparency/checkpoint.js';
import { tilesIn } from '../../src/transparency/growth.js';
import { writeVkey } from '../../src/transparency/keys.js';
import { leafHash, leafOf } from '../../src/transparency/leaf.js';
import { LogBuilder } from '../../src/transparency/log-builder.js';
import { isConsistent } from '../../src/transparency/proofs.js';
import { openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { consistencyFrom } from '../../src/transparency/tile-tree.js';
import { readWitnesses } from '../../src/transparency/witnesses/witness-policy.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { envelope, LEDGER, newStream } from '../event-store/envelopes.js';
import { transpiled } from '../vault/support/transpiled.js';
import { logKey } from './support/keys.js';
import { plainRoot } from './support/plain-tree.js';
import { WitnessServer } from './support/witness-server.js';

const KEY = logKey('log.example.sa/ledger');
const VKEY = writeVkey(KEY);
const saltOf = (id: string): string => createHmac('sha256', 'key').update(id).digest('hex');

const home = mkdtempSync(join(tmpdir(), 'sijill-log-crash-'));
const root = transpiled(
  ['kernel', 'sqlite', 'event-store', 'leases', 'transparency', 'verify'].map((folder) => `src/${folder}`),
);
let witness: WitnessServer;
beforeEach(async () => {
  witness = await new WitnessServer('one.example').start();
  witness.know(VKEY);
});
afterEach(() => witness.stop());
afterAll(() => [home, root].forEach((path) => rmSync(path, { recursive: true, force: true })));

const policy = (): string => `${witness.line}\ngroup all all one.example\nquorum all\n`;
const events = (count: number): Envelope[] => Array.from({ length: count }, () => envelope(newStream(), 0));

/** A process that appends events, builds their log and is killed at a step. */
async function lifeThatEnds(folder: string, count: number, step: string, moment: string): Promise<void> {
  const life = { origin: KEY.name, events: events(count), policy: policy() };
  writeFileSync(join(folder, 'life.json'), JSON.stringify(life));
  const args = ['--no-warnings', resolve('test/transparency/support/dying.mjs'), root, folder, step, moment];
  const [, signal] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  expect(signal).toBe('SIGKILL');
}

interface Life {
  /** Events that are recorded first. */
  readonly happening?: number;
  /** A checkpoint that somebody has kept. */
  readonly kept?: Checkpoint;
}

/** The next start: until all events are signed, and witnessed. @returns what was published before it, and at its end */
async function nextLife(folder: string, { happening = 0, kept }: Life): Promise<readonly (Checkpoint | undefined)[]> {
  const store = await openSqliteEventStore(join(folder, 'ledger.db'));
  const storage = openSqliteLogStorage(join(folder, 'transparency.db'));
  for (const event of events(happening)) await store.append(event.stream, 'none', [event]);
  const found = await storage.signed();
  const log = await wholeLog(store);
  const said: string[] = [];
  const stop = new AbortController();
  const builder = new LogBuilder({
    ledger: LEDGER,
    reader: store,
    storage,
    leases: new EmbeddedLeases(),
    key: KEY,
    saltOf,
    witnesses: readWitnesses(policy(), VKEY),
    report: ({ state, size, witnessed }) => {
      if (state === 'halted' || (size === log.length && witnessed === log.length)) stop.abort();
    },
    log: (_, message) => said.push(message),
    paceMs: 1,
    pageSize: 100,
  });
  await builder.run(stop.signal);
  const signed = (await storage.signed())!;
  const { checkpoint } = openCheckpoint(signed.note, KEY);
  const leaves = log.map(({ event }, at) =>
    leafHash(leafOf(event.ledger, at, saltOf(event.id), canonicalEvent(event))),
  );
  expect([said, checkpoint.size, checkpoint.root]).toEqual([[], leaves.length, plainRoot(leaves)]);
  expect(await storage.witnessed()).toMatchObject({ size: leaves.length, root: checkpoint.root });
  const before = found && openCheckpoint(found.note, KEY).checkpoint;
  for (const earlier of [kept, before]) {
    if (earlier === undefined) continue;
    const proof = await consistencyFrom(tilesIn(storage), earlier.size, checkpoint.size);
    expect(isConsistent(earlier, checkpoint, proof)).toBe(true);
  }
  await storage.close();
  await store.close();
  return [before, checkpoint];
}

const STEPS = ['append', 'write', 'sign', 'cosign', 'witness'].flatMap((step) => [
  ['before', step] as const,
  ['after', step] as const,
]);

const BEGUN = 300;
const MORE = 450;

test.each(STEPS)('a log whose process is killed %s its step "%s" goes on from what it signed', async (moment, step) => {
  const folder = mkdtempSync(join(home, 'life-'));
  const kept = (await nextLife(folder, { happening: BEGUN })).at(-1) as Checkpoint;
  await lifeThatEnds(folder, MORE, step, moment);
  const [found, signed] = await nextLife(folder, { kept });
  expect(signed!.size).toBe(BEGUN + MORE - (step === 'append' && moment === 'before' ? 1 : 0));
  // It was killed in the middle: up to that step nothing more was published, from it on more was.
  const isSigned = ['cosign', 'witness'].includes(step) || (step === 'sign' && moment === 'after');
  if (isSigned) expect(found!.size).toBeGreaterThan(BEGUN);
  else expect(found).toEqual(kept);
});
