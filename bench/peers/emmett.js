/**
 * The ledger's run against Emmett's SQLite store: the same events to the same streams, 64 callers, each append at the
 * revision that its caller knows, durable (WAL, synchronous FULL).
 *
 * One connection that stays open, one append at a time: of the settings that its exports allow, the fastest that 64
 * writers do not break. The store that `getSQLiteEventStore` makes closes its one connection after each append, under
 * the feet of the others; with a connection for each caller those that wait for the write lock take all the threads
 * that the one who holds it needs.
 */
import { appendToStream, createEventStoreSchema, sqliteConnection } from '@event-driven-io/emmett-sqlite';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const CALLERS = 64;

/** @type {{ from: string, before: number, folder: string, seconds: number }} */
const { from, before, folder, seconds } = JSON.parse(process.argv[2] ?? '');
const rows = await readRows(join(from, 'ledger.db'), before);

const connection = sqliteConnection({ fileName: join(folder, 'emmett.db') });
await createEventStoreSchema(connection);

/** @type {Map<string, bigint>} */
const versions = new Map();
let last = Promise.resolve();
let next = 0;
let appended = 0;
const began = performance.now();
const over = AbortSignal.timeout(seconds * 1000);
await Promise.all(Array.from({ length: CALLERS }, call));
process.stdout.write(`${JSON.stringify({ perSecond: (1000 * appended) / (performance.now() - began) })}\n`);
await wait(0);
connection.close();

async function call() {
  while (!over.aborted && next < rows.length) {
    const { stream, event } = rows[next++];
    const mine = last.then(() => append(stream, event));
    last = mine;
    await mine;
    appended++;
  }
}

/** @param {string} stream @param {object} event */
async function append(stream, event) {
  const expectedStreamVersion = versions.get(stream) ?? 0n;
  const { success } = await appendToStream(connection, stream, 'debt', [event], { expectedStreamVersion });
  if (!success) throw new Error(`${stream} is not at ${expectedStreamVersion}`);
  versions.set(stream, expectedStreamVersion + 1n);
}

/** The events that the ledger's run wrote within its time. @param {string} path @param {number} after */
async function readRows(path, after) {
  const source = sqliteConnection({ fileName: path });
  const found = await source.query('SELECT stream, type, event FROM events WHERE position > ? ORDER BY position', [
    after,
  ]);
  source.close();
  return found.map(({ stream, type, event }) => ({ stream, event: { type, data: JSON.parse(event) } }));
}
