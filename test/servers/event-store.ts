import { execSync } from 'node:child_process';
import { StandIn } from './eventstoredb/stand-in.js';

/*
 * Where the tests of whole ledgers keep the events: in the ledger's folder, or, where SIJILL_TEST_EVENT_STORE is
 * eventstoredb, in an EventStoreDB for each ledger. That is a stand-in, or the real one that ESDB_TEST_URL names; the
 * real one holds one ledger after the other, so ESDB_TEST_RESET must be a command that leaves it empty.
 */
export const onEventStoreDb = process.env['SIJILL_TEST_EVENT_STORE'] === 'eventstoredb';

const REAL = process.env['ESDB_TEST_URL'];
const RESET = process.env['ESDB_TEST_RESET'];

const standIns = new Map<string, StandIn>();
/** Ledgers that the real server held; the last one is there. */
const held: string[] = [];

if (onEventStoreDb) afterAll(() => Promise.all([...standIns.values()].map((standIn) => standIn.dispose())));

/** What the environment of a ledger says about its events. @param data its directory */
export async function eventStoreOf(data: string): Promise<Readonly<Record<string, string>>> {
  if (!onEventStoreDb) return {};
  if (REAL !== undefined) return { EVENT_STORE_URL: realFor(data, REAL) };
  return { EVENT_STORE_URL: (await standInOf(data)).url };
}

/** The stand-in of a ledger: what happens to servers can be done to it. */
export async function standInOf(data: string): Promise<StandIn> {
  const standIn = standIns.get(data) ?? (await StandIn.start());
  standIns.set(data, standIn);
  return standIn;
}

function realFor(data: string, url: string): string {
  if (held.at(-1) === data) return url;
  if (held.includes(data)) throw new Error('the real server holds the next ledger already: this one is gone');
  if (RESET === undefined) throw new Error('ESDB_TEST_RESET must be a command that leaves ESDB_TEST_URL empty');
  execSync(RESET, { stdio: ['ignore', 'ignore', 'inherit'] });
  held.push(data);
  return url;
}
