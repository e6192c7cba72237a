import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LedgerId, PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { Database } from '../../src/sqlite/database.js';
import { moveVault, type Watch } from '../../src/vault/moving/move-vault.js';
import { KINDS, UNFINISHED, type VaultRecords } from '../../src/vault/moving/vault-records.js';
import { openSqliteSource, openSqliteTarget } from '../../src/vault/sqlite/sqlite-records.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { APPLICATION_ID } from '../../src/vault/sqlite/vault-file.js';
import { backToFormat4 } from './support/format-4.js';
import { anyContents, MemoryRecords } from './support/memory-records.js';

const EVENT = randomUUID() as Uuid;

/* A vault moves as it is (docs/operations.md, The vault in MongoDB): the law, and what a file has to do with it. */

const goesOn: Watch = { signal: new AbortController().signal, copied: () => undefined, compared: () => undefined };
/** Aborts once so many records have been looked at. */
const stopsAfter = (records: number): Watch => {
  const stop = new AbortController();
  const look = (): void => void (--records < 0 && stop.abort());
  return { signal: stop.signal, copied: look, compared: look };
};

describe('the law of a move', () => {
  test('whatever an earlier one has left at the target, it has what the source has, and is finished', async () => {
    await fc.assert(
      fc.asyncProperty(anyContents, anyContents, async (there, left) => {
        const [source, target] = [new MemoryRecords(there), new MemoryRecords(left)];
        const moved = await moveVault(source, target, goesOn);
        expect(target.contents()).toEqual(source.contents());
        expect(target.isFinished).toBe(true);
        expect(target.ledger).toBe(source.identity.ledger);
        expect(KINDS.map((kind) => moved[kind])).toEqual(KINDS.map((kind) => there[kind].length));
      }),
    );
  });

  test('where it is stopped, or the target goes away in the middle of a write, it is not finished, and goes on', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyContents,
        fc.array(fc.record({ looks: fc.nat(60), writes: fc.nat(40) }), { maxLength: 4 }),
        async (there, ends) => {
          const source = new MemoryRecords(there);
          const target = new MemoryRecords();
          for (const { looks, writes } of ends) {
            const wasFinished = target.isFinished;
            target.endsAfter = writes;
            const isWhole = await moveVault(source, target, stopsAfter(looks)).then(
              () => true,
              () => false,
            );
            expect(target.isFinished).toBe(wasFinished || isWhole);
          }
          target.endsAfter = Infinity;
          await moveVault(source, target, goesOn);
          expect(target.contents()).toEqual(source.contents());
        },
      ),
    );
  });

  test('what is there already is not written again, and no more than a batch is in memory', async () => {
    const persons = Array.from({ length: 2_600 }, () => ({
      id: `party_${randomUUID()}` as PartyId,
      key: randomBytes(4),
    }));
    const source = new MemoryRecords({ persons, sealed: [], waiting: [], erased: [] });
    const target = new MemoryRecords({ persons: persons.slice(0, 1_500), sealed: [], waiting: [], erased: [] });
    await moveVault(source, target, goesOn);
    expect(target.written).toBe(1_100);
    expect(Math.max(target.largest, source.largest)).toBe(500);
  });

  test('a target that lost something of it is not finished, whatever it answered', async () => {
    const source = new MemoryRecords({
      persons: [{ id: `party_${randomUUID()}` as PartyId, key: randomBytes(4) }],
      sealed: [],
      waiting: [],
      erased: [],
    });
    const target = new MemoryRecords();
    target.insert = async () => undefined;
    await expect(moveVault(source, target, goesOn)).rejects.toMatchObject({
      name: 'NotAsCopied',
      message: expect.stringMatching(/has 1 persons, .* has 0 persons, /),
    });
    expect(target.isFinished).toBe(false);
  });
});

describe('a vault in a file', () => {
  const place = mkdtempSync(join(tmpdir(), 'vault-move-'));
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  const key = randomBytes(32);
  const file = (): string => join(mkdtempSync(join(place, 'x-')), 'vault.db');
  const ledger = randomUUID() as LedgerId;
  const stream = `receipt-${randomUUID()}` as StreamName;

  /** With persons of both sorts, values that an event names, and one that waits. */
  async function newVault(): Promise<string> {
    const path = file();
    const vault = openSqliteVault(path, key);
    await vault.belongTo(ledger);
    for (const value of ['1058529940', 'هند بنت محمد', 'x']) await vault.pseudonym('party', value);
    const other = `party_${randomUUID()}` as PartyId;
    const named = await vault.keep([await vault.seal(other, 'phone', '+966512345678', EVENT)], stream);
    named.name();
    await vault.keep([await vault.seal(other, 'note', 'waits', EVENT)], stream);
    await vault.close();
    return path;
  }

  async function moved(from: string, to: string, watch = goesOn): Promise<void> {
    const opened: VaultRecords[] = [];
    try {
      const source = openSqliteSource(from, key);
      opened.push(source);
      const target = openSqliteTarget(to, source.identity);
      opened.push(target);
      await moveVault(source, target, watch);
    } finally {
      for (const each of opened) await each.close();
    }
  }

  test('answers the same where it came to, and belongs to the same ledger', async () => {
    const [from, to] = [await newVault(), file()];
    await moved(from, to);
    const [before, after] = [openSqliteVault(from, key, false), openSqliteVault(to, key, false)];
    for (const value of ['1058529940', 'هند بنت محمد', 'x']) {
      expect(await after.pseudonym('party', value)).toBe(await before.pseudonym('party', value));
    }
    expect(await after.ledger()).toBe(ledger);
    expect(after.digest('x')).toBe(before.digest('x'));
    expect(await after.sweep(async () => false)).toEqual({ named: 0, removed: 0, waiting: 1 });
    await Promise.all([before.close(), after.close()]);
  });

  test('is opened by nobody before all of it is there', async () => {
    const [from, to] = [await newVault(), file()];
    for (const looks of [0, 2, 5]) {
      await expect(moved(from, to, stopsAfter(looks))).rejects.toMatchObject({ name: 'MoveStopped' });
      expect(() => openSqliteVault(to, key)).toThrow(/was not finished: run sijill vault-move again/);
      expect(() => openSqliteSource(to, key)).toThrow(/was not finished/);
    }
    await moved(from, to);
    await openSqliteVault(to, key, false).close();
  });

  test('goes on moving into what a program of format 4 began', async () => {
    const [from, to] = [await newVault(), file()];
    await expect(moved(from, to, stopsAfter(5))).rejects.toMatchObject({ name: 'MoveStopped' });
    backToFormat4(to, UNFINISHED);
    await moved(from, to);
    const [before, after] = [openSqliteVault(from, key, false), openSqliteVault(to, key, false)];
    expect(await after.pseudonym('party', '1058529940')).toBe(await before.pseudonym('party', '1058529940'));
    await Promise.all([before.close(), after.close()]);
  });

  test('is not moved while a server has it, nor opened by one while it moves', async () => {
    const from = await newVault();
    const server = openSqliteVault(from, key);
    expect(() => openSqliteSource(from, key)).toThrow(/in use by another writer/);
    await server.close();
    const source = openSqliteSource(from, key);
    expect(() => openSqliteVault(from, key)).toThrow(/has an owner at the moment/);
    await source.close();
    await openSqliteVault(from, key).close();
  });

  test('is not moved over anything: what is there stays, byte for byte', async () => {
    const from = await newVault();
    const foreign = file();
    const database = Database.open(foreign, APPLICATION_ID + 1);
    database.exec('CREATE TABLE t (a)');
    database.close();
    const text = file();
    writeFileSync(text, 'something else');
    for (const [path, code] of [
      [await newVault(), 'TARGET_TAKEN'],
      [foreign, 'FOREIGN_FILE'],
      [text, 'FOREIGN_FILE'],
    ] as const) {
      const before = readFileSync(path);
      await expect(moved(from, path)).rejects.toMatchObject({ name: 'VaultLocked', code });
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('that was moved before is compared, and one that was used since is refused', async () => {
    const [from, to] = [await newVault(), file()];
    await moved(from, to);
    await moved(from, to);
    const vault = openSqliteVault(to, key);
    await vault.pseudonym('party', 'came later');
    await vault.close();
    await expect(moved(from, to)).rejects.toMatchObject({ code: 'VAULT_DIFFERS' });
    const again = openSqliteVault(to, key, false);
    expect(await again.pseudonym('party', '1058529940')).toMatch(/^party_/);
    await again.close();
  });

  test('that is missing, or has another key, is said to be', async () => {
    const missing = file();
    expect(() => openSqliteSource(missing, key)).toThrow(/there is no .*vault\.db to move/);
    const from = await newVault();
    expect(() => openSqliteSource(from, randomBytes(32))).toThrow(/master key does not open/);
    await openSqliteVault(from, key, false).close(); // the share of it was given back
  });
});
