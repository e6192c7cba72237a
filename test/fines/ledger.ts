import { join } from 'node:path';
import { pino } from 'pino';
import { InProcessTarget } from '../../examples/road-fines/in-process-target.js';
import { runImport, type Report, type RunOptions } from '../../examples/road-fines/run.js';
import type { Target } from '../../examples/road-fines/target.js';
import { readConfiguration, type Configuration } from '../../src/config/configuration.js';
import type { EventReader, Place, StoredEvent } from '../../src/event-store/event-store.js';
import { storesOf } from '../servers/stores.js';
import { Books } from './books.js';

/** Node itself loads the thread, so it comes from the build, which `npm test` makes first. */
const FEED_THREAD = new URL('../../dist/src/feed-thread.js', import.meta.url);

/** The real ledger, as the server and the import open it, with its data in the folder. */
export const openLedger = async (folder: string): Promise<InProcessTarget> => {
  const configuration = await configurationOf(join(folder, 'data'));
  return InProcessTarget.open(configuration, pino({ level: 'warn' }, pino.destination(2)), FEED_THREAD);
};

/** @param data the ledger's directory */
export const configurationOf = async (data: string): Promise<Configuration> =>
  readConfiguration({ SIJILL_DATA: data, ...(await storesOf(data)) });

/** One import from its opening to its closing, and the books as the log then has them. */
export async function importInto(
  folder: string,
  file: string,
  options: RunOptions = {},
  around = (target: Target): Target => target,
): Promise<{ report: Report | undefined; books: Books }> {
  const target = await openLedger(folder);
  try {
    const report = await runImport(file, around(target), options);
    return { report, books: (await readBooks(target.instance.store, ['9999-12-31']))[0]! };
  } finally {
    await target.close();
  }
}

/** The books at the end of each of the days (ascending), by what counts until then. */
export async function readBooks(reader: EventReader, days: readonly string[]): Promise<Books[]> {
  const books = days.map(() => new Books());
  for await (const { event } of readLog(reader)) {
    const first = days.findIndex((day) => event.effectiveOn <= day);
    for (const each of books.slice(first)) each.post(event as Parameters<Books['post']>[0]);
  }
  return books;
}

export async function* readLog(reader: EventReader): AsyncGenerator<StoredEvent> {
  let after: Place | undefined;
  for (;;) {
    const page = await reader.readAll({ limit: 4096, ...(after !== undefined && { after }) });
    yield* page.events;
    if (page.atEnd) return;
    after = page.next;
  }
}
