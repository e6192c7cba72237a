import { Database, ForeignFile } from '../../sqlite/database.js';

/** "SjJb" at byte 68 of the file. */
export const APPLICATION_ID = 0x536a4a62;
const LAYOUT = 1;

/**
 * `job`: every occurrence that is not done. `at` is when it was to happen, `due` when its next attempt may begin, both
 * in milliseconds since 1970, as is `lease`, when a running one may be taken by another. `token` is another one for
 * each attempt: whoever holds an older one changes nothing (fencing). Of a repetition one occurrence lives at a time, dead
 * ones aside; the next is made in the transaction that ends it, so none is missed and none overtakes.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS job (
    id        TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    key       TEXT NOT NULL,
    repeated  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    attempts  INTEGER NOT NULL DEFAULT 0,
    token     INTEGER NOT NULL DEFAULT 0,
    lease     INTEGER NOT NULL DEFAULT 0,
    data      TEXT NOT NULL,
    progress  TEXT,
    error     TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS job_due ON job (name, state, due, at, id);
  CREATE INDEX IF NOT EXISTS job_at ON job (at, id);
  CREATE TABLE IF NOT EXISTS repetition (
    name   TEXT NOT NULL,
    key    TEXT NOT NULL,
    cron   TEXT NOT NULL,
    missed TEXT NOT NULL,
    data   TEXT NOT NULL,
    PRIMARY KEY (name, key)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${LAYOUT};
`;

/** Opens or creates the file. @throws ForeignFile, the file being left untouched */
export function openJobFile(path: string): Database {
  const database = Database.open(path, APPLICATION_ID);
  try {
    const [layout] = database.prepare('PRAGMA user_version').get()!;
    if (layout !== 0 && layout !== LAYOUT) {
      throw new ForeignFile(
        `${path} holds jobs in layout ${layout}, this program writes ${LAYOUT}: start the one that wrote it`,
      );
    }
    // FULL: what is scheduled is there after a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.transaction(() => database.exec(SCHEMA));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
