import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable, type EventReader } from '../../src/event-store/event-store.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { openCheckpoint } from '../../src/transparency/checkpoint.js';
import { entriesIn, tilesIn } from '../../src/transparency/growth.js';
import { leafIndex, treeSize } from '../../src/transparency/hashes.js';
import { leafHash, leafOf } from '../../src/transparency/leaf.js';
import { LogBuilder, type LogBuilderOptions } from '../../src/transparency/log-builder.js';
import type { LogStatus } from '../../src/transparency/log-status.js';
import { LogUnavailable, type LogStorage, type StoredTile } from '../../src/transparency/log-storage.js';
import { isIncluded } from '../../src/transparency/proofs.js';
import { openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { inclusionFrom } from '../../src/transparency/tile-tree.js';
import { envelope, LEDGER, newStream } from '../event-store/envelopes.js';
import { InMemoryEventStore, Memory } from '../event-store/in-memory.js';
import { logKey } from './support/keys.js';
import { plainRoot } from './support/plain-tree.js';

const KEY = logKey('log.example.sa/ledger');
const saltOf = (id: string): string => createHmac('sha256', 'key').update(id).digest('hex');

let directory: string;
let storage: LogStorage;
let store: InMemoryEventStore;
let events: Envelope[];
const ends: (() => Promise<void>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sijill-builder-'));
  storage = openSqliteLogStorage(join(directory, 'transparency.db'));
  store = new InMemoryEventStore();
  events = [];
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

async function happen(count: number, into = store): Promise<void> {
  for (let at = 0; at < count; at++) {
    const event = envelope(newStream(), 0, { data: { note: `سجل ${at}` } });
    await into.append(event.stream, 'none', [event]);
    if (into === store) events.push(event);
    // Our own bookkeeping has no sequence, and no leaf.
    const own = envelope(newStream('_own'), 0);
    if (at % 3 === 0) await into.append(own.stream, 'none', [own]);
  }
}

function run(options: Partial<LogBuilderOptions> = {}) {
  const said: string[] = [];
  const states: LogStatus[] = [];
  const stop = new AbortController();
  const builder = new LogBuilder({
    ledger: LEDGER,
    reader: store,
    storage,
    leases: new EmbeddedLeases(),
    key: KEY,
    saltOf,
    report: (status) => states.push(status),
    log: (_, message) => said.push(message),
    paceMs: 1,
    pageSize: 100,
    ...options,
  });
  const running = builder.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  ends.push(end);
  const until = async (is: (status: LogStatus) => boolean): Promise<LogStatus> => {
    for (let tries = 0; tries < 2_000; tries++) {
      const last = states.at(-1);
      if (last !== undefined && is(last)) return last;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`never came there: ${JSON.stringify(states.at(-1))} ${said.join('; ')}`);
  };
  return {
    said,
    end,
    until,
    signed: (size: number) => until((status) => status.size === size && status.state === 'running'),
    halted: () => until(({ state }) => state === 'halted'),
  };
}

const leavesNow = () =>
  events.map((event, at) => leafHash(leafOf(event.ledger, at, saltOf(event.id), canonicalEvent(event))));

async function assertLog(): Promise<void> {
  const { checkpoint } = openCheckpoint((await storage.signed())!.note, KEY);
  const leaves = leavesNow();
  expect(checkpoint).toEqual({ origin: KEY.name, size: leaves.length, root: plainRoot(leaves) });
  expect((await entriesIn(storage, 0, leaves.length)).map(leafHash)).toEqual(leaves);
}

describe('The log builder', () => {
  it('signs a tree of every business event in its order, and of nothing else', async () => {
    await happen(700);
    const log = run();
    await log.signed(700);
    await assertLog();
    const size = treeSize(700);
    const { root } = (await storage.signed())!;
    for (const at of [0, 255, 256, 511, 699]) {
      const index = leafIndex(at, size);
      const proof = await inclusionFrom(tilesIn(storage), index, size);
      expect(isIncluded({ leaf: leavesNow()[at]!, index, size, root }, proof)).toBe(true);
    }
  });

  it('goes on as events come, one and many at a time, and after a restart', async () => {
    let log = run();
    for (const count of [1, 1, 253, 1, 1, 400]) {
      await happen(count);
      await log.signed(events.length);
      await assertLog();
      if (count === 253) {
        await log.end();
        log = run();
      }
    }
    expect(log.said).toEqual([]);
  });

  it('signs some of a long log before it has read all of it', async () => {
    await happen(1_000);
    const sizes: number[] = [];
    const watched: LogStorage = Object.assign(Object.create(storage) as LogStorage, {
      write: storage.write.bind(storage),
      read: storage.read.bind(storage),
      signed: storage.signed.bind(storage),
      sign: (...[next, previous]: Parameters<LogStorage['sign']>) => {
        sizes.push(next.size);
        return storage.sign(next, previous);
      },
    });
    await run({ storage: watched, mostUnsigned: 300 }).signed(1_000);
    expect(sizes.length).toBeGreaterThan(2);
    await assertLog();
  });

  it('leaves the thread a turn after each page of a long log', async () => {
    await happen(1_000);
    let turns = 0;
    const turned = (): void => {
      turns++;
      next = setImmediate(turned);
    };
    let next = setImmediate(turned);
    const turnsAt: number[] = [];
    const readTexts: EventReader['readTexts'] = (query) => {
      turnsAt.push(turns);
      return store.readTexts(query);
    };
    const log = run({ reader: { readTexts }, mostUnsigned: 300 });
    await log.signed(1_000);
    clearImmediate(next);
    expect(new Set(turnsAt).size).toBe(turnsAt.length);
  });

  it('signs nothing where there is nothing', async () => {
    const log = run();
    await log.until(({ state }) => state === 'running');
    expect(await storage.signed()).toBeUndefined();
  });
});

describe('What does not follow from what was signed is not signed', () => {
  const signedBefore = async (count: number) => {
    await happen(count);
    const log = run();
    await log.signed(count);
    await log.end();
    return (await storage.signed())!;
  };
  const expectHalt = async (halt: LogStatus['halt'], options: Partial<LogBuilderOptions> = {}) => {
    const before = await storage.signed();
    const log = run(options);
    expect(await log.halted()).toMatchObject({ halt });
    expect(log.said.at(-1)).toContain(`the transparency log halted (${halt})`);
    expect(await storage.signed()).toEqual(before);
    await log.end();
  };
  /** An older copy of the event store. */
  const putBack = (count: number): InMemoryEventStore => {
    const memory = new Memory();
    for (const { stream, type, text, sequence = 0 } of store.memory.rows) {
      if (sequence >= count) break;
      if (count > 0) memory.add(stream, ['', type, text]);
    }
    return new InMemoryEventStore(memory);
  };

  it('an event store that holds less', async () => {
    await signedBefore(300);
    await expectHalt('ROLLED_BACK', { reader: putBack(299) });
    await expectHalt('ROLLED_BACK', { reader: putBack(0) });
  });

  it('one that holds less and grew again in another way', async () => {
    await signedBefore(300);
    const older = putBack(290);
    await happen(30, older);
    await expectHalt('REWRITTEN', { reader: older });
  });

  it('while it runs, too', async () => {
    await happen(20);
    let current: InMemoryEventStore = store;
    const reader: Pick<EventReader, 'readTexts'> = { readTexts: (query) => current.readTexts(query) };
    const log = run({ reader });
    await log.signed(20);
    current = putBack(10);
    expect(await log.halted()).toMatchObject({ halt: 'ROLLED_BACK' });
  });

  it('a last event that was edited', async () => {
    await signedBefore(5);
    const row = store.memory.rows.findLast(({ sequence }) => sequence === 4)!;
    Object.assign(row, { text: row.text.replace('سجل 4', 'سجل 5') });
    await expectHalt('REWRITTEN');
  });

  it('events that were written into tiles and are others now', async () => {
    await signedBefore(5);
    await happen(10);
    const failing = Object.assign(Object.create(storage) as LogStorage, {
      read: storage.read.bind(storage),
      signed: storage.signed.bind(storage),
      write: storage.write.bind(storage),
      sign: async () => Promise.reject(new LogUnavailable('no power')),
    });
    const log = run({ storage: failing });
    await log.until(({ state }) => state === 'retrying');
    await log.end();
    const other = putBack(5);
    await happen(10, other);
    await expectHalt('REWRITTEN', { reader: other });
  });

  it.each([0, 'entries'] as const)('tiles that were changed (%s)', async (level) => {
    await signedBefore(5);
    await happen(1);
    const read = async (...[tile]: Parameters<LogStorage['read']>) => {
      const stored = await storage.read(tile);
      if (stored === undefined || tile.level !== level) return stored;
      const bytes = Buffer.from(stored.bytes);
      bytes[40]! ^= 1;
      return { ...stored, bytes };
    };
    const bent = Object.assign(Object.create(storage) as LogStorage, {
      read,
      signed: storage.signed.bind(storage),
      write: storage.write.bind(storage),
      sign: storage.sign.bind(storage),
    });
    await expectHalt(level === 0 ? 'DAMAGED' : 'REWRITTEN', { storage: bent });
  });

  it.each([
    ['of a few events', 3, () => true],
    [
      'full, so that no root is made of its hashes any more',
      300,
      ({ level, width }: StoredTile) => level === 0 && width === 256,
    ],
    ['of entries', 300, ({ level, index }: StoredTile) => level === 'entries' && index === 0],
  ])('a tile that is stored otherwise than it was written: %s', async (_, count, isBent) => {
    await happen(count);
    const forgetful = Object.assign(Object.create(storage) as LogStorage, {
      read: storage.read.bind(storage),
      signed: storage.signed.bind(storage),
      write: (...[tiles]: Parameters<LogStorage['write']>) =>
        storage.write(
          tiles.map((tile) => (isBent(tile) ? { ...tile, bytes: Buffer.from(tile.bytes).fill(7, 33, 40) } : tile)),
        ),
      sign: storage.sign.bind(storage),
    });
    await expectHalt('DAMAGED', { storage: forgetful });
  });

  it('a log of another key', async () => {
    await signedBefore(5);
    await expectHalt('OTHER_KEY', { key: logKey('log.example.sa/other') });
  });

  it('a checkpoint that is not there any more', async () => {
    await happen(5);
    let isLost = false;
    const forgetful = Object.assign(Object.create(storage) as LogStorage, {
      read: storage.read.bind(storage),
      signed: async () => (isLost ? undefined : storage.signed()),
      write: storage.write.bind(storage),
      sign: async (...call: Parameters<LogStorage['sign']>) =>
        isLost ? Promise.reject(new LogUnavailable('no power')) : storage.sign(...call),
    });
    const log = run({ storage: forgetful });
    await log.signed(5);
    isLost = true;
    await happen(1);
    expect(await log.halted()).toMatchObject({ halt: 'DAMAGED' });
  });
});

describe('Processes that share a log', () => {
  /** As the leases of two processes are, where the one does not know yet that it has lost its own. */
  const frozen = () => {
    let thaw!: () => void;
    const awake = new Promise<void>((resolve) => (thaw = resolve));
    let reached!: () => void;
    const isFrozen = new Promise<void>((resolve) => (reached = resolve));
    return {
      thaw,
      isFrozen,
      freeze: async (): Promise<void> => {
        reached();
        await awake;
      },
    };
  };

  it.each(['write', 'sign'] as const)(
    'one that stood still before its %s, and wakes up when another one has signed, goes on from that',
    async (at) => {
      await happen(5);
      const { freeze, isFrozen, thaw } = frozen();
      const still = Object.assign(Object.create(storage) as LogStorage, {
        read: storage.read.bind(storage),
        signed: storage.signed.bind(storage),
        write: async (...call: Parameters<LogStorage['write']>) => {
          if (at === 'write') await freeze();
          return storage.write(...call);
        },
        sign: async (...call: Parameters<LogStorage['sign']>) => {
          if (at === 'sign') await freeze();
          return storage.sign(...call);
        },
      });
      const one = run({ storage: still });
      await isFrozen;
      await happen(300);
      const other = run();
      await other.signed(305);
      await other.end();
      thaw();
      await happen(1);
      await one.signed(306);
      await assertLog();
      expect(one.said).toEqual([expect.stringContaining('another process signed meanwhile')]);
    },
  );

  it('say who signs, and how that one stands', async () => {
    await happen(5);
    const leases = new EmbeddedLeases();
    const first = run({ leases });
    await first.signed(5);
    const second = run({ leases });
    expect(await second.until(({ holder, size }) => holder !== undefined && size === 5)).toEqual({
      state: 'running',
      size: 5,
      holder: leases.holder,
    });
    await first.end();
    await happen(2);
    expect(await second.signed(7)).toEqual({ state: 'running', size: 7 });
  });

  it('one with another key halts, and the others go on', async () => {
    await happen(5);
    const leases = new EmbeddedLeases();
    const first = run({ leases });
    await first.signed(5);
    const other = run({ leases, key: logKey('log.example.sa/other') });
    expect(await other.halted()).toMatchObject({ halt: 'OTHER_KEY' });
    await happen(1);
    await first.signed(6);
  });
});

describe('A store that does not answer', () => {
  it.each(['readTexts', 'read', 'write', 'sign', 'signed'] as const)(
    'is asked again (%s), and nothing is lost',
    async (which) => {
      await happen(3);
      let failures = 3;
      const failing =
        <T extends unknown[], R>(name: string, work: (...args: T) => Promise<R>) =>
        async (...args: T): Promise<R> => {
          if (name === which && failures-- > 0) {
            throw which === 'readTexts' ? new StoreUnavailable('gone') : new LogUnavailable('gone');
          }
          return work(...args);
        };
      const shaky = Object.assign(Object.create(storage) as LogStorage, {
        read: failing('read', storage.read.bind(storage)),
        signed: failing('signed', storage.signed.bind(storage)),
        write: failing('write', storage.write.bind(storage)),
        sign: failing('sign', storage.sign.bind(storage)),
      });
      const log = run({ storage: shaky, reader: { readTexts: failing('readTexts', store.readTexts.bind(store)) } });
      await log.signed(3);
      await happen(300);
      await log.signed(303);
      await assertLog();
      expect(log.said).toHaveLength(1);
    },
  );
});
