import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { programVersion, SnapshotFile } from '../../src/ledger/snapshots.js';
import { Database } from '../../src/sqlite/database.js';
import type { LedgerId, Uuid } from '../../src/kernel/ids.js';
import { id } from '../given.js';
import { A, accepted, add, request, setup, stream, typesOf } from './setup.js';
import { tally } from './tally.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'sijill-snapshots-'))));
afterEach(() => {
  kept?.close();
  kept = undefined;
  rmSync(directory, { recursive: true });
});

const warned: string[] = [];
/** One process at a time: what the one before kept is written. */
let kept: SnapshotFile | undefined;
function files(program = 'p'): SnapshotFile {
  kept?.close();
  kept = new SnapshotFile(join(directory, 'snapshots'), program, (message) => warned.push(message));
  return kept;
}
const file = join('snapshots', 'p.db');
const SJSN = 0x536a536e;

function inFile<T>(work: (database: Database) => T): T {
  kept?.close();
  kept = undefined;
  const database = Database.open(join(directory, file), SJSN);
  try {
    return work(database);
  } finally {
    database.close();
  }
}
const streams = (): string[] =>
  inFile((database) =>
    database
      .prepare('SELECT stream FROM snapshots')
      .all()
      .map(([name]) => name as string),
  );

/** A long stream that was written with snapshots, in appends of 1, 2, 3 … events, and a way to start again. */
async function longStream() {
  const context = setup();
  const { process, store } = context;
  const ledger = process({ snapshots: files() });
  for (let i = 0; i < 30; i++) await accepted(add(ledger, 1, request(`${i}`), i + 1));
  return { ...context, ledger, restarted: (snapshots = files()) => ((store.eventsRead = 0), process({ snapshots })) };
}
const TOTAL = (30 * 31) / 2;
const WHOLE = { state: { total: TOTAL, events: TOTAL }, revision: TOTAL - 1 };

describe('a cold start of a long stream (docs/adr/0005-snapshots.md)', () => {
  test('reads its tail only, and knows what a whole fold knows', async () => {
    const { store, restarted } = await longStream();
    expect(await restarted().load(tally, A)).toEqual(WHOLE);
    expect(store.eventsRead).toBeLessThanOrEqual(1 + 30);
  });

  test('after the cache has given it up, too', async () => {
    const { store, process } = await longStream();
    const ledger = process({ snapshots: files(), cacheBytes: 1 });
    for (let i = 0; i < 3; i++) {
      store.eventsRead = 0;
      expect(await ledger.load(tally, A)).toEqual(WHOLE);
      expect(store.eventsRead).toBeLessThanOrEqual(1 + 30);
    }
  });

  test('answers repeats with the state of then, from before the snapshot and after', async () => {
    const { store, restarted } = await longStream();
    const ledger = restarted();
    for (const i of [0, 7, 28, 29]) {
      expect(await add(ledger, 1, request(`${i}`), i + 1)).toMatchObject({
        revision: ((i + 1) * (i + 2)) / 2 - 1,
        state: { state: String(((i + 1) * (i + 2)) / 2) },
        repeated: true,
      });
    }
    expect(await typesOf(store)).toHaveLength(TOTAL);
  });

  test('sees what another process appended since', async () => {
    const { process, restarted } = await longStream();
    await add(process(), 1000); // without snapshots
    expect(await restarted().load(tally, A)).toMatchObject({ state: { total: TOTAL + 1000 }, revision: TOTAL });
  });

  test('short streams leave none', async () => {
    const { process } = setup();
    const ledger = process({ snapshots: files() });
    for (let i = 0; i < 7; i++) await add(ledger, 1);
    expect(streams()).toEqual([]);
    await add(process({ snapshots: files() }), 1);
    expect(streams()).toEqual([stream]);
  });

  test('a long stream that has no snapshot yet gets one when it is read', async () => {
    const { process } = setup();
    for (let i = 0; i < 5; i++) await add(process(), 1, request(), 100);
    await process({ snapshots: files() }).load(tally, A);
    expect(streams()).toEqual([stream]);
  });
});

describe('a snapshot is never believed over the stream', () => {
  test.each<[string, (bytes: Buffer) => Buffer | string]>([
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['cut to nothing', () => ''],
    ['with one bit turned', (bytes) => (bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200), bytes)],
    ['written over by a shorter one, half', (bytes) => Buffer.concat([bytes.subarray(0, 100), bytes.subarray(90)])],
    ['of another kind', () => 'not a snapshot, but longer than a digest has bytes'],
  ])('%s', async (_, spoil) => {
    const { store, restarted } = await longStream();
    inFile((database) => {
      const [content] = database.prepare('SELECT content FROM snapshots WHERE stream = ?').get(stream)!;
      const spoilt = Buffer.from(spoil(Buffer.from(content as Uint8Array)));
      database.prepare('UPDATE snapshots SET content = ?').run(spoilt);
    });
    expect(await restarted().load(tally, A)).toEqual(WHOLE);
    expect(store.eventsRead).toBe(TOTAL);
    // And is replaced.
    expect(await restarted().load(tally, A)).toEqual(WHOLE);
    expect(store.eventsRead).toBeLessThanOrEqual(1 + 30);
  });

  test('removed while the program runs', async () => {
    const { restarted } = await longStream();
    const ledger = restarted();
    rmSync(join(directory, 'snapshots'), { recursive: true });
    expect(await ledger.load(tally, A)).toEqual(WHOLE);
  });

  test.each([
    ['that is no database', 0],
    ['that is damaged behind its first page', 4096],
  ])('in a file %s: it is made anew', async (_, from) => {
    const { store, restarted } = await longStream();
    inFile((database) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    const bytes = readFileSync(join(directory, file));
    writeFileSync(join(directory, file), bytes.fill('junk', from));
    for (let i = 0; i < 2; i++) expect(await restarted().load(tally, A)).toEqual(WHOLE);
    await restarted().load(tally, A);
    expect(store.eventsRead).toBeLessThanOrEqual(1 + 30);
  });

  test('of another ledger, whose commands had the same ids', async () => {
    await longStream();
    const other = setup({ id: id('another ledger') as Uuid as LedgerId });
    for (let i = 0; i < 30; i++) await add(other.process(), 2, request(`${i}`), i + 1);
    const { state } = await other.process({ snapshots: files() }).load(tally, A);
    expect(state).toEqual({ total: 2 * TOTAL, events: TOTAL });
  });

  describe('of events that a restored copy of the store has lost', () => {
    async function restored() {
      await longStream();
      const context = setup();
      for (let i = 0; i < 20; i++) await add(context.ledger, 1, request(`${i}`), i + 1);
      return context;
    }

    test('which has no event there', async () => {
      const { process } = await restored();
      expect(await process({ snapshots: files() }).load(tally, A)).toMatchObject({ state: { total: 210 } });
    });

    test('which has another event there, of the same command that was sent again', async () => {
      const { clock, ledger, process } = await restored();
      clock.time += 1;
      for (let i = 20; i < 30; i++) await add(ledger, 3, request(`${i}`), i + 1);
      const { state } = await process({ snapshots: files() }).load(tally, A);
      expect(state).toEqual({ total: 210 + 3 * (TOTAL - 210), events: TOTAL });
    });
  });

  test('of another program: it is removed', async () => {
    const { store, restarted } = await longStream();
    expect(await restarted(files('q')).load(tally, A)).toEqual(WHOLE);
    expect(store.eventsRead).toBe(TOTAL);
    expect(readdirSync(join(directory, 'snapshots')).filter((name) => !name.startsWith('q.db'))).toEqual([]);
  });
});

test('a later snapshot that is shorter is whole', () => {
  const snapshot = (state: unknown) => ({
    aggregate: { revision: 0, state, commands: [], summaries: [], snapshot: 0 },
    at: 'x',
  });
  for (const state of ['long '.repeat(1_000), new Map([['short', 1n]])]) {
    files().save(stream, snapshot(state));
    expect(files().load(stream)).toEqual(snapshot(state));
  }
});

test('snapshots that cannot be written cost a warning and nothing else', async () => {
  warned.length = 0;
  const { process } = setup();
  const snapshots = files();
  const ledger = process({ snapshots });
  snapshots.close();
  await accepted(add(ledger, 1, request(), 40));
  snapshots.close();
  expect(warned).toEqual([expect.stringMatching('snapshots of 1 streams were not written: .* not open')]);
  expect(await accepted(add(ledger, 1))).toMatchObject({ revision: 40 });
});

test('its file is the owner’s alone', async () => {
  await longStream();
  for (const name of readdirSync(join(directory, 'snapshots'))) {
    expect(statSync(join(directory, 'snapshots', name)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(directory, 'snapshots')).mode & 0o777).toBe(0o700);
});

test('with random commands and restarts, snapshots change no answer', async () => {
  const step = fc.record({
    by: fc.integer({ min: -9, max: 9 }),
    steps: fc.integer({ min: 1, max: 60 }),
    key: fc.nat(30),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const [plain, other] = [setup(), setup()];
      rmSync(join(directory, 'snapshots'), { recursive: true, force: true });
      let ledger = other.process({ snapshots: files() });
      for (const { by, steps: count, key, restart } of steps) {
        if (restart) ledger = other.process({ snapshots: files() });
        const asked = (): ReturnType<typeof request> => request(`${key}`);
        const answers = [plain.ledger, ledger].map((each) => add(each, by, asked(), count));
        const [expected, actual] = await Promise.all(answers);
        expect(actual).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});

describe('the version of a program', () => {
  test('follows what its files hold and how they are called, and nothing else', () => {
    const program = (name: string, contents: Record<string, string>): string => {
      const root = join(directory, name);
      for (const [path, text] of Object.entries(contents)) {
        mkdirSync(join(root, path, '..'), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      return programVersion(pathToFileURL(`${root}/`));
    };
    const own = { 'main.js': 'a', 'contexts/debt.js': 'b' };
    const version = program('one', own);
    expect(version).toMatch(/^[0-9a-f]{32}$/);
    expect(program('same', { ...own, 'main.js.map': 'c', 'notes.txt': 'd' })).toBe(version);
    const others = [
      program('changed', { ...own, 'contexts/debt.js': 'B' }),
      program('renamed', { 'main.js': 'a', 'contexts/dept.js': 'b' }),
      program('grown', { ...own, 'x.ts': '' }),
      program('moved', { 'main.js': 'b', 'contexts/debt.js': 'a' }),
    ];
    expect(new Set([version, ...others]).size).toBe(5);
  });
});
