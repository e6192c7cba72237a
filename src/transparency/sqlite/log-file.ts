import { Database, ForeignFile, isSqliteFault } from '../../sqlite/database.js';
import { own } from '../../sqlite/ownership.js';
import { LogUnavailable } from '../log-storage.js';

/** A file of SQLite that one process owns, and any may read. */
export interface FileFormat {
  /** At byte 68 of the file. */
  readonly applicationId: number;
  readonly layout: number;
  /** All of it follows from the events: a file of an earlier layout is emptied, and not refused. */
  readonly isMadeAgain?: true;
  /** Changes nothing where it was carried out before; sets `user_version` to the layout. */
  readonly schema: string;
  /** FULL: what was committed is known after a power cut. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** What to say of a file in another layout. */
  readonly foreign: (path: string, found: unknown) => string;
}

/**
 * Opens or creates the file.
 * @param make what gives up the file with `release` when it is closed
 * @param prepare done before SQLite sees the file, by its owner
 * @throws ForeignFile (left untouched), StoreOwned
 */
export function openOwned<T>(
  path: string,
  format: FileFormat,
  make: (database: Database, release: () => void) => T,
  prepare: () => void = () => undefined,
): T {
  const release = own(path);
  try {
    prepare();
    const database = Database.open(path, format.applicationId);
    try {
      if (format.isMadeAgain === true) emptyOlder(database, format.layout);
      checkLayout(database, path, format);
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${format.synchronous}`);
      database.transaction(() => database.exec(format.schema));
      return make(database, release);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}

/** Another connection, of any thread or process, once somebody has opened the file. @throws ForeignFile */
export function openToRead(path: string, format: FileFormat): Database {
  const database = Database.openReadOnly(path, format.applicationId);
  checkLayout(database, path, format);
  return database;
}

function emptyOlder(database: Database, layout: number): void {
  const [found] = database.prepare('PRAGMA user_version').get()!;
  if (found === 0 || found >= layout) return;
  const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
  database.transaction(() => {
    for (const [name] of tables) database.exec(`DROP TABLE "${name}"`);
    database.exec('PRAGMA user_version = 0');
  });
}

function checkLayout(database: Database, path: string, { layout, foreign }: FileFormat): void {
  const [found] = database.prepare('PRAGMA user_version').get()!;
  if (found !== 0 && found !== layout) throw new ForeignFile(foreign(path, found));
}

/** @param what the file holds, for people @throws LogUnavailable where SQLite cannot */
export function availableOf<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isSqliteFault(error)) throw new LogUnavailable(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
