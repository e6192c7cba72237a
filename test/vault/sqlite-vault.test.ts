import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { Database } from '../../src/sqlite/database.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { APPLICATION_ID } from '../../src/vault/sqlite/vault-file.js';
import { VaultLocked } from '../../src/vault/vault.js';
import { vaultContract } from '../contract/vault.contract.js';
import { copiesIn } from './support/copies.js';
import { backToFormat4 } from './support/format-4.js';

const EVENT = randomUUID() as Uuid;

const directories: string[] = [];
const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'vault-'));
  directories.push(path);
  return path;
};
afterAll(() => {
  for (const path of directories) rmSync(path, { recursive: true, force: true });
});

vaultContract('the SQLite vault', async () => {
  const path = join(directory(), 'vault.db');
  const key = randomBytes(32);
  return { open: async () => openSqliteVault(path, key), dispose: async () => undefined };
});

const key = randomBytes(32);
const STREAM = `receipt-${randomUUID()}` as StreamName;
const party = (): PartyId => `party_${randomUUID()}` as PartyId;
/** Every byte that the vault left on disk, its side files too. */
const bytesOf = (path: string): Buffer =>
  Buffer.concat(readdirSync(path).map((name) => readFileSync(join(path, name))));
const refusal = (open: () => unknown): VaultLocked => {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(VaultLocked);
    return error as VaultLocked;
  }
  throw new Error('it was opened');
};

describe('the file of the SQLite vault', () => {
  test('holds no value, no identity and no hash of one, open or closed', async () => {
    const home = directory();
    const vault = openSqliteVault(join(home, 'vault.db'), key);
    const secrets = ['1058529940', '+966512345678', 'SA0380000000608010167519', 'هند بنت محمد'];
    for (const secret of secrets) {
      const person = await vault.pseudonym('party', secret);
      await vault.keep([await vault.seal(person, 'name', secret, EVENT)], STREAM);
    }
    const open = bytesOf(home);
    await vault.close();
    for (const bytes of [open, bytesOf(home)]) {
      expect(bytes.includes('sealed')).toBe(true); // the scan does see what is there
      for (const secret of secrets) {
        for (const encoding of ['utf8', 'utf16le'] as const) {
          expect(bytes.includes(Buffer.from(secret, encoding))).toBe(false);
        }
        expect(bytes.includes(Buffer.from(secret).toString('base64').replace(/=+$/, ''))).toBe(false);
        expect(bytes.includes(Buffer.from(secret).toString('hex'))).toBe(false);
      }
      expect(bytes.includes(key)).toBe(false);
    }
  });

  test('is readable by its owner alone, and so are its side files', async () => {
    const home = directory();
    const vault = openSqliteVault(join(home, 'vault.db'), key);
    await vault.pseudonym('actor', 'somebody');
    const names = readdirSync(home);
    expect(names).toContain('vault.db-wal');
    for (const name of names) expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
    await vault.close();
  });

  test('does not open with another master key, says what to do, and stays as it was', async () => {
    const home = directory();
    const path = join(home, 'vault.db');
    const vault = openSqliteVault(path, key);
    const id = await vault.pseudonym('party', '1058529940');
    await vault.close();
    const before = readFileSync(path);
    const error = refusal(() => openSqliteVault(path, randomBytes(32)));
    expect(error.code).toBe('MASTER_KEY_WRONG');
    expect(error.message).toMatch(/set SIJILL_MASTER_KEY, or restore master\.key/);
    expect(readFileSync(path).equals(before)).toBe(true);
    const again = openSqliteVault(path, key);
    expect(await again.pseudonym('party', '1058529940')).toBe(id);
    await again.close();
  });

  test('of another program, or no database at all, is refused and left untouched', () => {
    const home = directory();
    const text = join(home, 'text.db');
    writeFileSync(text, 'not a database');
    const foreign = join(home, 'foreign.db');
    const database = Database.open(foreign, 42);
    database.exec('CREATE TABLE t (a)');
    database.close();
    for (const path of [text, foreign]) {
      const before = readFileSync(path);
      expect(refusal(() => openSqliteVault(path, key)).code).toBe('FOREIGN_FILE');
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('that lost its end, is damaged, or comes from a newer program, is refused', async () => {
    const home = directory();
    const path = join(home, 'vault.db');
    await openSqliteVault(path, key).close();
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 4096));
    expect(refusal(() => openSqliteVault(path, key)).message).toContain(path);
    writeFileSync(path, Buffer.from(whole).fill(0xff, 4096));
    expect(refusal(() => openSqliteVault(path, key)).code).toBe('UNREADABLE_FILE');
    writeFileSync(path, whole);
    const database = Database.open(path, APPLICATION_ID);
    database.exec('PRAGMA user_version = 6');
    database.close();
    expect(refusal(() => openSqliteVault(path, key)).code).toBe('OTHER_FORMAT');
  });

  test('of the first format that is read is taken over: what it sealed stays for ever', async () => {
    const path = join(directory(), 'vault.db');
    const first = openSqliteVault(path, key);
    const commitment = await first.seal(party(), 'phone', '+966512345678', EVENT);
    (await first.keep([commitment], STREAM)).name();
    await first.close();
    backToFormat4(path, 2);
    const database = Database.open(path, APPLICATION_ID);
    database.exec('DROP TABLE waiting; DROP TABLE erased; DROP INDEX sealed_person');
    database.close();
    const [vault, another] = [openSqliteVault(path, key), openSqliteVault(path, key)];
    for (const now of [0, 3_600_000]) await vault.sweep(() => Promise.resolve(false), now);
    expect(await another.open(commitment)).toMatchObject({ value: '+966512345678' });
    await another.keep([await another.seal(party(), 'phone', '+966500000000', EVENT)], STREAM);
    expect(await vault.sweep(() => Promise.resolve(false))).toMatchObject({ waiting: 1 });
    await Promise.all([vault.close(), another.close()]);
  });

  test('of the format before this one is taken over: no copy of a key stays where rows have moved', async () => {
    let [home, path, ids, secrets]: [string, string, string[], Buffer[]] = ['', '', [], []];
    const people = Array.from({ length: 1_200 }, (_, i) => `person ${i}`);
    do {
      home = directory();
      path = join(home, 'vault.db');
      const first = openSqliteVault(path, key);
      ids = await Promise.all(people.map((value) => first.pseudonym('party', value)));
      await first.close();
      backToFormat4(path);
      const database = Database.open(path, APPLICATION_ID);
      secrets = database
        .prepare('SELECT lookup, key, identity FROM person')
        .all()
        .flat()
        .map((bytes) => Buffer.from(bytes));
      database.close();
      // Until a page that was split has kept a copy of a key: of every other vault one has.
    } while (copiesIn(home, secrets).every((copies, i) => i % 3 !== 1 || copies === 1));
    const vault = openSqliteVault(path, key);
    expect(new Set(copiesIn(home, secrets))).toEqual(new Set([1]));
    expect(await Promise.all(people.map((value) => vault.pseudonym('party', value)))).toEqual(ids);
    for (const id of ids.slice(0, 3)) await vault.erase(id as PartyId);
    expect(copiesIn(home, secrets).filter((copies) => copies === 0)).toHaveLength(3 * 3);
    await vault.close();
  });

  test('needs a master key of 32 bytes', () => {
    const error = refusal(() => openSqliteVault(join(directory(), 'vault.db'), randomBytes(16)));
    expect(error.code).toBe('MASTER_KEY_MALFORMED');
  });
});

/** A vault with one sealed phone, closed; `change` edits its rows; then it is open again. */
async function tampered(change: (database: Database) => void) {
  const path = join(directory(), 'vault.db');
  const first = openSqliteVault(path, key);
  const person = await first.pseudonym('party', '1058529940');
  const commitment = await first.seal(person, 'phone', '+966512345678', EVENT);
  const other = await first.seal(person, 'phone', '+966500000000', EVENT);
  (await first.keep([commitment, other], STREAM)).name();
  await first.close();
  const database = Database.open(path, APPLICATION_ID);
  change(database);
  database.close();
  return { vault: openSqliteVault(path, key), person, commitment, other };
}

describe('a changed row of the SQLite vault', () => {
  test('any flipped bit of a sealed value is an error that shows no value', async () => {
    for (const at of [0, 1, 13, 45, -1]) {
      const { vault, commitment } = await tampered((database) => {
        for (const [id, content] of database.prepare('SELECT commitment, content FROM sealed').all()) {
          const flipped = Buffer.from(content);
          flipped[at < 0 ? flipped.length + at : at]! ^= 1;
          database.prepare('UPDATE sealed SET content = ? WHERE commitment = ?').run(flipped, id);
        }
      });
      const error = await vault.open(commitment).catch((e: unknown) => e);
      expect(error).toMatchObject({ name: 'VaultDamaged', code: 'VAULT_DAMAGED' });
      expect(String(error)).not.toContain('+966512345678');
      await vault.close();
    }
  });

  test('a value moved to another field or person does not open', async () => {
    const field = await tampered((database) => database.exec("UPDATE sealed SET field = 'mobile'"));
    await expect(field.vault.open(field.commitment)).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
    await field.vault.close();

    const stranger = party();
    const person = await tampered((database) => {
      database.prepare('UPDATE person_slot SET id = ?').run(stranger);
      database.prepare('UPDATE sealed SET person = ?').run(stranger);
    });
    await expect(person.vault.open(person.commitment)).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
    await person.vault.close();
  });

  test('two values of one field that changed places do not open', async () => {
    const { vault, commitment, other } = await tampered((database) => {
      const [[first, a], [second, b]] = database.prepare('SELECT commitment, content FROM sealed').all() as [
        [Uint8Array, Uint8Array],
        [Uint8Array, Uint8Array],
      ];
      database.prepare('UPDATE sealed SET content = ? WHERE commitment = ?').run(b, first);
      database.prepare('UPDATE sealed SET content = ? WHERE commitment = ?').run(a, second);
    });
    await expect(vault.open(commitment)).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
    await expect(vault.open(other)).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
    await vault.close();
  });

  test("one person's damaged key does not fail another's write of the same moment", async () => {
    const { vault, person } = await tampered((database) => database.exec('UPDATE person_slot SET key = zeroblob(61)'));
    const [damaged, sound] = await Promise.allSettled([
      vault.seal(person, 'phone', '+966512345678', EVENT),
      vault.seal(party(), 'phone', '+966512345678', EVENT),
    ]);
    expect(damaged).toMatchObject({ status: 'rejected', reason: { code: 'VAULT_DAMAGED' } });
    expect(sound.status).toBe('fulfilled');
    await vault.close();
  });

  test("deleting a person's one row leaves nothing that opens or finds what was theirs", async () => {
    const { vault, person, commitment } = await tampered((database) =>
      expect(database.prepare('DELETE FROM person_slot').run()).toBe(1),
    );
    expect(await vault.open(commitment)).toBeUndefined();
    expect(await vault.pseudonym('party', '1058529940')).not.toBe(person);
    // Nor does the keyed index tell that this very value was sealed before.
    expect(await vault.seal(person, 'phone', '+966512345678', EVENT)).not.toBe(commitment);
    await vault.close();
  });

  test('a write that the file refuses fails every caller of its group, writes nothing, and the next one works', async () => {
    const path = join(directory(), 'vault.db');
    const vault = openSqliteVault(path, key);
    const blocker = Database.open(path, APPLICATION_ID);
    blocker.exec("CREATE TRIGGER stop BEFORE INSERT ON person_slot BEGIN SELECT RAISE(ROLLBACK, 'stopped'); END");
    const results = await Promise.allSettled(['a', 'b', 'c'].map((value) => vault.pseudonym('actor', value)));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'VAULT_UNAVAILABLE' } });
    }
    blocker.exec('DROP TRIGGER stop');
    expect(blocker.prepare('SELECT count(*) FROM person').get()![0]).toBe(0);
    const id = await vault.pseudonym('actor', 'a');
    expect(blocker.prepare('SELECT id FROM person').all()).toEqual([[id]]);
    blocker.close();
    await vault.close();
  });
});

test('what nobody asks to keep is given up, the oldest first, before memory runs out', async () => {
  const vault = openSqliteVault(join(directory(), 'vault.db'), key);
  const person = party();
  const large = 'x'.repeat(2 ** 20);
  const commitments: string[] = [];
  for (let i = 0; i < 18; i++) commitments.push(await vault.seal(person, 'note', large + i, EVENT));
  await expect(vault.keep(commitments.slice(0, 1), STREAM)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
  await vault.keep(commitments.slice(-15), STREAM);
  expect((await vault.open(commitments.at(-1)!))?.value.length).toBe(large.length + 2);
  await vault.close();
});

describe('after a crash', () => {
  test('the files of the moment of an answer hold what was answered', async () => {
    const [home, crashed] = [directory(), directory()];
    const vault = openSqliteVault(join(home, 'vault.db'), key);
    const id = await vault.pseudonym('party', '1001244019');
    const commitment = await vault.seal(id, 'phone', '+966512345678', EVENT);
    await vault.keep([commitment], STREAM);
    for (const name of ['vault.db', 'vault.db-wal']) copyFileSync(join(home, name), join(crashed, name));
    await vault.close();
    const recovered = openSqliteVault(join(crashed, 'vault.db'), key);
    expect(await recovered.pseudonym('party', '1001244019')).toBe(id);
    expect(await recovered.open(commitment)).toMatchObject({ person: id, value: '+966512345678' });
    await recovered.close();
  });
});

describe('two vaults over one file', () => {
  test('agree on every pseudonym and commitment', async () => {
    const path = join(directory(), 'vault.db');
    const [one, two] = [openSqliteVault(path, key), openSqliteVault(path, key)];
    const person = party();
    const values = Array.from({ length: 50 }, (_, i) => `value ${i}`);
    const ask = (vault: typeof one) =>
      Promise.all(
        values.map(async (v) => [await vault.pseudonym('actor', v), await vault.seal(person, 'note', v, EVENT)]),
      );
    const [first, second] = await Promise.all([ask(one), ask(two)]);
    expect(second).toEqual(first);
    await Promise.all([one.close(), two.close()]);
  });
});
