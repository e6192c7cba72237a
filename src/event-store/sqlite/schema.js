/** The file of events: its layout, and the two ways to open it. Plain JavaScript: the committing thread uses it too. */
import { Database, ForeignFile } from '../../sqlite/database.js';
import { realPath } from '../../sqlite/ownership.js';

/** "SijE" */
export const APPLICATION_ID = 0x53696a45;
/** Of the file's layout; the events carry a version of their own (`v`). */
const LAYOUT = 1;
const LEDGER_FORMAT = 1;

/**
 * `position` counts the rows from 1 without a gap. `event` is the canonical text (RFC 8785); the columns before it
 * repeat what is searched for, and it stands last so that a scan need not read it.
 * Ids have no index: (stream, revision) already says what a repeated append is.
 */
const SCHEMA = `
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
  CREATE TABLE format (ledger INTEGER NOT NULL) STRICT;
  INSERT INTO format VALUES (${LEDGER_FORMAT});
  PRAGMA user_version = ${LAYOUT};
`;

/**
 * @param {string} path created where it is missing
 * @throws {ForeignFile}
 */
export function openForWriting(path) {
  const database = Database.open(path, APPLICATION_ID);
  return guarded(database, () => {
    if (versionOf(database) === 0) {
      database.transaction(() => {
        if (versionOf(database) === 0) database.exec(SCHEMA);
      });
    }
    assertLayout(database, path);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // Fewer, longer checkpoints: their fsyncs are the tail of the commit times. What is written is seldom read again here.
    database.exec('PRAGMA wal_autocheckpoint = 20000; PRAGMA cache_size = -16384');
  });
}

/**
 * @param {string} path
 * @throws {ForeignFile} also where the file is missing
 */
export function openForReading(path) {
  const database = Database.openReadOnly(path, APPLICATION_ID);
  return guarded(database, () => assertLayout(database, path));
}

/**
 * The channel on which the writer of a file rings after each commit, heard by every thread of its process.
 * @param {string} path
 */
export const bellOf = (path) => `sijill.events:${realPath(path)}`;

/** @param {Database} database */
const versionOf = (database) => database.prepare('PRAGMA user_version').get()?.[0];

/**
 * @param {Database} database
 * @param {string} path
 */
function assertLayout(database, path) {
  const layout = versionOf(database);
  const ledger = layout === LAYOUT ? database.prepare('SELECT ledger FROM format').get()?.[0] : undefined;
  if (ledger === LEDGER_FORMAT) return;
  throw new ForeignFile(
    `${path} has layout ${layout} and ledger format ${ledger}; this program reads layout ${LAYOUT} and format ` +
      `${LEDGER_FORMAT}; it was left untouched`,
  );
}

/**
 * @param {Database} database
 * @param {() => void} work
 */
function guarded(database, work) {
  try {
    work();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
