/** A statement of ten thousand lines with its digest, and the same rows from a table that holds them as they are printed. */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bookLines } from '../../projections/books/lines.js';
import { statement } from '../../projections/books/statement.js';
import { closingsOf } from '../../projections/closings/closed.js';
import { closings } from '../../projections/closings/projection.js';
import { lineOf } from '../../projections/reports/rows.js';
import { openEventStore, openReadModelReader, openReadModels } from '../../src/adapters.js';
import type { Row } from '../../projections/report.js';
import { sha256 } from '../../src/event-store/canonical.js';
import { median } from '../measure.js';
import { dayOf, eventOf, FIRST_DAY, folding, partyOf } from './postings.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface StatementRun {
  readonly folder: string;
  readonly lines: number;
  readonly samples: number;
}

/** Milliseconds for all lines. */
export interface StatementFound {
  readonly ours: number;
  readonly sql: number;
}

const { folder, lines, samples } = input<StatementRun>();
const configuration = configurationOf(folder);
const events = await openEventStore(configuration);
const models = await openReadModels(configuration);
await models.open([bookLines.model, closings.model]);
const party = partyOf(0);
await folding(models, [bookLines], (n) => eventOf(n, dayOf(n * 50), n % 2 === 0 ? party : partyOf(n)))(2 * lines);
const reader = await openReadModelReader(configuration);
const { source } = statement;
if (!('reading' in source)) throw new Error('a statement is read from an index');
const values = { party, from: FIRST_DAY, to: '2199-12-31' };
const read = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  const sources = { models: reader, events, closingsOf: closingsOf(reader), sequence: 2 * lines - 1 };
  for await (const { row } of source.reading.read(values, sources)) rows.push(row);
  return rows;
};

const printed = (await read()).filter(({ line }) => line === 'posted').slice(0, lines);
const names = Object.keys(printed[0]!);
const Libsql = createRequire(import.meta.url)('libsql');
const database = new Libsql(join(folder, 'peer.db'));
database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE lines (party TEXT, ${names.join(', ')})`);
const insert = database.prepare(`INSERT INTO lines VALUES (?, ${names.map(() => '?').join(', ')})`);
database.exec('BEGIN');
for (const row of printed) insert.run(party, ...names.map((name) => row[name] ?? null));
database.exec('COMMIT; CREATE INDEX by_day ON lines (party, effectiveOn, sequence, leg)');
const select = database.prepare('SELECT * FROM lines WHERE party = ? ORDER BY effectiveOn, sequence, leg').raw(true);

const times = { ours: [] as number[], sql: [] as number[] };
for (let n = 0; n < samples; n++) {
  let began = performance.now();
  const rows = await read();
  sha256(rows.map(lineOf).join(''));
  times.ours.push(performance.now() - began);
  began = performance.now();
  const theirs = select.all(party) as unknown[];
  times.sql.push(performance.now() - began);
  if (theirs.length !== lines || rows.length < lines)
    throw new Error(`${rows.length} and ${theirs.length} are not ${lines} lines`);
}
database.close();
await Promise.all([reader.close(), models.close(), events.close()]);
report({ ours: median(times.ours), sql: median(times.sql) } satisfies StatementFound);
