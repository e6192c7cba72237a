import { EventEmitter } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ForeignFile,
  openSqliteEventReader,
  openSqliteEventStore,
  SqliteEventStore,
  StoreOwned,
} from '../../src/event-store/sqlite/sqlite-event-store.js';
import { APPLICATION_ID } from '../../src/event-store/sqlite/schema.js';
import { Writer } from '../../src/event-store/sqlite/writer.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { OutcomeUnknown, StoreUnavailable } from '../../src/event-store/event-store.js';
import { Database } from '../../src/sqlite/database.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { envelope, envelopes, newStream } from './envelopes.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sijill-files-'));
  path = join(directory, 'ledger.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function write(count: number): Promise<void> {
  const store = await openSqliteEventStore(path);
  const stream = newStream();
  await store.append(stream, 'none', envelopes(stream, 0, count));
  await store.close();
}

describe('the file', () => {
  test('holds the canonical text of each event, with what is searched for beside it', async () => {
    const store = await openSqliteEventStore(path);
    const [stream, own] = [newStream(), newStream('_own')];
    const [event, kept] = [envelope(stream, 0, { data: { b: 'م', a: 1 } }), envelope(own, 0)];
    await store.append(stream, 'none', [event]);
    await store.append(own, 'none', [kept]);
    const file = Database.openReadOnly(path, APPLICATION_ID);
    expect(file.prepare('SELECT * FROM events ORDER BY position').all()).toEqual([
      [1, stream, 0, 0, event.id, event.type, canonicalEvent(event)],
      [2, own, 0, null, kept.id, kept.type, canonicalEvent(kept)],
    ]);
    expect(file.prepare('PRAGMA journal_mode').get()).toEqual(['wal']);
    expect(file.prepare('SELECT ledger FROM format').all()).toEqual([[1]]);
    file.close();
    await store.close();
  });

  test('is whole in itself after closing', async () => {
    await write(10);
    for (const side of ['-wal', '-shm', '.lock']) rmSync(path + side, { force: true });
    const reader = openSqliteEventReader(path);
    expect(await wholeLog(reader)).toHaveLength(10);
    await reader.close();
  });

  test.each<[string, () => Promise<void> | void]>([
    ['of another kind', () => writeFileSync(path, '{"not":"a ledger"}'.repeat(1000))],
    ['of another program', () => Database.open(path, APPLICATION_ID + 1).close()],
    [
      'of a later layout',
      () => {
        const later = Database.open(path, APPLICATION_ID);
        later.exec('CREATE TABLE format (ledger INTEGER); PRAGMA user_version = 2');
        later.close();
      },
    ],
    ['cut short', () => write(500).then(() => truncateSync(path, 20_000))],
    ['with a damaged header', () => write(500).then(() => writeFileSync(path, readFileSync(path).fill(0xff, 0, 100)))],
  ])('%s is refused and left untouched', async (_, make) => {
    await make();
    for (const side of ['-wal', '-shm', '.lock']) rmSync(path + side, { force: true });
    const before = readFileSync(path);
    await expect(openSqliteEventStore(path)).rejects.toBeInstanceOf(ForeignFile);
    await expect(openSqliteEventStore(path)).rejects.toThrow('left untouched');
    expect(() => openSqliteEventReader(path)).toThrow(ForeignFile);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('that is missing is made by a store and refused by a reader', async () => {
    expect(() => openSqliteEventReader(path)).toThrow('does not exist');
    expect(readdirSync(directory)).toEqual([]);
    await expect(openSqliteEventStore(join(directory, 'none', 'ledger.db'))).rejects.toThrow(/ENOENT/);
    await write(1);
  });

  test('whose making was cut off is made again', async () => {
    Database.open(path, APPLICATION_ID).close();
    await write(1);
  });
});

describe('one owner', () => {
  test('a second store is refused until the first is closed; readers are not', async () => {
    const store = await openSqliteEventStore(path);
    const stream = newStream();
    await store.append(stream, 'none', envelopes(stream, 0, 3));
    await expect(openSqliteEventStore(path)).rejects.toBeInstanceOf(StoreOwned);
    const reader = openSqliteEventReader(path);
    expect(await wholeLog(reader)).toHaveLength(3);
    await store.append(stream, 2n, envelopes(stream, 3, 1));
    expect(await wholeLog(reader)).toHaveLength(4);
    await reader.close();
    await store.close();
    await (await openSqliteEventStore(path)).close();
  });

  test('a store that is closing still owns its file, however often it is told to close', async () => {
    const store = await openSqliteEventStore(path);
    const stream = newStream();
    const append = store.append(stream, 'none', envelopes(stream, 0, 1000));
    const closings = [store.close(), store.close()];
    await expect(openSqliteEventStore(path)).rejects.toBeInstanceOf(StoreOwned);
    await Promise.all([append, ...closings, store.close()]);
    const next = await openSqliteEventStore(path);
    expect((await next.head()).count).toBe(1000);
    await next.close();
  });

  test('a page that cannot be read is the store’s not answering, for every way of reading', async () => {
    const stream = newStream();
    const store = await openSqliteEventStore(path);
    await store.append(stream, 'none', envelopes(stream, 0, 1000));
    await store.close();
    const reader = openSqliteEventReader(path);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(statSync(path).size - 8192, 0xff), 0, undefined, 8192);
    closeSync(file);
    await expect(reader.readStream(stream)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(reader.readAll()).rejects.toBeInstanceOf(StoreUnavailable);
    const following = reader.follow({}, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(following.next()).rejects.toBeInstanceOf(StoreUnavailable);
    await reader.close();
    await expect(reader.head()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('a store that could not be opened owns nothing', async () => {
    writeFileSync(path, 'x'.repeat(5000));
    await expect(openSqliteEventStore(path)).rejects.toBeInstanceOf(ForeignFile);
    rmSync(path);
    await (await openSqliteEventStore(path)).close();
  });
});

describe('the committing thread', () => {
  const thread = new URL('./dying.worker.js', import.meta.url);
  const event = ['id', 'debts.ProceedingRecorded', '{}'];

  test.each([
    ['throws', 'the committing thread failed: out of luck'],
    ['ends', 'the committing thread ended with code 4'],
  ])('that %s leaves no caller without an answer', async (how, message) => {
    const writer = await Writer.start(how, thread);
    // Two groups are on their way; what waits behind them was never sent.
    const kinds = await Promise.all(Array.from({ length: 100 }, (_, i) => writer.append(`debt-${i}`, -1, event)));
    expect(kinds[0]).toEqual({ kind: 'unknown', message });
    expect(await writer.append('debt-late', -1, event)).toEqual({ kind: 'unavailable', message });
    await writer.close();
  });

  /** A writer, and the groups that its thread was sent. */
  function watchedWriter() {
    const posted: unknown[][] = [];
    const worker = Object.assign(new EventEmitter(), {
      postMessage: (group: unknown[]) => posted.push(group),
      ref: () => {},
      unref: () => {},
    });
    return { writer: new Writer(worker as never), worker, posted };
  }

  test('gets a full group at once, not after the turn that brought the answers of both', async () => {
    const { writer, worker, posted } = watchedWriter();
    const call = async (i: number): Promise<void> => {
      for (let revision = -1; revision < 1; revision++) await writer.append(`debt-${i}`, revision, event);
    };
    for (let i = 0; i < 64; i++) void call(i);
    expect(posted).toHaveLength(2);
    worker.emit(
      'message',
      Array.from({ length: 4 * 32 }, () => 0),
    );
    await Promise.resolve(); // the callers come back, and the turn goes on
    expect(posted).toHaveLength(3);
    worker.emit(
      'message',
      Array.from({ length: 4 * 32 }, () => 0),
    );
    await Promise.resolve();
    expect(posted).toHaveLength(4);
  });

  test('gets what makes no full group when the one before it is done: it grows meanwhile', async () => {
    const { writer, worker, posted } = watchedWriter();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const first = writer.append('debt-0', -1, event);
    await turn();
    expect(posted).toEqual([['debt-0', -1, 1, ...event]]);
    for (let i = 1; i < 32; i++) {
      void writer.append(`debt-${i}`, -1, event);
      await turn();
    }
    expect(posted).toHaveLength(1);
    worker.emit('message', [0, 0, 1, 0]);
    expect(await first).toMatchObject({ kind: 'appended' });
    await turn();
    expect(posted.map((group) => group.length / 6)).toEqual([1, 31]);
  });

  test.each([
    ['throws at once', 'no disk'],
    ['ends at once', 'the committing thread ended with code 3'],
  ])('that %s is an error of opening', async (how, message) => {
    await expect(Writer.start(how, thread)).rejects.toThrow(message);
  });

  test('that fails makes appends of unknown outcome, later ones unavailable', async () => {
    await write(1);
    const store = new SqliteEventStore(path, await Writer.start('throws', thread), () => {});
    const stream = newStream();
    await expect(store.append(stream, 'none', envelopes(stream, 0, 1))).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(store.append(stream, 'none', envelopes(stream, 0, 1))).rejects.toBeInstanceOf(StoreUnavailable);
    await store.close();
  });

  test('that does not keep up turns appends away before memory runs out', async () => {
    const writer = await Writer.start('hangs', thread);
    const text = 'x'.repeat(4 * 2 ** 20);
    const appends = Array.from({ length: 40 }, (_, i) => writer.append(`debt-${i}`, -1, ['id', 'type', text]));
    const last = await Promise.race([appends[39], new Promise((resolve) => setTimeout(resolve, 200))]);
    expect(last).toEqual({ kind: 'unavailable', message: 'too many appends are waiting; try again later' });
    const turnedAway = (await Promise.all(appends)).filter(
      ({ kind, ...rest }) => 'message' in rest && kind === 'unavailable' && /waiting/.test(rest.message),
    );
    // 128 MiB hold 31 of a little more than 4 MiB.
    expect(turnedAway).toHaveLength(9);
  });
});
