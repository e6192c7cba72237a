import { openDatabase } from '../../../src/vault/sqlite/vault-file.js';

/** Makes of a vault's closed file what a program of format 4 had, where pages were split and rows moved between them. */
export function backToFormat4(path: string, version = 4): void {
  const database = openDatabase(path);
  database.transaction(() =>
    database.exec(`
      CREATE TABLE before (
        id       TEXT PRIMARY KEY,
        lookup   BLOB UNIQUE,
        key      BLOB NOT NULL,
        identity BLOB
      ) STRICT, WITHOUT ROWID;
      INSERT INTO before SELECT id, lookup, key, identity FROM person;
      DROP VIEW person;
      DROP TABLE person_slot;
      ALTER TABLE before RENAME TO person;
      PRAGMA user_version = ${version};
    `),
  );
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  database.close();
}
