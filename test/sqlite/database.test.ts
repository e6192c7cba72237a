import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Database, ForeignFile, inspectFile } from '../../src/sqlite/database.js';
import { contents, place } from './places.js';

const OURS = 0x53696a30;
const SHIM = fileURLToPath(new URL('../../src/sqlite/database.js', import.meta.url));

const IMPORTS = `
  import { createRequire } from 'node:module';
  import { Database } from ${JSON.stringify(SHIM)};
  const Libsql = createRequire(${JSON.stringify(SHIM)})('libsql');
  const path = process.argv[1];`;

/** Runs a script that has the shim's `Database`, plain `Libsql` and the `path`. */
const inAnotherProcess = (path: string, script: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', `${IMPORTS} ${script}`, path], { encoding: 'utf8' });

function filled(path: string, rows = 1): Database {
  const database = Database.open(path, OURS);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER, b TEXT) STRICT');
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
  database.transaction(() => {
    for (let i = 0; i < rows; i++) insert.run(i, 'x'.repeat(1000));
  });
  return database;
}

/** A whole file, with nothing left in its log. */
function folded(path: string, rows = 1): void {
  const database = filled(path, rows);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

describe('values', () => {
  const withTable = (work: (database: Database) => void) => {
    const database = filled(join(place(), 'a.db'), 0);
    try {
      work(database);
    } finally {
      database.close();
    }
  };

  test('rows are plain arrays without metadata', () =>
    withTable((database) => {
      database.prepare('INSERT INTO t VALUES (?, ?)').run(1, 'one');
      const row = database.prepare('SELECT a, b FROM t').get();
      expect(row).toEqual([1, 'one']);
      expect(Object.keys(row ?? {})).toEqual(['0', '1']);
      expect(database.prepare('SELECT a, b FROM t').all()).toEqual([[1, 'one']]);
      expect(database.prepare('SELECT a FROM t').get()).toEqual([1]);
      expect(database.prepare('SELECT a FROM t WHERE a = ?').get(2)).toBeUndefined();
    }));

  test('a statement answers rows and lists in turn, each by its own values', () =>
    withTable((database) => {
      for (const a of [1, 2, 3]) database.prepare('INSERT INTO t VALUES (?, ?)').run(a, null);
      const upTo = database.prepare('SELECT a FROM t WHERE a <= ? ORDER BY a DESC LIMIT ?');
      expect(upTo.get(3, 1)).toEqual([3]);
      expect(upTo.all(2, 9)).toEqual([[2], [1]]);
      expect(upTo.get(3, 1)).toEqual([3]);
      expect(upTo.all(0, 9)).toEqual([]);
      expect(upTo.get(1, 1)).toEqual([1]);
    }));

  test('undefined is refused, not stored as NULL', () =>
    withTable((database) => {
      const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
      expect(() => insert.run(1, undefined as unknown as null)).toThrow(TypeError);
      insert.run(1, null);
      expect(database.prepare('SELECT b FROM t').all()).toEqual([[null]]);
    }));

  test.each([0.5, 2 ** 53, -(2 ** 53), NaN, Infinity])('%d is refused: it would lose digits', (number) =>
    withTable((database) => {
      expect(() => database.prepare('INSERT INTO t VALUES (?, ?)').run(number, null)).toThrow(TypeError);
      expect(database.prepare('SELECT a FROM t').all()).toEqual([]);
    }),
  );

  test.each([0, -1, 2 ** 53 - 1, -(2 ** 53 - 1)])('%d is stored exactly', (integer) =>
    withTable((database) => {
      expect(database.prepare('INSERT INTO t VALUES (?, ?)').run(integer, null)).toBe(1);
      expect(database.prepare('SELECT a, typeof(a), CAST(a AS TEXT) FROM t').get()).toEqual([
        integer,
        'integer',
        String(integer),
      ]);
    }),
  );

  test('a number is bound as a float: a text column needs a text', () =>
    withTable((database) => {
      expect(database.prepare('SELECT typeof(?)').get(5)).toEqual(['real']);
      database.prepare('INSERT INTO t VALUES (?, ?)').run(1, '5');
      expect(database.prepare('SELECT b FROM t').get()).toEqual(['5']);
    }));

  test.each(['مديونية 🧾', 'a\u2028b', "it's", ''])('the text %j comes back as it was', (text) =>
    withTable((database) => {
      database.prepare('INSERT INTO t VALUES (?, ?)').run(1, text);
      expect(database.prepare('SELECT b FROM t').get()).toEqual([text]);
    }),
  );
});

describe('transactions', () => {
  test('a throw rolls back, and the next transaction works', () => {
    const database = filled(join(place(), 'a.db'), 0);
    const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
    const failing = () =>
      database.transaction(() => {
        insert.run(1, 'lost');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(database.transaction(() => insert.run(2, 'kept'))).toBe(1);
    expect(database.prepare('SELECT a FROM t').all()).toEqual([[2]]);
    database.close();
  });

  test('a commit that fails rolls back as well', () => {
    const database = filled(join(place(), 'a.db'), 0);
    database.exec('PRAGMA foreign_keys = 1; CREATE TABLE p (id INTEGER PRIMARY KEY)');
    database.exec('CREATE TABLE c (p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED)');
    const orphan = () => database.transaction(() => database.exec('INSERT INTO c VALUES (1)'));
    expect(orphan).toThrow('FOREIGN KEY');
    expect(database.transaction(() => database.prepare('SELECT count(*) FROM c').get())).toEqual([0]);
    database.close();
  });

  test('the error of a transaction that SQLite ended by itself is the one that is told', () => {
    const database = filled(join(place(), 'a.db'), 0);
    database.exec('CREATE TABLE u (a INTEGER PRIMARY KEY ON CONFLICT ROLLBACK); INSERT INTO u VALUES (1)');
    expect(() => database.transaction(() => database.exec('INSERT INTO u VALUES (1)'))).toThrow('UNIQUE');
    database.close();
  });
});

describe('files', () => {
  test('a closed database answers no more, nor do its statements', () => {
    const database = filled(join(place(), 'a.db'));
    const statement = database.prepare('SELECT a FROM t');
    expect(statement.get()).toEqual([0]);
    database.close();
    expect(() => statement.get()).toThrow('not open');
    expect(() => database.exec('SELECT 1')).toThrow('not open');
  });

  test('a statement that has answered holds back no checkpoint', () => {
    const path = join(place(), 'a.db');
    const database = filled(path, 3);
    const reader = Database.openReadOnly(path, OURS);
    expect(reader.prepare('SELECT a FROM t').get()).toEqual([0]);
    expect(reader.prepare('SELECT a FROM t').all()).toHaveLength(3);
    database.exec("INSERT INTO t VALUES (9, 'after')");
    expect(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toEqual([0, 0, 0]);
    expect(statSync(`${path}-wal`).size).toBe(0);
    reader.close();
    database.close();
  });

  test('a reading connection refuses every write', () => {
    const path = join(place(), 'a.db');
    filled(path).close();
    const reader = Database.openReadOnly(path, OURS);
    expect(() => reader.exec('DELETE FROM t')).toThrow(/readonly/);
    expect(reader.prepare('SELECT a FROM t').all()).toEqual([[0]]);
    reader.close();
  });

  test('reading creates no missing file', () => {
    const directory = place();
    expect(() => Database.openReadOnly(join(directory, 'a.db'), OURS)).toThrow(ForeignFile);
    expect(contents(directory)).toEqual({});
  });

  test('an empty file is a missing one', () => {
    const path = join(place(), 'a.db');
    writeFileSync(path, '');
    expect(inspectFile(path, OURS)).toBe('missing');
    filled(path).close();
    expect(inspectFile(path, OURS)).toBe('ours');
  });

  test.each(["it's.db", 'a b.db', 'a?mode=memory.db', 'a#b.db', '100%25.db', 'قيد.db'])('takes the name %s', (name) => {
    const directory = place();
    const path = join(directory, name);
    filled(path).close();
    expect(Object.keys(contents(directory))).toEqual([name, `${name}-shm`, `${name}-wal`]);
    expect(inspectFile(path, OURS)).toBe('ours');
    Database.open(path, OURS).close();
  });

  test.each<[string, (path: string) => void]>([
    ['a text', (path) => writeFileSync(path, 'amount,currency\n1,SAR\n'.repeat(500))],
    ['a few bytes', (path) => writeFileSync(path, 'x')],
    ['a database of another program', (path) => Database.open(path, OURS + 1).close()],
    [
      'a database of another program with a log that was not folded in',
      (path) =>
        void inAnotherProcess(
          path,
          `const d = Database.open(path, 7); d.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)'); process.kill(process.pid, 'SIGKILL')`,
        ),
    ],
    [
      'a damaged header',
      (path) => {
        folded(path);
        writeFileSync(path, Buffer.concat([Buffer.from('NOT SQLite'), readFileSync(path).subarray(10)]));
      },
    ],
    [
      'a truncated database',
      (path) => {
        folded(path, 100);
        truncateSync(path, statSync(path).size - 8192);
      },
    ],
    ['a truncated header', (path) => (folded(path), truncateSync(path, 60))],
    ['a directory', (path) => mkdirSync(path)],
  ])('%s is refused and left untouched', (_, make) => {
    const directory = place();
    const path = join(directory, 'a.db');
    try {
      make(path);
    } catch (error) {
      // The process that killed itself has left what it was to leave.
      expect(error).toMatchObject({ signal: 'SIGKILL' });
    }
    const isFile = statSync(path).isFile();
    const before = isFile ? contents(directory) : {};
    for (const open of ['open', 'openReadOnly'] as const) {
      expect(() => Database[open](path, OURS)).toThrow(ForeignFile);
      expect(() => Database[open](path, OURS)).toThrow(/left untouched|is not a file/);
    }
    expect(isFile ? contents(directory) : {}).toEqual(before);
  });

  test('looking at a file keeps the locks that this process holds on it', () => {
    const path = join(place(), 'a.db');
    const database = filled(path);
    expect(inspectFile(path, OURS)).toBe('ours');
    Database.openReadOnly(path, OURS).close();
    // Without our lock the other process would believe to be the last one, and remove the log under our feet.
    inAnotherProcess(path, "const d = new Libsql(path); d.exec('SELECT * FROM t'); d.close()");
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    database.exec("INSERT INTO t VALUES (2, 'after')");
    const count = "console.log(new Libsql(path).prepare('SELECT count(*) FROM t').raw(true).get()[0])";
    expect(inAnotherProcess(path, count)).toBe('2\n');
    database.close();
  });
});
