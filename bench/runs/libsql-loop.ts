/**
 * The limit of the ledger's run: the very rows that it wrote, written again by a bare loop over libsql, with the same
 * table, index and settings, 64 rows a commit. No check, no decision, no JSON, no second thread.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openForWriting } from '../../src/event-store/sqlite/schema.js';
import { input, report } from './run.js';

export interface LoopRun {
  /** Where a run of the ledger left its `ledger.db`. */
  readonly from: string;
  /** Rows that were there before it measured: written first, outside the time. */
  readonly before: number;
  readonly folder: string;
}

const ROWS_A_COMMIT = 64;

const Libsql = createRequire(import.meta.url)('libsql');
const { from, before, folder } = input<LoopRun>();
const path = join(folder, 'loop.db');
openForWriting(path).close(); // the same layout

const source = new Libsql(join(from, 'ledger.db'));
const all = source.prepare('SELECT * FROM events ORDER BY position').raw(true).all();
source.close();

const database = new Libsql(path);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec('PRAGMA wal_autocheckpoint = 20000; PRAGMA cache_size = -65536');
const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');
const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');

function write(rows: readonly unknown[]): void {
  for (let at = 0; at < rows.length; at += ROWS_A_COMMIT) {
    begin.run();
    for (const row of rows.slice(at, at + ROWS_A_COMMIT)) insert.run(row);
    commit.run();
  }
}

write(all.slice(0, before));
const measured = all.slice(before);
const began = performance.now();
write(measured);
const seconds = (performance.now() - began) / 1000;
database.close();
report({ perSecond: measured.length / seconds });
